"""Paired tests of two models on the same test set."""

import numpy as np
import pytest
from scipy import stats

from firth.errors import SettingError
from firth.evaluation.analogies import AnalogyScore
from firth.evaluation.analogy_questions import AnalogyQuestion
from firth.evaluation.categorisation import CategorisationScore
from firth.evaluation.comparison import (
    compare_analogies,
    compare_categorisations,
    compare_odd_one_out,
    compare_similarities,
)
from firth.evaluation.odd_one_out import OddOneOutScore
from firth.evaluation.similarity import SimilarityPair, SimilarityScore

QUESTIONS = [AnalogyQuestion("", f"a{i // 5}", f"b{i // 5}", f"c{i}", f"d{i}") for i in range(200)]


def answered(right: np.ndarray, covered: np.ndarray | None = None) -> AnalogyScore:
    covered = np.ones(len(QUESTIONS), bool) if covered is None else covered
    answers = [("x" if known else None) for known in covered]
    return AnalogyScore(QUESTIONS, answers, right & covered, "3cosadd", 1000)


def random_answers(probability: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(len(QUESTIONS)) < probability


def test_a_clear_difference_is_certain_and_antisymmetric():
    better, worse = answered(random_answers(0.8, 1)), answered(random_answers(0.4, 2))
    comparison = compare_analogies(better, worse)
    assert comparison.difference == pytest.approx(better.accuracy - worse.accuracy)
    assert comparison.interval.low > 0.2
    assert comparison.p_value < 0.01
    opposite = compare_analogies(worse, better)
    assert opposite.difference == -comparison.difference
    assert opposite.interval.low == pytest.approx(-comparison.interval.high)


def test_the_same_answers_are_no_difference():
    score = answered(random_answers(0.5, 3))
    comparison = compare_analogies(score, score)
    assert (comparison.difference, comparison.p_value) == (0, 1)


def test_questions_of_one_pair_count_as_one():
    """40 pairs of 5 questions that are right or wrong together are far less certain than 200 questions."""
    whole_pairs = np.repeat(np.random.default_rng(4).random(40) < 0.5, 5)
    grouped = compare_analogies(answered(whole_pairs), answered(np.zeros(200, bool))).interval
    shuffled = np.random.default_rng(5).permutation(whole_pairs)
    mixed = compare_analogies(answered(shuffled), answered(np.zeros(200, bool))).interval
    assert grouped.high - grouped.low > 1.5 * (mixed.high - mixed.low)


def test_only_questions_covered_by_both_count():
    right = np.ones(200, bool)
    first = answered(right, np.arange(200) < 150)
    second = answered(np.zeros(200, bool), np.arange(200) >= 100)
    comparison = compare_analogies(first, second)
    assert (comparison.covered, comparison.first, comparison.second) == (50, 1, 0)
    nothing = compare_analogies(answered(right, ~right), second)
    assert nothing.covered == 0
    assert np.isnan(nothing.difference)


def test_random_models_rarely_differ_significantly():
    """Under no difference, p below 0.05 must come up in about one of twenty comparisons."""
    significant = sum(
        compare_analogies(answered(random_answers(0.5, i)), answered(random_answers(0.5, i + 500))).p_value < 0.05
        for i in range(60)
    )
    assert significant <= 9  # binomial(60, 0.05) exceeds 9 with probability 0.001


def test_correlations_are_compared_on_common_pairs():
    random = np.random.default_rng(6)
    human = random.random(150)
    pairs = [SimilarityPair(f"a{i}", f"b{i}", score) for i, score in enumerate(human)]
    close, loose = (human + noise * random.standard_normal(150) for noise in (0.1, 1.0))
    close[0] = np.nan
    comparison = compare_similarities(SimilarityScore(pairs, close, 10), SimilarityScore(pairs, loose, 10))
    assert comparison.covered == 149
    assert comparison.second == pytest.approx(stats.spearmanr(human[1:], loose[1:])[0])
    assert comparison.interval.low > 0
    assert comparison.p_value < 0.01


def test_different_questions_cannot_be_compared():
    first = answered(random_answers(0.5, 1))
    with pytest.raises(SettingError, match="different questions"):
        compare_analogies(first, AnalogyScore([], [], np.empty(0, bool), "3cosadd", 5))
    with pytest.raises(SettingError, match="different pairs"):
        compare_similarities(
            SimilarityScore([], np.empty(0), 1),
            SimilarityScore([SimilarityPair("a", "b", 1)], np.ones(1), 1),
        )


def test_odd_words_are_compared_question_by_question():
    questions = [[f"a{i}", f"b{i}", f"c{i}"] for i in range(100)]
    right = np.arange(100) < 80
    better = OddOneOutScore(questions, ["x"] * 100, right)
    worse = OddOneOutScore(questions, [None, *["x"] * 99], np.arange(100) < 40)
    comparison = compare_odd_one_out(better, worse)
    assert comparison.covered == 99
    assert comparison.difference == pytest.approx(40 / 99)
    assert 0.3 < comparison.interval.low < comparison.difference < comparison.interval.high < 0.55
    with pytest.raises(SettingError, match="different questions"):
        compare_odd_one_out(better, OddOneOutScore(questions[1:], ["x"] * 99, right[1:]))


def test_categories_are_compared_over_the_words_that_both_know():
    categories = np.array([0, 0, 1, 1])
    pure = CategorisationScore(["a", "b", "c", "d"], categories, categories, 5)
    mixed = CategorisationScore(["d", "c", "b", "e"], np.array([1, 1, 0, 0]), np.array([0, 0, 0, 1]), 5)
    comparison = compare_categorisations(pure, mixed)
    assert (comparison.covered, comparison.first, comparison.second) == (3, 1, 2 / 3)
    others = CategorisationScore(["a"], np.array([1]), np.array([0]), 5)
    with pytest.raises(SettingError, match="different categories"):
        compare_categorisations(pure, others)


def test_without_common_questions_there_are_no_numbers():
    none = compare_odd_one_out(OddOneOutScore([], [], np.empty(0, bool)), OddOneOutScore([], [], np.empty(0, bool)))
    assert np.isnan(none.p_value)
    assert none.row() == ("0", "", "", "")
