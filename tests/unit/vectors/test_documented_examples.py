import doctest
from pathlib import Path

import pytest

import firth.vectors.word_vectors

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("page", ["formats.md", "vectors.md"])
def test_examples_of_a_page_give_what_they_show(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(DOCS / page), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert result.attempted > 5
    assert result.failed == 0


def test_examples_of_docstrings_give_what_they_show():
    result = doctest.testmod(firth.vectors.word_vectors)
    assert result.attempted > 1
    assert result.failed == 0
