"""Evaluation of word vectors: analogies, similarity, categories, odd one out, and paired tests of two models.

Each `evaluate_…` function returns a score with a coverage and a bootstrap confidence interval; each `compare_…`
function tests whether two models differ on the items that both cover. `firth.evaluation.suite` evaluates several test
sets at once.
"""

from firth.evaluation.analogies import AnalogyScore, SectionScore, evaluate_analogies
from firth.evaluation.analogy_questions import AnalogyQuestion, built_in_questions, read_questions
from firth.evaluation.categorisation import CategorisationScore, evaluate_categorisation
from firth.evaluation.comparison import (
    Comparison,
    compare_analogies,
    compare_categorisations,
    compare_odd_one_out,
    compare_similarities,
)
from firth.evaluation.cooccurrence import CooccurrenceCounts
from firth.evaluation.intervals import Interval
from firth.evaluation.odd_one_out import OddOneOutScore, evaluate_odd_one_out
from firth.evaluation.score import AccuracyScore, Score
from firth.evaluation.sentences import SentencePair, SentenceScore, evaluate_sentences
from firth.evaluation.similarity import SimilarityPair, SimilarityScore, evaluate_similarity
from firth.evaluation.suite import Suite

__all__ = [
    "AccuracyScore",
    "AnalogyQuestion",
    "AnalogyScore",
    "CategorisationScore",
    "Comparison",
    "CooccurrenceCounts",
    "Interval",
    "OddOneOutScore",
    "Score",
    "SectionScore",
    "SentencePair",
    "SentenceScore",
    "SimilarityPair",
    "SimilarityScore",
    "Suite",
    "built_in_questions",
    "compare_analogies",
    "compare_categorisations",
    "compare_odd_one_out",
    "compare_similarities",
    "evaluate_analogies",
    "evaluate_categorisation",
    "evaluate_odd_one_out",
    "evaluate_sentences",
    "evaluate_similarity",
    "read_questions",
]
