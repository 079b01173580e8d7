"""Files of test sets: what is an error in all of them."""

import pytest

from firth.errors import FormatError, SettingError
from firth.evaluation.analogy_questions import load_questions, read_questions
from firth.evaluation.categories import load_categories, read_categories
from firth.evaluation.odd_one_out import evaluate_odd_one_out, read_odd_questions
from firth.evaluation.question_file import numbered_lines
from firth.evaluation.similarity import read_similarity_pairs
from firth.vectors.word_vectors import WordVectors


def test_lines_keep_their_numbers_without_empty_lines_and_comments(tmp_path):
    path = tmp_path / "set.txt"
    path.write_bytes(b"\xef\xbb\xbffirst \r\n\r\n  # comment\nfourth")
    assert numbered_lines(path) == [(1, "first "), (4, "fourth")]


@pytest.mark.parametrize("read", [read_categories, read_odd_questions, read_questions, read_similarity_pairs])
@pytest.mark.parametrize(
    ("content", "problem"), [(b"", "nothing in it"), (b"# a\n\n", "nothing in it"), (b"\xff", "UTF-8")]
)
def test_a_file_without_questions_is_an_error(tmp_path, read, content, problem):
    path = tmp_path / "set.txt"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        list(read(path))


READERS = {
    "categories": lambda path, line: _categories_of(path, f"things: {line}\n"),
    "odd": lambda path, line: _questions_of(read_odd_questions, path, line)[0],
    "analogies": lambda path, line: list(_questions_of(read_questions, path, line)[0][1:]),
}


def _categories_of(path, text):
    path.write_text(text, encoding="utf-8")
    return read_categories(path)["things"]


def _questions_of(read, path, line):
    path.write_text(line + "\n", encoding="utf-8")
    return list(read(path))


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "line",
    [
        "tea cup mug car",
        "tea\tcup  mug car ",
        "tea, cup, mug, car",
        "tea,cup,mug,car",
        "tea, cup, mug, car,",
        "tea; cup; mug; car",
        '"tea" "cup" "mug" "car"',
        '"tea","cup","mug","car"',
    ],
)
def test_words_between_blanks_commas_or_quotes(tmp_path, kind, line):
    assert READERS[kind](tmp_path / "set.txt", line) == ["tea", "cup", "mug", "car"]


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("tea, cup mug car", "line 1: 'tea,' ends in a comma"),
        ("tea; cup mug car", "ends in a semicolon"),
        ("tea,,mug,car", "a word is missing before a comma"),
    ],
)
def test_words_that_would_keep_a_comma_are_an_error(tmp_path, kind, line, problem):
    with pytest.raises(FormatError, match=problem):
        READERS[kind](tmp_path / "set.txt", line)


@pytest.mark.parametrize("kind", READERS)
def test_punctuation_can_be_a_word(tmp_path, kind):
    assert READERS[kind](tmp_path / "set.txt", '1,000 , ; "') == ["1,000", ",", ";", '"']


@pytest.mark.parametrize("read", [read_odd_questions, read_questions])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("word1 word2 word3 word4\na b c d\n", "line 1: 'word1 word2 word3 word4' names columns"),
        ("w_a,w_b,w_c,w_d\na,b,c,d\n", "names columns"),
        ("0 a b c\n1 d e f\n2 g h i\n", "line 1: the lines begin with row numbers"),
        ("1,a,b,c\n2,d,e,f\n3,g,h,i\n", "line 1: the lines begin with row numbers"),
    ],
)
def test_headers_and_row_numbers_are_not_taken_for_questions(tmp_path, read, text, problem):
    path = tmp_path / "set.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=problem):
        list(read(path))


@pytest.mark.parametrize(
    ("load", "problem"),
    [
        (lambda: load_categories({"things": "tea cup"}), "'tea cup': must be the list of words of 'things'"),
        (lambda: load_categories({"things": [b"tea"]}), "is bytes"),
        (lambda: load_categories([["tea", "cup"]]), "must be a file, or a mapping"),
        (lambda: evaluate_odd_one_out(VECTORS, ["tea cup mug"]), "'tea cup mug': must be a list of words"),
        (lambda: evaluate_odd_one_out(VECTORS, {"tea": 1}), "is a mapping"),
        (lambda: evaluate_odd_one_out(VECTORS, [["tea", "cup", 3]]), "3 is not a word"),
        (lambda: load_questions([("", "a", "b", "c", 4)]), "all of them strings"),
        (lambda: load_questions(["abcde"]), "'abcde': must be"),
        (lambda: load_questions([5]), "5: must be"),
        (lambda: load_questions({"a": 1}), "is a mapping"),
    ],
)
def test_test_sets_that_are_given_are_lists_of_words(load, problem):
    with pytest.raises(SettingError, match=problem):
        load()


VECTORS = WordVectors(["tea", "cup", "mug"], [[1, 2], [3, 4], [5, 6]])
