"""The training curve has every epoch of the history."""

import pytest

from firth import SettingError, Word2Vec
from firth.plots import training_curve
from firth.training.history import EpochRecord


def test_training_curve_has_every_epoch(records):
    history = [EpochRecord(i + 1, 2.5 - i / 10, 1000, 5000, 0.5, 0.025 / (i + 1)) for i in range(3)]
    found = records(training_curve(history), "loss")
    assert [record["loss"] for record in found] == [2.5, 2.4, 2.3]
    assert found[2]["words per second"] == 2000
    with pytest.raises(SettingError, match="call fit"):
        training_curve(Word2Vec())
