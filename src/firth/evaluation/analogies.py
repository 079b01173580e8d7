"""Analogy questions: how often is the nearest word to `b - a + c` the expected one?

Source    3CosAdd: Mikolov, Yih and Zweig 2013, "Linguistic regularities in continuous space word
          representations". 3CosMul: Levy and Goldberg 2014, "Linguistic regularities in sparse and
          explicit word representations", eq. 5.
Shapes    Q questions, N words considered, U different words in the questions, D numbers per vector.

A test set has far fewer different words than questions. So the cosines of its U words with all N
are computed once, as matrix products, and each question only adds three rows of that table: 19,544
questions over 30,000 words of 100 numbers took 0.55 s, where a product with one row per question
took 1.1 s before any search for the best.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.evaluation.answered import AnsweredQuestions
from firth.evaluation.intervals import (
    Interval,
    group_totals,
    percentile_interval,
    resampled_ratio,
)
from firth.evaluation.lookup import Lookup, look_up_words, unit_rows
from firth.evaluation.questions import AnalogyQuestion, AnalogySource, load_questions
from firth.vectors.word_vectors import WordVectors

__all__ = ["AnalogyMethod", "AnalogyScore", "SectionScore", "evaluate_analogies"]

AnalogyMethod: TypeAlias = Literal["3cosadd", "3cosmul"]

_WORDS_AT_ONCE = 1024  # columns of the table of cosines: 900 rows of them take 3.7 MB
_QUESTIONS_AT_ONCE = 256  # sums held at once: 1 MB, about one core's cache
_QUESTIONS_PER_TABLE = 8192  # bounds U, and with it the table to 100 MB
_SMALL = 1e-6  # keeps 3CosMul from dividing by zero; gensim's value (the paper: 1e-3)


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
        return self.correct / self.asked if self.asked else float("nan")

    @property
    def coverage(self) -> float:
        """Share of the questions that could be asked, in [0, 1]; NaN if there are none."""
        return self.asked / self.total if self.total else float("nan")


@dataclass(frozen=True)
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
    if method not in get_args(AnalogyMethod):
        raise SettingError(f"method={method!r}: must be one of {', '.join(get_args(AnalogyMethod))}")
    questions = load_questions(source)
    lookup = look_up_words(vectors, top, ignore_case)
    considered = len(lookup.leaders)
    ids = lookup.find_all(word for question in questions for word in question[1:]).reshape(-1, 4)
    known = (ids >= 0).all(axis=1)
    asked = np.flatnonzero(known)
    units = unit_rows(vectors.matrix[:considered])
    best = np.full(len(questions), -1, np.int64)
    for start in range(0, len(asked), _QUESTIONS_PER_TABLE):
        some = asked[start : start + _QUESTIONS_PER_TABLE]
        best[some] = _answer(units, ids[some, :3], lookup, method)
    right = known & (best >= 0)
    right[right] = lookup.leaders[best[right]] == ids[right, 3]
    answers: list[str | None] = [None] * len(questions)
    for question in asked.tolist():
        # A vocabulary of no more than the question's own words leaves nothing to answer.
        answers[question] = vectors.words[best[question]] if best[question] >= 0 else ""
    return AnalogyScore(questions, answers, right, method, considered)


def _answer(
    units: NDArray[np.float32],
    abc: NDArray[np.int64],
    lookup: Lookup,
    method: AnalogyMethod,
) -> NDArray[np.int64]:
    """Ids of the best words for the questions `abc` (Q, 3); -1 where no word is left."""
    distinct, rows = np.unique(abc, return_inverse=True)
    rows = rows.reshape(abc.shape)
    forbidden = _spellings(abc, lookup.leaders)
    best_score = np.full(len(abc), -np.inf, np.float32)
    best_word = np.full(len(abc), -1, np.int64)
    for first in range(0, len(units), _WORDS_AT_ONCE):
        cosines = units[distinct] @ units[first : first + _WORDS_AT_ONCE].T
        if method == "3cosmul":
            cosines = (1 + cosines) / 2  # the paper's shift to [0, 1]
        for start in range(0, len(abc), _QUESTIONS_AT_ONCE):
            some = slice(start, start + _QUESTIONS_AT_ONCE)
            scores = _combine(cosines, rows[some], method)
            _forbid(scores, forbidden, start, first)
            winner = scores.argmax(axis=1)
            score = scores[np.arange(len(winner)), winner]
            better = score > best_score[some]  # not >=: of equals the most frequent wins
            best_score[some][better] = score[better]
            best_word[some][better] = winner[better] + first
    return best_word


def _combine(cosines: NDArray[np.float32], rows: NDArray[np.int64], method: AnalogyMethod) -> NDArray[np.float32]:
    """Score of every word in this block (columns) for the questions `rows` (q, 3)."""
    scores: NDArray[np.float32] = cosines[rows[:, 1]]
    if method == "3cosadd":
        scores -= cosines[rows[:, 0]]
        scores += cosines[rows[:, 2]]
    else:
        scores *= cosines[rows[:, 2]]
        scores /= cosines[rows[:, 0]] + np.float32(_SMALL)
    return scores


class _Forbidden(NamedTuple):
    """Words that must not answer: `word[i]` is forbidden for `question[i]`; questions ascend."""

    question: NDArray[np.int64]
    word: NDArray[np.int64]


def _spellings(abc: NDArray[np.int64], leaders: NDArray[np.int32]) -> _Forbidden:
    """The words of each question in all their spellings."""
    order = np.argsort(leaders, kind="stable")  # spellings of one word side by side
    starts = np.searchsorted(leaders, abc.ravel(), sorter=order)
    lengths = np.searchsorted(leaders, abc.ravel(), side="right", sorter=order) - starts
    entry = np.repeat(np.arange(abc.size), lengths)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return _Forbidden(entry // 3, order[starts[entry] + within])


def _forbid(scores: NDArray[np.float32], forbidden: _Forbidden, start: int, first_word: int) -> None:
    """Set the forbidden words of the questions from `start` on to minus infinity, in place."""
    count, width = scores.shape
    low, high = np.searchsorted(forbidden.question, [start, start + count])
    column = forbidden.word[low:high] - first_word
    here = (column >= 0) & (column < width)
    scores[forbidden.question[low:high][here] - start, column[here]] = -np.inf
