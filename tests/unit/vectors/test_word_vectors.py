import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth import SettingError, UnknownWordError, WordVectors

WORDS = ["king", "queen", "water", "two words", ""]
MATRIX = np.array([[2, 1], [1, 1], [-1, 3], [0, 0], [-2, -1]], np.float32)


@pytest.fixture
def vectors():
    return WordVectors(WORDS, MATRIX, counts=[9, 7, 5, 3, 1])


def test_looking_up(vectors):
    assert len(vectors) == 5
    assert vectors.vector_size == 2
    assert list(vectors) == list(vectors.words) == WORDS
    assert "queen" in vectors
    assert "" in vectors
    assert "Queen" not in vectors
    assert 3 not in vectors
    assert vectors["water"].tolist() == [-1, 3]
    assert vectors[["water", "king"]].tolist() == [[-1, 3], [2, 1]]
    assert vectors[[]].shape == (0, 2)
    assert vectors.word_id("two words") == 3
    assert vectors.word_ids(("", "king")).tolist() == [4, 0]
    assert vectors.counts.tolist() == [9, 7, 5, 3, 1]


def test_the_matrix_is_shared_and_cannot_be_changed_through_us(vectors):
    assert np.shares_memory(vectors.matrix, MATRIX)
    with pytest.raises(ValueError, match="read-only"):
        vectors.matrix[0, 0] = 9
    with pytest.raises(ValueError, match="read-only"):
        vectors["king"][0] = 9
    assert MATRIX.flags.writeable


def test_other_numbers_are_converted():
    assert WordVectors(["a"], [[1, 2]]).matrix.dtype == np.float32
    assert WordVectors(["a"], np.array([[1.5]])).matrix.dtype == np.float32
    assert WordVectors(("a",), np.ones((1, 2), np.float16)).matrix.dtype == np.float32


@pytest.mark.parametrize(
    ("words", "matrix", "counts", "problem"),
    [
        ("king", np.ones((4, 2)), None, "list of words, not one string"),
        (["a", 5], np.ones((2, 2)), None, r"words\[1\] is 5"),
        (["a", "b", "a"], np.ones((3, 2)), None, "'a' occurs twice among the words, at 0 and 2"),
        (["a", "b"], np.ones((3, 2)), None, "one row per word"),
        (["a", "b"], np.ones(2), None, "must be numbers"),
        (["a", "b"], np.ones((2, 0)), None, "at least one column"),
        (["a"], [["x", "y"]], None, "must be numbers"),
        (["a"], np.ones((1, 2), complex), None, "must be numbers"),
        (["a", "b"], np.ones((2, 2)), [1], "one per word"),
        (["a", "b"], np.ones((2, 2)), [1.5, 2], "whole numbers"),
    ],
)
def test_parts_that_do_not_fit_together_are_errors(words, matrix, counts, problem):
    with pytest.raises(SettingError, match=problem):
        WordVectors(words, matrix, counts)


def test_an_unknown_word_comes_with_near_spellings(vectors):
    with pytest.raises(UnknownWordError, match="'quen' is not among the 5 words.*queen") as caught:
        vectors["quen"]
    assert caught.value.word == "quen"
    assert caught.value.suggestions == ["queen"]
    with pytest.raises(KeyError):
        vectors[["king", "quen"]]


@pytest.mark.parametrize("key", [3, None, ["king", 3], [["king"]]])
def test_keys_other_than_words_are_errors(vectors, key):
    with pytest.raises(SettingError, match="must be a str|word or a list of words"):
        vectors[key]


def test_repr_shows_what_it_is(vectors):
    assert repr(vectors) == "<WordVectors: 5 words × 2 numbers: 'king', 'queen', 'water', …>"


def test_no_words_at_all():
    empty = WordVectors([], np.empty((0, 3)))
    assert len(empty) == 0
    assert empty.most_similar(np.ones(3)) == []
    with pytest.raises(UnknownWordError):
        empty.most_similar("king")


def test_the_native_format_keeps_everything(tmp_path):
    vectors = WordVectors(WORDS, MATRIX, [9, 7, 5, 3, 1], metadata={"about": "test"})
    vectors.save(tmp_path / "a.firth")
    back = firth.load(tmp_path / "a.firth")
    assert list(back.words) == WORDS
    assert (back.matrix == MATRIX).all()
    assert back.counts.tolist() == [9, 7, 5, 3, 1]
    assert back.metadata == {"about": "test"}


def test_loaded_vectors_can_be_saved_over_their_own_file(tmp_path):
    WordVectors(["a", "b"], np.eye(2)).save(tmp_path / "a.firth")
    back = firth.load(tmp_path / "a.firth")
    back.save(tmp_path / "a.firth")
    assert firth.load(tmp_path / "a.firth")["b"].tolist() == [0, 1]


@given(
    words=st.lists(st.text("ab ", min_size=0, max_size=4), unique=True, min_size=1, max_size=9),
    format=st.sampled_from(["firth", "word2vec-text", "word2vec-binary", "glove"]),
)
def test_saved_words_are_loaded_again_or_refused(tmp_path_factory, words, format):
    path = tmp_path_factory.mktemp("save") / "a"
    matrix = np.arange(2 * len(words)).reshape(-1, 2) + 0.5
    try:
        WordVectors(words, matrix).save(path, format)
    except firth.FormatError as error:
        assert any(repr(word) in str(error) for word in words)
        assert not path.exists()
        return
    back = firth.load(path)
    assert list(back.words) == words
    assert (back.matrix == matrix).all()


def test_a_repeated_word_in_a_native_file_is_an_error_at_the_first_query(tmp_path):
    WordVectors(["a", "b"], np.eye(2)).save(tmp_path / "a.firth")
    content = (tmp_path / "a.firth").read_bytes()
    assert content.endswith(b"ab")
    (tmp_path / "a.firth").write_bytes(content[:-1] + b"a")
    with pytest.raises(SettingError, match="'a' occurs twice"):
        firth.load(tmp_path / "a.firth").most_similar("a")


def test_neighbours_of_a_saved_model_need_no_compiler(tmp_path):
    """Numba takes longer to import than the neighbours to compute."""
    WordVectors(WORDS, MATRIX).save(tmp_path / "a.firth")
    program = (
        "import sys, firth\n"
        f"print(firth.load({str(tmp_path / 'a.firth')!r}).most_similar('king', 1)[0].word)\n"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["queen", "False"]


def test_impossible_arguments_are_errors(tmp_path):
    vectors = WordVectors(["a", "b", "c"], np.eye(3))
    with pytest.raises(SettingError, match="5: must be a word, a vector"):
        vectors.most_similar(5)
    with pytest.raises(SettingError, match=r"counts\[1\] is -2"):
        WordVectors(["a", "b"], [[1], [2]], counts=[3, -2])
    with pytest.raises(SettingError, match="must be a list of words"):
        firth.align(vectors, vectors).compare("a")
    with pytest.raises(SettingError, match="scale=5"):
        firth.read_table([("name", "n"), ("a", 1)], scale=5)
