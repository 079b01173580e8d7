"""What holds for every format that is written: the contract that a new format has to keep.

FORMATS declares what a format can hold; the tests of the peculiarities of one format are in the file of its name.
"""

from typing import NamedTuple, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FormatError
from firth.formats.detect import read_any
from firth.formats.save import FormatName, write_as
from firth.formats.stored import StoredVectors


class Format(NamedTuple):
    """What a format declares."""

    name: FormatName
    refused: tuple[str, ...]  # words that it cannot hold
    is_folder: bool = False
    is_text: bool = False  # the end of a number may be cut off without a trace
    keeps_counts: bool = False
    is_exact: bool = True  # every float32 is kept
    is_mapped: bool = False  # arrays are read-only views of the file
    needs_counts: bool = False  # where they are unknown, each is 1
    reports: tuple[str, ...] = ()  # stages of progress, in alphabetical order


READING_AND_WRITING = ("reading", "writing")
LINES = ("", "a b", "a\tb", "a\nb", "a\0b", "\ud800")
FROM_THE_RIGHT = ("", " a", "a ", "a\tb", "a\rb", "a\nb", "a 1", "\ud800")
CELLS = ("", " ", "\u00a0", "a\tb", "a\nb", "a\r")
FORMATS = [
    Format("firth", (), keeps_counts=True, is_mapped=True),
    Format("word2vec-text", LINES, is_text=True, reports=READING_AND_WRITING),
    Format("word2vec-binary", (*LINES, "a\x7f"), reports=READING_AND_WRITING),
    Format("glove", FROM_THE_RIGHT, is_text=True, reports=READING_AND_WRITING),
    Format("fasttext", ("", "a\0b", "\ud800"), keeps_counts=True, needs_counts=True, reports=("writing",)),
    Format("fasttext-vec", (*LINES, "a\x0b"), is_text=True, is_exact=False, reports=READING_AND_WRITING),
    Format("spacy", FROM_THE_RIGHT, is_text=True, reports=READING_AND_WRITING),
    Format("numpy", ("", "a\nb", "a\r", "\ud800"), is_folder=True, keeps_counts=True, is_mapped=True),
    Format("projector", CELLS, is_folder=True, is_text=True, keeps_counts=True),
    Format("projector-bytes", CELLS, is_folder=True, keeps_counts=True, is_mapped=True),
    Format("sentence-transformers", ("", " ", "\n", "\u3000", "\ud800"), is_folder=True, is_mapped=True),
    Format("parquet", ("", "\ud800"), keeps_counts=True),
    Format("arrow", ("", "\ud800"), keeps_counts=True, is_mapped=True),
]

ordinary = st.text(st.characters(categories=["L", "M", "N", "P", "S"]), min_size=1, max_size=8)
unusual = st.text(
    st.sampled_from(
        " \t\r\n\v\f\x00\x01\x1c\x1d\x1e\x1f\x7f\x85\u200b\u00a0\u2028\u3000\ufeff0-.e~\"\\'\ud800\U0001f600a"
    ),
    max_size=5,
)
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)

WORDS = ["king", "naïve", "東京", "don't", "2"]
MATRIX = np.random.default_rng(5).normal(size=(5, 3)).astype(np.float32)
COUNTS = np.array([2**40, 30, 20, 10, 1])


def matrices(rows):
    return st.integers(1, 4).flatmap(
        lambda size: st.lists(finite, min_size=rows * size, max_size=rows * size).map(
            lambda numbers: np.array(numbers, np.float32).reshape(rows, size)
        )
    )


def check_equal(format, back, stored):
    """Everything that the format holds is as it was."""
    assert list(back.words) == list(stored.words)
    assert back.matrix.dtype == np.float32
    if format.is_exact:
        assert back.matrix.tobytes() == stored.matrix.tobytes()
    else:
        np.testing.assert_allclose(back.matrix, stored.matrix, rtol=1e-4)
    if format.keeps_counts and stored.counts is not None:
        assert back.counts.tolist() == stored.counts.tolist()
    elif format.needs_counts:
        assert set(back.counts.tolist()) <= {1}
    else:
        assert back.counts is None


def files_of(path):
    return sorted(path.iterdir()) if path.is_dir() else [path]


