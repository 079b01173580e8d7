"""Queries of concurrent requests get what they would get alone."""

import asyncio

import numpy as np
import pytest

from firth import FormatError, WordVectors
from firth.server.batches import Batches
from firth.server.metrics import Metrics

WORDS = [f"w{number}" for number in range(300)]


@pytest.fixture(scope="module")
def vectors():
    return WordVectors(WORDS, np.random.default_rng(1).standard_normal((300, 16)).astype(np.float32))


def run(vectors, queries, metrics=None):
    """Three rounds of the same queries at the same time."""
    batches = Batches(vectors, metrics or Metrics(), 24)

    async def client(words, count):
        return [await batches.most_similar(words, count, False) for _ in range(3)]

    async def all_clients():
        return await asyncio.gather(*(client(*query) for query in queries), return_exceptions=True)

    return asyncio.run(all_clients())


def test_results_are_those_of_single_queries(vectors):
    queries = [([WORDS[i]], 1 + i % 12) for i in range(40)]
    queries += [(WORDS[:5], 3), (WORDS[:50], 2), (WORDS[7:8], 200), (["w1", "w1"], 4)]
    metrics = Metrics()
    for (words, count), rounds in zip(queries, run(vectors, queries, metrics), strict=True):
        wanted = [vectors.most_similar(word, count) for word in words]
        for found in rounds:
            assert [[one.word for one in some] for some in found] == [[one.word for one in some] for some in wanted]
            assert np.allclose([one[1] for some in found for one in some], [one[1] for some in wanted for one in some])
    lines = dict(line.split() for line in metrics.text().splitlines() if line.startswith("firth_"))
    assert int(lines["firth_queries_total"]) == 3 * (40 + 5 + 2)
    assert int(lines["firth_searches_total"]) < 20


def test_an_error_reaches_every_request_of_its_search_and_no_later_one(vectors, monkeypatch):
    search, calls = vectors.most_similar, []

    def fail_once(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 1:
            raise FormatError("file", "was written in place")
        return search(*arguments, **options)

    monkeypatch.setattr(vectors, "most_similar", fail_once)
    results = run(vectors, [(["w1"], 3), (["w2"], 3)])
    assert [type(result) for result in results] == [FormatError, FormatError]
    assert len(run(vectors, [(["w1"], 3)])[0]) == 3


def test_a_request_that_is_given_up_does_not_disturb_the_others(vectors):
    async def clients():
        batches = Batches(vectors, Metrics(), 24)
        tasks = [asyncio.create_task(batches.most_similar([f"w{i}"], 3, False)) for i in range(10)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        return found + [await batches.most_similar(["w3"], 3, False)]

    found = asyncio.run(clients())
    assert isinstance(found[3], asyncio.CancelledError)
    assert [one[0][0].word for i, one in enumerate(found[:3])] == [
        vectors.most_similar(f"w{i}", 1)[0].word for i in range(3)
    ]
    assert found[10][0] == vectors.most_similar("w3", 3)


def test_of_many_queries_whole_tiles_are_searched(vectors, monkeypatch):
    search, sizes = vectors.most_similar, []

    def note(words, *rest, **options):
        sizes.append(len(words))
        return search(words, *rest, **options)

    async def clients(batches, words):
        return await asyncio.gather(*(batches.most_similar(some, 2, False) for some in words))

    monkeypatch.setattr(vectors, "most_similar", note)
    singles = [[word] for word in WORDS[:45]]
    asyncio.run(clients(Batches(vectors, Metrics(), 8), singles))
    assert sizes == [40, 5]
    sizes.clear()
    asyncio.run(clients(Batches(vectors, Metrics(), 8), [WORDS[:6], WORDS[:6], WORDS[:20], WORDS[:3]]))
    assert sizes == [32, 3]
    sizes.clear()
    asyncio.run(clients(Batches(vectors, Metrics(), 8), [WORDS[:20], WORDS[:15]]))
    assert sizes == [20, 15]
