"""A sum of words as colour strips: its words, the sum of their vectors, and the word nearest to the sum.

The cells are those of colour_strips.py.
"""

from collections.abc import Sequence

import numpy as np

from firth.plots.canvas import Picture, checked_words, finite_vectors, import_altair, inline_data, with_titles
from firth.plots.colour_strips import cells, choose_limit, describe_limit
from firth.plots.theme import ThemeName, find_theme
from firth.vectors.expected import check_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["analogy_strips", "sum_strips"]

_GAP = 10  # pixels between rows: space for the line above the sum


def analogy_strips(
    vectors: WordVectors, a: str, b: str, c: str, *, limit: float | None = None, theme: ThemeName = "light"
) -> Picture:
    """An analogy as colour strips: rows for b, a, c, b − a + c and the nearest word.

    Parameters
    ----------
    a, b, c : *a is to b as c is to …*, as in `vectors.analogy`: `analogy_strips(vectors, "man", "king", "woman")`.
    limit : as in `colour_strips`.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : an impossible limit or theme, or numbers that are not finite.
    MissingExtraError : Altair is not installed.
    """
    return sum_strips(vectors, [b, c], [a], limit=limit, theme=theme)


def sum_strips(
    vectors: WordVectors,
    positive: Sequence[str],
    negative: Sequence[str] = (),
    *,
    limit: float | None = None,
    theme: ThemeName = "light",
) -> Picture:
    """A sum of words as colour strips.

    The first rows are the words, then comes the sum of their unscaled vectors, so that cells add up column by column.
    The last row is the word that `vectors.most_similar` finds nearest, with its similarity; most_similar scales each
    word to length 1 before the sum.

    Parameters
    ----------
    positive, negative : words to add, at least one, and words to subtract.
    limit : as in `colour_strips`.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : no word to add, an impossible limit or theme, or numbers that are not finite.
    MissingExtraError : Altair is not installed.
    """
    check_vectors(vectors)
    look = find_theme(theme)
    plus, minus = checked_words(positive), checked_words(negative, fewest=0)
    words = [plus[0], *minus, *plus[1:]]
    signs = np.array([1.0] + [-1.0] * len(minus) + [1.0] * (len(plus) - 1))
    rows = finite_vectors(vectors, words)
    labels = [
        *words,
        words[0]
        + "".join(f" {'+' if sign > 0 else '−'} {word}" for word, sign in zip(words[1:], signs[1:], strict=True)),
    ]
    rows = np.concatenate([rows, (signs @ rows)[None]])
    nearest = vectors.most_similar(positive=plus, negative=minus, count=1)
    explained = "There is no other word to compare the sum with."
    if nearest:
        word, similarity = nearest[0]
        labels.append(f"{word} ({similarity:.2f})")
        rows = np.concatenate([rows, finite_vectors(vectors, [word])])
        explained = f"Nearest of all {len(vectors):,} words: {word}, similarity {similarity:.4f}."
    limit = choose_limit(limit, rows)
    altair = import_altair()
    # A line above the sum, as in written addition.
    line = (
        altair.Chart(inline_data([{"row": len(words)}]))
        .mark_rule(aria=False, strokeWidth=1, color=look.quiet, yOffset=-_GAP / 2)
        .encode(y=altair.Y("row:O", bandPosition=0))
    )
    chart = altair.layer(cells(labels, rows, limit, look, gap=_GAP), line)
    return with_titles(chart, look, labels[len(words)], [describe_limit(rows.shape[1], limit), explained])
