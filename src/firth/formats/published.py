"""Vectors that others publish, by their names: those that gensim's downloader left on disk are found.

Nothing is downloaded. docs/published-vectors.md has addresses and sizes.
"""

import os
import re
from pathlib import Path

__all__ = ["GENSIM_DATA", "advice_on", "on_disk"]

_PAGE = "docs/published-vectors.md"
_NAME = re.compile(r"[\w-][\w.-]*", re.ASCII)
GENSIM_DATA = (
    "conceptnet-numberbatch-17-06-300",
    "fasttext-wiki-news-subwords-300",
    "glove-twitter-100",
    "glove-twitter-200",
    "glove-twitter-25",
    "glove-twitter-50",
    "glove-wiki-gigaword-100",
    "glove-wiki-gigaword-200",
    "glove-wiki-gigaword-300",
    "glove-wiki-gigaword-50",
    "word2vec-google-news-300",
    "word2vec-ruscorpora-300",
)
# Beginnings of the names of files that are published elsewhere.
_ELSEWHERE = re.compile(
    r"(glove\.(6B|42B|840B|twitter)|GoogleNews-vectors|wiki-news-300d|crawl-300d|cc\.[a-z]{2,3}\.300|wiki\.[a-z]{2,10}\."
    r"|wiki\.[a-z-]{2,10}$|numberbatch)",
    re.IGNORECASE,
)


def _folder() -> Path:
    """Where gensim's downloader keeps its files."""
    given = os.environ.get("GENSIM_DATA_DIR")
    return Path(given) if given else Path.home() / "gensim-data"


def on_disk(path: Path) -> Path:
    """The file that gensim's downloader left under this name, if `path` is a name and no file; else `path`.

    Its layout is FOLDER/NAME/NAME.gz, in $GENSIM_DATA_DIR or ~/gensim-data. The Python code next to it is not run.
    """
    name = str(path)
    if _NAME.fullmatch(name) and not path.exists():
        try:
            found = _folder() / name / f"{name}.gz"
        except RuntimeError:  # there is no home folder
            return path
        if found.is_file():
            return found
    return path


def advice_on(path: Path) -> str:
    """What to say of a file that is not there, if its name is that of published vectors; "" for any other."""
    name = path.name
    if name in GENSIM_DATA:
        return (
            f"; these are published vectors, which Firth does not download: gensim's downloader puts them where Firth "
            f"looks for them, {_folder() / name / name}.gz, and {_PAGE} has addresses and sizes"
        )
    if _ELSEWHERE.match(name):
        return f"; these are published vectors, which Firth does not download: {_PAGE} has their addresses and sizes"
    return ""
