"""Spelling suggestions, completions, and the edit distance against its definition."""

import functools

from hypothesis import given
from hypothesis import strategies as st

from firth.spelling import completions, edit_distances, near_spellings, words_with

WORDS = ["the", "colour", "color", "cooler", "colours", "King", "straße", "re-colour"]

TYPED = ["the", "them", "theme", "there", "The", "Paris", "a"]


def test_fewest_edits_come_first():
    assert near_spellings("colur", WORDS) == ["colour", "color", "cooler"]


def test_swapped_letters_are_one_edit():
    assert near_spellings("kign", ["in", "sing", "kin", "king", "sign"]) == ["kin", "king", "sign"]
    assert near_spellings("teh", ["to", "the", "test"]) == ["the"]


def test_case_is_ignored():
    assert near_spellings("KING", WORDS) == ["King"]
    assert near_spellings("STRASSE", WORDS) == ["straße"]


def test_ties_keep_the_order_of_the_vocabulary_and_count_limits():
    assert near_spellings("cat", ["bat", "hat", "rat", "cart"], count=2) == ["bat", "hat"]


def test_no_suggestion_for_distant_empty_or_very_long_words():
    assert near_spellings("zebra", WORDS) == []
    assert near_spellings("", WORDS) == []
    assert near_spellings("colour" * 50, WORDS) == []
    assert near_spellings("king", []) == []


@functools.cache
def recursive_distance(a, b):
    """The definition, as a recursion."""
    if not a or not b:
        return len(a) + len(b)
    edits = [
        recursive_distance(a[1:], b) + 1,
        recursive_distance(a, b[1:]) + 1,
        recursive_distance(a[1:], b[1:]) + (a[0] != b[0]),
    ]
    if len(a) > 1 and len(b) > 1 and (a[0], a[1]) == (b[1], b[0]):
        edits.append(recursive_distance(a[2:], b[2:]) + 1)
    return min(edits)


letters = st.text("abcé😀", max_size=6)


@given(word=letters, others=st.lists(letters, min_size=1, max_size=5))
def test_distances_are_those_of_the_definition(word, others):
    assert edit_distances(word, others).tolist() == [recursive_distance(word, other) for other in others]


def test_words_come_in_their_order_and_the_word_itself_first():
    assert completions("the", TYPED) == ["the", "them", "theme", "there"]
    assert completions("theme", TYPED, 1) == ["theme"]
    assert completions("th", TYPED, 2) == ["the", "them"]
    assert completions("The", TYPED) == ["The"]


def test_case_is_ignored_only_where_nothing_is_found():
    assert completions("THEM", TYPED) == ["them", "theme"]
    assert completions("paris", TYPED) == []
    assert completions("x", TYPED) == []


def test_words_that_contain_a_text_in_any_case():
    words = ["Green Tea", "cup", "teapot", "steam"]
    assert words_with("TEA", words, 2) == ["Green Tea", "teapot"]
    assert words_with("", words, 3) == words[:3]
    assert words_with("saucer", words, 3) == []
