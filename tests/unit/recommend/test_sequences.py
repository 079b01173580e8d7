"""Items and sequences of them."""

import numpy as np
import pytest

from firth.errors import CorpusError
from firth.recommend import Sequences
from firth.recommend.items import UNKNOWN
from firth.recommend.scorer import Histories


def test_items_are_numbered_by_frequency_and_ties_by_first_appearance():
    sequences = Sequences.of([["tea", "cup"], [], ["cup", "pot", "jug"]])
    assert list(sequences.items.vocabulary) == ["cup", "tea", "pot", "jug"]
    assert sequences.items.counts.tolist() == [2, 1, 1, 1]
    assert list(sequences) == [["tea", "cup"], ["cup", "pot", "jug"]]
    assert sequences.n_events == 5 and sequences.n_questions == 3


def test_integers_stay_integers_and_strings_stay_strings():
    numbers, words = Sequences.of([[7, 11], [7]]), Sequences.of([["7", "11"], ["7"]])
    assert list(numbers) == [[7, 11], [7]] and numbers.items.number(11) == 1
    assert list(words) == [["7", "11"], ["7"]]
    assert numbers.items.number(8) == UNKNOWN and words.items.number(7) == 0


@pytest.mark.parametrize("items", [[5, "a"], ["a", None], [True, False], [1.5]])
def test_items_of_mixed_or_other_kinds_are_refused(items):
    with pytest.raises(CorpusError, match="all strings or all integers"):
        Sequences.of([items])


def test_no_events_are_refused():
    with pytest.raises(CorpusError, match="there are no events"):
        Sequences.of([[], []])


def test_a_corpus_numbers_only_the_items_that_occur():
    sequences = Sequences.of([["a", "a", "b"], ["c", "b"]])
    part = Sequences(sequences.items, sequences.ids[3:], np.array([0, 2]))
    corpus = part.corpus()
    assert list(corpus.vocabulary) == ["b", "c"] and corpus.ids.tolist() == [1, 0]


def test_numbers_in_another_data_set():
    first, second = Sequences.of([["a", "b", "b"]]).items, Sequences.of([["b", "c"]]).items
    assert first.numbers_in(second).tolist() == [0, UNKNOWN]


def test_some_of_the_histories():
    histories = Histories.of([np.array([1, 2]), np.array([], np.int32), np.array([3])])
    assert len(histories) == 3
    some = histories.some(1, 3)
    assert some.ids.tolist() == [3] and some.offsets.tolist() == [0, 0, 1]
