"""Positions for the labels of points, so that no two labels overlap.

The search is greedy in the order of the labels, so the first get the best positions. Each label tries the positions
next to its point, then rings at growing distances, from which a thin leader line goes back to the point. Positions that
overlap another label are excluded; covering points or crossing lines has a cost, and the cheapest position is taken.
The optimum for all labels together is NP-hard to find; Christensen, Marks and Shieber 1995, "An empirical study of
algorithms for point-feature label placement", compare greedy and better searches.

Shapes   n labels, C candidate positions, B boxes, L lines. A box is left, top, right, bottom. Pixels, y downwards.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Placement", "place_labels"]

Doubles = NDArray[np.float64]

_GAP = 5.0  # between the center of a point and its label
_APART = 1.0  # between two labels
_EDGE = 3.0  # between a label and the edge of the picture
_POINT = 3.5  # radius
_POINT_COST = 12.0  # of covering a point, in pixels of distance
_CROSSING_COST = 25.0
_RINGS = (8.0, 16.0, 26.0, 38.0, 54.0, 74.0, 100.0, 132.0, 170.0)  # pixels between point and label
_DIRECTIONS = 20

# Right, left, above, below, then the corners.
_NEAR = np.array([(1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.8), (0.8, 0.8), (-0.8, -0.8), (-0.8, 0.8)])
_NEAR_COST = np.array([0.0, 1.0, 2.0, 2.5, 1.5, 1.5, 2.0, 2.0])


class Placement(NamedTuple):
    """The positions of n labels.

    centers : (n, 2); NaN where no position was free.   moved : (n,) whether the label needs a leader line.
    line_ends : (n, 2) end of the leader line on the edge of the label.
    """

    centers: Doubles
    moved: NDArray[np.bool_]
    line_ends: Doubles

    @property
    def placed(self) -> NDArray[np.bool_]:
        """(n,) whether the label has a position."""
        return np.isfinite(self.centers[:, 0])


def place_labels(
    points: Doubles,
    sizes: Doubles,
    area: tuple[float, float],
    *,
    may_move: bool = True,
    lines: Doubles | None = None,
) -> Placement:
    """Find a position for the label of each point.

    Parameters
    ----------
    points : (n, 2).   sizes : (n, 2) width and height of each label.
    area : width and height within which labels must stay.
    may_move : whether a label may be away from its point; if not, covering points costs nothing.
    lines : (L, 4) from x, y to x, y: other lines of the picture, which labels should not cover.
    """
    count = len(points)
    placement = Placement(np.full((count, 2), np.nan), np.zeros(count, bool), np.full((count, 2), np.nan))
    board = _Board(points if may_move else points[:0], area, np.empty((0, 4)) if lines is None else lines)
    for i, (point, size) in enumerate(zip(points, sizes, strict=True)):
        positions, costs = _near_positions(point, size)
        best, cost = board.cheapest(point, size, positions, costs)
        if may_move and cost >= _POINT_COST:
            positions, costs = _far_positions(point, size)
            farther, far_cost = board.cheapest(point, size, positions, costs, lines=True)
            if far_cost < cost:
                best, cost = farther, far_cost
                placement.moved[i] = True
        if best is not None:
            placement.centers[i] = best
            placement.line_ends[i] = board.add(point, size, best, bool(placement.moved[i]))
    return placement


def _near_positions(point: Doubles, size: Doubles) -> tuple[Doubles, Doubles]:
    return point + _NEAR * (size / 2 + _GAP), _NEAR_COST


def _far_positions(point: Doubles, size: Doubles) -> tuple[Doubles, Doubles]:
    """Centers of positions on rings, and the cost of their distance."""
    angles = np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS)
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    rings = np.array(_RINGS)
    offsets = directions[None] * (rings[:, None, None] + size / 2)
    return point + offsets.reshape(-1, 2), np.repeat(rings, _DIRECTIONS)


class _Board:
    """The points, labels and lines of the picture so far."""

    def __init__(self, points: Doubles, area: tuple[float, float], lines: Doubles) -> None:
        self._points = np.column_stack([points - _POINT, points + _POINT])
        self._area = area
        self._boxes = np.empty((0, 4))
        self._lines = lines

    def cheapest(
        self, point: Doubles, size: Doubles, positions: Doubles, costs: Doubles, *, lines: bool = False
    ) -> tuple[Doubles | None, float]:
        """The cheapest of these positions for a label, and its cost; None and infinity if none is free."""
        boxes = _boxes(positions, size + _APART)
        width, height = self._area
        inside = (boxes >= _EDGE).all(axis=1) & (boxes[:, 2] <= width - _EDGE) & (boxes[:, 3] <= height - _EDGE)
        free = inside & ~_overlap(boxes, self._boxes).any(axis=1)
        boxes, positions = boxes[free], positions[free]
        if not len(boxes):
            return None, np.inf
        total = costs[free] + _POINT_COST * _overlap(boxes, self._points).sum(axis=1)
        total = total + _CROSSING_COST * _crossings(self._lines, boxes).sum(axis=0)
        if lines:
            ends = _nearest_on_box(point, _boxes(positions, size))
            own = np.column_stack([np.broadcast_to(point, ends.shape), ends])
            total = total + _CROSSING_COST * _crossings(own, self._boxes).sum(axis=1)
        best = int(np.argmin(total))
        return positions[best], float(total[best])

    def add(self, point: Doubles, size: Doubles, center: Doubles, line: bool) -> Doubles:
        """Add a label; returns the end of its leader line."""
        box = _boxes(center[None], size)
        self._boxes = np.concatenate([self._boxes, box])
        end: Doubles = _nearest_on_box(point, box)[0]
        if line:
            self._lines = np.concatenate([self._lines, np.concatenate([point, end])[None]])
        return end


def _boxes(centers: Doubles, size: Doubles) -> Doubles:
    return np.column_stack([centers - size / 2, centers + size / 2])


def _overlap(boxes: Doubles, others: Doubles) -> NDArray[np.bool_]:
    """(C, B) whether two boxes overlap."""
    a, b = boxes[:, None], others[None]
    overlap: NDArray[np.bool_] = (
        (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
    )
    return overlap


def _crossings(lines: Doubles, boxes: Doubles) -> NDArray[np.bool_]:
    """(L, B) whether a line enters a box: its parameter ranges between the sides, in x and in y, overlap."""
    start, step = lines[:, None, :2], lines[:, None, 2:] - lines[:, None, :2]
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (boxes[None, :, :2] - start) / step
        second = (boxes[None, :, 2:] - start) / step
    enter = np.fmin(first, second).max(axis=2, initial=0.0)
    leave = np.fmax(first, second).min(axis=2, initial=1.0)
    crossing: NDArray[np.bool_] = enter < leave
    return crossing


def _nearest_on_box(point: Doubles, boxes: Doubles) -> Doubles:
    return np.clip(point, boxes[:, :2], boxes[:, 2:])
