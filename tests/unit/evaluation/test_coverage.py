"""A test set of which a model covers nothing is reported, except the built-in ones."""

import numpy as np
import pytest

from firth import FirthWarning, WordVectors
from firth.evaluation import evaluate_analogies, evaluate_categorisation, evaluate_odd_one_out, evaluate_similarity

VECTORS = WordVectors(["x", "y"], np.eye(2))


@pytest.mark.parametrize(
    ("evaluate", "items"),
    [
        (lambda: evaluate_analogies(VECTORS, [("", "tea", "cup", "x", "y")]), "1 questions"),
        (lambda: evaluate_similarity(VECTORS, [("tea", "cup", 1), ("x", "tea", 2)]), "2 pairs"),
        (lambda: evaluate_categorisation(VECTORS, {"things": ["tea", "cup", "mug"]}), "3 words"),
        (lambda: evaluate_odd_one_out(VECTORS, [["tea", "cup", "x"]]), "1 questions"),
    ],
)
def test_nothing_covered_is_reported(evaluate, items):
    with pytest.warns(FirthWarning, match=f"none of the {items} is covered, .*begins with 'tea', 'cup'"):
        assert evaluate().covered == 0


@pytest.mark.parametrize("evaluate", [evaluate_analogies, evaluate_categorisation, evaluate_odd_one_out])
def test_built_in_sets_are_not(evaluate):
    assert evaluate(VECTORS).covered == 0


def test_no_question_is_no_warning():
    assert evaluate_analogies(VECTORS, []).total == 0
