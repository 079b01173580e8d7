"""The cosines between any two of several words, as a heat map.

Colours are those of firth.colours; cluster_order.py has the order by clusters.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.colours import DARK_INK, LIGHT_INK, STRONG
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
from firth.plots.cluster_order import cluster_order
from firth.plots.theme import ThemeName, find_theme
from firth.vectors.expected import check_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["MatrixOrder", "similarity_matrix"]

MatrixOrder: TypeAlias = Literal["given", "clusters"]

_CELL = 44
_MOST_WITH_VALUES = 24
_SIDE = 900  # pixels, the most for the whole matrix
_MOST = 300


def similarity_matrix(
    vectors: WordVectors, words: Sequence[str], *, order: MatrixOrder = "given", theme: ThemeName = "light"
) -> Picture:
    """The cosines between any two of several words, as a heat map.

    Parameters
    ----------
    words : 1 to 300. With up to 24, the cosines are written in the cells.
    order : "given", or "clusters": similar words next to each other.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : no or too many words, an unknown order or theme, or numbers that are not finite.
    MissingExtraError : Altair is not installed.
    """
    check_vectors(vectors)
    look = find_theme(theme)
    if order not in get_args(MatrixOrder):
        raise SettingError(f"order={order!r}: must be one of {', '.join(get_args(MatrixOrder))}")
    listed = checked_words(words)
    if len(listed) > _MOST:
        raise SettingError(f"{len(listed):,} words: at most {_MOST} fit into this picture")
    cosines = vectors.similarity_matrix(finite_vectors(vectors, listed).astype(np.float32))
    if order == "clusters":
        rows = cluster_order(cosines)
        listed, cosines = [listed[row] for row in rows], cosines[np.ix_(rows, rows)]
    chart = _heat_map(listed, cosines, look.ink)
    explained = [
        "Cosine of the angle between two vectors: 1 is the same direction, 0 a right angle, \u22121 the opposite."
    ]
    if order == "clusters":
        explained.append("Similar words are next to each other.")
    return with_titles(chart, look, f"Similarity of {len(listed)} words", explained)


def _heat_map(words: Sequence[str], cosines: NDArray[np.float64], ink: str) -> Any:
    altair = import_altair()
    count = len(words)
    side = min(_CELL, _SIDE / count)
    names = [safe_text(word) for word in words]
    with_values = count <= _MOST_WITH_VALUES
    data = inline_data(
        {
            "row": i,
            "column": j,
            "word": names[i],
            "other": names[j],
            "cosine": round(float(cosines[i, j]), 4),
        }
        for i in range(count)
        for j in range(count)
    )
    axis: dict[str, Any] = {
        "title": None,
        "labelExpr": label_expression(words),
        "labelColor": ink,
        "ticks": False,
        "domain": False,
        "labelPadding": 8,
    }
    if not with_values:
        axis["labelFontSize"] = max(5, min(12, side - 1))
    base = altair.Chart(data, width=side * count, height=side * count).encode(
        x=altair.X("column:O").axis(orient="top", labelAngle=-45 if with_values else -90, **axis),
        y=altair.Y("row:O").axis(**axis),
    )
    squares = base.mark_rect(aria=False).encode(
        color=altair.Color("cosine:Q")
        .scale(diverging_scale(1.0))
        .legend(
            title=None,
            gradientLength=min(180, side * count),
            gradientThickness=10,
            values=[-1, -0.5, 0, 0.5, 1],
            format="~g",
        ),
        tooltip=["word:N", "other:N", altair.Tooltip("cosine:Q", format=".4f")],
    )
    if not with_values:
        return squares
    values = base.mark_text(aria=False).encode(text=altair.Text("cosine:Q", format=".2f"))
    on_strong = f"abs(datum.cosine) > {STRONG}"
    inks = altair.condition(on_strong, altair.value(LIGHT_INK), altair.value(DARK_INK))
    return altair.layer(squares, values.encode(color=inks))
