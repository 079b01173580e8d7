"""Similarity of documents by composed word vectors, on the judgements of Lee, Pincombe and Welsh (2005).

    python benchmarks/sentences.py

50 news documents, all 1,225 pairs judged by people; they are in the test data of gensim, with 300 more documents of the
same kind. Models: 400,000 GloVe vectors of 50 numbers, and vectors of 100 numbers that were trained on those 300
documents alone (60,000 words). Both get word frequencies from the 300 documents.
"""

import argparse
import importlib.util
from pathlib import Path

import numpy as np

from firth import Word2Vec
from firth.corpus import encode
from firth.datasets import glove_50d
from firth.evaluation import evaluate_sentences
from report import save


def lee_pairs(folder: Path) -> list[tuple[str, str, float]]:
    """All pairs of documents and their mean judgement."""
    lines = (folder / "lee.cor").read_text(encoding="latin-1").split("\n")
    documents = [line for line in lines if line.strip()]
    judgements = np.loadtxt(folder / "similarities0-1.txt")
    indices = zip(*np.triu_indices(len(documents), 1), strict=True)
    return [(documents[i], documents[j], float(judgements[i, j])) for i, j in indices]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    folder = Path(importlib.util.find_spec("gensim").origin).parent / "test" / "test_data"
    pairs = lee_pairs(folder)
    background = folder / "lee_background.cor"
    vocabulary = encode(background, min_count=1).vocabulary
    shares = dict(zip(vocabulary.words, (vocabulary.counts / vocabulary.counts.sum()).tolist(), strict=True))
    trained = Word2Vec(vector_size=100, epochs=30, min_count=2, threads=1, seed=1).fit(background, progress=False)
    models = {"glove": glove_50d(), "trained": trained.vectors}
    results: dict = {"pairs": len(pairs), "scores": {}}
    for name, vectors in models.items():
        results["scores"][name] = {}
        for weighting in ("mean", "sif", "tfidf"):
            frequencies = shares if weighting == "sif" else None
            score = evaluate_sentences(vectors, pairs, weighting=weighting, frequencies=frequencies)
            pearson = score.pearson_interval()
            results["scores"][name][weighting] = {
                **score.record(),
                "pearson_low": pearson.low,
                "pearson_high": pearson.high,
            }
            print(f"{name:8} {weighting:6} {score!r} {score.interval().formatted()}; {pearson.formatted()}")
    save("sentences", results)


if __name__ == "__main__":
    main()
