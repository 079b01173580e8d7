"""What is printed commands no terminal, and means the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import UnknownWordError, WordVectors
from firth.printable import printable, printable_json, printable_lines

HIDDEN = [
    "\x00",
    "\x1b",
    "\x7f",
    "\x85",
    "\x9b",
    "\u200e",
    "\u202e",
    "\u2066",
    "\u2028",
    "\ufeff",
    "\ud800",
    "\U000e0001",
]


@pytest.mark.parametrize("letter", HIDDEN)
def test_what_shows_nothing_becomes_an_escape(letter):
    assert printable(f"a{letter}b").isprintable()
    assert printable_lines(f"a{letter}b\nc").split("\n")[1] == "c"
    document = json.dumps({"word": f"a{letter}b"}, ensure_ascii=False)
    assert printable_json(document).isprintable()
    assert json.loads(printable_json(document)) == {"word": f"a{letter}b"}


@given(st.text(st.characters(exclude_categories=())))
def test_json_means_the_same(text):
    document = json.dumps([text, {text: 1}], ensure_ascii=False, indent=2)
    shown = printable_json(document)
    assert json.loads(shown) == [text, {text: 1}]
    assert shown.replace("\n", "").isprintable()


def test_visible_characters_stay():
    text = "Tee für 東京 ♥ العربية \U0001f600"
    assert printable(text) == text
    assert printable_json(json.dumps(text, ensure_ascii=False)) == json.dumps(text, ensure_ascii=False)


def test_suggestions_of_an_error_are_safe_to_print():
    with pytest.raises(UnknownWordError) as caught:
        WordVectors(["te\x1ba"], [[1]])["tea"]
    assert str(caught.value).isprintable()
    assert caught.value.suggestions == ["te\x1ba"]
