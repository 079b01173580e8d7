"""Labelled points: the layers that word maps, two-axis plots and arrows share.

label_placement.py finds the positions of the labels, text_extent.py their sizes.

Shapes   n points (n, 2) in the units of the axes, or in pixels with y downwards.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.plots.canvas import import_altair, inline_data, safe_text
from firth.plots.label_placement import Placement, place_labels
from firth.plots.text_extent import text_sizes
from firth.plots.theme import FONT_SIZE, Theme

__all__ = ["Facts", "Frame", "LabelledPoints", "fit_frame", "label_points", "leader_lines", "point_layers"]

Doubles = NDArray[np.float64]

_MARGIN = 44.0  # pixels around the points, for labels
_FILLED = 0.17  # share of the area that labels may fill before nearly all need leader lines
_GROWTH = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class Frame(NamedTuple):
    """The plotting area in pixels, and the coordinates of its edges in units of the axes."""

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
        """From pixels to units of the axes."""
        across = self.x[0] + pixels[:, 0] / self.width * (self.x[1] - self.x[0])
        up = self.y[1] - pixels[:, 1] / self.height * (self.y[1] - self.y[0])
        return np.column_stack([across, up])


class Facts(NamedTuple):
    """The tooltip of each point: records with the same fields, and the titles of fields.

    Titles may have any characters; in names of fields, dots and brackets have a meaning for Vega-Lite.
    """

    records: Sequence[dict[str, Any]]
    titles: Mapping[str, str] = {}


class LabelledPoints(NamedTuple):
    """Points, and labels for the first of them."""

    frame: Frame
    points: Doubles
    labels: Sequence[str]
    placement: Placement

    @property
    def unlabelled(self) -> int:
        """Number of labels that have no position."""
        return int((~self.placement.placed).sum())


def fit_frame(points: Doubles, width: float, height: float, *, equal: bool) -> Frame:
    """A frame of about this size around the points; with `equal`, both axes have the same scale."""
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
    """Label every point, in a picture of this size or as much larger as the labels need, up to twice."""
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
    """The leader lines, the points and the labels, as one layered chart.

    Parameters
    ----------
    axes : the Altair axes of x and y.
    facts : the tooltip of each point.
    colour : an Altair colour for points and, with `colour_labels`, for labels; None for the theme's.
    """
    altair = import_altair()
    frame = labelled.frame
    position = {
        "x": altair.X("x:Q").scale(domain=list(frame.x), nice=False, zero=False).axis(axes[0]),
        "y": altair.Y("y:Q").scale(domain=list(frame.y), nice=False, zero=False).axis(axes[1]),
    }
    coloured = {} if colour is None else {"color": colour}
    crowded = len(labelled.points) > len(labelled.labels)
    layers = [
        leader_lines(labelled, theme).encode(**position),
        _dots(labelled.points, facts, theme, crowded=crowded).encode(**position, **coloured),
    ]
    texts = _texts(labelled, facts).encode(**position, text="label:N")
    if crowded:  # labels cover points: draw a halo in the colour of the background first
        layers.append(texts.mark_text(aria=False, stroke=theme.background, strokeWidth=3, strokeOpacity=0.85))
    layers.append(texts.mark_text(aria=False).encode(**(coloured if colour_labels else {})))
    return altair.layer(*layers).properties(width=frame.width, height=frame.height)


def leader_lines(labelled: LabelledPoints, theme: Theme) -> Any:
    """Thin lines from points to labels that are away from them; the caller encodes x and y."""
    altair = import_altair()
    moved = np.flatnonzero(labelled.placement.moved)
    ends = labelled.frame.units(labelled.placement.line_ends[moved])
    both = np.concatenate([labelled.points[moved], ends], axis=1)
    data = inline_data(dict(zip(("x", "y", "x2", "y2"), map(_rounded, row), strict=True)) for row in both.tolist())
    lines = altair.Chart(data).mark_rule(aria=False, color=theme.quiet, opacity=0.5, strokeWidth=0.8)
    return lines.encode(x2="x2:Q", y2="y2:Q")


def _dots(points: Doubles, facts: Facts, theme: Theme, *, crowded: bool) -> Any:
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
        aria=False, size=14 if crowded else 40, opacity=0.45 if crowded else 1, color=theme.accent
    )
    return dots.encode(tooltip=hover)


def _texts(labelled: LabelledPoints, facts: Facts) -> Any:
    altair = import_altair()
    placed = np.flatnonzero(labelled.placement.placed)
    centers = labelled.frame.units(labelled.placement.centers[placed])
    return altair.Chart(
        inline_data(
            {"x": _rounded(x), "y": _rounded(y), "label": safe_text(labelled.labels[i]), **facts.records[i]}
            for i, (x, y) in zip(placed.tolist(), centers.tolist(), strict=True)
        )
    )


def _rounded(number: float) -> float:
    """Rounded to 5 digits, enough for a tenth of a pixel."""
    return float(f"{number:.5g}")
