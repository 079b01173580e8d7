"""Files go from gensim to Firth and back without losing a bit."""

import numpy as np
import pytest

import firth
from firth.formats import glove, word2vec_binary, word2vec_text
from firth.formats.detect import read_any
from firth.formats.stored import StoredVectors

KeyedVectors = pytest.importorskip("gensim.models").KeyedVectors

WORDS = ["</s>", "the", "naïve", "東京", "😀", "1.5", "new_york", "x\u00a0y"]
MATRIX = np.random.default_rng(1).normal(size=(len(WORDS), 7)).astype(np.float32)
MATRIX[3] = [0, -0.0, 1e-38, 3e38, 1 / 3, -1e-45, 16777217]


@pytest.fixture
def theirs():
    vectors = KeyedVectors(7)
    vectors.add_vectors(WORDS, MATRIX)
    return vectors


@pytest.mark.parametrize("binary", [True, False])
def test_files_of_gensim_are_read(tmp_path, theirs, binary):
    path = tmp_path / "vectors"
    theirs.save_word2vec_format(str(path), binary=binary)
    ours = read_any(path)
    assert list(ours.words) == theirs.index_to_key
    assert ours.matrix.tobytes() == theirs.vectors.tobytes()


def test_files_of_gensim_without_a_header_are_read(tmp_path, theirs):
    path = tmp_path / "vectors"
    theirs.save_word2vec_format(str(path), binary=False, write_header=False)
    assert glove.read(path).matrix.tobytes() == theirs.vectors.tobytes()


@pytest.mark.parametrize("dialect", ["gensim", "c"])
def test_gensim_reads_our_binary(tmp_path, dialect):
    path = tmp_path / "vectors"
    word2vec_binary.write(path, StoredVectors(WORDS, MATRIX), dialect=dialect)
    theirs = KeyedVectors.load_word2vec_format(str(path), binary=True)
    assert theirs.index_to_key == WORDS
    assert theirs.vectors.tobytes() == MATRIX.tobytes()


def test_gensim_reads_our_text(tmp_path):
    word2vec_text.write(tmp_path / "a", StoredVectors(WORDS, MATRIX))
    theirs = KeyedVectors.load_word2vec_format(str(tmp_path / "a"))
    assert theirs.index_to_key == WORDS
    assert theirs.vectors.tobytes() == MATRIX.tobytes()


def test_gensim_reads_our_text_in_the_c_dialect(tmp_path):
    matrix = np.round(np.random.default_rng(2).normal(size=(len(WORDS), 3)), 6).astype(np.float32)
    word2vec_text.write(tmp_path / "a", StoredVectors(WORDS, matrix), dialect="c")
    theirs = KeyedVectors.load_word2vec_format(str(tmp_path / "a"))
    assert theirs.index_to_key == WORDS
    assert np.abs(theirs.vectors - matrix).max() < 1e-6


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # gensim leaves it open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_gensim_reads_our_glove_text(tmp_path):
    glove.write(tmp_path / "a", StoredVectors(WORDS, MATRIX))
    theirs = KeyedVectors.load_word2vec_format(str(tmp_path / "a"), no_header=True)
    assert theirs.index_to_key == WORDS
    assert theirs.vectors.tobytes() == MATRIX.tobytes()


def test_a_word_with_a_space_written_by_gensim_is_refused(tmp_path):
    """In text the line is read from its right end; in binary the file is refused."""
    theirs = KeyedVectors(3)
    theirs.add_vectors(["new york", "rome"], np.ones((2, 3), np.float32))
    theirs.save_word2vec_format(str(tmp_path / "text"), binary=False)
    theirs.save_word2vec_format(str(tmp_path / "binary"), binary=True)
    assert list(firth.load(tmp_path / "text").words) == ["new york", "rome"]
    with pytest.raises(firth.FormatError):
        firth.load(tmp_path / "binary")
