"""Training and searching on a GPU beside the processor and gensim: speed, quality, start.

One command, less than four minutes:

    PYTHONPATH=src python benchmarks/gpu.py CORPUS --analogies questions-words.txt --men men.csv

It needs no network. Each line is printed, and saved in benchmarks/results/gpu.json, as soon as it is measured. An
epoch includes reading, on the GPU; text and start are measured by themselves. "first" is the start of a backend in a
new process: once with an empty cache of machine code, once with that of the first.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from firth.backends.cuda import CudaBackend
from firth.backends.layout import cpu_backend
from firth.corpus.encoding import encode
from firth.evaluation.analogies import evaluate_analogies
from firth.evaluation.similarity import evaluate_similarity
from firth.kernels.arguments import Documents
from firth.kernels.cuda.present import is_installed, present_gpu, why_no_gpu
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.sequences import Sequences
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs, extras_of, parts_of_words
from firth.training.plan import initial_word_vectors, plan_training
from firth.vectors.word_vectors import WordVectors
from report import save

# Settings, seeds on the GPU, and whether the processor is measured as well; the most important first. "documents": so
# many sentences make a document, whose tag is a further input.
RUNS = [
    ({}, (1, 2, 3), True),
    ({"architecture": "cbow"}, (1, 2, 3), True),
    ({"subwords": (3, 6)}, (1, 2), True),
    ({"documents": 20}, (1,), True),
    ({"vector_size": 300}, (1, 2, 3), False),
    ({"negative_samples": 15}, (1, 2, 3), False),
    ({"objective": "hierarchical_softmax"}, (1, 2), True),
    ({"objective": "nce"}, (1, 2), True),
    ({"objective": "hierarchical_softmax", "architecture": "cbow"}, (1,), False),
    ({"objective": "nce", "architecture": "cbow"}, (1,), False),
    ({"vector_size": 300, "architecture": "cbow"}, (1,), False),
    ({"vector_size": 600}, (1,), False),
    ({"window": 10}, (1,), False),
    ({"subwords": (3, 6), "architecture": "cbow"}, (1,), False),
    ({"documents": 20, "architecture": "cbow"}, (1,), False),
]
# Warps in flight of hierarchical softmax, all of which use the row of the root: what the rule of 180 costs, and how far
# it is from divergence. One epoch each.
TREE_WARPS = (45, 90, 180, 360, 720, 1440)
SEARCHES = [(30_000, 100, 20_000), (400_000, 300, 10_000)]  # rows, numbers, queries
RECOMMENDERS = [(64, 512, 240), (256, 4096, 2048)]  # numbers of a vector, answers of a batch, drawn items
EPOCHS = 5
START = """
import sys, time
begun = time.perf_counter()
import numpy as np
from firth.backends.cuda import CudaBackend
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs, extras_of, parts_of_words
from firth.training.plan import plan_training
ids = (np.arange(100_000) % 1000).astype(np.int32)
vocabulary = Vocabulary([f"w{i}" for i in range(1000)], np.full(1000, 100))
corpus = EncodedCorpus(vocabulary, ids, np.array([0, 100_000]), 100_000)
plan = plan_training(Hyperparameters(), corpus)
imported = time.perf_counter()
backend = CudaBackend()
backend.start(plan, np.zeros((1000, 100), np.float32), None)
backend.train_epoch(0, (0.025, 0.02), range(100_000), lambda totals: None)
print(imported - begun, time.perf_counter() - imported)
"""


def directions(vectors, count: int):
    """The first vectors, of length 1, in float64."""
    some = vectors.matrix[:count].astype(np.float64)
    return some / np.linalg.norm(some, axis=1, keepdims=True)


class Bench:
    """The text; runs, and what they gave."""

    def __init__(self, options):
        self.options, self.begun, self.runs = options, time.perf_counter(), []
        gpu = present_gpu()
        self.facts = {"gpu": gpu.name, "compute": gpu.compute, "multiprocessors": gpu.multiprocessors}
        self.corpus = encode(options.corpus, tokenizer="whitespace", min_count=5)
        self.facts |= {"words": len(self.corpus.ids), "vocabulary": len(self.corpus.vocabulary)}
        self.facts["seconds_to_read_the_text"] = time.perf_counter() - self.begun

    def train(self, kind: str, seed: int, *, warps: int | None = None, epochs: int = EPOCHS, **given) -> None:
        sentences = given.get("documents")
        settings = Hyperparameters(
            epochs=epochs, seed=seed, **{name: value for name, value in given.items() if name != "documents"}
        )
        begun = time.perf_counter()
        inputs = WordInputs(parts_of_words(settings, self.corpus.vocabulary))
        extras = extras_of(settings, self.corpus, inputs, (None, None, None))
        if sentences is not None:
            extras = extras._replace(documents=self.documents(sentences))
        plan = plan_training(settings, self.corpus, extras)
        size, tokens = settings.vector_size, range(len(self.corpus.ids))
        backend = CudaBackend(warps=warps) if kind == "cuda" else cpu_backend(None, plan, size)
        backend.start(plan, initial_word_vectors(plan.n_inputs, size, seed), None)
        started, seconds = time.perf_counter(), []
        for epoch in range(epochs):
            rates = [
                settings.rate + (settings.final_learning_rate - settings.rate) * e / epochs for e in (epoch, epoch + 1)
            ]
            before = time.perf_counter()
            totals = backend.train_epoch(epoch, tuple(rates), tokens, lambda totals: None)
            seconds.append(time.perf_counter() - before)
        trained = time.perf_counter()
        rows = backend.matrices()[0]
        words = rows if sentences is None else rows[: plan.n_words]
        run = {
            "backend": kind, "seed": seed, "warps": warps, "epochs": epochs, **given,
            "ms": 1e3 * float(np.median(seconds)),
            "words_per_second": len(tokens) / float(np.median(seconds)),
            "loss": totals.mean_loss, "pairs": totals.pairs,
            "start_seconds": started - begun, "ids_to_vectors_seconds": time.perf_counter() - begun,
            "vectors_back_seconds": time.perf_counter() - trained,
            **(self.judged(inputs.learned(settings, words)[0]) if np.isfinite(rows).all() else {"diverged": True}),
        }  # fmt: skip
        backend.stop()
        self.add(run)

    def documents(self, sentences: int) -> Documents:
        n = self.corpus.n_sentences
        tags = np.arange(n, dtype=np.int32) // sentences
        return Documents(np.arange(n + 1), tags, len(self.corpus.vocabulary), int(tags[-1]) + 1, 1)

    def judged(self, matrix) -> dict:
        vectors, scores = WordVectors(self.corpus.vocabulary.words, matrix), {}
        if self.options.analogies:
            scores["analogies"] = evaluate_analogies(vectors, self.options.analogies, top=30_000).accuracy
        if self.options.men:
            scores["men"] = evaluate_similarity(vectors, self.options.men).spearman
        return scores

    def search(self, n_words: int, size: int, n_queries: int) -> None:
        """The 10 nearest neighbours of many words, and analogies, by both. Vectors are random."""
        n_words, n_queries = n_words // self.options.shrink, n_queries // self.options.shrink
        rng = np.random.default_rng(1)
        words = [f"w{i}" for i in range(n_words)]
        vectors = WordVectors(words, rng.standard_normal((n_words, size), np.float32))
        quads = rng.integers(0, n_words, (n_queries, 4))
        questions = [("some", *(words[i] for i in four)) for four in quads.tolist() if len(set(four)) == 4]
        for kind in ("cuda", "cpu"):
            vectors.search.backend = kind
            vectors.most_similar(words[:1000])  # copied, compiled
            facts = {"backend": kind, "rows": n_words, "vector_size": size, "queries": n_queries}
            before = time.perf_counter()
            found = vectors.search.nearest(directions(vectors, n_queries), 10, [[]] * n_queries)
            facts["search_seconds"] = time.perf_counter() - before
            before = time.perf_counter()
            answers = evaluate_analogies(vectors, questions).answers
            facts["analogies_seconds"] = time.perf_counter() - before
            if kind == "cuda":
                rows, of_gpu = found.rows, answers
                facts["shortlist_seconds"] = self.shortlist_seconds(vectors, n_queries)
            else:
                facts["equal_rows"] = float((found.rows == rows).mean())
                facts["equal_answers"] = float(np.mean([a == b for a, b in zip(answers, of_gpu, strict=True)]))
            self.add(facts)

    def recommend(self, size: int, batch: int, drawn: int) -> None:
        """Vectors that predict the next item, by both: answers per second of an epoch. Items are random."""
        rng = np.random.default_rng(1)
        items = rng.zipf(1.2, 200_000 // self.options.shrink).clip(1, 20_000)
        sequences = Sequences.of([some.tolist() for some in np.array_split(items, len(items) // 20)])
        for kind in ("cuda", "cpu"):
            given = {"vector_size": size, "batch_size": batch, "negative_samples": drawn}
            NextItemVectors(**given, epochs=1, backend=kind).fit(Sequences.of([[1, 2, 3]]))  # compiled
            seen = []
            NextItemVectors(**given, epochs=1, backend=kind).fit(sequences, progress=seen.append)
            facts = seen[-1].facts
            self.add({"backend": kind, **given, **{name: facts[name] for name in ("answers_per_second", "loss")}})

    def shortlist_seconds(self, vectors, n_queries: int) -> float:
        """What of a search the GPU does, with the copies of queries and rows."""
        queries = directions(vectors, n_queries).astype(np.float32)
        before = time.perf_counter()
        for first in range(0, n_queries, vectors.search.sizes.gpu_queries):
            some = queries[first : first + vectors.search.sizes.gpu_queries]
            vectors.search.found_by_gpu(vectors.search.all_rows(), some, 12)
        return time.perf_counter() - before

    def start(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("first process", "second process"):
                environment = {**os.environ, "FIRTH_CACHE_DIR": folder}
                done = subprocess.run(
                    [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
                )
                imported, first = map(float, done.stdout.split())
                self.add({"first": name, "import_seconds": imported, "first_epoch_seconds": first})

    def gensim(self) -> None:
        try:
            from gensim.models import Word2Vec
        except ImportError:
            print("gensim is not installed")
            return
        text = [self.corpus.vocabulary.words[i] for i in self.corpus.ids[:2_000_000]]
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            for first in range(0, len(text), 20):
                print(*text[first : first + 20], file=file)
            file.flush()
            model = Word2Vec(sg=1, vector_size=100, workers=os.cpu_count(), min_count=5)
            model.build_vocab(corpus_file=file.name)
            before = time.perf_counter()
            model.train(corpus_file=file.name, total_words=len(text), total_examples=model.corpus_count, epochs=1)
            self.add({"backend": "gensim corpus_file", "words_per_second": len(text) / (time.perf_counter() - before)})

    def add(self, run: dict) -> None:
        self.runs.append(run)
        print({name: round(value, 4) if isinstance(value, float) else value for name, value in run.items()}, flush=True)
        save(self.options.name, {**self.facts, "runs": self.runs})

    def runs_in_order(self):
        """What is measured, the most important first."""
        yield from (partial(self.train, "cuda", seed, **given) for given, seeds, _ in RUNS for seed in seeds)
        tree = {"epochs": 1, "objective": "hierarchical_softmax"}
        yield from (partial(self.train, "cuda", 1, warps=warps, **tree) for warps in TREE_WARPS)
        yield from (partial(self.search, *sizes) for sizes in SEARCHES)
        yield from (partial(self.recommend, *sizes) for sizes in RECOMMENDERS)
        yield from (partial(self.train, "cpu", 1, **given) for given, _, is_compared in RUNS if is_compared)
        yield self.gensim

    def has_time(self) -> bool:
        return time.perf_counter() - self.begun < self.options.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--analogies", type=Path)
    parser.add_argument("--men", type=Path)
    parser.add_argument("--seconds", type=float, default=200.0, help="begin nothing new after so long")
    parser.add_argument("--shrink", type=int, default=1, help="search and recommend with so much less data: a trial")
    parser.add_argument("--name", default="gpu", help="of the file of results")
    options = parser.parse_args()
    reason = why_no_gpu() if is_installed() else "numba-cuda is not installed"
    if reason is not None:
        sys.exit(f"benchmarks/gpu.py: no GPU can be used: {reason}")
    bench = Bench(options)
    bench.start()
    for run in bench.runs_in_order():
        if bench.has_time():
            run()


if __name__ == "__main__":
    main()
