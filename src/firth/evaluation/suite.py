"""Several test sets at once: read from files or built in, and evaluated on one model after another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from firth.errors import SettingError
from firth.evaluation.analogies import AnalogyMethod, evaluate_analogies
from firth.evaluation.analogy_questions import AnalogyQuestion, load_questions
from firth.evaluation.categories import read_categories
from firth.evaluation.categorisation import evaluate_categorisation
from firth.evaluation.comparison import Comparison, compare
from firth.evaluation.odd_one_out import evaluate_odd_one_out, read_odd_questions
from firth.evaluation.score import Score
from firth.evaluation.sentences import (
    SentencePair,
    Weighting,
    check_weighting,
    evaluate_sentences,
    read_sentence_pairs,
)
from firth.evaluation.similarity import SimilarityPair, evaluate_similarity, read_similarity_pairs
from firth.progress import ProgressOption, open_progress
from firth.vectors.analogy_search import check_method
from firth.vectors.expected import check_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["Headline", "Scores", "Suite", "compare_scores", "headline"]

Scores: TypeAlias = dict[str, Score]  # by the name of the test set


class Headline(NamedTuple):
    """The most important number of a score: "accuracy", "Spearman" or "purity", and its value."""

    measure: str
    value: float


def headline(score: Score) -> Headline:
    """The first measure of a score."""
    return Headline(*next(iter(score.measures().items())))


@dataclass(frozen=True)
class Suite:
    """Test sets by name, read once for any number of models.

    An empty suite has the built-in test sets: analogies, categories and odd one out.

    Attributes
    ----------
    analogies : questions of each analogy test set.
    similarity : pairs of words with human judgements of each similarity test set.
    categories : words by category of each categorisation test set.
    odd_words : lists of words, the last of which does not belong, of each odd-one-out test set.
    sentences : pairs of sentences with human judgements of each test set of sentence similarity.
    """

    analogies: Mapping[str, Sequence[AnalogyQuestion]] = field(default_factory=dict)
    similarity: Mapping[str, Sequence[SimilarityPair]] = field(default_factory=dict)
    categories: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    odd_words: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    sentences: Mapping[str, Sequence[SentencePair]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        analogies: Sequence[str | Path] = (),
        similarity: Sequence[str | Path] = (),
        categories: Sequence[str | Path] = (),
        odd_words: Sequence[str | Path] = (),
        sentences: Sequence[str | Path] = (),
    ) -> "Suite":
        """Read test sets from files; each has the name of its file, without the folder.

        Raises   FormatError if a file is not of its kind; SettingError if two files have the same name.
        """
        kinds = [[Path(path) for path in paths] for paths in (analogies, similarity, categories, odd_words, sentences)]
        names = [path.name for paths in kinds for path in paths]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise SettingError(f"{twice}: two test sets have this name; rename one of the files")
        return cls(
            {path.name: load_questions(path) for path in kinds[0]},
            {path.name: read_similarity_pairs(path) for path in kinds[1]},
            {path.name: read_categories(path) for path in kinds[2]},
            {path.name: list(read_odd_questions(path)) for path in kinds[3]},
            {path.name: read_sentence_pairs(path) for path in kinds[4]},
        )

    def evaluate(
        self,
        vectors: WordVectors,
        *,
        top: int | None = None,
        method: AnalogyMethod = "3cosadd",
        weighting: Weighting = "mean",
        progress: ProgressOption = False,
    ) -> Scores:
        """The score of a model on every test set, by the name of the test set.

        Parameters
        ----------
        top : consider only the `top` most frequent words; None for all.
        method : how analogies are answered, "3cosadd" or "3cosmul".
        weighting : how sentence vectors are composed, "mean", "sif" or "tfidf"; see `evaluate_sentences`.
        progress : as in `WordVectors.save`; counts test sets.

        Raises   SettingError if an option has an impossible value, or "sif" needs counts and there are none.
        """
        check_vectors(vectors)
        check_method(method, vectors.search.backend)
        check_weighting(weighting)
        evaluations = self._evaluations(vectors, top, method, weighting)
        scores: Scores = {}
        with open_progress(progress) as reporter, reporter.stage("evaluating", len(evaluations), "test sets") as stage:
            for name, evaluate in evaluations.items():
                scores[name] = evaluate()
                stage.update(len(scores))
        return scores

    def _evaluations(
        self, vectors: WordVectors, top: int | None, method: AnalogyMethod, weighting: Weighting
    ) -> dict[str, Callable[[], Score]]:
        """What computes the score of each test set, by its name."""
        if not (self.analogies or self.similarity or self.categories or self.odd_words or self.sentences):
            return {
                "built-in analogies": partial(evaluate_analogies, vectors, top=top, method=method),
                "built-in categories": partial(evaluate_categorisation, vectors, top=top),
                "built-in odd words": partial(evaluate_odd_one_out, vectors, top=top),
            }
        found: dict[str, Callable[[], Score]] = {}
        for name, questions in self.analogies.items():
            found[name] = partial(evaluate_analogies, vectors, questions, top=top, method=method)
        for name, pairs in self.similarity.items():
            found[name] = partial(evaluate_similarity, vectors, pairs, top=top)
        for name, members in self.categories.items():
            found[name] = partial(evaluate_categorisation, vectors, members, top=top)
        for name, lines in self.odd_words.items():
            found[name] = partial(evaluate_odd_one_out, vectors, lines, top=top)
        for name, sentences in self.sentences.items():
            found[name] = partial(evaluate_sentences, vectors, sentences, top=top, weighting=weighting)
        return found


def compare_scores(first: Scores, second: Scores, *, seed: int = 1) -> dict[str, Comparison]:
    """The paired test of two models on each test set, by the name of the test set.

    Raises   SettingError if the two were evaluated on different test sets.
    """
    if first.keys() != second.keys():
        raise SettingError(f"test sets {list(first)} and {list(second)}: evaluate both models with the same suite")
    return {name: compare(score, second[name], seed=seed) for name, score in first.items()}
