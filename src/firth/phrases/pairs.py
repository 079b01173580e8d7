"""Counting the pairs of a text: in shares of all pairs, so that memory is bounded and counts stay exact.

Pairs are divided by their hash into shares. One share after the other, a thread reads the text and counts the pairs of
its share; of these only the frequent ones are kept, and the number of all. A share that does not fit its part of
`max_pairs` is divided in two. Reading the text for every share costs little: 3.8 million words, with 860,000 different
pairs, took 2 threads 0.35 s of CPU time as 8 shares and 0.31 s as 2, whose tables have four times the memory.
"""

import math
import threading
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, WordIds
from firth.kernels.arguments import Connectors, EncodedIds, PairShare, PairTable
from firth.kernels.cpu.text import phrases as kernels
from firth.parallel import run_in_threads
from firth.progress import Stage

__all__ = ["CountedPairs", "PairLimits", "count_pairs", "count_words"]

_PAIRS_OF_SHARE = 1 << 17  # in a table of 4 MB
_WORDS_PER_PAIR = 4  # of usual text: how many pairs it may have is only guessed, to begin with
_MOST_SHARES = 8  # for each thread, however long the text: all of it is read for every share
_FIRST_SLOTS = 1 << 14
_FEWEST_SLOTS = 1 << 12  # a kernel needs 1,024 free ones
_PORTION = 1 << 20  # words between looks at whether to stop


class PairLimits(NamedTuple):
    """Which pairs are kept: those that occur min_count times; and how many pairs fit in memory."""

    min_count: int
    max_pairs: int
    threads: int


class CountedPairs(NamedTuple):
    """The N frequent pairs of a text, by connectors, first and second word.

    first, second : (N,) int32, word ids.
    between : (N,) int32, numbers of the runs of connectors between the two; 0 is none.
    counts : (N,) int64.
    distinct : the number of all different pairs.
    min_count : the count from which pairs were kept; greater than wanted where they did not fit in memory.
    runs : the word ids of each run of connectors that occurs between the pairs.
    """

    first: WordIds
    second: WordIds
    between: NDArray[np.int32]
    counts: Counts
    distinct: int
    min_count: int
    runs: dict[int, tuple[int, ...]]


def count_words(ids: WordIds, n_words: int) -> Counts:
    """How often each of n_words words occurs."""
    counts, first = np.zeros(n_words, np.int64), np.empty(n_words, np.int64)
    for start in range(0, len(ids), _PORTION):
        kernels.count_ids(ids[start : start + _PORTION], start, counts, first)
    return counts


def count_pairs(text: EncodedIds, is_connector: NDArray[np.uint8], limits: PairLimits, stage: Stage) -> CountedPairs:
    """Count the pairs of neighbouring words, which may have connectors between them.

    is_connector : (V,).

    The result does not depend on the number of threads, nor on max_pairs where the frequent pairs fit.
    """
    connectors = _numbered_runs(text, is_connector)
    counting = _Counting(text, connectors, limits)
    counting.run(stage)
    return counting.result()


def _numbered_runs(text: EncodedIds, is_connector: NDArray[np.uint8]) -> Connectors:
    """The runs of connectors that occur."""
    capacity = 1 << 8
    none = np.zeros(0, np.int32)
    empty = Connectors(is_connector, np.zeros(0, np.uint64), none, none, none, np.ones(1, np.int64))
    connectors = _grown(empty, capacity)
    state = _start()
    while is_connector.any():
        kernels.number_runs(text, connectors, state)
        if state[kernels.POSITION] == len(text.ids):
            break
        capacity *= 2
        connectors = _grown(connectors, capacity)
    return connectors


def _grown(old: Connectors, capacity: int) -> Connectors:
    new = Connectors(
        old.is_connector,
        np.zeros(4 * capacity, np.uint64),
        np.zeros(4 * capacity, np.int32),
        np.zeros(capacity, np.int32),
        np.zeros(capacity, np.int32),
        old.sizes,
    )
    n = len(old.parents)
    new.parents[:n], new.words[:n] = old.parents, old.words
    kernels.refill_runs(old, new)
    return new


def _start() -> NDArray[np.int64]:
    return np.array([0, 0, -1, 0], np.int64)


def _new_table(slots: int) -> PairTable:
    return PairTable(np.zeros(slots, np.uint64), np.zeros(slots, np.int64), np.zeros(1, np.int64))


