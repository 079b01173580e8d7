"""All that models are asked to be judged: test sets from files, or the built-in ones, read once for many models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from firth.errors import SettingError
from firth.evaluation.analogies import AnalogyMethod, AnalogyScore, evaluate_analogies
from firth.evaluation.categories import read_categories
from firth.evaluation.categorisation import CategorisationScore, evaluate_categorisation
from firth.evaluation.comparison import (
    Comparison,
    compare_analogies,
    compare_categorisations,
    compare_odd_one_out,
    compare_similarities,
)
from firth.evaluation.odd_one_out import OddOneOutScore, evaluate_odd_one_out, read_odd_questions
from firth.evaluation.questions import AnalogyQuestion, load_questions
from firth.evaluation.similarity import SimilarityPair, SimilarityScore, evaluate_similarity, read_similarity_pairs
from firth.vectors.analogy_search import check_method
from firth.vectors.word_vectors import WordVectors

__all__ = ["Headline", "Score", "Scores", "TestSets", "compare_scores", "headline"]

Score: TypeAlias = AnalogyScore | SimilarityScore | CategorisationScore | OddOneOutScore
Scores: TypeAlias = dict[str, Score]

_PAIRED_TESTS: dict[type, Callable[[Any, Any], Comparison]] = {
    AnalogyScore: compare_analogies,
    SimilarityScore: compare_similarities,
    CategorisationScore: compare_categorisations,
    OddOneOutScore: compare_odd_one_out,
}


class Headline(NamedTuple):
    """The one number of a score: "accuracy", "Spearman" or "purity", and its value."""

    measure: str
    value: float


def headline(score: Score) -> Headline:
    """The first measure of a score."""
    return Headline(*next(iter(score.measures().items())))


@dataclass(frozen=True)
class TestSets:
    """Test sets by name; without any the built-in analogies, categories and odd words."""

    __test__ = False  # pytest: this is no test of ours

    analogies: Mapping[str, Sequence[AnalogyQuestion]] = field(default_factory=dict)
    similarity: Mapping[str, Sequence[SimilarityPair]] = field(default_factory=dict)
    categories: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    odd_words: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        analogies: Sequence[Path] = (),
        similarity: Sequence[Path] = (),
        categories: Sequence[Path] = (),
        odd_words: Sequence[Path] = (),
    ) -> "TestSets":
        """Test sets from files, each called by the name of its file.

        Raises   FormatError if a file is not what it should be; SettingError if two have one name.
        """
        names = [path.name for path in (*analogies, *similarity, *categories, *odd_words)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise SettingError(f"{twice}: two test sets have this name")
        return cls(
            {path.name: load_questions(path) for path in analogies},
            {path.name: read_similarity_pairs(path) for path in similarity},
            {path.name: read_categories(path) for path in categories},
            {path.name: list(read_odd_questions(path)) for path in odd_words},
        )

    def judge(self, vectors: WordVectors, *, top: int | None = None, method: AnalogyMethod = "3cosadd") -> Scores:
        """Every score of a model, by the name of its test set.

        Parameters
        ----------
        top : consider only the `top` most frequent words; None for all.
        method : how analogies are answered, "3cosadd" or "3cosmul".

        Raises   SettingError if `top` or `method` has an impossible value.
        """
        check_method(method)
        scores: Scores = {}
        for name, questions in self.analogies.items():
            scores[name] = evaluate_analogies(vectors, questions, top=top, method=method)
        for name, pairs in self.similarity.items():
            scores[name] = evaluate_similarity(vectors, pairs, top=top)
        for name, members in self.categories.items():
            scores[name] = evaluate_categorisation(vectors, members, top=top)
        for name, lines in self.odd_words.items():
            scores[name] = evaluate_odd_one_out(vectors, lines, top=top)
        if not scores:
            scores["built-in analogies"] = evaluate_analogies(vectors, top=top, method=method)
            scores["built-in categories"] = evaluate_categorisation(vectors, top=top)
            scores["built-in odd words"] = evaluate_odd_one_out(vectors, top=top)
        return scores


def compare_scores(first: Scores, second: Scores) -> dict[str, Comparison]:
    """The paired test of two models on each test set.

    Raises   SettingError if the two were not asked the same.
    """
    return {name: _PAIRED_TESTS[type(score)](score, second[name]) for name, score in first.items()}
