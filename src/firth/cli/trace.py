"""`firth trace MODEL CENTER CONTEXT…`"""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.output import Json, output, print_json, print_table
from firth.errors import SettingError
from firth.models.word2vec import Word2Vec
from firth.training.trace import LookedUp, Trace

__all__ = ["run"]

_SHOWN_NUMBERS = 2  # of each vector; --json has all


def run(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A .firth file that `firth train` wrote.")],
    center: Annotated[str, typer.Argument(metavar="CENTER", help="The word in the middle of a window.")],
    context: Annotated[
        list[str],
        typer.Argument(
            metavar="CONTEXT...", help="Skip-gram: a context word of it. CBOW: all context words of the window."
        ),
    ],
    negatives: Annotated[
        list[str] | None, typer.Option(help="A noise word (repeatable); by default they are drawn at random.")
    ] = None,
    draw: Annotated[
        int | None, typer.Option(min=0, help="How many noise words to draw; by default as many as in training.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Size of the step; by default that at the first word of training.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the noise words that are drawn; 1.")] = None,
    json: Json = False,
) -> None:
    """Shows the rows that are looked up, dot products, sigmoids, errors, and how the vectors move. The
    model does not change.
    """
    if negatives and (draw is not None or seed is not None):
        name = "--draw" if draw is not None else "--seed"
        raise SettingError(
            f"{name} applies only to noise words that are drawn, but --negatives names them: leave one out"
        )
    chosen = negatives or draw
    trained = Word2Vec.load(model)
    trace = trained.trace(
        center,
        context if len(context) > 1 else context[0],
        chosen,
        learning_rate=learning_rate,
        seed=1 if seed is None else seed,
    )
    if json:
        print_json({"model": str(model), **trace.to_json()})
    else:
        _print_question(trace)
        _print_moves(trace)


def _print_question(trace: Trace) -> None:
    inputs = " + ".join(found.word for found in trace.inputs)
    columns = zip(trace.outputs, trace.targets, trace.dot_products, trace.sigmoids, trace.errors, strict=True)
    rows = [
        (inputs, found.word, f"{target:.0f}", f"{dot:.4f}", f"{sigmoid:.4f}", f"{error:+.4f}")
        for found, target, dot, sigmoid, error in columns
    ]
    names = ["input", "output", "target", "dot product", "sigmoid", "error = target - sigmoid"]
    print_table("are they neighbours?", names, rows, numbers=4)
    output.print(f"\nloss {trace.loss:.4f} nats, learning rate {trace.learning_rate:g}\n")


def _print_moves(trace: Trace) -> None:
    dots = zip(trace.dot_products, trace.dot_products_after, strict=True)
    rows = [(found.word, "word", f"{found.row:,}", *_ends(found), "") for found in trace.inputs]
    rows += [
        (found.word, "context", f"{found.row:,}", *_ends(found), f"{before:.3f} → {after:.3f}")
        for found, (before, after) in zip(trace.outputs, dots, strict=True)
    ]
    print_table("what moves", ["word", "matrix", "row", "before", "after", "dot product"], rows, numbers=4)


def _ends(found: LookedUp) -> list[str]:
    """The first numbers of a vector before and after."""
    more = " …" if len(found.before) > _SHOWN_NUMBERS else ""
    return [
        " ".join(f"{number:.4f}" for number in vector[:_SHOWN_NUMBERS]) + more for vector in (found.before, found.after)
    ]
