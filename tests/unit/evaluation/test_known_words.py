"""Which word of a model a word of a test set means, and which vectors can be evaluated."""

import numpy as np
import pytest

import firth
from firth import SettingError, WordVectors
from firth.evaluation import (
    evaluate_analogies,
    evaluate_categorisation,
    evaluate_odd_one_out,
    evaluate_similarity,
)
from firth.evaluation.known_words import find_known_words
from firth.evaluation.suite import Suite


def known(*words: str, top: int | None = None, ignore_case: bool = True):
    matrix = np.random.default_rng(1).normal(size=(len(words), 3))
    return find_known_words(WordVectors(list(words), matrix), top, ignore_case)


def test_a_word_that_is_there_is_itself():
    words = known("polish", "Polish", "POLISH", "athens")
    assert [words.find(word) for word in ("polish", "Polish", "POLISH", "pOLISH", "Athens", "oslo")] == [
        0,
        1,
        2,
        0,
        3,
        -1,
    ]
    assert words.canonical.tolist() == [0, 0, 0, 3]


def test_words_beyond_the_top_do_not_count():
    words = known("polish", "Polish", top=1)
    assert words.find("Polish") == 0


@pytest.mark.parametrize(
    ("word", "other"), [("kır", "kir"), ("maße", "masse"), ("ﬁn", "fin"), ("ŉ", "ʼn"), ("haſt", "hast")]
)
def test_different_letters_are_different_words(word, other):
    """Their upper case is the same."""
    assert known(other).find(word) == -1
    assert known(word).find(other) == -1
    assert known(word, other).find(other) == 1


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("ATHENS", "athens"),
        ("İstanbul", "istanbul"),
        ("i\u0307stanbul", "İstanbul"),
        ("ΟΔΟΣ", "οδος"),
        ("GROẞ", "groß"),
    ],
)
def test_spellings_that_differ_in_case_alone_are_one_word(word, spelled):
    assert known(spelled).find(word) == known(word).find(spelled) == 0


def test_cosines_are_those_of_the_words_as_spelled():
    vectors = WordVectors(
        ["kır", "kir", "masse", "maße", "tarla", "gewicht"],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0.1, 0], [0, 0.1, 1]],
    )
    pairs = [("kir", "tarla", 1), ("kır", "tarla", 9), ("maße", "gewicht", 2), ("masse", "gewicht", 9)]
    assert evaluate_similarity(vectors, pairs).cosines.round(2).tolist() == [0.1, 1.0, 0.07, 1.0]


def test_an_analogy_is_that_of_the_spellings_in_the_question():
    """In lower case turkey is a bird; an answer is right in any case."""
    vectors = WordVectors(
        ["turkey", "Turkey", "Ankara", "France", "Paris", "PARIS", "cow"],
        [[0, 0, 9, 1], [1, 0, 0, 0], [1, 1, 0, 0], [0, 0.1, 0, 1], [0, 1, 0, 0.8], [0, 1, 0, 0.9], [0, 0, 1, 0]],
    )
    score = evaluate_analogies(vectors, [("", "Turkey", "Ankara", "France", "Paris")])
    assert (score.answers, score.right.tolist()) == (["PARIS"], [True])


EVALUATIONS = [
    lambda vectors, **options: evaluate_analogies(vectors, **options),
    lambda vectors, **options: evaluate_similarity(vectors, [("a", "b", 1)], **options),
    lambda vectors, **options: evaluate_categorisation(vectors, **options),
    lambda vectors, **options: evaluate_odd_one_out(vectors, **options),
    lambda vectors, **options: Suite().evaluate(vectors, **options),
]


class GensimVectors:
    """As gensim's KeyedVectors."""

    def __init__(self):
        self.index_to_key, self.vectors = ["a", "b"], np.eye(2)


@pytest.mark.parametrize("evaluate", EVALUATIONS)
@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (firth.Word2Vec(), "a Word2Vec where word vectors are needed: give its vectors, model.vectors"),
        ("some.firth", r"'some.firth' where word vectors are needed: give firth.load\(path\)"),
        (GensimVectors(), r"firth.WordVectors\(vectors.index_to_key, vectors.vectors\)"),
        (None, "a NoneType where word vectors are needed"),
    ],
)
def test_what_is_no_vectors_is_an_error_with_advice(evaluate, given, advice):
    with pytest.raises(SettingError, match=advice):
        evaluate(given)


@pytest.mark.parametrize("evaluate", EVALUATIONS)
@pytest.mark.parametrize("top", [2.5, 0, -1, True, "10", np.float64(3)])
def test_top_is_a_whole_number(evaluate, top):
    with pytest.raises(SettingError, match="top=.*: must be a whole number, at least 1, or None"):
        evaluate(WordVectors(["a", "b"], np.eye(2)), top=top)


@pytest.mark.parametrize("number", [np.nan, np.inf, 3e38])
def test_vectors_without_a_direction_are_an_error_not_an_unknown_word(number):
    vectors = WordVectors(["a", "b", "c"], np.array([[1, 0], [0, 1], [number, number]], np.float32))
    for evaluate in (
        lambda: evaluate_similarity(vectors, [("a", "b", 1), ("a", "c", 2)]),
        lambda: evaluate_odd_one_out(vectors, [["a", "b", "c"]]),
        lambda: evaluate_categorisation(vectors, {"one": ["a", "b"], "two": ["c"]}),
        lambda: evaluate_analogies(vectors, [("", "a", "b", "c", "a")]),
    ):
        with pytest.raises(SettingError, match="finite"):
            evaluate()
