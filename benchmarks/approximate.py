"""Approximate search compared with the exact one and with gensim's: 400,000 GloVe vectors of 50 numbers.

    python benchmarks/approximate.py [--words 400000] [--repetitions 3]

Single queries for the 10 nearest words, with everything loaded; the systems alternate within a round. Recall is the
share of the exact results that the index finds, for single words and for sums of three (b - a + c, c near a); the width
of the index was chosen with other queries.
"""

import argparse
import importlib.metadata
import tempfile
import time
from pathlib import Path

import numpy as np

from firth import WordVectors, load
from firth.datasets import glove_50d
from report import median, save

QUERIES = 1000
TIMED = {"approximate": 500, "exact": 100, "gensim": 50}


def milliseconds(query, words: list[str]) -> float:
    """The median of single queries."""
    times = []
    for word in words:
        began = time.perf_counter()
        query(word)
        times.append(1000 * (time.perf_counter() - began))
    return median(times)


def found(approximate, exact) -> float:
    """The share of the exact results that the approximate ones contain."""
    shares = [
        len({near.word for near in ours} & {near.word for near in theirs}) / len(theirs)
        for ours, theirs in zip(approximate, exact, strict=True)
    ]
    return float(np.mean(shares))


def recalls(vectors: WordVectors) -> dict[str, float]:
    random = np.random.default_rng(12345)
    words = [vectors.words[row] for row in random.integers(0, len(vectors), QUERIES)]
    exact = vectors.most_similar(words)
    near = [some[i].word for some, i in zip(exact, random.integers(0, 10, QUERIES), strict=True)]
    sums = words, [words[-1], *words[:-1]], near
    return {
        "recall_of_words": found(vectors.most_similar(words, approximate=True), exact),
        "recall_of_sums": found(vectors.analogy(*sums, approximate=True), vectors.analogy(*sums)),
    }


def gensim_vectors(vectors: WordVectors):
    from gensim.models import KeyedVectors

    theirs = KeyedVectors(vectors.vector_size)
    theirs.add_vectors(list(vectors.words), np.array(vectors.matrix))
    theirs.fill_norms()
    return theirs


def measure(n_words: int, repetitions: int) -> dict:
    glove = glove_50d()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "glove.firth"
        WordVectors(glove.words[:n_words], glove.matrix[:n_words]).save(path)
        vectors = load(path)
        began = time.perf_counter()
        index = vectors.build_index(f"{path}.index")
        results = {
            "voyager": importlib.metadata.version("voyager"),
            "words": n_words,
            "vector_size": vectors.vector_size,
            "build_seconds": time.perf_counter() - began,
            "bytes": Path(f"{path}.index").stat().st_size,
            "matrix_bytes": vectors.matrix.nbytes,
            "search_width": index.search_width,
            **recalls(vectors),
        }
        theirs = gensim_vectors(vectors)
        searches = {
            "approximate": lambda word: vectors.most_similar(word, approximate=True),
            "exact": vectors.most_similar,
            "gensim": theirs.most_similar,
        }
        rows = np.random.default_rng(7).integers(0, n_words, max(TIMED.values()))
        words = [vectors.words[row] for row in rows]
        times = {name: [] for name in searches}
        for _ in range(repetitions):
            for name, query in searches.items():
                query(words[0])
                times[name].append(milliseconds(query, words[: TIMED[name]]))
        batches = []
        for _ in range(repetitions):
            began = time.perf_counter()
            vectors.most_similar(words, approximate=True)
            batches.append(1000 * (time.perf_counter() - began) / len(words))
    return {**results, "milliseconds": times, "milliseconds_in_a_batch": batches}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    results = measure(arguments.words, arguments.repetitions)
    print({name: value for name, value in results.items() if not isinstance(value, dict | list)})
    for name, values in results["milliseconds"].items():
        print(f"{name:<12} {median(values):7.3f} ms   ({' '.join(f'{value:.3f}' for value in values)})")
    save("approximate", results)


if __name__ == "__main__":
    main()
