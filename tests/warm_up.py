"""Compile the usual kernels once, so that parallel test processes find them in the cache and none compiles twice."""

import tempfile
from pathlib import Path

from firth import Word2Vec, load

TEXT = ["the cat sat on the mat", "the dog sat on the log"] * 20


def main() -> None:
    for tokenizer in ("words", "whitespace"):
        for architecture in ("skipgram", "cbow"):
            model = Word2Vec(architecture=architecture, tokenizer=tokenizer, min_count=1, vector_size=8, epochs=1)
            model.fit(TEXT, progress=False)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("vectors.txt", "vectors.bin"):
            model.vectors.save(Path(folder) / name)
            load(Path(folder) / name)


if __name__ == "__main__":
    main()
