"""Points with their names beside them: the part that maps and other pictures of points share.

Shapes   n points (n, 2) in the units of the axes, or in pixels with y downwards.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.plots.canvas import drawn, import_altair, inline_data
from firth.plots.label_placement import Placement, place_labels
from firth.plots.text_extent import text_sizes
from firth.plots.theme import FONT_SIZE, Theme

__all__ = ["Facts", "Frame", "LabelledPoints", "fit_frame", "label_points", "leader_lines", "point_layers"]

Doubles = NDArray[np.float64]

_MARGIN = 44.0  # pixels around the points, for labels
_FILLED = 0.17  # share of a picture that labels may take before they need lines everywhere
_GROWTH = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class Frame(NamedTuple):
    """The field of a picture in pixels, and the numbers at its edges."""

    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def pixels(self, points: Doubles) -> Doubles:
        """From units of the axes to pixels from the upper left corner."""
        across = (points[:, 0] - self.x[0]) / (self.x[1] - self.x[0]) * self.width
        down = (self.y[1] - points[:, 1]) / (self.y[1] - self.y[0]) * self.height
        return np.column_stack([across, down])

    def units(self, pixels: Doubles) -> Doubles:
        """The way back."""
        across = self.x[0] + pixels[:, 0] / self.width * (self.x[1] - self.x[0])
        up = self.y[1] - pixels[:, 1] / self.height * (self.y[1] - self.y[0])
        return np.column_stack([across, up])


class Facts(NamedTuple):
    """What to know about each point: a record with the same fields for each, and titles of fields.

    Titles may have any letters; in the name of a field, dots and brackets would have a meaning.
    """

    records: Sequence[dict[str, Any]]
    titles: Mapping[str, str] = {}


class LabelledPoints(NamedTuple):
    """Points, and where their labels stand, which are the first of them."""

    frame: Frame
    points: Doubles
    labels: Sequence[str]
    placement: Placement

    @property
    def unlabelled(self) -> int:
        """Labels for which there was no room."""
        return int((~self.placement.placed).sum())


def fit_frame(points: Doubles, width: float, height: float, *, equal: bool) -> Frame:
    """A frame of about this size around the points; with `equal` a unit is as long across as up."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, span = (low + high) / 2, high - low
    span = np.where(span > 0, span, span.max() or 1.0)
    if equal:
        shape = float(np.clip(span[0] / span[1], 0.75, 1.6))
        area = width * height
        width, height = round((area * shape) ** 0.5), round((area / shape) ** 0.5)
    inner = np.array([width, height]) - 2 * _MARGIN
    per_pixel = span / inner
    if equal:
        per_pixel = np.full(2, per_pixel.max())
    half = per_pixel * np.array([width, height]) / 2
    start, end = (middle - half).tolist(), (middle + half).tolist()
    return Frame(width, height, (start[0], end[0]), (start[1], end[1]))


def label_points(points: Doubles, labels: Sequence[str], size: tuple[float, float], *, equal: bool) -> LabelledPoints:
    """Every point with its label, in a picture of this size or as much larger as the labels need (up to twice)."""
    sizes = text_sizes(labels, FONT_SIZE)
    needed = float(sizes.prod(axis=1).sum()) / _FILLED
    scale = max(1.0, (needed / (size[0] * size[1])) ** 0.5)
    for growth in _GROWTH:
        frame = fit_frame(points, round(size[0] * scale * growth), round(size[1] * scale * growth), equal=equal)
        placement = place_labels(frame.pixels(points), sizes, (frame.width, frame.height))
        if placement.placed.all():
            break
    return LabelledPoints(frame, points, labels, placement)


def point_layers(
    labelled: LabelledPoints,
    theme: Theme,
    axes: tuple[Any, Any],
    facts: Facts,
    *,
    colour: Any = None,
    colour_labels: bool = False,
) -> Any:
    """Lines from points to labels that stand away, the points, and the labels.

    Parameters
    ----------
    axes : the Altair axes of x and y.
    facts : what to know about each point.
    colour : an Altair colour for points and, with `colour_labels`, for labels; None for the theme's.
    """
    altair = import_altair()
    frame = labelled.frame
    place = {
        "x": altair.X("x:Q").scale(domain=list(frame.x), nice=False, zero=False).axis(axes[0]),
        "y": altair.Y("y:Q").scale(domain=list(frame.y), nice=False, zero=False).axis(axes[1]),
    }
    coloured = {} if colour is None else {"color": colour}
    crowd = len(labelled.points) > len(labelled.labels)
    layers = [
        leader_lines(labelled, theme).encode(**place),
        _dots(labelled.points, facts, theme, crowd=crowd).encode(**place, **coloured),
    ]
    texts = _texts(labelled, facts).encode(**place, text="label:N")
    if crowd:  # labels cover points: the background is painted around their letters first
        layers.append(texts.mark_text(aria=False, stroke=theme.background, strokeWidth=3, strokeOpacity=0.85))
    layers.append(texts.mark_text(aria=False).encode(**(coloured if colour_labels else {})))
    return altair.layer(*layers).properties(width=frame.width, height=frame.height)


def leader_lines(labelled: LabelledPoints, theme: Theme) -> Any:
    """Thin lines from points to the labels that stand away; x and y are left to encode."""
    altair = import_altair()
    moved = np.flatnonzero(labelled.placement.moved)
    ends = labelled.frame.units(labelled.placement.line_ends[moved])
    both = np.concatenate([labelled.points[moved], ends], axis=1)
    data = inline_data(dict(zip(("x", "y", "x2", "y2"), map(_rounded, row), strict=True)) for row in both.tolist())
    lines = altair.Chart(data).mark_rule(aria=False, color=theme.quiet, opacity=0.5, strokeWidth=0.8)
    return lines.encode(x2="x2:Q", y2="y2:Q")


def _dots(points: Doubles, facts: Facts, theme: Theme, *, crowd: bool) -> Any:
    altair = import_altair()
    data = inline_data(
        {"x": _rounded(x), "y": _rounded(y), **fact}
        for (x, y), fact in zip(points.tolist(), facts.records, strict=True)
    )
    hover = [
        altair.Tooltip(f"{name}:{'N' if isinstance(value, str) else 'Q'}", title=facts.titles.get(name, name))
        for name, value in facts.records[0].items()
    ]
    dots = altair.Chart(data).mark_circle(
        aria=False, size=14 if crowd else 40, opacity=0.45 if crowd else 1, color=theme.accent
    )
    return dots.encode(tooltip=hover)


def _texts(labelled: LabelledPoints, facts: Facts) -> Any:
    altair = import_altair()
    placed = np.flatnonzero(labelled.placement.placed)
    centers = labelled.frame.units(labelled.placement.centers[placed])
    return altair.Chart(
        inline_data(
            {"x": _rounded(x), "y": _rounded(y), "label": drawn(labelled.labels[i]), **facts.records[i]}
            for i, (x, y) in zip(placed.tolist(), centers.tolist(), strict=True)
        )
    )


def _rounded(number: float) -> float:
    """Enough digits for a tenth of a pixel."""
    return float(f"{number:.5g}")