class _Counting:
    """The shares that are waiting, and what those that are done have left."""

    def __init__(self, text: EncodedIds, connectors: Connectors, limits: PairLimits) -> None:
        self._text, self._connectors = text, connectors
        self._threads = max(1, min(limits.threads, limits.max_pairs // _FEWEST_SLOTS))
        most_slots = max(_FEWEST_SLOTS, limits.max_pairs // self._threads * 4 // 3)
        self._most_slots = 1 << int(math.log2(most_slots))
        self._max_pairs = limits.max_pairs
        self._bits = max(1, int(len(connectors.is_connector) - 1).bit_length())
        self._waiting = deque(self._first_shares())
        self._done: list[tuple[NDArray[np.int64], NDArray[np.uint64], Counts]] = []  # first runs, pairs, counts
        self._distinct = 0
        self._floor = limits.min_count
        self._lock = threading.Lock()
        self._words_done = 0.0
        self._stop = threading.Event()

    def _first_shares(self) -> list[PairShare]:
        shares = len(self._text.ids) // (_WORDS_PER_PAIR * _PAIRS_OF_SHARE) + 1
        each = min(_MOST_SHARES, -(-shares // self._threads))
        n = each * self._threads if shares > 1 else 1
        ends = [kernels.FULL_SHARE * i // n for i in range(n + 1)]
        runs = int(self._connectors.sizes[0])
        at_once = (1 << (64 - 2 * self._bits)) - 1  # runs whose numbers fit behind two words
        return [
            PairShare(self._bits, first, min(first + at_once, runs), low, high)
            for first in range(0, runs, at_once)
            for low, high in zip(ends[:-1], ends[1:], strict=True)
        ]

    def run(self, stage: Stage) -> None:
        """Count all shares."""
        all_shares = sum(share.high - share.low for share in self._waiting)

        def report() -> None:
            stage.update(int(self._words_done / all_shares))

        threads = min(self._threads, len(self._waiting))
        run_in_threads(self._work, [()] * threads, report, self._stop.set)
        report()

    def _work(self) -> None:
        table = _new_table(_FIRST_SLOTS)
        while not self._stop.is_set():
            try:
                share = self._waiting.popleft()
            except IndexError:
                return
            table, is_complete = self._count(share, table)
            if is_complete:
                self._keep(share, table)
            elif not self._stop.is_set():
                middle = (share.low + share.high) // 2
                self._waiting.extend((share._replace(high=middle), share._replace(low=middle)))
            for array in table:
                array[:] = 0

    def _count(self, share: PairShare, table: PairTable) -> tuple[PairTable, bool]:
        """Count a share; False if it did not fit, or counting was stopped."""
        state, end = _start(), len(self._text.ids)
        while state[kernels.POSITION] < end and not self._stop.is_set():
            before = int(state[kernels.POSITION])
            kernels.count_pairs(self._text, self._connectors, share, table, state, min(before + _PORTION, end))
            now = int(state[kernels.POSITION])
            if now < min(before + _PORTION, end):
                if 2 * len(table.keys) > self._most_slots and share.high - share.low > 1:
                    with self._lock:
                        self._words_done -= before * (share.high - share.low)
                    return table, False
                larger = _new_table(2 * len(table.keys))
                kernels.refill_pairs(table, larger)
                table = larger
            with self._lock:
                self._words_done += (now - before) * (share.high - share.low)
        return table, not self._stop.is_set()

    def _keep(self, share: PairShare, table: PairTable) -> None:
        frequent = table.counts >= self._floor
        pairs, counts = table.keys[frequent] - np.uint64(1), table.counts[frequent]
        first_runs = np.full(len(pairs), share.first_run, np.int64)
        with self._lock:
            self._distinct += int(table.sizes[0])
            self._done.append((first_runs, pairs, counts))
            if sum(len(pairs) for _, pairs, _ in self._done) > self._max_pairs:
                self._prune()

    def _prune(self) -> None:
        """Keep only so frequent pairs that they fit."""
        joined = [np.concatenate(arrays) for arrays in zip(*self._done, strict=True)]
        by_count = np.sort(joined[2])[::-1]
        self._floor = int(by_count[self._max_pairs]) + 1
        frequent = joined[2] >= self._floor
        self._done = [(joined[0][frequent], joined[1][frequent], joined[2][frequent])]

    def result(self) -> CountedPairs:
        """The frequent pairs of all shares, in order."""
        first_runs, pairs, counts = (np.concatenate(arrays) for arrays in zip(*self._done, strict=True))
        frequent = counts >= self._floor
        first_runs, pairs, counts = first_runs[frequent], pairs[frequent], counts[frequent]
        order = np.lexsort((pairs, first_runs))
        pairs, mask = pairs[order], np.uint64((1 << self._bits) - 1)
        between = (pairs >> np.uint64(2 * self._bits)).astype(np.int64) + first_runs[order]
        return CountedPairs(
            first=(pairs >> np.uint64(self._bits) & mask).astype(np.int32),
            second=(pairs & mask).astype(np.int32),
            between=between.astype(np.int32),
            counts=counts[order],
            distinct=self._distinct,
            min_count=self._floor,
            runs={run: self._words_of(run) for run in np.unique(between).tolist()},
        )

    def _words_of(self, run: int) -> tuple[int, ...]:
        words: list[int] = []
        while run:
            words.append(int(self._connectors.words[run]))
            run = int(self._connectors.parents[run])
        return tuple(reversed(words))
