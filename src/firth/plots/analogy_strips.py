"""A sum of words as colour strips: its words, what the sum is, and the word nearest to it."""

from collections.abc import Sequence

import numpy as np

from firth.plots.canvas import Picture, checked_words, finished, import_altair, inline_data, number_rows
from firth.plots.colour_strips import cells, checked_limit, shown_limit
from firth.plots.theme import ThemeName, theme_named
from firth.vectors.word_vectors import WordVectors

__all__ = ["analogy_strips", "sum_strips"]

_GAP = 10  # pixels between rows: room for the line


def analogy_strips(
    vectors: WordVectors, a: str, b: str, c: str, *, limit: float | None = None, theme: ThemeName = "light"
) -> Picture:
    """What is to `c` as `b` is to `a`: rows for b, a, c, b − a + c and the nearest word.

    "man is to king as woman is to …" is `analogy_strips(vectors, "man", "king", "woman")`, as in
    `vectors.analogy`. Everything else as in `sum_strips`.
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

    The rows are the words, then the sum of their vectors as they are, so that cells add up column by column; then the
    word that `vectors.most_similar` finds nearest, with its similarity (there each word is first scaled to length 1).

    Parameters
    ----------
    positive, negative : words to add, at least one, and to take away.
    limit : as in `colour_strips`.

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : nothing to add, an impossible limit or theme, or numbers that are not finite.
    MissingExtraError : Altair is not installed.
    """
    look = theme_named(theme)
    plus, minus = checked_words(positive), checked_words(negative, fewest=0)
    words = [plus[0], *minus, *plus[1:]]
    signs = np.array([1.0] + [-1.0] * len(minus) + [1.0] * (len(plus) - 1))
    rows = number_rows(vectors, words)
    labels = [
        *words,
        words[0]
        + "".join(f" {'+' if sign > 0 else '−'} {word}" for word, sign in zip(words[1:], signs[1:], strict=True)),
    ]
    rows = np.concatenate([rows, (signs @ rows)[None]])
    nearest = vectors.most_similar(positive=plus, negative=minus, count=1)
    explained = "No other word is there to be near."
    if nearest:
        word, similarity = nearest[0]
        labels.append(f"{word} ({similarity:.2f})")
        rows = np.concatenate([rows, number_rows(vectors, [word])])
        explained = f"Nearest of all {len(vectors):,} words: {word}, similarity {similarity:.4f}."
    limit = checked_limit(limit, rows)
    altair = import_altair()
    # A line above the sum, as one adds up on paper.
    line = (
        altair.Chart(inline_data([{"row": len(words)}]))
        .mark_rule(aria=False, strokeWidth=1, color=look.quiet, yOffset=-_GAP / 2)
        .encode(y=altair.Y("row:O", bandPosition=0))
    )
    chart = altair.layer(cells(labels, rows, limit, look, gap=_GAP), line)
    return finished(chart, look, labels[len(words)], [shown_limit(rows.shape[1], limit), explained])  # type: ignore[no-any-return]
