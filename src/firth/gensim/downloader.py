"""gensim.downloader: what it left on disk is opened, and nothing is downloaded.

Its layout is BASE_DIR/NAME/NAME.gz. The Python code that it keeps next to these files is not run.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

from firth.errors import FormatError, SettingError, quoted
from firth.formats.published import GENSIM_DATA, advice_on
from firth.gensim.corpora import Text8Corpus
from firth.gensim.key_files import open_stored
from firth.gensim.models.keyedvectors import KeyedVectors
from firth.gensim.word2vec_files import fill

__all__ = ["BASE_DIR", "info", "load"]

BASE_DIR = os.environ.get("GENSIM_DATA_DIR", os.path.expanduser("~/gensim-data"))  # noqa: PTH111 - Path raises without a home

_LIST = "information.json"
_LONGEST_LIST = 1 << 24  # bytes; gensim's has 30 kB
_NAME = re.compile(r"[\w-][\w.-]*", re.ASCII)


def load(name: str, return_path: bool = False) -> Any:
    """Vectors, as KeyedVectors, or the corpus "text8", that gensim's downloader left in BASE_DIR.

    return_path : only the path of the file.

    Raises
    ------
    ValueError : there is no such name.
    FileNotFoundError : there is one, but no file; the message has where it comes from.
    FormatError : the file holds no vectors, as those of corpora.
    """
    path = Path(BASE_DIR) / name / f"{name}.gz"
    if not _NAME.fullmatch(name) or not path.is_file():
        info(name)
        raise FileNotFoundError(f"{path}: there is no such file{advice_on(Path(name)) or '; Firth downloads nothing'}")
    if return_path:
        return str(path)
    if name == "text8":
        return Text8Corpus(str(path))
    stored = open_stored(path)
    vectors = KeyedVectors(stored.matrix.shape[1])
    fill(vectors, list(stored.words), stored.matrix, None)
    return vectors


def info(name: str | None = None, show_only_latest: bool = True, name_only: bool = False) -> dict[str, Any]:
    """What gensim's list says of a name, or of all; the list is the one that gensim left in BASE_DIR.

    Without it, the names of the vectors in docs/published-vectors.md, each with its file_name.

    show_only_latest : leave out versions that were replaced. name_only : lists of names.

    Raises
    ------
    ValueError : there is no such name.
    FormatError : the list is damaged.
    """
    listed = _listed()
    if name is not None:
        for kind in ("corpora", "models"):
            if name in listed[kind]:
                return dict(listed[kind][name])
        raise SettingError(f"Incorrect model/corpus name: {quoted(name)}; info(name_only=True) lists the known ones")
    if not show_only_latest:
        return listed
    if name_only:
        return {kind: list(listed[kind]) for kind in ("corpora", "models")}
    return {
        kind: {one: about for one, about in listed[kind].items() if about.get("latest", True)}
        for kind in ("corpora", "models")
    }


def _listed() -> dict[str, Any]:
    path = Path(BASE_DIR) / _LIST
    if not path.is_file():
        return {"corpora": {}, "models": {name: {"file_name": f"{name}.gz"} for name in GENSIM_DATA}}
    if path.stat().st_size > _LONGEST_LIST:
        raise FormatError(path, "is not gensim's list of data: it is too long")
    try:
        listed = json.loads(path.read_bytes())
        corpora, models = listed["corpora"], listed["models"]
        if not all(isinstance(about, dict) for part in (corpora, models) for about in part.values()):
            raise TypeError
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise FormatError(path, 'must be JSON like {"corpora": {…}, "models": {…}}; delete it') from None
    return dict(listed)
