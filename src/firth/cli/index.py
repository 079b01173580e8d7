"""`firth index MODEL`"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from firth.cli.output import Json, Model, print_json, print_table
from firth.vectors.ann.building import check_index_options
from firth.vectors.ann.graph import GraphSettings
from firth.vectors.load import load
from firth.vectors.word_vectors import WordVectors

__all__ = ["run"]

_TIMED = 200  # queries; the median of their times is shown


def run(
    model: Model,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The file to write; default MODEL.index, where `--approximate` looks for it."
        ),
    ] = None,
    recall: Annotated[float, typer.Option(help="The share of the 10 nearest words that a search has to find.")] = 0.95,
    links: Annotated[
        int,
        typer.Option(
            help="Links per word of the graph, at most twice this number; more: better recall, a larger index."
        ),
    ] = 16,
    build_width: Annotated[
        int,
        typer.Option(help="Candidates for a word's links; more: better, slower."),
    ] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the graph; with --threads 1 it determines every link.")] = 1,
    threads: Annotated[int | None, typer.Option(help="Threads that build it; default: all available cores.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    json: Json = False,
) -> None:
    """`firth similar --approximate` searches the index, and so does `approximate=True` in Python. It pays for
    many queries of models with hundreds of thousands of words. Needs voyager: pip install 'firth[ann]'.
    """
    path = target or Path(f"{model}.index")
    GraphSettings(links, build_width, seed, threads)  # refuses impossible values before the vectors are read
    check_index_options(path, recall)
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
        typer.echo(f"firth: the widest search has a recall of {index.recall.mean:.3f}; more --links raise it", err=True)


def _rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    found = f"{facts['recall']:.3f} of the 10 nearest found"
    return [
        ("words", f"{facts['words']:,}"),
        ("time", f"{facts['seconds']:.1f} s"),
        ("recall", f"{found} (single words {facts['recall_of_words']:.3f}, sums {facts['recall_of_sums']:.3f})"),
        ("one query", f"{facts['milliseconds']:.2f} ms, exact search {facts['milliseconds_exact']:.2f} ms"),
        ("saved", f"{facts['index']} ({facts['bytes'] / 1e6:.1f} MB)"),
    ]


def _milliseconds(vectors: WordVectors, seed: int) -> dict[str, float]:
    """The time of one query, approximate and exact."""
    rows = np.random.default_rng(seed).integers(0, len(vectors), _TIMED)
    words = [vectors.words[row] for row in rows]
    return {
        "milliseconds": _median(words, lambda word: vectors.most_similar(word, approximate=True)),
        "milliseconds_exact": _median(words[: _TIMED // 4], vectors.most_similar),
    }


def _median(words: Sequence[str], search: Callable[[str], object]) -> float:
    times = []
    for word in words:
        began = time.perf_counter()
        search(word)
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times))
