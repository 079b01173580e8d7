"""Judging vectors: analogies, similarity, categories, odd words out, and one model against
another.
"""

from firth.evaluation.analogies import AnalogyScore, evaluate_analogies
from firth.evaluation.categorisation import CategorisationScore, evaluate_categorisation
from firth.evaluation.comparison import (
    Comparison,
    compare_analogies,
    compare_categorisations,
    compare_odd_one_out,
    compare_similarities,
)
from firth.evaluation.odd_one_out import OddOneOutScore, evaluate_odd_one_out
from firth.evaluation.questions import AnalogyQuestion, built_in_questions, read_questions
from firth.evaluation.similarity import SimilarityPair, SimilarityScore, evaluate_similarity

__all__ = [
    "AnalogyQuestion",
    "AnalogyScore",
    "CategorisationScore",
    "Comparison",
    "OddOneOutScore",
    "SimilarityPair",
    "SimilarityScore",
    "built_in_questions",
    "compare_analogies",
    "compare_categorisations",
    "compare_odd_one_out",
    "compare_similarities",
    "evaluate_analogies",
    "evaluate_categorisation",
    "evaluate_odd_one_out",
    "evaluate_similarity",
    "read_questions",
]
