"""The nearest neighbours of a word, with a bar for each similarity."""

from firth.errors import SettingError
from firth.plots.canvas import Picture, import_altair, inline_data, label_expression, safe_text, with_titles
from firth.plots.theme import ThemeName, find_theme
from firth.vectors.expected import check_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["neighbour_bars"]

_WIDTH = 460
_ROW_HEIGHT = 26
_MOST = 200


def neighbour_bars(vectors: WordVectors, word: str, count: int = 10, *, theme: ThemeName = "light") -> Picture:
    """The `count` words most similar to a word, best first, with a bar for each cosine.

    Parameters
    ----------
    count : 1 to 200.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : the word is not in the vocabulary.
    SettingError : an impossible count or theme, or a vocabulary without another word.
    MissingExtraError : Altair is not installed.
    """
    check_vectors(vectors)
    look = find_theme(theme)
    altair = import_altair()
    if isinstance(count, int) and count > _MOST:
        raise SettingError(f"count={count:,}: at most {_MOST} fit into this picture")
    vectors.word_id(word)  # refuses a list, which most_similar() takes as several queries
    neighbours = vectors.most_similar(word, count)
    if not neighbours:
        raise SettingError(f"{word!r} is the only word: it has no neighbours")
    lowest = min(0.0, *(similarity for _, similarity in neighbours))
    data = inline_data(
        {"rank": i, "word": safe_text(other), "similarity": round(similarity, 6)}
        for i, (other, similarity) in enumerate(neighbours)
    )
    labels = label_expression([other for other, _ in neighbours])
    base = altair.Chart(data, width=_WIDTH, height={"step": _ROW_HEIGHT}).encode(
        y=altair.Y("rank:O").axis(
            title=None,
            labelExpr=labels,
            labelFontSize=14,
            labelColor=look.ink,
            ticks=False,
            domain=False,
            labelPadding=8,
        ),
        x=altair.X("similarity:Q")
        .scale(domain=[lowest, 1.0], nice=False)
        .axis(title="similarity (cosine)", tickCount=5, domain=False, ticks=False),
        tooltip=["word:N", altair.Tooltip("similarity:Q", format=".4f")],
    )
    bars = base.mark_bar(aria=False, color=look.accent, cornerRadiusEnd=3, height={"band": 0.72})
    values = base.mark_text(aria=False, align="left", dx=6).encode(text=altair.Text("similarity:Q", format=".2f"))
    subtitle = f"Cosine similarity, among {len(vectors):,} words: 1 is the same direction."
    return with_titles(altair.layer(bars, values), look, f"Words most similar to {word}", subtitle)
