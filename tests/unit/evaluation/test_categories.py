"""Categories, built in or from files."""

import pytest

from firth.errors import FormatError
from firth.evaluation.categories import built_in_categories, read_categories


def test_built_in_words_are_lower_case_and_in_one_category_each():
    categories = built_in_categories()
    words = [word for members in categories.values() for word in members]
    assert len(categories) >= 12
    assert len(words) == len(set(words))
    assert all(word.isalpha() and word == word.lower() for word in words)


def test_a_category_is_a_line(tmp_path):
    path = tmp_path / "categories.txt"
    path.write_text("# two\nfruits: apple pear\nbig cats: lion\n", encoding="utf-8")
    assert read_categories(path) == {"fruits": ["apple", "pear"], "big cats": ["lion"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fruits: apple\nmetals: iron apple\n", "line 2: 'apple' is in two"),
        ("apple pear\n", "line 1"),
        ("fruits:\n", "line 1"),
        (": apple\n", "line 1"),
    ],
)
def test_a_bad_line_is_an_error_with_its_number(tmp_path, text, message):
    path = tmp_path / "categories.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        read_categories(path)
