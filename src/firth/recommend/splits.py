"""Sequences split into training and test data such that nothing of the test is known in training.

Every part takes the beginnings of some sequences; in a test part the beginning of a sequence is history only, and its
later events are the answers. So an event is an answer in at most one part, and in no part that is trained on.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets
from firth.errors import CorpusError, SettingError, quoted, warn
from firth.recommend.durations import seconds_in

__all__ = ["Beginnings", "by_last", "by_order", "by_time"]


class Beginnings(NamedTuple):
    """A part of a split: how many events of each sequence (S,) it has, and how many of these are history only."""

    lengths: NDArray[np.int64]
    given: NDArray[np.int64]


def by_last(offsets: Offsets, *, valid: bool) -> list[Beginnings]:
    """Test: the last event of each sequence of two or more. valid: the last but one, of three or more.

    Training data are all that is before. Sequences of one event are in training only.
    """
    n_events = np.diff(offsets)
    nothing = np.zeros_like(n_events)
    left = np.where(n_events >= 2, n_events - 1, n_events)
    test = Beginnings(np.where(n_events >= 2, n_events, 0), np.maximum(n_events - 1, 1))
    if not valid:
        return [Beginnings(left, nothing + 1), test]
    has_both = n_events >= 3
    validation = Beginnings(np.where(has_both, n_events - 1, 0), np.maximum(n_events - 2, 1))
    return [Beginnings(left - has_both, nothing + 1), validation, test]


def by_time(offsets: Offsets, times: NDArray[np.float64], valid: Any, test: Any) -> list[Beginnings]:
    """Test: the events after a time; valid: those of a span before it. Training: all that is earlier.

    valid, test : a span of time, counted back from the last event, or a share of the events.

    A sequence that goes on after the time is cut: its first part is in training, and given as history in the test.

    Raises   SettingError for other values; CorpusError if nothing is left for training, or the times do not rise.
    """
    steps = np.diff(times)
    steps[offsets[1:-1] - 1] = 0
    if (steps < 0).any():
        raise CorpusError("the sequences are not in time order: an event is earlier than the one before it")
    ends = [_time_before(times, times.max(), test, "test")]
    if valid is not None:
        earlier = times[times <= ends[0]]
        if not len(earlier):
            raise _nothing("training and validation", test, times)
        ends.insert(0, _time_before(earlier, ends[0], valid, "valid"))
    before = [_events_until(offsets, times, end) for end in ends]
    if not before[0].any():
        raise _nothing("training", test if valid is None else valid, times)
    parts = [Beginnings(before[0], np.ones(len(offsets) - 1, np.int64))]
    for given, lengths in zip(before, [*before[1:], np.diff(offsets)], strict=True):
        parts.append(Beginnings(np.where(lengths > given, lengths, 0), np.maximum(given, 1)))
    return parts


def by_order(offsets: Offsets, valid: Any, test: Any) -> list[Beginnings]:
    """Without times. Test: the last sequences, a share of all; valid: a share that is before them.

    Raises   SettingError for spans of time; CorpusError if no sequence is left for training.
    """
    n = len(offsets) - 1
    shares = [_share("test", test)] + ([] if valid is None else [_share("valid", valid)])
    counts = [max(1, round(share * n)) for share in shares]
    if sum(counts) >= n:
        raise CorpusError(f"{n:,} sequences are too few to split: none is left for training")
    warn(
        f"the sequences have no times: the last {counts[0]:,} of {n:,} in their order are the test"
        + (f", and {counts[1]:,} before them the validation part" if valid is not None else "")
    )
    ends = np.cumsum([0, n - sum(counts), *reversed(counts)])
    number, lengths, given = np.arange(n), np.diff(offsets), np.ones(n, np.int64)
    return [
        Beginnings(np.where((number >= first) & (number < stop), lengths, 0), given)
        for first, stop in zip(ends[:-1], ends[1:], strict=True)
    ]


def _time_before(times: NDArray[np.float64], last: float, span: Any, name: str) -> float:
    """The last time that does not belong to a span or share at the end."""
    if not _is_share(span):
        if isinstance(span, int | float | np.number):
            raise SettingError(_wanted(name, span))
        return float(last - seconds_in(name, span))
    count = max(1, round(float(span) * len(times)))
    # The events at this time are on the same side of the border, all in the later part.
    first = float(np.partition(times, len(times) - count)[len(times) - count])
    return float(np.nextafter(first, -np.inf))


def _events_until(offsets: Offsets, times: NDArray[np.float64], end: float) -> NDArray[np.int64]:
    """How many events of each sequence, which is in time order, are not after a time."""
    before = np.concatenate([[0], np.cumsum(times <= end)])
    return np.diff(before[offsets])


def _is_share(value: Any) -> bool:
    return isinstance(value, float | np.floating) and bool(0 < value < 1)


def _share(name: str, value: Any) -> float:
    if not _is_share(value):
        raise SettingError(f"{name}={quoted(value)}: the sequences have no times; give a share such as 0.1")
    return float(value)


def _wanted(name: str, value: Any) -> str:
    return f"{name}={quoted(value)}: must be a span of time such as '7d', or a share of the events such as 0.1"


def _nothing(parts: str, span: Any, times: NDArray[np.float64]) -> CorpusError:
    days = (times.max() - times.min()) / 86_400
    return CorpusError(f"{span!r} leaves nothing for {parts}: the events span {days:,.1f} days")
