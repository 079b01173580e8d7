"""Files of test sets: what is an error in all of them."""

import pytest

from firth.errors import FormatError
from firth.evaluation.analogy_questions import read_questions
from firth.evaluation.categories import read_categories
from firth.evaluation.odd_one_out import read_odd_questions
from firth.evaluation.question_file import numbered_lines
from firth.evaluation.similarity import read_similarity_pairs


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
