"""Words between two pairs of opposites: one difference of words across, another upwards."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from firth.arrays import Vector
from firth.errors import SettingError
from firth.plots.canvas import Picture, checked_words, drawn, finished, import_altair, number_rows
from firth.plots.labelled_points import Facts, Frame, label_points, point_layers
from firth.plots.theme import FONT_SIZE, ThemeName, theme_named
from firth.vectors.query import unit
from firth.vectors.word_vectors import WordVectors

__all__ = ["two_axis_plot"]

_SIZE = (640, 520)
_MOST = 300


def two_axis_plot(
    vectors: WordVectors,
    words: Sequence[str],
    *,
    x: tuple[str, str] = ("man", "woman"),
    y: tuple[str, str] = ("poor", "rich"),
    theme: ThemeName = "light",
) -> Picture:
    """Words by how far they lean from one word to another, on two such axes.

    A coordinate is the cosine between a word and the difference of the axis's two words, each first scaled to length
    1: the similarity that `vectors.most_similar(positive=[x[1]], negative=[x[0]])` tells.

    Parameters
    ----------
    words : 1 to 300, each with a label; labels never overlap.
    x, y : the words at the left and right, and at the lower and upper end.

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : no or too many words, or an axis between two words of the same direction.
    MissingExtraError : Altair is not installed.
    """
    look = theme_named(theme)
    listed = list(dict.fromkeys(checked_words(words)))
    if len(listed) > _MOST:
        raise SettingError(f"{len(listed):,} words: at most {_MOST} fit into this picture")
    differences = np.stack([_difference(vectors, x, "x"), _difference(vectors, y, "y")])
    points = vectors.similarity_matrix(number_rows(vectors, listed).astype(np.float32), differences)
    labelled = label_points(points, listed, _SIZE, equal=False)
    records = [
        {"word": drawn(word), "across": round(float(across), 4), "up": round(float(up), 4)}
        for word, (across, up) in zip(listed, points, strict=True)
    ]
    facts = Facts(records, {"across": _named(x), "up": _named(y)})
    altair = import_altair()
    plain = {"title": None, "tickCount": 5, "grid": False, "domain": False, "ticks": False}
    chart = point_layers(labelled, look, (altair.Axis(**plain), altair.Axis(**plain)), facts)
    chart = altair.layer(*_zero_lines(labelled.frame, look.line), chart, *_end_names(labelled.frame, x, y))
    explained = "Cosine between each word and the difference of the two words at the ends of an axis."
    title = f"From {x[0]} to {x[1]}, from {y[0]} to {y[1]}"
    return finished(chart, look, title, explained)  # type: ignore[no-any-return]


def _difference(vectors: WordVectors, ends: tuple[str, str], axis: str) -> Vector:
    """From the first word to the second (D,), each scaled to length 1."""
    if isinstance(ends, str) or len(ends) != 2:
        raise SettingError(f"{axis}={ends!r}: must be two words, the ends of the axis")
    low, high = unit(number_rows(vectors, list(ends)))
    if not (high - low).any():
        raise SettingError(f"{axis}={ends!r}: the two vectors have the same direction, so nothing lies between them")
    difference: Vector = (high - low).astype(np.float32)
    return difference


def _named(ends: tuple[str, str]) -> str:
    return f"{drawn(ends[0])} → {drawn(ends[1])}"


def _zero_lines(frame: Frame, colour: str) -> list[Any]:
    """Where a word leans to neither end, if that is in the picture."""
    altair = import_altair()
    line = altair.Chart(altair.InlineData(values=[{}])).mark_rule(aria=False, color=colour, strokeWidth=1.5)
    lines = []
    if frame.x[0] < 0 < frame.x[1]:
        lines.append(line.encode(x=altair.datum(0)))
    if frame.y[0] < 0 < frame.y[1]:
        lines.append(line.encode(y=altair.datum(0)))
    return lines


def _end_names(frame: Frame, x: tuple[str, str], y: tuple[str, str]) -> list[Any]:
    """The axes are named by their ends."""
    altair = import_altair()
    base = altair.Chart(altair.InlineData(values=[{}]))
    below, beside = frame.height + 34, -46
    places = [
        (f"← {x[0]}", 0, below, "left", 0),
        (f"{x[1]} →", frame.width, below, "right", 0),
        (f"← {y[0]}", beside, frame.height, "left", 270),
        (f"{y[1]} →", beside, 0, "right", 270),
    ]
    return [
        base.mark_text(
            text=drawn(text), align=align, angle=angle, fontSize=FONT_SIZE + 2, fontWeight="bold", aria=False
        ).encode(x=altair.value(across), y=altair.value(down))
        for text, across, down, align, angle in places
    ]
