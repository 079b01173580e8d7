"""Texts as arguments: files, folders, patterns, standard input."""

from pathlib import Path
from typing import Annotated

import typer

from firth.corpus.paths import joined, text_files_at, without
from firth.corpus.sources import CorpusInput
from firth.errors import SettingError

__all__ = ["CorpusArgument", "source_of"]

CorpusArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS...",
        help="Text files, folders (all files in them) or patterns, also .gz .bz2 .xz .zst, and s3://… where fsspec is "
        "installed; - is standard input.",
    ),
]


def source_of(corpus: list[str], *targets: Path | None) -> CorpusInput:
    """The corpus as the library takes it: files, because strings could be texts; or standard input.

    targets : the files that are about to be written; where an earlier run left one in a folder of texts, it is no text.

    Raises SettingError for standard input together with files; CorpusError if there are no files, or a target is one.
    """
    if "-" in corpus and len(corpus) > 1:
        raise SettingError(
            "- (standard input) together with files: give one or the other; `cat - FILE… | firth …` joins them"
        )
    if corpus == ["-"]:
        return "-"
    files = joined(text_files_at(Path(name)) for name in corpus)
    for target in targets:
        files = files if target is None else without(files, target)
    return files
