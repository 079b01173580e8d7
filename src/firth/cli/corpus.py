"""Texts as arguments: files, folders, patterns, standard input."""

from pathlib import Path
from typing import Annotated

import typer

from firth.corpus.sources import CorpusInput
from firth.errors import SettingError

__all__ = ["CorpusArgument", "check_folder", "check_parent", "source_of"]

CorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS...",
        help="Text files, folders or patterns, also .gz .bz2 .xz .zst; - is standard input.",
    ),
]


def source_of(corpus: list[str]) -> CorpusInput:
    """What the library takes: paths, not strings, for strings could be texts; or standard input.

    Raises SettingError for standard input beside files.
    """
    if "-" in corpus and len(corpus) > 1:
        raise SettingError("- is standard input, and stands alone: `cat - FILE… |` brings it and files together")
    return corpus[0] if corpus == ["-"] else [Path(name) for name in corpus]


def check_folder(target: Path) -> None:
    """Raise SettingError if no file can be written there; better now than after the training."""
    if target.is_dir():
        raise SettingError(f"{target} is a folder")
    check_parent(target)


def check_parent(target: Path) -> None:
    """Raise SettingError if neither file nor folder can be written there."""
    if not target.absolute().parent.is_dir():
        raise SettingError(f"{target}: there is no folder {target.absolute().parent}")
