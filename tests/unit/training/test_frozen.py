"""Which words are held, as values and as JSON."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.training.frozen import Held, held_words

WORDS = ["a", "b", "c"]
KNOWN = np.array([True, False, True])


def test_shares_of_words():
    assert held_words(None, WORDS, KNOWN) is None
    assert held_words(1, WORDS, KNOWN) is None
    assert held_words(0.5, WORDS, np.zeros(3, np.bool_)) is None
    assert held_words(0.25, WORDS, KNOWN).shares.tolist() == [0.25, 1, 0.25]
    assert held_words(np.float32(0.25), WORDS, KNOWN).shares.tolist() == [0.25, 1, 0.25]
    assert held_words(iter("bz"), WORDS, KNOWN).shares.tolist() == [1, 0, 1]


@given(st.floats(0, 1, exclude_max=True), st.lists(st.booleans(), min_size=1, max_size=40))
def test_json_keeps_every_word(share, words):
    held = Held(share, np.array(words, np.bool_))
    again = Held.from_json(json.loads(json.dumps(held.to_json())), len(words))
    assert again.share == share
    assert again.words.tolist() == words
    assert again.shares.tobytes() == held.shares.tobytes()


@pytest.mark.parametrize("share", [1.0, -0.1, float("nan"), "0", None, True])
def test_a_share_that_makes_no_sense(share):
    with pytest.raises(ValueError, match="share"):
        Held.from_json({"share": share, "words": "AA=="}, 3)


@pytest.mark.parametrize("words", ["", "AAA=", "A", "*", 7, None])
def test_words_that_make_no_sense(words):
    with pytest.raises((ValueError, TypeError)):
        Held.from_json({"share": 0.0, "words": words}, 3)
