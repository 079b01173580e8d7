"""Texts as arguments: files, folders, patterns, standard input."""

from pathlib import Path
from typing import Annotated

import typer

from firth.corpus.sources import Corpus
from firth.errors import SettingError

__all__ = ["CorpusArgument", "check_folder", "source_of"]

CorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS...",
        help="Text files, folders or patterns, also .gz .bz2 .xz .zst; - is standard input.",
    ),
]


def source_of(corpus: list[str]) -> Corpus:
    """What the library takes: paths, not strings, for a list of strings could be texts. A single string may be - or a
    pattern.
    """
    return corpus[0] if len(corpus) == 1 else [Path(name) for name in corpus]


def check_folder(target: Path) -> None:
    """Raise SettingError if no file can be written there; better now than after the training."""
    if target.is_dir():
        raise SettingError(f"{target} is a folder")
    if not target.absolute().parent.is_dir():
        raise SettingError(f"{target}: there is no folder {target.absolute().parent}")
