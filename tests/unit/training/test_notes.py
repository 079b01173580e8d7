"""What is said before a training, and when nothing is."""

import pytest

from firth.corpus.encoding import encode
from firth.training.hyperparameters import Hyperparameters
from firth.training.notes import training_notes


def corpus_of(words, repeated):
    """Each of some words as often."""
    return encode([[f"w{i}" for i in range(words)]] * repeated, min_count=1)


def test_most_texts_need_no_note():
    assert list(training_notes(Hyperparameters(), corpus_of(2_000, 2))) == []


def test_a_text_that_subsampling_skips_nearly_all_of():
    """Ten words, each a tenth of the text: sqrt(1e-4 / 0.1) + 1e-4 / 0.1 = 0.0326 of them are kept."""
    settings = Hyperparameters(subsample_threshold=1e-4)
    (note,) = training_notes(settings, corpus_of(10, 100))
    assert note == (
        "Note: subsampling (subsample_threshold=0.0001) keeps about 33 of 1,000 tokens per epoch; "
        "set it to 0 to keep all."
    )
    assert list(training_notes(Hyperparameters(subsample_threshold=0), corpus_of(10, 100))) == []


@pytest.mark.parametrize(
    ("words", "objective", "noted"), [(50_001, "softmax", 1), (50_000, "softmax", 0), (50_001, "nce", 0)]
)
def test_the_cost_of_softmax_with_many_words(words, objective, noted):
    settings = Hyperparameters(objective=objective, threads=1)
    corpus = corpus_of(words, 1)
    notes = list(training_notes(settings, corpus))
    assert len(notes) == noted
    if noted:  # 6 operations for each of 100 numbers of 50,001 pairs of each of 50,001 tokens, 108e12 an hour
        assert f"very roughly {6 * 100 * words**2 / 108e12:.1f} hours per epoch" in notes[0]
