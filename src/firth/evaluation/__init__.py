"""Judging vectors: analogies, similarity, categories and odd words out."""

from firth.evaluation.analogies import AnalogyScore, evaluate_analogies
from firth.evaluation.questions import AnalogyQuestion, built_in_questions, read_questions
from firth.evaluation.similarity import SimilarityPair, SimilarityScore, evaluate_similarity

__all__ = [
    "AnalogyQuestion",
    "AnalogyScore",
    "SimilarityPair",
    "SimilarityScore",
    "built_in_questions",
    "evaluate_analogies",
    "evaluate_similarity",
    "read_questions",
]
