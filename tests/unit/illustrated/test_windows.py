"""The document's tables, row by row."""

import numpy as np
import pytest

from firth.illustrated.draws import Draws
from firth.illustrated.windows import cbow_rows, language_model_rows, negative_rows, skipgram_rows, window_states

THOU_SHALT = ["thou", "shalt", "not", "make", "a", "machine", "in", "the", "likeness", "of", "a", "human", "mind"]


def test_the_documents_language_model_table():
    rows = list(language_model_rows(THOU_SHALT, 2))
    assert rows[:5] == [
        ("thou", "shalt", "not"),
        ("shalt", "not", "make"),
        ("not", "make", "a"),
        ("make", "a", "machine"),
        ("a", "machine", "in"),
    ]
    assert len(rows) == 13 - 2
    jay = ("Jay", "was", "hit", "by", "a", "bus")
    assert list(language_model_rows(jay, 5)) == [jay]


def test_the_documents_bus_looked_at_from_both_sides():
    red = [row for row in cbow_rows(["Jay", "was", "hit", "by", "a", "red", "bus", "in"], 2) if row[-1] == "red"]
    assert red == [("by", "a", "bus", "in", "red")]
    gap = [row for row in cbow_rows(["Jay", "was", "hit", "by", "a", "___", "bus"], 2) if row[-1] == "___"]
    assert gap == [("by", "a", "bus", None, "___")]
    ends = list(cbow_rows(["by", "a", "red"], 2))
    assert ends == [(None, None, "a", "red", "by"), (None, "by", "red", None, "a"), ("by", "a", None, None, "red")]


def test_the_documents_skipgram_table():
    rows = list(skipgram_rows(THOU_SHALT, 2))
    assert [row for row in rows if row[0] == "not"] == [
        ("not", "thou", 1), ("not", "shalt", 1), ("not", "make", 1), ("not", "a", 1),
    ]  # fmt: skip
    assert [row for row in rows if row[0] == "make"] == [
        ("make", "shalt", 1), ("make", "not", 1), ("make", "a", 1), ("make", "machine", 1),
    ]  # fmt: skip
    assert len(rows) == 4 * 13 - 6  # 2 + 1 are missing at either end


def test_every_neighbour_is_followed_by_noise_words_of_its_own():
    themselves = np.uint64((2**32 - 1) << 32) | np.arange(11, dtype=np.uint64)
    draws = Draws(np.full(11, 2**32 - 1, np.uint32), themselves, 2, False, 3, 5)
    words = list(dict.fromkeys(THOU_SHALT))
    ids = [words.index(word) for word in THOU_SHALT]
    rows = list(negative_rows([ids, ids[:3]], 2, draws))
    pairs = [*skipgram_rows(ids, 2), *skipgram_rows(ids[:3], 2)]
    assert rows[::4] == pairs
    for number, (word, neighbour, _) in enumerate(pairs):
        noise = rows[4 * number + 1 : 4 * number + 4]
        assert [(row[0], row[2]) for row in noise] == [(word, 0)] * 3
        assert len({neighbour, *(row[1] for row in noise)}) == 4
    assert len({tuple(rows[at + 1 : at + 4]) for at in range(0, len(rows), 4)}) > 40, "each pair draws anew"


@pytest.mark.parametrize("length", [0, 1, 2, 3, 13])
@pytest.mark.parametrize("window", [1, 2, 5, 20])
def test_the_window_at_every_step(length, window):
    lm, cbow, skipgram, negative = (list(window_states(length, kind, window)) for kind in
                                    ("lm", "cbow", "skipgram", "negative"))  # fmt: skip
    assert [state.position for state in lm] == list(range(window, length))
    assert [state.position for state in cbow] == (list(range(length)) if length > 1 else [])
    assert skipgram == negative
    for state in lm:
        assert state.features == list(range(state.position - window, state.position))
        assert state.labels == [state.position]
    for one, other in zip(cbow, skipgram, strict=True):
        assert one.position == other.position
        assert (one.features, one.labels) == (other.labels, other.features), "the same window, in the other direction"
        assert one.features == [at for at in range(length) if 0 < abs(at - one.position) <= window]
