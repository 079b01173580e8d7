"""Vectors stored as float16 and int8: sizes of files, and how many of the nearest words stay the same.

    python benchmarks/compact.py [MODEL.firth …]

By default 400,000 GloVe vectors of 50 numbers; or any files of vectors. Recall@10 is the share of the 10 nearest words
of the float32 vectors that the stored ones find, over 1,000 words drawn at random and over the 1,000 most frequent.
Loading and saving are in CPU seconds.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from firth import WordVectors, load
from firth.datasets import glove_50d
from report import save

QUERIES = 1000


def recall(ours: WordVectors, exact: WordVectors, words: list[str]) -> float:
    """The share of the 10 nearest words that are the same."""
    pairs = zip(ours.most_similar(words), exact.most_similar(words), strict=True)
    return float(np.mean([len({near.word for near in a} & {near.word for near in b}) / 10 for a, b in pairs]))


def measure(vectors: WordVectors) -> dict:
    random = np.random.default_rng(12345).choice(len(vectors), min(QUERIES, len(vectors)), replace=False)
    drawn = [vectors.words[row] for row in random]
    results: dict = {"words": len(vectors), "vector_size": vectors.vector_size, "numbers": {}}
    with tempfile.TemporaryDirectory() as folder:
        for numbers in ("float32", "float16", "int8"):
            path = Path(folder) / f"{numbers}.firth"
            began = time.process_time()
            vectors.save(path, numbers=numbers)
            saved = time.process_time()
            back = load(path)
            results["numbers"][numbers] = {
                "bytes": path.stat().st_size,
                "saving_seconds": saved - began,
                "loading_seconds": time.process_time() - saved,
                "recall_of_drawn_words": recall(back, vectors, drawn),
                "recall_of_frequent_words": recall(back, vectors, list(vectors.words[:QUERIES])),
            }
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path)
    models = {path.stem: load(path) for path in parser.parse_args().models} or {"glove-50d": glove_50d()}
    results = {name: measure(vectors) for name, vectors in models.items()}
    for name, result in results.items():
        print(f"{name}: {result['words']:,} words × {result['vector_size']} numbers")
        for numbers, values in result["numbers"].items():
            shown = " ".join(f"{value:10.4f}" for key, value in values.items() if key != "bytes")
            print(f"  {numbers:8} {values['bytes'] / 1e6:8.1f} MB {shown}")
    save("compact", results)


if __name__ == "__main__":
    main()
