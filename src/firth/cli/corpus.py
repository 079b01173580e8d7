"""Texts as arguments: files, folders, patterns, standard input."""

from pathlib import Path
from typing import Annotated

import typer

from firth.corpus.sources import CorpusInput
from firth.errors import SettingError

__all__ = ["CorpusArgument", "source_of"]

CorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS...",
        help="Text files, folders (all files in them) or patterns, also .gz .bz2 .xz .zst; - is standard input.",
    ),
]


def source_of(corpus: list[str]) -> CorpusInput:
    """The corpus as the library takes it: paths, because strings could be texts; or standard input.

    Raises SettingError for standard input together with files.
    """
    if "-" in corpus and len(corpus) > 1:
        raise SettingError(
            "- (standard input) together with files: give one or the other; `cat - FILE… | firth …` joins them"
        )
    return corpus[0] if corpus == ["-"] else [Path(name) for name in corpus]
