"""firth trace: one training step, number by number."""

import json

import numpy as np
import pytest

from firth import Word2Vec

LINES = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog met"] * 9


def test_step_for_people_and_programs(firth, model, tmp_path):
    trained = Word2Vec(vector_size=8, min_count=1, threads=1, subsample_threshold=0).fit(LINES, progress=False)
    trained.save(tmp_path / "model.firth")
    command = ("trace", "model.firth", "cat", "sat", "--negatives", "log", "--negatives", "met")
    expected = trained.trace("cat", "sat", ["log", "met"], learning_rate=0.5)
    printed = json.loads(firth(*command, "--learning-rate", 0.5, "--json").stdout)
    assert [output["word"] for output in printed["outputs"]] == ["sat", "log", "met"]
    np.testing.assert_allclose(printed["errors"], expected.errors)
    np.testing.assert_allclose(printed["inputs"][0]["after"], expected.inputs[0].after)
    shown = [line.split() for line in firth(*command).stdout.splitlines()]
    assert shown[2][:3] == ["cat", "sat", "1"]
    assert float(shown[3][3]) == pytest.approx(expected.dot_products[1], abs=1e-4)
    assert "learning rate 0.025" in " ".join(shown[6])
    assert [line[:2] for line in shown[-4:]] == [
        ["cat", "word"],
        *([word, "context"] for word in ("sat", "log", "met")),
    ]
    assert "--seed applies only to noise words" in firth(*command, "--seed", 3, code=2).stderr
    assert "not the whole model" in firth("trace", model, "king", "queen", code=2).stderr
