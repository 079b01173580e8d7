"""Vectors as colour strips: a row of cells for each word, a cell for each number.

analogy_strips.py uses the same cells for sums of words.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.colours import fitting_limit
from firth.errors import SettingError
from firth.plots.canvas import (
    Picture,
    checked_words,
    diverging_scale,
    finite_vectors,
    import_altair,
    inline_data,
    label_expression,
    safe_text,
    with_titles,
)
from firth.plots.theme import Theme, ThemeName, find_theme
from firth.vectors.expected import check_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["cells", "choose_limit", "colour_strips", "describe_limit"]

_ROW_HEIGHT = 26
_GAP = 4
_WIDTH = 700
_WIDEST_CELL = 24


def colour_strips(
    vectors: WordVectors,
    words: Sequence[str],
    *,
    limit: float | None = None,
    theme: ThemeName = "light",
) -> Picture:
    """The vectors of words as rows of coloured cells, one cell per number: blue below zero, white at zero, red above.

    Parameters
    ----------
    words : at least one; words may repeat.
    limit : absolute value, above 0, at which colours are strongest. None takes the smallest of … 0.1, 0.2, 0.5, 1, 2,
        5 … that at least 97 of 100 numbers shown do not exceed: 2 for GloVe's vectors.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : no words, an impossible limit or theme, or numbers that are not finite.
    MissingExtraError : Altair is not installed.
    """
    check_vectors(vectors)
    look = find_theme(theme)
    listed = checked_words(words)
    rows = finite_vectors(vectors, listed)
    limit = choose_limit(limit, rows)
    title = f"The vector of {listed[0]}" if len(listed) == 1 else f"The vectors of {len(listed)} words"
    return with_titles(cells(listed, rows, limit, look), look, title, describe_limit(rows.shape[1], limit))


def choose_limit(limit: float | None, rows: NDArray[np.float64]) -> float:
    """The limit, or for None one that fits the numbers. Raises SettingError for one that is not above 0."""
    if limit is None:
        return fitting_limit(rows)
    if isinstance(limit, bool) or not isinstance(limit, int | float | np.number) or not 0 < limit < float("inf"):
        raise SettingError(f"limit={limit!r}: must be a number above 0")
    return float(limit)


def describe_limit(numbers: int, limit: float) -> str:
    """The meaning of the colours, for the subtitle."""
    return (
        f"{numbers} numbers per vector, a cell for each: blue at \u2212{limit:g} and below, white at 0, "
        f"red at {limit:g} and above."
    )


def cells(labels: Sequence[str], rows: NDArray[np.float64], limit: float, look: Theme, gap: float = _GAP) -> Any:
    """The chart of rows (n, D) of cells, each row with its label on the left."""
    altair = import_altair()
    count, size = rows.shape
    names = [safe_text(label) for label in labels]
    data = inline_data(
        {"row": i, "word": names[i], "number": j + 1, "value": float(f"{rows[i, j]:.6g}")}
        for i in range(count)
        for j in range(size)
    )
    cell = min(_WIDTH / size, _WIDEST_CELL)
    y = altair.Y("row:O").axis(
        title=None,
        labelExpr=label_expression(labels),
        labelFontSize=14,
        labelColor=look.ink,
        ticks=False,
        domain=False,
        labelPadding=10,
    )
    x = altair.X("number:O").axis(
        title="position in the vector", values=_ticks(size), labelAngle=0, ticks=False, domain=False, labelPadding=6
    )
    legend = altair.Legend(
        title=None, orient="bottom", direction="horizontal", gradientLength=180, gradientThickness=10, offset=12,
        values=[-limit, 0, limit], format="~g",
    )  # fmt: skip
    tooltip = [
        altair.Tooltip("word:N"),
        altair.Tooltip("number:O", title="position"),
        altair.Tooltip("value:Q", format=".6~g"),
    ]
    return (
        altair.Chart(data, width=cell * size, height={"step": _ROW_HEIGHT + gap})
        .mark_rect(aria=False)
        .encode(
            x=x.scale(paddingInner=0, paddingOuter=0),
            y=y.scale(paddingInner=gap / (_ROW_HEIGHT + gap), paddingOuter=0),
            color=altair.Color("value:Q").scale(diverging_scale(limit)).legend(legend),
            tooltip=tooltip,
        )
    )


def _ticks(size: int) -> list[int]:
    """The first and last position, and round numbers between them."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, size) if size / step <= 12)
    return [
        1,
        *(tick for tick in range(step, size, step) if 1 < tick <= size - step / 2),
        *([size] if size > 1 else []),
    ]
