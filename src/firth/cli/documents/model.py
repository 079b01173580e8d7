"""What commands of documents share: the file of a model, how many documents to show, and lines with tags."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from firth.corpus.documents import lines_of
from firth.corpus.sources import CorpusInput
from firth.errors import CorpusError, quoted

__all__ = ["DocumentCount", "DocumentsFile", "tagged_lines"]

DocumentsFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A file that `firth documents train` wrote.")]
DocumentCount = Annotated[int, typer.Option("--count", "-n", min=1, help="How many documents to show.")]


def tagged_lines(name: str, source: CorpusInput) -> Iterator[tuple[list[str], str]]:
    """The tags and the text of each line of a file. Raises CorpusError, naming the line, where there is no tag."""
    for number, line in enumerate(lines_of(source)):
        tags, tab, text = line.partition("\t")
        if not tab:
            raise CorpusError(
                f"{name}: line {number + 1:,} is {quoted(line)}: with --tagged, a line is its tags, a tab and the "
                "document"
            )
        yield [tag.strip() for tag in tags.split(",")], text
