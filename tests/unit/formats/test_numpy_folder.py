import io

import numpy as np
import pytest

from firth.errors import FormatError
from firth.formats import numpy_folder
from firth.formats.detect import read_any
from firth.formats.stored import StoredVectors

WORDS = ["king", "new york", "東京\t"]
MATRIX = np.array([[1, 2], [3, 4], [5, 6.5]], np.float32)


@pytest.fixture
def folder(tmp_path):
    numpy_folder.write(tmp_path / "a", StoredVectors(WORDS, MATRIX, np.array([9, 5, 2])))
    return tmp_path / "a"


def test_numpy_and_a_text_editor_open_it(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["counts.npy", "vectors.npy", "words.txt"]
    vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    assert vectors.dtype == np.float32
    assert vectors.tolist() == MATRIX.tolist()
    assert np.load(folder / "counts.npy", allow_pickle=False).tolist() == [9, 5, 2]
    assert (folder / "words.txt").read_bytes() == "king\nnew york\n東京\t\n".encode()


def test_float32_is_mapped_and_not_copied(folder):
    back = read_any(folder)
    assert not back.matrix.flags.owndata
    assert not back.matrix.flags.writeable
    assert back.matrix.flags.aligned
    assert back.counts.tolist() == [9, 5, 2]


def test_rows_with_padding_between_them(tmp_path):
    padded = np.arange(12, dtype=np.float32).reshape(3, 4)[:, :3]
    numpy_folder.write(tmp_path / "a", StoredVectors(WORDS, padded))
    assert read_any(tmp_path / "a").matrix.tolist() == padded.tolist()
    assert not (tmp_path / "a" / "counts.npy").exists()


@pytest.mark.parametrize("dtype", ["<f2", "<f8", ">f4", ">f8", "<i4", "|u1", "<i8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_other_numbers_are_converted(folder, dtype, order):
    np.save(folder / "vectors.npy", np.array([[1, 2], [3, 4], [5, 6]], dtype, order=order))
    back = read_any(folder)
    assert back.matrix.dtype == np.float32
    assert back.matrix.flags.c_contiguous
    assert back.matrix.tolist() == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header(folder, version):
    with (folder / "vectors.npy").open("wb") as file:
        np.lib.format.write_array(file, MATRIX, version)
    assert read_any(folder).matrix.tolist() == MATRIX.tolist()


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_objects_are_never_unpickled(folder, tmp_path):
    np.save(folder / "vectors.npy", np.array([[Trap(tmp_path / "sprung")]] * 3, object), allow_pickle=True)
    with pytest.raises(FormatError, match=r"holds '\|O'.*never unpickled"):
        read_any(folder)
    assert not (tmp_path / "sprung").exists()


def npy(array, **header):
    """The bytes of a file whose header is changed."""
    file = io.BytesIO()
    fields = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape} | header
    np.lib.format.write_array_header_1_0(file, fields)
    return file.getvalue() + array.tobytes()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (npy(MATRIX)[:-1], "cut short"),
        (npy(MATRIX) + b"x", "cut short or damaged"),
        (npy(MATRIX)[:9], "cut short"),
        (npy(MATRIX)[:40], "cut short"),
        (b"", "empty"),
        (b"king 1 2\n", "is not a .npy file"),
        (npy(MATRIX, shape=(10**12, 300)), "1,200,000,000,000,000 bytes"),
        (npy(MATRIX, shape=(10**18, 10**18)), "cut short or damaged"),
        (npy(MATRIX[:0], shape=(10**19 - 1, 0)), "shape"),
        (npy(MATRIX[0]), r"has shape \(2,\)"),
        (npy(MATRIX[:, :0]), r"has shape \(3, 0\)"),
        (npy(MATRIX.reshape(3, 2, 1)), r"has shape \(3, 2, 1\)"),
        (npy(MATRIX.astype("<c8")), "'<c8'"),
        (npy(np.array([["a", "b"]] * 3)), "must be an array of numbers"),
        (npy(MATRIX.astype(bool)), "must be an array of numbers"),
        (npy(np.array([[1.0, np.nan]] * 3)), "row 0 has a number that is not finite"),
        (npy(np.array([[1.0, 2.0], [1e300, 1.0], [1.0, 1.0]])), "row 1 has a number that is not finite"),
        (npy(MATRIX[:2]), "has 3 words, but there are 2 vectors in vectors.npy"),
    ],
)
def test_damaged_arrays_are_explained(folder, content, problem):
    (folder / "vectors.npy").write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        read_any(folder)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("king\nqueen\n", "words.txt: has 2 words, but there are 3 vectors"),
        ("king\nqueen\nking\n", "words.txt, line 3: 'king' again: it is already on line 1"),
        ("king\n\nqueen\n", "words.txt, line 2: the line is empty"),
    ],
)
def test_damaged_lists_of_words_name_the_line(folder, content, problem):
    (folder / "words.txt").write_text(content)
    with pytest.raises(FormatError, match=problem):
        read_any(folder)


@pytest.mark.parametrize("content", [b"a\r\nb\r\nc\r\n", b"\xef\xbb\xbfa\nb\nc", b"a\nb\nc\n"])
def test_what_editors_do_to_lines(folder, content):
    (folder / "words.txt").write_bytes(content)
    assert list(read_any(folder).words) == ["a", "b", "c"]


@pytest.mark.parametrize("counts", [np.array([1, 2]), np.array([1.0, 2, 3]), np.array([[1], [2], [3]])])
def test_counts_that_do_not_fit(folder, counts):
    np.save(folder / "counts.npy", counts)
    with pytest.raises(FormatError, match="must be 3 whole numbers"):
        read_any(folder)


def test_a_first_word_that_looks_like_a_byte_order_mark_is_refused(tmp_path):
    with pytest.raises(FormatError, match="byte order mark"):
        numpy_folder.write(tmp_path / "a", StoredVectors(["\ufeffa", "b", "c"], MATRIX))
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_words(tmp_path):
    numpy_folder.write(tmp_path / "a", StoredVectors([], MATRIX[:0]))
    assert read_any(tmp_path / "a").matrix.shape == (0, 2)
