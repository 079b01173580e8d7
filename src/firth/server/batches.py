"""Queries of concurrent requests, searched together: the kernel for many queries takes less time for each.

While one search runs, the queries that arrive wait, and then they are searched together: for 50,000 × 100 numbers a
query takes 1.5 ms of one core alone, 0.35 together with 7 others, and 0.15 with 23 (benchmarks/serving.py). Clients
that were just answered often come back at once: if less than half of the clients wait, the next search waits for them a
little.
"""

import asyncio
import time
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool

from firth.server.metrics import Metrics
from firth.vectors.neighbours import Neighbours
from firth.vectors.word_vectors import WordVectors

__all__ = ["Batches"]

MOST_COUNT = 100  # neighbours: queries for more would make those for few wait
MOST_OWN = 32  # words of one request that are searched with those of others
MOST_TOGETHER = 256  # words in one search
LONGEST_PAUSE = 0.002  # seconds that a search waits for further queries,
PAUSE_SHARE = 0.5  # and at most this share of the time that the last search took


class Batches:
    """Nearest neighbours of known words, exact or approximate; searches and queries are counted.

    Parameters
    ----------
    tile : queries that the compiled search has in its registers at once: one more takes as long as another tile.
    """

    def __init__(self, vectors: WordVectors, metrics: Metrics, tile: int) -> None:
        self._vectors = vectors
        self._queues = {
            approximate: _Queue(vectors, approximate, metrics, 1 if approximate else tile)
            for approximate in (False, True)
        }

    async def most_similar(self, words: list[str], count: int, approximate: bool) -> list[Neighbours]:
        """As `WordVectors.most_similar`, for words that are in the vocabulary."""
        if count > MOST_COUNT or len(words) > MOST_OWN:
            return await run_in_threadpool(self._vectors.most_similar, words, count, approximate=approximate)
        return await self._queues[approximate].found(words, count)


class _Waiting(NamedTuple):
    words: list[str]
    most: int  # neighbours
    found: asyncio.Future[list[Neighbours]]


class _Queue:
    """Queries that are searched in the same way, by one search at a time."""

    def __init__(self, vectors: WordVectors, approximate: bool, metrics: Metrics, tile: int) -> None:
        self._vectors = vectors
        self._tile = tile
        self._approximate = approximate
        self._metrics = metrics
        self._waiting: list[_Waiting] = []
        self._searching: asyncio.Task[None] | None = None
        self._expected = 0  # requests that are worth waiting for
        self._enough: asyncio.Future[None] | None = None  # while they are waited for

    async def found(self, words: list[str], count: int) -> list[Neighbours]:
        """What is found for the words of one request."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Neighbours]] = loop.create_future()
        self._waiting.append(_Waiting(words, count, found))
        if self._searching is None:
            self._searching = loop.create_task(self._search_all())
        elif self._enough is not None and len(self._waiting) >= self._expected:
            _settle(self._enough)
        return await found

    async def _search_all(self) -> None:
        """Search until nobody waits."""
        try:
            while self._waiting:
                together = _first_of(self._waiting, self._tile)
                begun = time.perf_counter()
                await self._search(together)
                await self._pause(len(together) + len(self._waiting), time.perf_counter() - begun)
        finally:
            self._searching = None
            _fail(self._waiting, ConnectionAbortedError("the server is ending"))

    async def _search(self, together: list[_Waiting]) -> None:
        words = [word for one in together for word in one.words]
        count = max(one.most for one in together)
        try:
            lists = await run_in_threadpool(self._vectors.most_similar, words, count, approximate=self._approximate)
        except Exception as error:
            _fail(together, error)
            return
        self._metrics.count("searches")
        self._metrics.count("queries", len(words))
        first = 0
        for one in together:
            last = first + len(one.words)
            if not one.found.done():  # its client may have gone
                one.found.set_result([Neighbours(some[: one.most]) for some in lists[first:last]])
            first = last

    async def _pause(self, clients: int, seconds: float) -> None:
        """Wait for clients that may come back, where a search of many takes hardly longer than one of few.

        If half of them wait anyway, these are searched for at once, while the event loop is busy with the other half.
        """
        if self._approximate or clients <= self._vectors.search.sizes.few_compiled or 2 * len(self._waiting) >= clients:
            return
        loop = asyncio.get_running_loop()
        self._expected, self._enough = clients, loop.create_future()
        timer = loop.call_later(min(LONGEST_PAUSE, PAUSE_SHARE * seconds), _settle, self._enough)
        await self._enough
        timer.cancel()
        self._enough = None


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _first_of(waiting: list[_Waiting], tile: int) -> list[_Waiting]:
    """Take those that are searched next from the front of the list: of many, whole tiles.

    Those that would begin another tile are better off with the queries that arrive meanwhile: 24 queries take 5 ms and
    32 take 9.
    """
    limit = min(MOST_TOGETHER, sum(len(one.words) for one in waiting))
    if limit > tile:
        limit -= limit % tile
    n_words, taken = 0, 0
    while taken < len(waiting) and (not taken or n_words + len(waiting[taken].words) <= limit):
        n_words += len(waiting[taken].words)
        taken += 1
    together = waiting[:taken]
    del waiting[:taken]
    return together


def _fail(together: list[_Waiting], error: Exception) -> None:
    for one in together:
        if not one.found.done():
            one.found.set_exception(error)
