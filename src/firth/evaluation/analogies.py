"""Analogy questions: how often is the nearest word to `b - a + c` the expected one?

The questions come from analogy_questions.py, the search for answers (3CosAdd, 3CosMul) is vectors/analogy_search.py.

Shapes  Q questions, N words considered, U different words in the questions, D numbers per vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.analogy_questions import AnalogyQuestion, AnalogySource, load_questions
from firth.evaluation.known_words import KnownWords, find_known_words
from firth.evaluation.score import AccuracyScore, ratio, warn_if_uncovered
from firth.notebook import html_table
from firth.vectors.analogy_search import AnalogyMethod, WordSums, best_scores, check_method
from firth.vectors.expected import check_vectors
from firth.vectors.query import unit
from firth.vectors.word_vectors import WordVectors

__all__ = ["SECTION_COLUMNS", "AnalogyMethod", "AnalogyScore", "SectionScore", "evaluate_analogies"]

SECTION_COLUMNS = ("section", "right", "of", "accuracy", "coverage")


class SectionScore(NamedTuple):
    """The score of one section of a test set.

    correct : right answers.
    covered : questions whose four words are all known.
    total : questions in the section.
    """

    section: str
    correct: int
    covered: int
    total: int

    @property
    def accuracy(self) -> float:
        """`correct / covered`, in [0, 1]; NaN if no question is covered."""
        return ratio(self.correct, self.covered)

    @property
    def coverage(self) -> float:
        """`covered / total`, in [0, 1]."""
        return ratio(self.covered, self.total)


@dataclass(frozen=True, repr=False)
class AnalogyScore(AccuracyScore):
    """The answers of one model to Q analogy questions.

    Attributes
    ----------
    questions : (Q,) the questions.
    answers : (Q,) the model's answer; None where the question is not covered, "" where no candidate is left.
    right : (Q,) whether the answer is the expected word.
    method : "3cosadd" or "3cosmul".
    words_considered : N, the most frequent words that count as known and are candidates.
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
        correct = np.bincount(labels[self.right], minlength=len(names)).tolist()
        covered = np.bincount(labels[self.is_covered], minlength=len(names)).tolist()
        total = np.bincount(labels, minlength=len(names)).tolist()
        return tuple(SectionScore(*section) for section in zip(names, correct, covered, total, strict=True))

    def section_rows(self) -> list[tuple[str, str, str, str, str]]:
        """A row for each section: name, right answers, covered questions, accuracy and coverage."""
        return [
            (
                section.section,
                f"{section.correct:,}",
                f"{section.covered:,}",
                f"{section.accuracy:.3f}" if section.covered else "",
                f"{section.coverage:.3f}",
            )
            for section in self.sections
        ]

    def _repr_html_(self) -> str:
        table = super()._repr_html_()
        if len(self.sections) < 2:
            return table
        return table + html_table("sections", SECTION_COLUMNS, self.section_rows(), numbers=4)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """(Q,) a label for each question: equal for questions of one section that begin with the same pair `a b`."""
        numbers: dict[tuple[str, str, str], int] = {}
        keys = [(question.section, question.a, question.b) for question in self.questions]
        return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def evaluate_analogies(
    vectors: WordVectors,
    source: AnalogySource = None,
    *,
    top: int | None = None,
    method: AnalogyMethod = "3cosadd",
    ignore_case: bool = True,
) -> AnalogyScore:
    """Answer analogy questions: *a is to b as c is to d*, of which d is to be found.

    The words of a question are excluded from its candidates. Questions with an unknown word are left out; `coverage`
    is the share of the others. With the same `top` (gensim's `restrict_vocab`, 300,000 there) the answers are those of
    gensim's `evaluate_word_analogies`, unless a word of a question has several spellings that differ in case: here its
    own one counts, there the most frequent one.

    Parameters
    ----------
    vectors : words by falling frequency, as all trained models have them.
    source : a file in the format of Google's questions-words.txt, or questions; None for the
        built-in set.
    top : only the `top` most frequent words count as known and are candidates; None for all.
    method : "3cosadd" maximises cos(d, b) - cos(d, a) + cos(d, c); "3cosmul" multiplies and divides
        instead.
    ignore_case : a word that is not there as it is spelled is looked up in any case, and means the most frequent
        spelling.

    Raises
    ------
    FormatError
        if the file has a line that is neither a question nor a section name.
    SettingError
        if `top` or `method` has an impossible value, or a question does not have five parts.

    Source
    ------
    Mikolov, Chen, Corrado and Dean 2013, "Efficient estimation of word representations in vector space", section 4.1
    (the questions); Levy and Goldberg 2014, "Linguistic regularities in sparse and explicit word representations"
    (both methods).
    """
    check_vectors(vectors)
    check_method(method, vectors.search.backend)
    questions = load_questions(source)
    known = find_known_words(vectors, top, ignore_case)
    considered = len(known.canonical)
    ids = known.find_all(word for question in questions for word in question[1:]).reshape(-1, 4)
    is_covered = (ids >= 0).all(axis=1)
    covered = np.flatnonzero(is_covered)
    best = np.full(len(questions), -1, np.int64)
    if len(covered):
        best[covered] = _answer(vectors, ids[covered, :3], known, method)
    right = is_covered & (best >= 0)
    right[right] = known.canonical[best[right]] == known.canonical[ids[right, 3]]
    answers: list[str | None] = [None] * len(questions)
    for question in covered.tolist():
        # A vocabulary of the question's own words alone leaves no candidate.
        answers[question] = vectors.words[best[question]] if best[question] >= 0 else ""
    score = AnalogyScore(questions, answers, right, method, considered)
    if source is not None:
        warn_if_uncovered(score, "questions", (word for question in questions for word in question[1:]))
    return score


def _answer(
    vectors: WordVectors, abc: NDArray[np.int64], known: KnownWords, method: AnalogyMethod
) -> NDArray[np.int64]:
    """Ids of the best words for the questions `abc` (Q, 3); -1 where no candidate is left."""
    used, lines = np.unique(abc, return_inverse=True)
    a, b, c = lines.reshape(abc.shape).T
    directions = unit(vectors.matrix[used].astype(np.float64))
    sums = WordSums(directions, np.stack((b, c), axis=1), a[:, None])
    excluded = _spellings(known.canonical[abc].astype(np.int64), known.canonical)
    found = best_scores(vectors.search, sums, method, 1, excluded, vectors.candidates(len(known.canonical)))
    return np.where(np.isfinite(found.similarities[:, 0]), found.rows[:, 0], -1)


def _spellings(abc: NDArray[np.int64], canonical: NDArray[np.int32]) -> list[list[int]]:
    """The words of each question in all their spellings, which are no candidates for it."""
    order = np.argsort(canonical, kind="stable")  # spellings of one word become adjacent
    used = np.unique(abc)
    starts = np.searchsorted(canonical, used, sorter=order).tolist()
    ends = np.searchsorted(canonical, used, side="right", sorter=order).tolist()
    words = {word: order[start:end].tolist() for word, start, end in zip(used.tolist(), starts, ends, strict=True)}
    return [[*words[a], *words[b], *words[c]] for a, b, c in abc.tolist()]
