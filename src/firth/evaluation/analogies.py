"""Analogy questions: how often is the nearest word to `b - a + c` the expected one?

Shapes  Q questions, N words considered, U different words in the questions, D numbers per vector.

The answers are found by vectors/analogy_search.py, which says what the methods are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.answered import AnsweredQuestions
from firth.evaluation.intervals import (
    Interval,
    group_totals,
    percentile_interval,
    resampled_ratio,
)
from firth.evaluation.lookup import Lookup, look_up_words
from firth.evaluation.questions import AnalogyQuestion, AnalogySource, load_questions
from firth.evaluation.shown import share_of
from firth.notebook import html_table
from firth.vectors.analogy_search import AnalogyMethod, WordSums, best_scores, check_method
from firth.vectors.query import unit
from firth.vectors.word_vectors import WordVectors

__all__ = ["SECTION_COLUMNS", "AnalogyMethod", "AnalogyScore", "SectionScore", "evaluate_analogies"]

SECTION_COLUMNS = ("section", "right", "of", "accuracy", "coverage")


class SectionScore(NamedTuple):
    """One section of a test set.

    total : questions in it.   asked : those whose four words are all known.   correct : right
        answers.
    """

    section: str
    correct: int
    asked: int
    total: int

    @property
    def accuracy(self) -> float:
        """Right answers among the questions asked, in [0, 1]; NaN if none could be asked."""
        return share_of(self.correct, self.asked)

    @property
    def coverage(self) -> float:
        """Share of the questions that could be asked, in [0, 1]; NaN if there are none."""
        return share_of(self.asked, self.total)


@dataclass(frozen=True, repr=False)
class AnalogyScore(AnsweredQuestions):
    """The answers of one model to Q analogy questions.

    Attributes
    ----------
    method : "3cosadd" or "3cosmul".
    words_considered : how many of the most frequent words could be asked about and answered with.
    """

    questions: Sequence[AnalogyQuestion]
    method: AnalogyMethod
    words_considered: int

    @cached_property
    def sections(self) -> tuple[SectionScore, ...]:
        """The score of each section, in the order of the test set."""
        names = list(dict.fromkeys(question.section for question in self.questions))
        number = {name: index for index, name in enumerate(names)}
        labels = np.array([number[question.section] for question in self.questions], np.int64)
        correct = np.bincount(labels[self.right], minlength=len(names))
        asked = np.bincount(labels[self.was_asked], minlength=len(names))
        total = np.bincount(labels, minlength=len(names))
        return tuple(SectionScore(name, int(correct[i]), int(asked[i]), int(total[i])) for i, name in enumerate(names))

    def section_rows(self) -> list[tuple[str, str, str, str, str]]:
        """A row of SECTION_COLUMNS for each section."""
        return [
            (
                section.section,
                f"{section.correct:,}",
                f"{section.asked:,}",
                f"{section.accuracy:.3f}" if section.asked else "",
                f"{section.coverage:.3f}",
            )
            for section in self.sections
        ]

    def _repr_html_(self) -> str:
        whole = super()._repr_html_()
        if len(self.sections) < 2:
            return whole
        return whole + html_table("sections", SECTION_COLUMNS, self.section_rows(), numbers=4)

    @cached_property
    def pair_labels(self) -> NDArray[np.int64]:
        """(Q,) equal numbers for questions of one section that start from the same pair `a b`."""
        numbers: dict[tuple[str, str, str], int] = {}
        keys = [(question.section, question.a, question.b) for question in self.questions]
        return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)

    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of the accuracy; what is drawn are pairs `a b`."""
        asked = group_totals(self.pair_labels, self.was_asked.astype(np.float64))
        correct = group_totals(self.pair_labels, self.right.astype(np.float64))
        used = asked > 0
        return percentile_interval(resampled_ratio(correct[used], asked[used], seed=seed), level)


def evaluate_analogies(
    vectors: WordVectors,
    source: AnalogySource = None,
    *,
    top: int | None = None,
    method: AnalogyMethod = "3cosadd",
    ignore_case: bool = True,
) -> AnalogyScore:
    """Ask a model analogy questions.

    The words of a question are never its answer. A question with an unknown word is not asked:
    `coverage` says how many were. With the same `top` (gensim's `restrict_vocab`, 300,000 there)
    the answers are those of gensim's `evaluate_word_analogies`.

    Parameters
    ----------
    vectors : words by falling frequency, as all trained models have them.
    source : a file in the format of Google's questions-words.txt, or questions; None for the
        built-in set.
    top : only the `top` most frequent words can be asked about and given as answers; None for all.
    method : "3cosadd" maximises cos(d, b) - cos(d, a) + cos(d, c); "3cosmul" multiplies and divides
        instead.
    ignore_case : treat spellings that differ in case alone as one word.

    Raises
    ------
    FormatError
        if the file has a line that is neither a question nor a section name.
    SettingError
        if `top` or `method` has an impossible value.
    """
    check_method(method)
    questions = load_questions(source)
    lookup = look_up_words(vectors, top, ignore_case)
    considered = len(lookup.leaders)
    ids = lookup.find_all(word for question in questions for word in question[1:]).reshape(-1, 4)
    known = (ids >= 0).all(axis=1)
    asked = np.flatnonzero(known)
    best = np.full(len(questions), -1, np.int64)
    if len(asked):
        best[asked] = _answer(vectors, ids[asked, :3], lookup, method)
    right = known & (best >= 0)
    right[right] = lookup.leaders[best[right]] == ids[right, 3]
    answers: list[str | None] = [None] * len(questions)
    for question in asked.tolist():
        # A vocabulary of no more than the question's own words leaves nothing to answer.
        answers[question] = vectors.words[best[question]] if best[question] >= 0 else ""
    return AnalogyScore(questions, answers, right, method, considered)


def _answer(vectors: WordVectors, abc: NDArray[np.int64], lookup: Lookup, method: AnalogyMethod) -> NDArray[np.int64]:
    """Ids of the best words for the questions `abc` (Q, 3); -1 where no word is left."""
    used, lines = np.unique(abc, return_inverse=True)
    a, b, c = lines.reshape(abc.shape).T
    directions = unit(vectors.matrix[used].astype(np.float64))
    sums = WordSums(directions, np.stack((b, c), axis=1), a[:, None])
    excluded = _spellings(abc, lookup.leaders)
    found = best_scores(vectors.search, sums, method, 1, excluded, vectors.candidates(len(lookup.leaders)))
    return np.where(np.isfinite(found.similarities[:, 0]), found.rows[:, 0], -1)


def _spellings(abc: NDArray[np.int64], leaders: NDArray[np.int32]) -> list[list[int]]:
    """The words of each question in all their spellings."""
    order = np.argsort(leaders, kind="stable")  # spellings of one word side by side
    used = np.unique(abc)
    starts = np.searchsorted(leaders, used, sorter=order).tolist()
    ends = np.searchsorted(leaders, used, side="right", sorter=order).tolist()
    words = {word: order[start:end].tolist() for word, start, end in zip(used.tolist(), starts, ends, strict=True)}
    return [[*words[a], *words[b], *words[c]] for a, b, c in abc.tolist()]
