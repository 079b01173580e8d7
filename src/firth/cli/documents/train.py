"""`firth documents train DOCUMENTS… -o MODEL`"""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.documents.model import tagged_lines
from firth.cli.output import Json, output, print_json, print_table, printable
from firth.cli.settings import with_settings
from firth.errors import TrainingInterrupted
from firth.models.doc2vec import Doc2Vec
from firth.models.doc2vec_file import check_documents_name
from firth.training.document_settings import DocumentSettings

__all__ = ["run"]


def _train(
    documents: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENTS",
            help="A text file with a document on each line, a folder or a pattern, also .gz .bz2 .xz .zst; - is "
            "standard input.",
        ),
    ],
    target: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The .firth file to write.")],
    tagged: Annotated[
        bool,
        typer.Option(
            "--tagged",
            help="Each line begins with the tags of its document, separated by commas, and a tab. Without, documents "
            "are numbered from 0.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and warnings.")] = False,
    json: Json = False,
    **settings: Any,
) -> None:
    """Ctrl-C ends the training early and saves the vectors so far."""
    check_documents_name(target)
    model = Doc2Vec(**settings)
    started = time.perf_counter()
    interrupted = False
    try:
        model.fit(tagged_lines(documents) if tagged else documents, progress=False if quiet or json else None)
    except TrainingInterrupted:
        if not any(record.pairs for record in model.history):
            raise  # there is nothing to save
        interrupted = True
    model.save(target)
    seconds = time.perf_counter() - started
    if json:
        print_json({
            "model": str(target),
            "documents": len(model.documents),
            "words": model.vocabulary.total_words,
            "vocabulary": len(model.vocabulary),
            "seconds": seconds,
            "interrupted": interrupted,
            "history": [record.to_json() for record in model.history],
        })  # fmt: skip
    elif not quiet:
        rows = [
            ("documents", f"{len(model.documents):,}"),
            ("words", f"{model.vocabulary.total_words:,}, {len(model.vocabulary):,} different ones kept"),
            ("loss", f"{model.history[-1].loss:.4f} nats per pair in the last epoch"),
            ("time", f"{seconds:.1f} s"),
            ("saved", f"{target} ({target.stat().st_size / 1e6:.1f} MB)"),
        ]
        print_table("", ["", ""], rows, numbers=0)
        output.print(f"\nNext: firth documents similar {target} {printable(model.documents.words[0])}")
    if interrupted:
        typer.echo(f"firth: stopped early; the vectors so far are in {target}", err=True)
        raise typer.Exit(130)


run = with_settings(_train, DocumentSettings)
