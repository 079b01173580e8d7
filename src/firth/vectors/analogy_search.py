"""Analogies: the words with the best score made of their cosines with several words.

Source  3CosAdd: Mikolov, Yih and Zweig 2013, "Linguistic regularities in continuous space word
        representations". 3CosMul: Levy and Goldberg 2014, "Linguistic regularities in sparse and
        explicit word representations", eq. 5.
Shapes  N rows that are searched, Q questions, U different directions in them, D numbers per row.

Many questions speak of few words. So the cosines of their U directions with a block of rows are
computed once, as a matrix product, and each question only combines a few lines of that table:
19,544 questions over 30,000 words of 100 numbers took half the time of a product with one line per
question. What was found in float32 is judged again in float64.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import SettingError
from firth.vectors.candidates import SearchedRows
from firth.vectors.exact_search import best_quotients, can_divide
from firth.vectors.neighbours import Nearest, exact_cosines
from firth.vectors.ranking import BestRows

__all__ = ["AnalogyMethod", "WordSums", "best_answers", "check_method"]

AnalogyMethod: TypeAlias = Literal["3cosadd", "3cosmul"]

Number = TypeVar("Number", np.float32, np.float64)

NONE = -1  # fills up the lines of questions with fewer words than others
SMALL = 1e-6  # keeps 3CosMul from dividing by zero; gensim's value (the paper: 1e-3)
ROWS_AT_ONCE = 1024  # columns of the table of cosines: 900 lines of them take 3.7 MB
QUESTIONS_AT_ONCE = 256  # scores held at once: 1 MB, about one core's cache
QUESTIONS_PER_TABLE = 4096  # bounds U, and with it the table to 50 MB for questions of 3 words


class WordSums(NamedTuple):
    """Questions: what is added and what is taken away, as lines of `directions`; NONE where there is nothing."""

    directions: NDArray[np.float64]  # (U, D) of length 1, or 0
    added: NDArray[np.int64]  # (Q, at least 1)
    taken: NDArray[np.int64]  # (Q, at least 0)


def check_method(method: object) -> None:
    """Raise SettingError unless this is an AnalogyMethod."""
    if method not in get_args(AnalogyMethod):
        raise SettingError(f"method={method!r}: must be one of {', '.join(get_args(AnalogyMethod))}")


def best_answers(
    searched: SearchedRows,
    sums: WordSums,
    method: AnalogyMethod,
    count: int,
    left_out: Sequence[Sequence[int]],
) -> Nearest:
    """The `count` rows with the best score for each question, exactly.

    "3cosadd" adds and subtracts cosines; "3cosmul" moves them to [0, 1], (1 + cosine) / 2, and divides
    the product of those added by the product of those taken away.

    Parameters
    ----------
    count : in [1, N].
    left_out : for each question, rows that are no answer to it.
    """
    rows = np.empty((len(sums.added), count), np.int64)
    scores = np.empty((len(sums.added), count), np.float64)
    per_table = max(1, QUESTIONS_PER_TABLE * ROWS_AT_ONCE // max(ROWS_AT_ONCE, count))
    for start in range(0, len(rows), per_table):
        some = slice(start, start + per_table)
        asked = sums._replace(added=sums.added[some], taken=sums.taken[some])
        found = searched.rows_at(_candidates(searched, asked, method, count, left_out[some]))
        exact = _score(_exactly(searched.matrix, found, sums.directions, method), asked.added, asked.taken, method)
        rows[some], scores[some] = Nearest.best_of(found, exact, left_out[some], count)
    return Nearest(rows, scores)


class _Forbidden(NamedTuple):
    """Places that must not answer: `places[i]` is forbidden for `questions[i]`; questions ascend."""

    questions: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, searched: SearchedRows, left_out: Sequence[Sequence[int]]) -> "_Forbidden":
        questions = np.repeat(np.arange(len(left_out)), [len(rows) for rows in left_out])
        return cls(questions, searched.places_of(np.array([row for rows in left_out for row in rows], np.int64)))

    def strike_out(self, scores: Matrix, question: int, place: int) -> None:
        """Set the forbidden among the scores of questions and places from these on to minus infinity."""
        count, width = scores.shape
        low, high = np.searchsorted(self.questions, [question, question + count])
        columns = self.places[low:high] - place
        here = (columns >= 0) & (columns < width) & (self.places[low:high] >= 0)
        scores[self.questions[low:high][here] - question, columns[here]] = -np.inf


def _candidates(
    searched: SearchedRows, sums: WordSums, method: AnalogyMethod, count: int, left_out: Sequence[Sequence[int]]
) -> NDArray[np.int64]:
    """The places of the best `count` rows for each question (Q, at least count), in no order."""
    if method == "3cosmul" and len(sums.added) == 1 and searched.rows is None:
        added, taken = sums.added[sums.added != NONE], sums.taken[sums.taken != NONE]
        queries = sums.directions[np.concatenate((added, taken))].astype(np.float32)
        wanted = min(searched.n_rows, count + len(left_out[0]))
        if can_divide(searched.matrix, len(queries), wanted):
            return best_quotients(searched.matrix, searched.inverse, queries, len(added), SMALL, wanted)[None]
    return _candidates_by_table(searched, sums, method, count, _Forbidden.of(searched, left_out))


def _candidates_by_table(
    searched: SearchedRows, sums: WordSums, method: AnalogyMethod, count: int, forbidden: _Forbidden
) -> NDArray[np.int64]:
    """The same (Q, count), with the table of cosines that the questions share."""
    members = np.hstack((sums.added, sums.taken))
    used, lines = np.unique(members, return_inverse=True)
    lines = np.where(members == NONE, NONE, lines.reshape(members.shape) - (used[0] == NONE))
    added, taken = np.hsplit(lines, [sums.added.shape[1]])
    directions = sums.directions[used[used != NONE]].astype(np.float32)
    if used[0] == NONE:  # an extra line of the table
        directions = np.vstack((directions, np.zeros_like(directions[:1])))
    starts = range(0, len(added), QUESTIONS_AT_ONCE)
    best = [BestRows(min(QUESTIONS_AT_ONCE, len(added) - start), count) for start in starts]
    for first, table in searched.cosine_blocks(directions, max(ROWS_AT_ONCE, count), len(added)):
        if method == "3cosmul":
            _move_to_unit_interval(table)
        if used[0] == NONE:
            table[NONE] = _neutral(method)
        for start, some in zip(starts, best, strict=True):
            part = slice(start, start + QUESTIONS_AT_ONCE)
            scores = _score(table.__getitem__, added[part], taken[part], method)
            forbidden.strike_out(scores, start, first)
            some.offer(first, scores)
    return np.vstack([some.rows() for some in best])


def _exactly(
    matrix: Matrix, rows: NDArray[np.int64], directions: NDArray[np.float64], method: AnalogyMethod
) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    """What finds the cosines of rows (Q, count) with a direction for each question, in float64."""

    def find(lines: NDArray[np.int64]) -> NDArray[np.float64]:
        cosines = exact_cosines(matrix, rows, directions, lines)
        if method == "3cosmul":
            _move_to_unit_interval(cosines)
        cosines[lines == NONE] = _neutral(method)
        return cosines

    return find


def _move_to_unit_interval(cosines: NDArray[np.floating]) -> None:
    cosines += 1
    cosines /= 2


def _neutral(method: AnalogyMethod) -> float:
    """What may be added, or multiplied with, and changes nothing."""
    return 0.0 if method == "3cosadd" else 1.0


def _score(
    find: Callable[[NDArray[np.int64]], NDArray[Number]],
    added: NDArray[np.int64],
    taken: NDArray[np.int64],
    method: AnalogyMethod,
) -> NDArray[Number]:
    """The score of each row (Q, rows); `find` gives a line of cosines (Q, rows) for each question, to be changed."""
    scores = find(added[:, 0])
    if method == "3cosmul":
        for lines in added.T[1:]:
            scores *= find(lines)
        divisor = find(taken[:, 0]) if taken.size else np.ones_like(scores)
        for lines in taken.T[1:]:
            divisor *= find(lines)
        divisor += SMALL
        scores /= divisor
        return scores
    for lines in added.T[1:]:
        scores += find(lines)
    for lines in taken.T:
        scores -= find(lines)
    return scores
