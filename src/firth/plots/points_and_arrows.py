"""People as points and arrows in the plane of two traits, with the cosines between the arrows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.plots.canvas import (
    Picture,
    checked_words,
    finite_vectors,
    import_altair,
    inline_data,
    safe_text,
    with_minus_sign,
    with_titles,
)
from firth.plots.label_placement import Placement, place_labels
from firth.plots.labelled_points import Frame, LabelledPoints, leader_lines
from firth.plots.text_extent import text_sizes
from firth.plots.theme import Theme, ThemeName, find_theme
from firth.vectors.expected import check_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["points_and_arrows"]

Doubles = NDArray[np.float64]

_SIDE = 460.0
_LETTERS = 14
_BOLD = 1.12  # how much wider bold letters are
_HEAD = "M0 0L0.38 1L-0.38 1Z"  # an arrow head with its tip at the point, pointing up
_HEAD_LENGTH = 15.0
_MOST = 40


def points_and_arrows(
    vectors: WordVectors,
    traits: tuple[str, str] | None = None,
    *,
    people: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    compared_with: str | None = None,
    theme: ThemeName = "light",
) -> Picture:
    """People as points in the plane of two traits, with arrows from the origin and cosines in the labels.

    The cosines are those of the arrows drawn, of two traits; the other numbers of the vectors are ignored.

    Parameters
    ----------
    vectors : a row for each person (or item), a column for each trait.
    traits : the columns of the horizontal and the vertical axis; None for the first two.
    people : 1 to 40 of the words; None for all.
    columns : names for the D columns; None for those that firth.read_table() kept in
        `vectors.metadata["columns"]`, or else "number 1", "number 2" ….
    compared_with : the person with whom the cosines compare the others; None for the first.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : a person is not among the vectors.
    SettingError : fewer than two columns, an unknown trait, no or too many people, or an unknown theme.
    MissingExtraError : Altair is not installed.
    """
    check_vectors(vectors)
    look = find_theme(theme)
    names = checked_words(vectors.words[: _MOST + 1] if people is None else people)
    if len(names) > _MOST:
        raise SettingError(
            f"{len(vectors) if people is None else len(names):,} people: at most {_MOST} fit into this picture"
        )
    one = names[0] if compared_with is None else compared_with
    if one not in names:
        raise SettingError(f"compared_with={one!r}: must be one of the people in the picture")
    known = _column_names(vectors, columns)
    across, up = _trait_columns(known, traits)
    points = finite_vectors(vectors, names)[:, [across, up]]
    cosines = WordVectors(names, points).similarity([one] * len(names), names)
    labels = [
        name if name == one else f"{name}: {with_minus_sign(f'{cosine:.2f}')}"
        for name, cosine in zip(names, cosines, strict=True)
    ]
    chart = _arrows(points, labels, names.index(one), (known[across], known[up]), look)
    title = f"Who is most like {one}?" if len(names) > 1 else f"{one}: two traits, a point and an arrow"
    subtitle = (
        f"The cosine of the angle to {one}'s arrow: 1 is the same direction, 0 a right angle, \u22121 the opposite."
    )
    return with_titles(chart, look, title, subtitle if len(names) > 1 else "A vector is a direction and a length.")


def _column_names(vectors: WordVectors, columns: Sequence[str] | None) -> list[str]:
    size = vectors.vector_size
    given = columns if columns is not None else vectors.metadata.get("columns")
    names = [f"number {i + 1}" for i in range(size)] if given is None else [str(name) for name in given]
    if len(names) != size or len(set(names)) < size:
        raise SettingError(f"{len(names)} names of columns for {size} columns: each column needs its own name")
    if size < 2:
        raise SettingError("vectors of one number: this picture needs two traits; personality_line() draws one")
    return names


def _trait_columns(columns: Sequence[str], traits: tuple[str, str] | None) -> tuple[int, int]:
    if traits is None:
        return 0, 1
    if isinstance(traits, str) or len(traits) != 2 or traits[0] == traits[1]:
        raise SettingError(f"traits={traits!r}: must be two different columns")
    for trait in traits:
        if trait not in columns:
            raise SettingError(f"there is no trait {trait!r}; the columns are {', '.join(columns)}")
    return columns.index(traits[0]), columns.index(traits[1])


def _arrows(points: Doubles, labels: Sequence[str], first: int, traits: tuple[str, str], look: Theme) -> Any:
    altair = import_altair()
    reach = 1.08 * max(1.0, float(np.abs(points).max()))
    frame = Frame(_SIDE, _SIDE, (-reach, reach), (-reach, reach))
    labelled = LabelledPoints(frame, points, labels, _place(frame, points, labels))
    ends, centers = _shaft_ends(frame, points), frame.units(labelled.placement.centers)
    angles = np.degrees(np.arctan2(points[:, 0], points[:, 1]))  # clockwise from the vertical
    records = [
        {
            "x": float(points[i, 0]), "y": float(points[i, 1]), "zero": 0, "angle": float(angles[i]),
            "end x": float(ends[i, 0]), "end y": float(ends[i, 1]), "label": safe_text(labels[i]),
            "label x": float(centers[i, 0]), "label y": float(centers[i, 1]),
            "colour": look.strong if i == first else look.accent,
        }
        for i in range(len(points))
    ]  # fmt: skip
    axis = {"tickCount": 5, "domain": False, "ticks": False}
    x = altair.X("x:Q").scale(domain=list(frame.x), nice=False).axis(title=f"{safe_text(traits[0])} →", **axis)
    y = altair.Y("y:Q").scale(domain=list(frame.y), nice=False).axis(title=f"{safe_text(traits[1])} →", **axis)
    tooltip = [
        "label:N",
        altair.Tooltip("x:Q", title=safe_text(traits[0])),
        altair.Tooltip("y:Q", title=safe_text(traits[1])),
    ]
    colour = altair.Color("colour:N").scale(None)
    base = altair.Chart(inline_data(records)).encode(color=colour, tooltip=tooltip)
    heads = base.mark_point(aria=False, shape=_HEAD, filled=True, opacity=1, size=4 * _HEAD_LENGTH**2)
    shafts = base.mark_rule(aria=False, strokeWidth=2.5).encode(x="zero:Q", y="zero:Q", x2="end x:Q", y2="end y:Q")
    zero = altair.Chart(altair.InlineData(values=[{}])).mark_rule(aria=False, color=look.faint)
    labelled_records = [record for record, placed in zip(records, labelled.placement.placed, strict=True) if placed]
    texts = altair.Chart(inline_data(labelled_records)).mark_text(aria=False, fontSize=_LETTERS, fontWeight="bold")
    return altair.layer(
        heads.encode(x=x, y=y, angle=altair.Angle("angle:Q").scale(None)),
        zero.encode(x=altair.datum(0)),
        zero.encode(y=altair.datum(0)),
        shafts,
        leader_lines(labelled, look).encode(x=x, y=y),
        texts.encode(x="label x:Q", y="label y:Q", text="label:N", color=colour),
    ).properties(width=_SIDE, height=_SIDE)


def _place(frame: Frame, points: Doubles, labels: Sequence[str]) -> Placement:
    """Place labels next to the tips, away from the shafts."""
    tips = frame.pixels(points)
    origin = np.broadcast_to(frame.pixels(np.zeros((1, 2))), tips.shape)
    sizes = text_sizes(labels, _LETTERS) * (_BOLD, 1.0) + 6
    return place_labels(tips, sizes, (frame.width, frame.height), lines=np.concatenate([origin, tips], axis=1))


def _shaft_ends(frame: Frame, points: Doubles) -> Doubles:
    """Ends of the shafts, inside the heads, so that the tips stay sharp."""
    pixel = (frame.x[1] - frame.x[0]) / frame.width
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    shorter = np.maximum(lengths - 0.8 * _HEAD_LENGTH * pixel, 0)
    ends: Doubles = points * np.divide(shorter, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return ends
