"""Lists of items for histories, from what a Recommender has learned and what its user wants."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import SettingError
from firth.recommend.given_items import GivenHistories, allowed_items, read_histories
from firth.recommend.item_search import Best
from firth.recommend.items import UNKNOWN
from firth.recommend.learned import FIRST_LAG, Learned
from firth.recommend.recommendations import ManyRecommendations
from firth.recommend.scorer import NEVER, Histories
from firth.vectors.given import check_whole

__all__ = ["Wanted", "lists"]


class Wanted(NamedTuple):
    """What a user wants; see Recommender.recommend."""

    length: int
    exclude_seen: bool | None
    only: Iterable[Any] | None
    never: Iterable[Any] | None
    new_items: int
    approximate: bool


def lists(learned: Learned, histories: Iterable[Any], wanted: Wanted) -> tuple[ManyRecommendations, GivenHistories]:
    """A list for each history, and the histories as they were read."""
    check_whole("count", wanted.length)
    _check_new_items(learned, wanted)
    items = learned.all_items
    given = read_histories(histories, items, learned.vectors.item_vectors.shape[1])
    allowed = allowed_items(wanted.only, wanted.never, items)
    weights = learned.weights_for(wanted.exclude_seen)
    n = len(learned.items)
    queries, known = learned.history_vectors(given), _without_new(given.histories, n)
    use_index = wanted.approximate and wanted.only is None
    best = learned.best(
        queries, known, wanted.length, weights, None if allowed is None else allowed[:n], approximate=use_index
    )
    is_empty = (np.diff(given.histories.offsets) == 0) & np.array([vector is None for vector in given.vectors])
    if is_empty.any():
        _fill(best, is_empty, learned.most_frequent(wanted.length, None if allowed is None else allowed[:n]))
    own = 0
    if learned.new is not None:
        scores = queries @ learned.new.next_vectors.T * weights[0]
        scores[is_empty] = NEVER
        if allowed is not None:
            scores[:, ~allowed[n:]] = NEVER
        if weights[FIRST_LAG] == NEVER:
            _exclude(scores, given.histories, n)
        own = min(wanted.new_items, wanted.length, scores.shape[1])
        best = _with_new(best, scores, n, (wanted.length, own))
    skipped = np.array([len(some) for some in given.skipped], np.int64)
    return ManyRecommendations(best.items, best.scores, items, skipped, is_empty, own), given


def _check_new_items(learned: Learned, wanted: Wanted) -> None:
    check_whole("new_items", wanted.new_items, 0)
    if wanted.new_items > wanted.length:
        raise SettingError(f"new_items={wanted.new_items}: must be at most count={wanted.length}")
    if wanted.new_items and learned.new is None:
        raise SettingError(f"new_items={wanted.new_items}: there are no new items; add some with add_items()")


def _without_new(histories: Histories, n: int) -> Histories:
    """Histories without items whose number is at least n."""
    is_known = histories.ids < n
    if is_known.all():
        return histories
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_known)])[histories.offsets]
    return Histories(histories.ids[is_known], offsets)


def _fill(best: Best, rows: NDArray[np.bool_], popular: Best) -> None:
    """Put the most frequent items into some rows."""
    n = popular.items.shape[1]
    best.items[rows], best.scores[rows] = UNKNOWN, NEVER
    best.items[rows, :n], best.scores[rows, :n] = popular.items, popular.scores


def _exclude(scores: Matrix, histories: Histories, n: int) -> None:
    """Give new items that were seen the score NEVER."""
    rows = np.repeat(np.arange(len(histories)), np.diff(histories.offsets))
    is_new = histories.ids >= n
    scores[rows[is_new], histories.ids[is_new] - n] = NEVER


def _with_new(best: Best, scores: Matrix, n: int, counts: tuple[int, int]) -> Best:
    """Lists with new items: so many at the end of each; without, where their scores put them.

    scores : (Q, M) of the new items, whose numbers begin at n.    counts : the length of lists, and that of their end.
    """
    count, own = counts
    order = np.argsort(-scores, axis=1, kind="stable")[:, : own or count]
    new = np.where(np.take_along_axis(scores, order, 1) > NEVER, order + n, UNKNOWN).astype(np.int32)
    new_scores = np.take_along_axis(scores, order, 1)
    if own:
        first = count - own
        return Best(np.hstack([best.items[:, :first], new]), np.hstack([best.scores[:, :first], new_scores]))
    items, merged = np.hstack([best.items, new]), np.hstack([best.scores, new_scores])
    order = np.argsort(-merged, axis=1, kind="stable")[:, :count]
    return Best(np.take_along_axis(items, order, 1), np.take_along_axis(merged, order, 1))
