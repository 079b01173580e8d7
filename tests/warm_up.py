"""Compile the usual kernels once, so that parallel test processes find them in the cache and none compiles twice."""

import multiprocessing
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from firth import Doc2Vec, FirthWarning, NeuralModel, Phrases, Word2Vec, WordVectors, load
from firth.kernels.arguments import FileMatrix, Ngrams, WordBytes
from firth.kernels.cpu.files.finite import first_not_finite
from firth.kernels.cpu.files.word_means import LISTED, average_ngrams
from firth.recommend import Attributes, Recommender, Sequences, baselines, evaluate
from firth.subwords.parts import composed, word_parts

TEXT = ["the cat sat on the mat", "the dog sat on the log", "a cow and a hen met"] * 20
BLOCKS = (1, 2, 4, 6, 7, 8)  # target rows in registers, of which each number has its own training kernel
OBJECTIVES = ("hierarchical_softmax", "softmax", "nce")  # and so does each objective

warnings.simplefilter("ignore", FirthWarning)  # so little text teaches nothing


def compile_training(architecture: str) -> None:
    for block in BLOCKS:
        settings = {"max_vocabulary": 1} if block == 1 else {"negative_samples": block - 1}
        model = Word2Vec(architecture=architecture, min_count=1, vector_size=8, epochs=1, threads=1, **settings)
        model.fit(TEXT, progress=False)
    model = Word2Vec(architecture=architecture, subwords=(3, 6), min_count=1, vector_size=8, epochs=1, threads=1)
    model.fit(TEXT, progress=False)
    for objective in OBJECTIVES:
        model = Word2Vec(architecture=architecture, objective=objective, min_count=1, vector_size=8, epochs=1)
        model.fit(TEXT, progress=False)


def compile_queries() -> None:
    model = Word2Vec(tokenizer="whitespace", min_count=1, vector_size=8, epochs=1)
    model.fit(TEXT, progress=False)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("vectors.txt", "vectors.bin"):
            model.vectors.save(Path(folder) / name)
            load(Path(folder) / name)
    model.vectors.build_index(progress=False)
    model.vectors.most_similar("cat", approximate=True)
    model.vectors.search.compiled = True
    model.vectors.most_similar(["cat"] * 100)
    model.vectors.most_similar("cat")
    model.vectors.rank("cat", "dog")
    many_numbers = WordVectors(["cat", "dog", "cow"], np.eye(3, 16, dtype=np.float32))
    many_numbers.search.compiled = True
    many_numbers.analogy("cat", "dog", "cow", method="3cosmul")


def compile_subwords() -> None:
    table = FileMatrix.of(np.zeros((4, 4), np.float32))
    words = WordBytes(np.zeros(1, np.uint8), np.ones(1, np.int64))
    ngrams = Ngrams(first_row=1, n_buckets=3, min_length=3, max_length=6)
    average_ngrams(words, table, ngrams, 0, 1, np.empty(LISTED, np.int64), np.empty((1, 4), np.float32))
    first_not_finite(table.content, 0, 16)
    parts = word_parts(words, 3, 6, 3)
    composed(parts, np.zeros((1 + len(parts.buckets), 4), np.float32))


def compile_phrases() -> None:
    for overlaps in ("first", "best"):
        phrases = Phrases(min_count=1, threshold=0, connectors="english", overlaps=overlaps).fit(TEXT, progress=False)
        phrases.encode(TEXT)


def compile_documents() -> None:
    kinds = [{}, {"architecture": "dm"}, {"architecture": "dm", "objective": "hierarchical_softmax"}]
    for kind in kinds:
        model = Doc2Vec(min_count=1, vector_size=8, epochs=1, threads=1, **kind).fit(TEXT, progress=False)
        model.infer(TEXT[:1])


def compile_language_models() -> None:
    NeuralModel(order=2, vector_size=4, hidden_size=4, min_count=1, epochs=1).fit(TEXT, progress=False)


def compile_recommenders() -> None:
    visits = [["tea", "cup", "pot", "tea"], ["cup", "pot", "jug"], ["jug", "tea", "cup"]] * 20
    table = {"item": ["tea", "cup", "pot", "jug"], "kind": ["food", "dish", "dish", "dish"]}
    train, test = Sequences.of(visits).split(by="last")
    model = Recommender(vector_size=4, epochs=1, threads=1).fit(train, Attributes.read(table), progress=False)
    model.recommend(["tea"], 2)
    model.explain(["tea"], "cup")
    evaluate(model, test, train=train, against=baselines.all, progress=False)
    train.graph().walks(count=1, length=3)


THE_REST = (  # the longest first
    compile_documents,
    compile_queries,
    compile_recommenders,
    compile_subwords,
    compile_phrases,
    compile_language_models,
)


def main() -> None:
    Word2Vec(min_count=1, vector_size=8, epochs=1).fit(TEXT, progress=False)  # what both processes need
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        parts = [pool.submit(compile_training, architecture) for architecture in ("skipgram", "cbow")]
        parts += [pool.submit(part) for part in THE_REST]
        for part in parts:
            part.result()


if __name__ == "__main__":
    main()
