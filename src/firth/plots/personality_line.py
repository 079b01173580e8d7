"""One trait of people on two scales: the score from 0 to 100, and the number from −1 to 1 that a vector has."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firth.errors import SettingError
from firth.plots.canvas import Picture, import_altair, inline_data, safe_text, with_minus_sign, with_titles
from firth.plots.text_extent import text_width
from firth.plots.theme import FONT_SIZE, Theme, ThemeName, find_theme

__all__ = ["personality_line"]

_WIDTH = 620
_LETTERS = 14
_LEVEL = 19  # pixels between labels, vertically
_TICKS = (0, 25, 50, 75, 100)
_MOST = 30


def personality_line(
    scores: float | Mapping[str, float],
    *,
    ends: tuple[str, str] = ("introversion", "extraversion"),
    theme: ThemeName = "light",
) -> Picture:
    """Scores of one trait on a scale from 0 to 100, and below it on the scale from −1 to 1 that vectors use.

    Parameters
    ----------
    scores : one score from 0 to 100, or scores by name, at most 30.
    ends : what low and high scores mean.
    theme : "light" or "dark".

    Raises
    ------
    SettingError : no or too many scores, a score outside 0 to 100, or an unknown theme.
    MissingExtraError : Altair is not installed.
    """
    look = find_theme(theme)
    named = {name: _checked(score) for name, score in _by_name(scores).items()}
    if not 1 <= len(named) <= _MOST:
        raise SettingError(f"{len(named)} scores: this picture holds 1 to {_MOST}")
    low, high = ends
    chart = _lines(named, (low, high), look)
    if len(named) == 1:
        (score,) = named.values()
        title = f"{score:g} of 100 between {low} and {high}"
    else:
        title = f"{len(named)} people between {low} and {high}"
    return with_titles(chart, look, title, "The same value on two scales: a score, and a number of a vector.")


def _by_name(scores: float | Mapping[str, float]) -> Mapping[str, float]:
    return scores if isinstance(scores, Mapping) else {"": scores}


def _checked(score: Any) -> float:
    if isinstance(score, bool) or not isinstance(score, int | float | np.number) or not 0 <= score <= 100:
        raise SettingError(f"score {score!r}: must be a number from 0 to 100")
    return float(score)


def _lines(named: Mapping[str, float], ends: tuple[str, str], look: Theme) -> Any:
    altair = import_altair()
    moved = {name: 2 * score / 100 - 1 for name, score in named.items()}
    upper = _levels(named, {name: f"{name} {score:g}".strip() for name, score in named.items()})
    lower = _levels(named, {name: f"{name} {_signed(moved[name])}".strip() for name in named})
    first = _LEVEL * (max(level for _, level in upper.values()) + 1) + 4
    second = first + 62 + _LEVEL * (max(level for _, level in lower.values()) + 1)
    layers = [
        *_line(first, [f"{tick}" for tick in _TICKS], ends, look),
        *_line(second, [_signed(tick / 50 - 1) for tick in _TICKS], ends, look),
    ]
    for y, labels in ((first, upper), (second, lower)):
        records = [
            {"score": named[name], "name": safe_text(name), "label": safe_text(label),
             "from -1 to 1": round(moved[name], 4), "y": y - 14 - _LEVEL * level}
            for name, (label, level) in labels.items()
        ]  # fmt: skip
        base = altair.Chart(inline_data(records)).encode(x="score:Q")
        hover = ["name:N", "score:Q", "from -1 to 1:Q"]
        layers += [
            base.mark_circle(aria=False, color=look.strong, size=130, opacity=1).encode(
                y=altair.value(y), tooltip=hover
            ),
            base.mark_text(aria=False, color=look.strong, fontSize=_LETTERS, fontWeight="bold").encode(
                text="label:N", y=altair.Y("y:Q").scale(None).axis(None)
            ),
        ]
    return altair.layer(*layers).properties(width=_WIDTH, height=second + 44)


def _line(y: float, ticks: list[str], ends: tuple[str, str], look: Theme) -> list[Any]:
    """A scale: the line, ticks with numbers, and the meaning of its ends."""
    altair = import_altair()
    x = altair.X("position:Q").scale(domain=[0, 100], nice=False).axis(None)
    data = inline_data({"position": position, "tick": tick} for position, tick in zip(_TICKS, ticks, strict=True))
    base = altair.Chart(data).encode(x=x)
    line = altair.Chart(altair.InlineData(values=[{}])).mark_rule(aria=False, color=look.quiet, strokeWidth=2)
    names = [(f"← {ends[0]}", 0, "left"), (f"{ends[1]} →", _WIDTH, "right")]
    empty = altair.Chart(altair.InlineData(values=[{}]))
    return [
        line.encode(x=altair.value(0), x2=altair.value(_WIDTH), y=altair.value(y)),
        base.mark_tick(aria=False, color=look.quiet, height=10, thickness=2).encode(y=altair.value(y)),
        base.mark_text(aria=False, color=look.quiet, dy=18).encode(text="tick:N", y=altair.value(y)),
        *(
            empty.mark_text(aria=False, text=safe_text(text), align=align, fontSize=FONT_SIZE, dy=35).encode(
                x=altair.value(across), y=altair.value(y)
            )
            for text, across, align in names
        ),
    ]


def _levels(scores: Mapping[str, float], labels: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Each label with its level above the line, so that none overlap."""
    right_ends: list[float] = []  # of the last label on each level
    found: dict[str, tuple[str, int]] = {}
    for name in sorted(labels, key=lambda name: scores[name]):
        half = text_width(labels[name], _LETTERS) * 1.1 / 2 + 3  # bold letters are wider
        middle = scores[name] / 100 * _WIDTH
        level = next((i for i, end in enumerate(right_ends) if middle - half >= end), len(right_ends))
        right_ends[level : level + 1] = [middle + half]
        found[name] = (labels[name], level)
    return found


def _signed(value: float) -> str:
    value = round(value, 2) + 0.0  # no negative zero
    return with_minus_sign(f"{value:.2f}".rstrip("0").rstrip("."))