def lengths_up_to(size):
    """All shorter lengths up to 200; of more, about 100, and the last 100."""
    return [*range(0, max(0, size - 100), max(1, (size - 100) // 100)), *range(max(0, size - 100), size)]


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
class FormatContract:
    """Run for every format."""

    @pytest.fixture
    def path(self, tmp_path, format):
        """Where a sample was written."""
        write_as(tmp_path / "a", StoredVectors(WORDS, MATRIX, COUNTS), format.name)
        return tmp_path / "a"

    @settings(max_examples=25)
    @given(data=st.data(), words=st.lists(ordinary, unique=True, min_size=1, max_size=5), counted=st.booleans())
    def test_ordinary_words_and_numbers_are_kept(self, tmp_path_factory, format, data, words, counted):
        counts = np.arange(len(words), 0, -1) * 2**40 if counted else None
        stored = StoredVectors(words, data.draw(matrices(len(words))), counts)
        path = tmp_path_factory.mktemp("kept") / "a"
        write_as(path, stored, format.name)
        check_equal(format, read_any(path), stored)

    @settings(max_examples=50)
    @given(data=st.data(), words=st.lists(unusual | ordinary, unique=True, min_size=1, max_size=3))
    def test_unusual_words_are_kept_or_refused_before_anything_is_written(self, tmp_path_factory, format, data, words):
        stored = StoredVectors(words, data.draw(matrices(len(words))))
        path = tmp_path_factory.mktemp("kept") / "a"
        try:
            write_as(path, stored, format.name)
        except FormatError:
            assert not path.exists()
        else:
            check_equal(format, read_any(path), stored)

    def test_a_first_word_that_is_a_blank_or_control_character_is_kept_or_refused(self, tmp_path, format):
        for word in "\x01\v\f\x1c\x1d\x1e\x1f\x7f\x85\xa0\u1680\u2028\u3000\ufeff":
            stored = StoredVectors([word, "a"], MATRIX[:2])
            try:
                write_as(tmp_path / "a", stored, format.name)
            except FormatError:
                continue
            check_equal(format, read_any(tmp_path / "a"), stored)

    def test_words_that_it_cannot_hold_are_refused_by_name(self, tmp_path, format, path):
        before = [file.read_bytes() for file in files_of(path)]
        for word in format.refused:
            with pytest.raises(FormatError, match="save as .firth|UTF-8") as caught:
                write_as(path, StoredVectors(["a", word], MATRIX[:2]), format.name)
            assert repr(word) in str(caught.value)
            assert [file.read_bytes() for file in files_of(path)] == before
        assert list(tmp_path.iterdir()) == [path]

    def test_an_existing_one_is_replaced_as_a_whole(self, tmp_path, format, path):
        stored = StoredVectors(["other"], -MATRIX[:1])
        write_as(path, stored, format.name)
        check_equal(format, read_any(path), stored)
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1)])
    def test_a_single_row_or_column(self, tmp_path, format, shape):
        matrix = np.random.default_rng(1).normal(size=shape).astype(np.float32)
        stored = StoredVectors([f"w{i}" for i in range(shape[0])], matrix)
        write_as(tmp_path / "a", stored, format.name)
        check_equal(format, read_any(tmp_path / "a"), stored)

    @pytest.mark.parametrize(
        "matrix",
        [
            MATRIX.astype(np.float64),
            MATRIX.astype(">f4"),
            np.asfortranarray(MATRIX),
            np.repeat(MATRIX, 2, axis=1)[:, ::2],
        ],
        ids=["float64", "big-endian", "columns first", "strided"],
    )
    def test_any_matrix_is_written_as_float32_and_left_unchanged(self, tmp_path, format, matrix):
        matrix.flags.writeable = False
        write_as(tmp_path / "a", StoredVectors(WORDS, matrix), format.name)
        check_equal(format, read_any(tmp_path / "a"), StoredVectors(WORDS, MATRIX))

    def test_mapped_arrays_are_read_only_and_others_are_the_callers_own(self, format, path):
        assert read_any(path).matrix.flags.writeable != format.is_mapped

    def test_a_file_that_is_cut_short_is_refused_with_its_name(self, tmp_path, format, path):
        whole = StoredVectors(WORDS, MATRIX)
        for file in files_of(path):
            content = file.read_bytes()
            for length in lengths_up_to(len(content)):
                file.write_bytes(content[:length])
                try:
                    back = read_any(path)
                except FormatError as error:
                    assert file.name in str(error) or path.name in str(error)
                    continue
                self.check_cut(format, file, back, whole)
            file.write_bytes(content)

    @staticmethod
    def check_cut(format, file, back, whole):
        """A cut that leaves no trace: the last number of a text is shorter, or a file that is not needed is missing."""
        if format.is_folder and file.suffix not in (".tsv", ".txt"):
            assert file.suffix in (".json", ".md"), f"{file.name} was read although it is cut short"
            return
        assert format.is_text or file.suffix in (".txt", ".tsv"), f"{file.name} was read although it is cut short"
        rows = len(back.words)
        assert 0 < rows <= len(whole.words)
        assert list(back.words)[:-1] == list(whole.words)[: rows - 1]
        if format.is_exact:
            assert back.matrix[:-1].tobytes() == whole.matrix[: rows - 1].tobytes()

    def test_progress_is_reported_by_formats_that_take_long(self, tmp_path, format):
        seen = []
        stored = StoredVectors([f"w{i}" for i in range(3000)], np.ones((3000, 20), np.float32))
        write_as(tmp_path / "a", stored, format.name, progress=seen.append)
        read_any(tmp_path / "a", progress=seen.append)
        stages = [progress.stage for progress in seen]
        assert sorted(set(stages)) == list(format.reports)
        for progress in seen:
            assert 0 <= progress.done <= progress.total
        for stage in set(stages):
            last = [progress for progress in seen if progress.stage == stage][-1]
            assert last.done == last.total

    def test_an_error_in_the_progress_callback_leaves_the_old_file(self, tmp_path, format, path):
        if not format.reports:
            pytest.skip("reports no progress")
        before = path.read_bytes()

        def interrupt(progress):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_as(path, StoredVectors(["other"], MATRIX[:1]), format.name, progress=interrupt)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


class TestFormats(FormatContract):
    """The contract, for all formats."""


def test_every_format_that_can_be_written_keeps_the_contract():
    assert [format.name for format in FORMATS] == list(get_args(FormatName))
