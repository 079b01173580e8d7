"""Categorisation and odd one out, on vectors whose clusters are known."""

import numpy as np
import pytest

from firth.errors import FormatError, SettingError
from firth.evaluation.analogies import evaluate_analogies
from firth.evaluation.analogy_questions import read_questions
from firth.evaluation.categories import built_in_categories, read_categories
from firth.evaluation.categorisation import CategorisationScore, evaluate_categorisation
from firth.evaluation.odd_one_out import (
    evaluate_odd_one_out,
    odd_questions_from_categories,
    read_odd_questions,
)
from firth.evaluation.similarity import read_similarity_pairs
from firth.vectors.word_vectors import WordVectors

CATEGORIES = {
    "fruits": ["apple", "pear", "plum", "fig"],
    "metals": ["iron", "tin", "zinc", "lead"],
    "birds": ["crow", "owl", "swan", "robin"],
}


def clustered(noise: float) -> WordVectors:
    """Each category around a direction of its own."""
    random = np.random.default_rng(4)
    words = [word for members in CATEGORIES.values() for word in members]
    matrix = np.repeat(np.eye(3, 6), 4, axis=0) + noise * random.standard_normal((12, 6))
    return WordVectors(words, matrix)


def test_separate_clusters_are_pure_and_noise_is_not():
    clear = evaluate_categorisation(clustered(0.05), CATEGORIES)
    assert clear.purity == 1
    assert clear.interval()[:2] == (1, 1)
    noisy = evaluate_categorisation(clustered(50.0), CATEGORIES)
    assert noisy.purity < 0.9
    low, high, _ = noisy.interval()
    assert low < noisy.purity < high


def test_purity_counts_the_majority_of_each_cluster():
    score = CategorisationScore(list("abcdef"), np.array([0, 0, 1, 1, 1, 0]), np.array([0, 0, 0, 1, 1, 1]), 8)
    assert score.in_majority.tolist() == [True, True, False, True, True, False]
    assert score.purity == pytest.approx(4 / 6)
    assert score.coverage == pytest.approx(6 / 8)


def test_unknown_words_lower_coverage():
    score = evaluate_categorisation(clustered(0.05), {**CATEGORIES, "cities": ["oslo", "rome"]})
    assert (score.covered, score.total, score.purity) == (12, 14, 1)
    nothing = evaluate_categorisation(clustered(0.05), {"cities": ["oslo", "rome"]})
    assert np.isnan(nothing.purity)
    assert nothing.coverage == 0


def test_equal_vectors_can_be_clustered():
    vectors = WordVectors(["apple", "pear", "iron", "tin"], np.ones((4, 3)))
    groups = {"fruits": ["apple", "pear"], "metals": ["iron", "tin"]}
    assert evaluate_categorisation(vectors, groups).purity == 0.5


def test_odd_words_are_found_as_the_vectors_find_them():
    vectors = clustered(0.9)
    questions = list(odd_questions_from_categories(CATEGORIES, count=50, size=3))
    score = evaluate_odd_one_out(vectors, questions)
    assert list(score.answers) == [vectors.odd_one_out(words) for words in questions]
    assert 0 < score.correct < score.covered == 50
    low, high, _ = score.interval()
    assert low < score.accuracy < high
    assert evaluate_odd_one_out(clustered(0.05), questions).accuracy == 1


def test_odd_questions_with_unknown_words_are_not_asked():
    score = evaluate_odd_one_out(clustered(0.05), [["apple", "PEAR", "iron"], ["a", "b", "c"]])
    assert (score.answers, score.coverage) == (["iron", None], 0.5)


def test_generated_questions_end_with_a_stranger():
    home = {word: name for name, words in CATEGORIES.items() for word in words}
    for *members, odd in odd_questions_from_categories(CATEGORIES, count=20):
        assert len({home[word] for word in members}) == 1
        assert len(set(members)) == 4
        assert home[odd] != home[members[0]]


def test_built_in_categories():
    categories = built_in_categories()
    words = [word for members in categories.values() for word in members]
    assert len(categories) >= 12
    assert len(words) == len(set(words))
    assert all(word.isalpha() and word == word.lower() for word in words)


def test_files(tmp_path):
    path = tmp_path / "categories.txt"
    path.write_text("# two\nfruits: apple pear\nbig cats: lion\n", encoding="utf-8")
    assert read_categories(path) == {"fruits": ["apple", "pear"], "big cats": ["lion"]}
    path.write_text("fruits: apple\nmetals: iron apple\n", encoding="utf-8")
    with pytest.raises(FormatError, match="line 2: 'apple' is in two"):
        read_categories(path)
    path.write_text("apple pear\n", encoding="utf-8")
    with pytest.raises(FormatError, match="line 1"):
        read_categories(path)
    path.write_text("apple pear iron\n\ntin lead\n", encoding="utf-8")
    with pytest.raises(FormatError, match="line 3"):
        list(read_odd_questions(path))


@pytest.mark.parametrize("read", [read_categories, read_odd_questions, read_questions, read_similarity_pairs])
@pytest.mark.parametrize(
    ("content", "problem"), [(b"", "nothing in it"), (b"# a\n\n", "nothing in it"), (b"\xff", "UTF-8")]
)
def test_a_file_without_questions_is_an_error(tmp_path, read, content, problem):
    path = tmp_path / "set.txt"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        list(read(path))


def test_a_table_with_names_of_columns_alone_is_an_error(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("word1,word2,score\n")
    with pytest.raises(FormatError, match="no pairs of words below"):
        read_similarity_pairs(path)


def test_questions_that_are_none_are_named():
    vectors = clustered(0.1)
    with pytest.raises(SettingError, match=r"\['apple'\]: must have at least three words"):
        evaluate_odd_one_out(vectors, [["apple", "pear", "tin"], ["apple"]])
    with pytest.raises(SettingError, match=r"must be \(section, a, b, c, d\)"):
        evaluate_analogies(vectors, [("fruits", "apple", "pear")])
