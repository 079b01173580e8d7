"""The width and height of text in pixels, computed from font metrics, without drawing it."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["text_sizes", "text_width"]

# Advance widths in thousandths of the font size, equal in Arial, Helvetica and Liberation Sans
# (source: Adobe's metrics of Helvetica).
_CHARACTERS_OF_WIDTH = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft\u00a0·",
    333: "()-`r‘’‐‑",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu–ß",
    584: "+<=>~−×",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "—…",
    1015: "@",
}
_WIDTHS = {letter: width / 1000 for width, letters in _CHARACTERS_OF_WIDTH.items() for letter in letters}
_FULL_WIDTH = 1.0
_SYMBOL = 1.3  # emoji
_OTHER = 0.85  # letters of other scripts: few are wider
_LINE_HEIGHT = 1.2


def text_width(text: str, font_size: float) -> float:
    """Width of a text in pixels: exact for Latin letters, usually an overestimate for others."""
    return font_size * sum(map(_width, unicodedata.normalize("NFD", text)))


def text_sizes(texts: Sequence[str], font_size: float) -> NDArray[np.float64]:
    """Width and height in pixels of each text (n, 2)."""
    widths = [text_width(text, font_size) for text in texts]
    return np.column_stack([widths, np.full(len(texts), _LINE_HEIGHT * font_size)]).reshape(-1, 2)


def _width(letter: str) -> float:
    known = _WIDTHS.get(letter)
    if known is not None:
        return known
    category = unicodedata.category(letter)
    if category in ("Mn", "Me", "Cf"):  # accents, joiners: they take no width of their own
        return 0.0
    if category == "So":
        return _SYMBOL
    return _FULL_WIDTH if unicodedata.east_asian_width(letter) in "WF" else _OTHER
