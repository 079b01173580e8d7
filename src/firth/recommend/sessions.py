"""Events in the order of a table to sequences: by user and time, with a new one after each long pause."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Offsets, WordIds
from firth.errors import CorpusError, SettingError, quoted
from firth.recommend.index_ranges import indices_of, offsets_of
from firth.settings import check_value, whole_number

__all__ = ["Cut", "cut_into_sequences", "event_weights", "frequent_events"]


class Cut(NamedTuple):
    """Sequences of events: sequence s has the events chosen[offsets[s] : offsets[s + 1]] of the table."""

    chosen: NDArray[np.int64]
    offsets: Offsets


def cut_into_sequences(
    users: WordIds,
    times: NDArray[np.float64] | None,
    gap: float | None,
    wanted: NDArray[np.bool_] | None,
    minimum_length: int,
) -> Cut:
    """All events of a user in time order, events at the same time or without times in the order of the table.

    gap : seconds after which a new sequence begins; sequences are then in the order of their first events. None: one
        for each user, in the order of their first appearance.
    wanted : (T,) the events to keep; the others are part of a session, but not of the result.
    minimum_length : shorter sequences, of wanted events, are left out.

    Raises   CorpusError if none is left.
    """
    check_value("minimum_length", minimum_length, whole_number(1))
    order = _by_user_and_time(users, times)
    first = np.ones(len(order), np.bool_)
    first[1:] = np.diff(users[order]) != 0
    if gap is not None:
        assert times is not None
        first[1:] |= np.diff(times[order]) > gap
    lengths = np.diff(np.append(np.flatnonzero(first), len(order)))
    if wanted is not None:
        is_wanted = wanted[order]
        lengths = np.diff(np.concatenate([[0], np.cumsum(is_wanted)])[offsets_of(lengths)])
        order = order[is_wanted]
    offsets = offsets_of(lengths)
    long = np.flatnonzero(lengths >= minimum_length)
    if not len(long):
        raise CorpusError(
            f"none of the {len(lengths):,} sequences has {minimum_length:,} events or more: lower minimum_length"
            + ("" if gap is None else ", or give a longer gap")
        )
    if gap is not None:
        assert times is not None
        long = long[np.argsort(times[order[offsets[long]]], kind="stable")]
    chosen = order[indices_of(offsets[long], lengths[long])]
    return Cut(chosen, offsets_of(lengths[long]))


def _by_user_and_time(users: WordIds, times: NDArray[np.float64] | None) -> NDArray[np.int64]:
    if times is None or (np.diff(times) >= 0).all():
        return np.argsort(users, kind="stable")
    order = np.argsort(times, kind="stable")
    return order[np.argsort(users[order], kind="stable")]


def event_weights(weights: Mapping[str, float], names: tuple[str, ...]) -> NDArray[np.float32]:
    """The weight of each kind of event; 1 for those that are not mentioned.

    Raises   SettingError if a kind does not exist, or a weight is negative.
    """
    if not isinstance(weights, Mapping):
        raise SettingError(f"weights={quoted(weights)}: must be a dictionary from kinds of events to numbers")
    if not names:
        raise SettingError("weights= needs kinds of events: read the table with event='…', the column that has them")
    of_kind = np.ones(len(names), np.float32)
    for name, weight in weights.items():
        if name not in names:
            shown = ", ".join(map(repr, names[:10])) + (", …" if len(names) > 10 else "")
            raise SettingError(f"weights: there is no event {name!r}; the kinds of events are {shown}")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < np.inf:
            raise SettingError(f"weights: {name!r} has {quoted(weight)}: must be a number, 0 or more")
        of_kind[names.index(name)] = weight
    return of_kind


def frequent_events(ids: WordIds, counts: Counts, minimum_count: int) -> NDArray[np.bool_] | None:
    """Which events (T,) are about items that have at least so many; None: all."""
    check_value("minimum_count", minimum_count, whole_number(1))
    return None if minimum_count == 1 else (counts >= minimum_count)[ids]
