"""`firth documents train DOCUMENTS… -o MODEL`"""

import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.corpus import source_of
from firth.cli.documents.model import tagged_lines
from firth.cli.going_on import (
    CheckpointOption,
    ContinueOption,
    EveryOption,
    FrozenOption,
    GoingOn,
    InitialOption,
    NewWordsOption,
    ReplayOption,
    ReplayWordsOption,
    ResumeOption,
    check_together,
    given_on_command_line,
    read_frozen,
)
from firth.cli.output import Json, output, print_json, print_table, printable
from firth.cli.settings import with_settings
from firth.corpus.documents import lines_of
from firth.errors import TrainingInterrupted
from firth.models.doc2vec import Doc2Vec
from firth.models.doc2vec_file import check_documents_name, check_documents_space
from firth.models.starting_documents import read_documents_checkpoint
from firth.models.training_run import check_companions
from firth.training.checkpoint import CHECKPOINT_SECONDS
from firth.training.document_settings import DocumentSettings
from firth.training.observation import Observation, Observer

__all__ = ["run"]


_Documents = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENTS",
        help="A text file with a document on each line, a folder or a pattern, also .gz .bz2 .xz .zst; - is standard "
        "input.",
    ),
]
_Target = Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The .firth file to write.")]
_Tagged = Annotated[
    bool,
    typer.Option(
        "--tagged",
        help="Each line begins with the tags of its document, separated by commas, and a tab. Without, documents are "
        "numbered from 0.",
    ),
]


def _train(
    context: typer.Context,
    documents: _Documents,
    target: _Target,
    tagged: _Tagged = False,
    checkpoint: CheckpointOption = None,
    checkpoint_every: EveryOption = CHECKPOINT_SECONDS,
    resume: ResumeOption = None,
    continued: ContinueOption = None,
    new_words: NewWordsOption = None,
    replay: ReplayOption = None,
    replay_words: ReplayWordsOption = None,
    initial: InitialOption = None,
    frozen: FrozenOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and warnings.")] = False,
    json: Json = False,
    **settings: Any,
) -> None:
    """Ctrl-C ends the training early and saves the vectors so far."""
    check_documents_name(target)
    checkpoint = checkpoint or resume
    check_companions(checkpoint, checkpoint_every, (), check_documents_name)
    going_on = GoingOn(continued, new_words, replay or [], replay_words, initial, frozen)
    given = given_on_command_line(context, settings)
    check_together(going_on, given, resume)
    options: dict[str, Any] = {"checkpoint": checkpoint, "every": checkpoint_every}
    options["progress"] = False if quiet or json else None
    started = time.perf_counter()
    interrupted = False
    model = _new_model(settings, resume) if continued is None else Doc2Vec.load(continued)
    options["observers"] = [_space_checked_at_start(target, model.settings)]
    try:
        read = _documents([documents], target, checkpoint, tagged=tagged)
        if resume is not None:
            backend = settings["backend"] if "backend" in given else None
            model = Doc2Vec.resume(resume, read, replay=_replayed(going_on, tagged=tagged), backend=backend, **options)
        elif continued is not None:
            options |= {name: settings[name] for name in given}
            options |= going_on.of_new_text()
            model.continue_training(read, replay=_replayed(going_on, tagged=tagged), **options)
        else:
            model.fit(read, initial=initial, frozen=read_frozen(frozen), **options)
    except TrainingInterrupted:
        if resume is not None and checkpoint is not None:
            model = Doc2Vec.load(checkpoint)  # what was trained until now
        elif not any(record.pairs for record in model.history):
            raise  # there is nothing to save
        interrupted = True
    if not (interrupted and checkpoint == target):  # where the vectors so far are already
        model.save(target)
    _report(model, target, time.perf_counter() - started, interrupted=interrupted, shown=(json, quiet))
    if interrupted:
        typer.echo(f"firth: stopped early; the vectors so far are in {target}", err=True)
        if checkpoint is not None:
            again = [*(["--tagged"] if tagged else []), *going_on.words_of_replay()]
            command = ["firth", "documents", "train", "--resume", str(checkpoint), *again, documents, "-o", str(target)]
            typer.echo(f"firth: to go on: {shlex.join(command)}", err=True)
        raise typer.Exit(130)


def _new_model(settings: dict[str, Any], resume: Path | None) -> Doc2Vec:
    """A model with the settings that were given, or with those of a checkpoint."""
    if resume is None:
        return Doc2Vec(**settings)
    stored, _ = read_documents_checkpoint(resume, None)
    return Doc2Vec(**stored.settings.values())


def _space_checked_at_start(target: Path, settings: DocumentSettings) -> Observer:
    """Raises OSError if there is too little space for the model, once documents are read."""

    def check(seen: Observation) -> None:
        if seen.moment == "start":
            check_documents_space(target, settings, len(seen.vocabulary), len(seen.tags))

    return check


def _documents(paths: list[str], *targets: Path | None, tagged: bool) -> Iterator[Any]:
    """The lines of files, with their tags or without.

    targets : the files that are about to be written, which are no texts.
    """
    for path in paths:
        source = source_of([path], *targets)
        yield from tagged_lines(path, source) if tagged else lines_of(source)


def _replayed(going_on: GoingOn, *, tagged: bool) -> Iterator[Any] | None:
    return _documents(going_on.replay, tagged=tagged) if going_on.replay else None


def _report(model: Doc2Vec, target: Path, seconds: float, *, interrupted: bool, shown: tuple[bool, bool]) -> None:
    """The summary of a training, as JSON or as a table."""
    json, quiet = shown
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


run = with_settings(_train, DocumentSettings)
