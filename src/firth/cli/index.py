"""`firth index MODEL`"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from firth.cli.corpus import check_folder
from firth.cli.output import Json, Model, print_json, print_table
from firth.vectors.load import load
from firth.vectors.word_vectors import WordVectors

__all__ = ["run"]

_TIMED = 200  # questions; the median of their times is shown


def run(
    model: Model,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; MODEL.index, where it is found.")
    ] = None,
    recall: Annotated[float, typer.Option(help="The share of the 10 nearest words to find.")] = 0.95,
    links: Annotated[int, typer.Option(help="A word links to at most twice so many others.")] = 16,
    build_width: Annotated[int, typer.Option(help="How thoroughly near words are looked for.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the graph; repeats it with --threads 1.")] = 1,
    threads: Annotated[int | None, typer.Option(help="Default: all cores.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    json: Json = False,
) -> None:
    """`firth similar --approximate` asks it then, and so does `approximate=True` in Python. Worth its time where a
    model of hundreds of thousands of words is asked often. Needs voyager: pip install 'firth[ann]'.
    """
    path = target or Path(f"{model}.index")
    check_folder(path)
    vectors = load(model)
    started = time.perf_counter()
    index = vectors.build_index(
        path,
        recall=recall,
        links=links,
        build_width=build_width,
        seed=seed,
        threads=threads,
        progress=False if quiet or json else None,
    )
    facts: dict[str, Any] = {
        "index": str(path),
        "words": len(vectors),
        "seconds": time.perf_counter() - started,
        "bytes": path.stat().st_size,
        "recall": index.recall.mean,
        "recall_of_words": index.recall.words,
        "recall_of_sums": index.recall.sums,
        "search_width": index.search_width,
        **_milliseconds(vectors, seed),
    }
    if json:
        print_json(facts)
    elif not quiet:
        print_table("", ["", ""], _rows(facts), numbers=0)
    if index.recall.mean < recall:
        typer.echo(f"firth: the widest search finds {index.recall.mean:.3f}; more --links find more", err=True)


def _rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    found = f"{facts['recall']:.3f} of the 10 nearest found"
    return [
        ("words", f"{facts['words']:,}"),
        ("time", f"{facts['seconds']:.1f} s"),
        ("recall", f"{found} (single words {facts['recall_of_words']:.3f}, sums {facts['recall_of_sums']:.3f})"),
        ("one question", f"{facts['milliseconds']:.2f} ms, exactly {facts['milliseconds_exact']:.2f} ms"),
        ("saved", f"{facts['index']} ({facts['bytes'] / 1e6:.1f} MB)"),
    ]


def _milliseconds(vectors: WordVectors, seed: int) -> dict[str, float]:
    """How long one question takes, approximately and exactly."""
    rows = np.random.default_rng(seed).integers(0, len(vectors), _TIMED)
    words = [vectors.words[row] for row in rows]
    return {
        "milliseconds": _median(words, lambda word: vectors.most_similar(word, approximate=True)),
        "milliseconds_exact": _median(words[: _TIMED // 4], vectors.most_similar),
    }


def _median(words: Sequence[str], ask: Callable[[str], object]) -> float:
    times = []
    for word in words:
        began = time.perf_counter()
        ask(word)
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times))
