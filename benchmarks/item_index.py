"""Recommending among many items with an index, compared with the exact search.

    python benchmarks/item_index.py [--items 400000] [--sessions 1500000] [--rounds 3]

The sessions are synthetic: items have topics and, within a topic, an order in which they tend to follow each other;
Zipf's law decides how often an item occurs. Exact and approximate queries of the same histories alternate; times are
processor milliseconds of single queries with the best 20 items. Recall is the share of the exact best 20 that the
approximate search returns: for histories, of which counts know something as well, and for vectors of users alone.
"""

import argparse
import itertools
import time

import numpy as np

from firth.recommend import Recommender, Sequences
from report import median, save

TOPIC = 200  # items of a topic
LENGTH = 6  # events of a session
QUERIES = 400
COUNT = 20


def synthetic(n_items: int, n_sessions: int) -> Sequences:
    random = np.random.default_rng(1)
    n_topics = n_items // TOPIC
    popularity = 1 / np.arange(1, n_topics + 1) ** 0.5
    topics = random.choice(n_topics, n_sessions, p=popularity / popularity.sum())
    at = random.integers(0, TOPIC, n_sessions)
    events = np.empty((n_sessions, LENGTH), np.int64)
    for step in range(LENGTH):
        events[:, step] = topics * TOPIC + at
        jumps = random.random(n_sessions) < 0.3
        at = (at + np.where(jumps, random.integers(0, TOPIC, n_sessions), random.integers(1, 6, n_sessions))) % TOPIC
    return Sequences.of(events.tolist())


def shares(model: Recommender, histories: list) -> tuple[float, dict[str, list[float]]]:
    """The share of the exact lists in the approximate ones, and the times of both."""
    times: dict[str, list[float]] = {"exact": [], "approximate": []}
    found = []
    for history in histories:
        lists = {}
        for way in times:
            begun = time.process_time()
            lists[way] = model.recommend(history, COUNT, approximate=way == "approximate").items
            times[way].append(1e3 * (time.process_time() - begun))
        found.append(len({*lists["exact"]} & {*lists["approximate"]}) / len(lists["exact"]))
    return float(np.mean(found)), times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=400_000)
    parser.add_argument("--sessions", type=int, default=1_500_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    sequences = synthetic(arguments.items, arguments.sessions)
    begun = time.process_time()
    model = Recommender().fit(sequences, progress=False)
    fitted = time.process_time() - begun
    begun = time.process_time()
    model.build_index(progress=False)
    built = time.process_time() - begun
    random = np.random.default_rng(2)
    some = itertools.islice(sequences, 0, None, len(sequences) // QUERIES)
    histories = [list(sequence)[: 1 + int(random.integers(0, LENGTH - 1))] for sequence in some]
    result = {
        "items": len(model.items),
        "fit_seconds": fitted,
        "index_seconds": built,
        "index_recall": model.index_recall,
    }
    for kind, some in {"history": histories, "vector": [model.user_vector(history) for history in histories]}.items():
        shares(model, some[:20])
        rounds = [shares(model, some) for _ in range(arguments.rounds)]
        result[f"{kind}_recall"] = rounds[0][0]
        exact, fast = (median(median(times[way]) for _, times in rounds) for way in ("exact", "approximate"))
        result |= {f"{kind}_exact_ms": exact, f"{kind}_approximate_ms": fast, f"{kind}_ratio": exact / fast}
    for name, value in result.items():
        print(f"{name:16} {value:,.3f}")
    save("item_index", result)


if __name__ == "__main__":
    main()
