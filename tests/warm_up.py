"""Compile the usual kernels once, so that parallel test processes find them in the cache and none compiles twice."""

import multiprocessing
import tempfile
from pathlib import Path

from firth import Word2Vec, load

TEXT = ["the cat sat on the mat", "the dog sat on the log", "a cow and a hen met"] * 20
BLOCKS = (1, 2, 4, 6, 7, 8)  # target rows in registers, of which each number has its own training kernel


def compile_training(architecture: str) -> None:
    for block in BLOCKS:
        settings = {"max_vocabulary": 1} if block == 1 else {"negative_samples": block - 1}
        model = Word2Vec(architecture=architecture, min_count=1, vector_size=8, epochs=1, threads=1, **settings)
        model.fit(TEXT, progress=False)


def compile_the_rest() -> None:
    model = Word2Vec(tokenizer="whitespace", min_count=1, vector_size=8, epochs=1)
    model.fit(TEXT, progress=False)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("vectors.txt", "vectors.bin"):
            model.vectors.save(Path(folder) / name)
            load(Path(folder) / name)


def main() -> None:
    Word2Vec(min_count=1, vector_size=8, epochs=1).fit(TEXT, progress=False)  # what both processes need
    cbow = multiprocessing.get_context("spawn").Process(target=compile_training, args=("cbow",))
    cbow.start()
    compile_training("skipgram")
    compile_the_rest()
    cbow.join()


if __name__ == "__main__":
    main()
