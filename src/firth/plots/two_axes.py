"""Words in a plane whose axes are differences between two words, such as *man* → *woman*."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.plots.canvas import Picture, checked_words, finite_vectors, import_altair, safe_text, with_titles
from firth.plots.labelled_points import Facts, Frame, label_points, point_layers
from firth.plots.theme import FONT_SIZE, ThemeName, find_theme
from firth.vectors.expected import check_vectors
from firth.vectors.query import unit
from firth.vectors.word_vectors import WordVectors

__all__ = ["axis_directions", "two_axis_plot"]

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
    """Words in a plane with two axes, each from one word to another.

    A coordinate is the cosine between a word and the difference of the axis's two words, each first scaled to length
    1: the similarity that `vectors.most_similar(positive=[x[1]], negative=[x[0]])` gives.

    Parameters
    ----------
    words : 1 to 300, each with a label; labels never overlap.
    x, y : the words at the left and right end, and at the lower and upper end.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : no or too many words, an axis between words of the same direction, or an unknown theme.
    MissingExtraError : Altair is not installed.
    """
    check_vectors(vectors)
    look = find_theme(theme)
    listed = list(dict.fromkeys(checked_words(words)))
    if len(listed) > _MOST:
        raise SettingError(f"{len(listed):,} words: at most {_MOST} fit into this picture")
    differences = axis_directions(vectors, x, y)
    points = vectors.similarity_matrix(finite_vectors(vectors, listed).astype(np.float32), differences)
    labelled = label_points(points, listed, _SIZE, equal=False)
    records = [
        {"word": safe_text(word), "across": round(float(across), 4), "up": round(float(up), 4)}
        for word, (across, up) in zip(listed, points, strict=True)
    ]
    facts = Facts(records, {"across": _axis_title(x), "up": _axis_title(y)})
    altair = import_altair()
    plain = {"title": None, "tickCount": 5, "grid": False, "domain": False, "ticks": False}
    chart = point_layers(labelled, look, (altair.Axis(**plain), altair.Axis(**plain)), facts)
    chart = altair.layer(*_zero_lines(labelled.frame, look.line), chart, *_end_names(labelled.frame, x, y))
    explained = "Cosine between each word and the difference of the two words at the ends of an axis."
    title = f"From {x[0]} to {x[1]}, from {y[0]} to {y[1]}"
    return with_titles(chart, look, title, explained)


def axis_directions(vectors: WordVectors, x: tuple[str, str], y: tuple[str, str]) -> Matrix:
    """The directions (2, D) of two axes, each from one word to another. Raises as two_axis_plot does."""
    return np.stack([_difference(vectors, x, "x"), _difference(vectors, y, "y")])


def _difference(vectors: WordVectors, ends: tuple[str, str], axis: str) -> Vector:
    """From the first word to the second (D,), each scaled to length 1."""
    if isinstance(ends, str) or len(ends) != 2:
        raise SettingError(f"{axis}={ends!r}: must be two words, the ends of the axis")
    low, high = unit(finite_vectors(vectors, list(ends)))
    if not (high - low).any():
        raise SettingError(
            f"{axis}={ends!r}: the two vectors have the same direction and make no axis; take two other words"
        )
    difference: Vector = (high - low).astype(np.float32)
    return difference


def _axis_title(ends: tuple[str, str]) -> str:
    return f"{safe_text(ends[0])} → {safe_text(ends[1])}"


def _zero_lines(frame: Frame, colour: str) -> list[Any]:
    """Lines at 0 of both axes, where they are in the frame."""
    altair = import_altair()
    line = altair.Chart(altair.InlineData(values=[{}])).mark_rule(aria=False, color=colour, strokeWidth=1.5)
    lines = []
    if frame.x[0] < 0 < frame.x[1]:
        lines.append(line.encode(x=altair.datum(0)))
    if frame.y[0] < 0 < frame.y[1]:
        lines.append(line.encode(y=altair.datum(0)))
    return lines


def _end_names(frame: Frame, x: tuple[str, str], y: tuple[str, str]) -> list[Any]:
    """The words at the ends of the axes."""
    altair = import_altair()
    base = altair.Chart(altair.InlineData(values=[{}]))
    below, left = frame.height + 34, -46
    names = [
        (f"← {x[0]}", 0, below, "left", 0),
        (f"{x[1]} →", frame.width, below, "right", 0),
        (f"← {y[0]}", left, frame.height, "left", 270),
        (f"{y[1]} →", left, 0, "right", 270),
    ]
    return [
        base.mark_text(
            text=safe_text(text), align=align, angle=angle, fontSize=FONT_SIZE + 2, fontWeight="bold", aria=False
        ).encode(x=altair.value(across), y=altair.value(down))
        for text, across, down, align, angle in names
    ]
