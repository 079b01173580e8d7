"""What queries take: any iterable of strings, by one rule in every call; what only looks like words is refused."""

import numpy as np
import pandas as pd
import pyarrow
import pytest

from firth import SettingError, UnknownWordError, WordVectors
from firth.vectors.alignment import align

WORDS = ["tea", "milk", "cup", "mug"]
MATRIX = np.array([[1, 2], [3, 4], [1, 1], [2, 1]], np.float32)


class Name(str):
    """A subclass, as parsers return."""


LISTS = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "generator": lambda words: (word for word in words),
    "array": np.array,
    "array of objects": lambda words: np.array(words, object),
    "pandas": pd.Series,
    "pandas strings": lambda words: pd.Series(words, dtype="string", index=range(5, 5 + len(words))),
    "pandas index": pd.Index,
    "pandas categories": pd.Categorical,
    "pyarrow": pyarrow.array,
    "keys of a mapping": lambda words: dict.fromkeys(words).keys(),
    "subclass of str": lambda words: [Name(word) for word in words],
}


@pytest.fixture(scope="module")
def vectors():
    return WordVectors(WORDS, MATRIX)


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    "call",
    [
        lambda v, some: v[some(["tea", "cup"])],
        lambda v, some: v.word_ids(some(["tea", "cup"])),
        lambda v, some: v.most_similar(some(["tea", "cup"]), 2),
        lambda v, some: v.most_similar(positive=some(["tea", "cup"]), negative=some(["mug"])),
        lambda v, some: v.most_similar("tea", restrict=some(["cup", "mug"]), exclude=some(["mug"])),
        lambda v, some: v.similarity(some(["tea", "cup"]), some(["cup", "mug"])),
        lambda v, some: v.similarity_matrix(some(["tea", "cup"]), some(["milk"])),
        lambda v, some: v.analogy(some(["tea"]), some(["cup"]), some(["mug"])),
        lambda v, some: v.between(some(["tea"]), some(["mug"])),
        lambda v, some: v.rank(some(["tea"]), some(["mug"])),
        lambda v, some: v.odd_one_out(some(["tea", "cup", "mug"])),
        lambda v, some: v.mean_vector(some(["tea", "cup"])),
        lambda v, some: v.sentence_vectors([some(["tea", "cup"]), "mug"]),
        lambda v, some: align(v, v, some(["tea", "cup", "mug"])).rotation,
        lambda v, some: align(v, v).compare(some(["tea", "mug"])),
        lambda v, some: WordVectors(some(WORDS), MATRIX).words,
    ],
)
def test_every_kind_of_list_is_a_list(vectors, call, kind):
    found, expected = call(vectors, LISTS[kind]), call(vectors, list)
    assert np.array_equal(found, expected) if isinstance(expected, np.ndarray) else found == expected


def test_a_set_is_a_list_where_the_order_does_not_matter(vectors):
    expected = vectors.most_similar(positive=["tea", "cup"], restrict=["mug", "milk"])
    assert vectors.most_similar(positive={"tea", "cup"}, restrict=frozenset(["mug", "milk"])) == expected


@pytest.mark.parametrize(
    "mask",
    [
        [True, False, False, True],
        (True, False, False, True),
        np.array([1, 0, 0, 1], bool),
        pd.Series([True, False, False, True]),
        pd.Series([True, False, False, True], dtype="boolean"),
        pyarrow.array([True, False, False, True]),
    ],
)
def test_booleans_in_any_list_choose_candidates(vectors, mask):
    assert vectors.most_similar("tea", restrict=mask) == vectors.most_similar("tea", restrict=["tea", "mug"])


def test_none_is_no_restriction_and_no_exclusion(vectors):
    assert vectors.most_similar("tea", restrict=None, exclude=None) == vectors.most_similar("tea")
    assert vectors.nearest_to_vector(MATRIX[0], exclude=None)[0].word == "tea"


def test_columns_of_numbers_are_vectors(vectors):
    assert vectors.most_similar(pd.Series(MATRIX[0]), 1) == vectors.most_similar(MATRIX[0], 1)
    assert vectors.similarity(pd.Series(MATRIX[0]), "cup") == vectors.similarity(MATRIX[0], "cup")
    assert vectors.most_similar(positive=[pd.Series(MATRIX[0])], negative=["mug"]) == vectors.most_similar(
        positive=[MATRIX[0]], negative=["mug"]
    )


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda v: v[b"tea"], "is bytes: must be a str; decode"),
        (lambda v: v[[b"tea"]], "is bytes: must be a str; decode"),
        (lambda v: v.most_similar(b"tea"), "is bytes"),
        (lambda v: v.most_similar([b"tea"]), "is bytes"),
        (lambda v: v.most_similar(positive=b"tea"), "is bytes"),
        (lambda v: v.most_similar(np.array([b"tea"])), "is bytes"),
        (lambda v: v.similarity(b"tea", "cup"), "two words, or two lists"),
        (lambda v: v.similarity(["tea"], [b"cup"]), "is bytes"),
        (lambda v: v.similarity_matrix(b"tea"), "is bytes"),
        (lambda v: v.odd_one_out(b"tea"), "is bytes"),
        (lambda v: v.most_similar("tea", exclude=b"cup"), "is bytes"),
        (lambda v: v.most_similar("tea", exclude=[b"cup"]), "is bytes"),
        (lambda v: v.most_similar("tea", exclude=[1]), "1 is not a word"),
        (lambda v: v.sentence_vectors([b"tea"]), "sentences.0. is b'tea'"),
        (lambda v: v.most_similar({"tea": 5.0, "cup": -1.0}), r"is a mapping: .* positive=\[\(word, weight\)"),
        (lambda v: v.most_similar(positive={"tea": 5.0}), "is a mapping"),
        (lambda v: v[{"tea": 1}], "is a mapping"),
        (lambda v: v.odd_one_out({"tea": 1, "cup": 1, "mug": 2}), "is a mapping"),
        (lambda v: v.mean_vector({"tea": 1}), "is a mapping"),
        (lambda v: v.most_similar("tea", restrict={"cup": 1}), "is a mapping"),
        (lambda v: v.most_similar(pd.DataFrame({"word": ["tea"]})), r"DataFrame is not .* frame\['word'\]"),
        (lambda v: v[pyarrow.table({"word": ["tea"]})], "Table"),
        (lambda v: v.most_similar(pd.Series([1, "tea"])), "1 is not a query"),
        (lambda v: v.most_similar(["tea", None]), "None is not a query"),
        (lambda v: v.most_similar("tea", restrict=[True, False]), r"one value per word, \(4,\)"),
        (lambda v: v.most_similar("tea", restrict=[True, "cup"]), "True is not a word"),
        (lambda v: v[5], "5: must be a word or a list of words"),
        (lambda v: align(v, v, "tea"), "'tea': must be a list of words"),
        (lambda v: align(v, v).compare("tea"), "'tea': must be a list of words"),
        (lambda v: WordVectors({"tea": 1, "cup": 2}, MATRIX[:2]), "is a mapping"),
    ],
)  # fmt: skip
def test_what_only_looks_like_words_is_refused(vectors, call, problem):
    with pytest.raises(SettingError, match=problem):
        call(vectors)


def test_empty_words_and_spaces_are_words_like_others(vectors):
    odd = WordVectors(["", " ", "tea"], [[1, 0], [1, 1], [0, 1]])
    assert [near.word for near in odd.most_similar("", 2)] == [" ", "tea"]
    assert odd.similarity(" ", "tea") == pytest.approx(0.5**0.5)
    with pytest.raises(UnknownWordError, match="'' is not among"):
        vectors.most_similar("")
