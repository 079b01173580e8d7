"""`firth train CORPUS… -o MODEL`"""

import shlex
import time
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from firth.cli.cluster import (
    NodesOption,
    OverlapOption,
    RayOption,
    cluster_of,
    space_checked_at_start,
    words_of_cluster,
)
from firth.cli.corpus import CorpusArgument, source_of
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
    continue_training,
    given_on_command_line,
    read_frozen,
    replayed,
)
from firth.cli.help import OUTPUT
from firth.cli.output import output, print_json, print_table, printable
from firth.cli.settings import with_settings
from firth.corpus.sources import CorpusInput
from firth.distributed.ray_cluster import RayCluster
from firth.errors import TrainingInterrupted
from firth.models.starting import read_checkpoint
from firth.models.training_run import check_backend, check_companions
from firth.models.word2vec import Word2Vec
from firth.models.word2vec_file import check_model_file, check_model_space
from firth.progress import Reporter, open_progress
from firth.settings import CORPUS
from firth.training.checkpoint import CHECKPOINT_SECONDS
from firth.training.corpus_for import corpus_for
from firth.training.hyperparameters import Hyperparameters

__all__ = ["run", "summary_rows"]


_Target = Annotated[
    Path, typer.Option("--output", "-o", metavar="MODEL", rich_help_panel=OUTPUT, help="The .firth file to write.")
]
_Phrases = Annotated[
    Path | None,
    typer.Option(
        metavar="TABLE", rich_help_panel=CORPUS, help="Join the phrases of this table, which `firth phrases` wrote."
    ),
]
_Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", rich_help_panel=OUTPUT, help="Print nothing but errors and warnings.")
]
_Json = Annotated[
    bool,
    typer.Option("--json", rich_help_panel=OUTPUT, help="Print a summary as JSON, with a record for each epoch."),
]


def _train(
    context: typer.Context,
    corpus: CorpusArgument,
    target: _Target,
    phrases: _Phrases = None,
    checkpoint: CheckpointOption = None,
    checkpoint_every: EveryOption = CHECKPOINT_SECONDS,
    resume: ResumeOption = None,
    continued: ContinueOption = None,
    new_words: NewWordsOption = None,
    replay: ReplayOption = None,
    replay_words: ReplayWordsOption = None,
    initial: InitialOption = None,
    frozen: FrozenOption = None,
    ray: RayOption = None,
    nodes: NodesOption = None,
    overlap: OverlapOption = False,
    quiet: _Quiet = False,
    json: _Json = False,
    **hyperparameters: Any,
) -> None:
    """A line of text is a sentence: windows do not cross its end. Ctrl-C ends the training early and
    saves the vectors so far.
    """
    check_model_file(target)
    checkpoint = checkpoint or resume
    check_companions(checkpoint, checkpoint_every, (), check_model_file)
    going_on = GoingOn(continued, new_words, replay or [], replay_words, initial, frozen)
    given = given_on_command_line(context, hyperparameters)
    check_together(going_on, given, resume)
    cluster = cluster_of(ray, nodes, overlap, continued)
    model = _new_model(hyperparameters, resume) if continued is None else Word2Vec.load(continued)
    started = time.perf_counter()
    interrupted = False
    try:
        with open_progress(False if quiet or json else None) as reporter:
            text, settings = source_of(corpus, target, checkpoint), {name: hyperparameters[name] for name in given}
            files = _Files(target, checkpoint, checkpoint_every, resume, phrases, cluster)
            model = _trained(model, text, going_on, settings, files, reporter)
    except TrainingInterrupted:
        if resume is not None and checkpoint is not None:
            model = Word2Vec.load(checkpoint)  # what was trained until now
        elif not any(record.pairs for record in model.history):
            raise  # there is nothing to save
        interrupted = True
    if not (interrupted and checkpoint == target):  # where the vectors so far are already
        model.save(target)
    seconds = time.perf_counter() - started
    if json:
        print_json(_summary_record(model, target, seconds, interrupted))
    elif not quiet:
        print_table("", ["", ""], summary_rows(model, target, seconds), numbers=0)
        some_word = printable(model.vocabulary.words[min(100, len(model.vocabulary.words) - 1)])
        output.print(f"\nNext: firth similar {target} {some_word}")
    if interrupted:
        typer.echo(f"firth: stopped early; the vectors so far are in {target}", err=True)
        if checkpoint is not None:
            again = words_of_cluster(cluster) + ([] if phrases is None else ["--phrases", str(phrases)])
            again += going_on.words_of_replay()
            command = shlex.join(["firth", "train", "--resume", str(checkpoint), *again, *corpus, "-o", str(target)])
            typer.echo(f"firth: to go on: {command}", err=True)
        raise typer.Exit(130)


class _Files(NamedTuple):
    """Files of a training: that of the model, its checkpoint, a table of phrases; and the machines that see them."""

    target: Path
    checkpoint: Path | None
    every: float
    resume: Path | None
    phrases: Path | None
    cluster: RayCluster | None


def _trained(
    model: Word2Vec,
    text: CorpusInput,
    going_on: GoingOn,
    settings: dict[str, Any],
    files: _Files,
    reporter: Reporter,
) -> Word2Vec:
    """Train the model, or the one of a checkpoint.

    settings : those that the user has written.
    """
    options: dict[str, Any] = {"checkpoint": files.checkpoint, "every": files.every}
    if going_on.model is not None:
        check_model_space(files.target, model.vocabulary, [model.hyperparameters])
        return continue_training(model, text, going_on, settings, options | {"phrases": files.phrases}, reporter)
    if files.resume is not None:
        stored, _ = read_checkpoint(files.resume, None)
        check_model_space(files.target, stored.vocabulary, [model.hyperparameters])
        options |= {"replay": replayed(going_on), "phrases": files.phrases, "cluster": files.cluster}
        return Word2Vec.resume(files.resume, text, progress=reporter, backend=settings.get("backend"), **options)
    options |= {"initial": going_on.initial, "frozen": read_frozen(going_on.frozen)}
    if files.cluster is not None:
        options |= {"cluster": files.cluster, "observers": [space_checked_at_start(files.target)]}
        return model.fit(text, progress=reporter, phrases=files.phrases, **options)
    check_backend(model.hyperparameters)
    encoded = corpus_for(model.hyperparameters, text, reporter, files.phrases)
    check_model_space(files.target, encoded.vocabulary, [model.hyperparameters])
    return model.fit(encoded, progress=reporter, **options)


def _new_model(hyperparameters: dict[str, Any], resume: Path | None) -> Word2Vec:
    """A model with the settings that were given, or with those of a checkpoint."""
    if resume is None:
        return Word2Vec(**hyperparameters)
    stored, _ = read_checkpoint(resume, None)
    return Word2Vec.from_hyperparameters(stored.hyperparameters)


def summary_rows(model: Word2Vec, target: Path, seconds: float) -> list[tuple[str, str]]:
    """The summary of a training, as rows of a table."""
    vocabulary = model.vocabulary
    trained = sum(record.seconds for record in model.history)
    words = sum(record.words for record in model.history)
    rows = [
        ("words", f"{vocabulary.total_words:,} in the text"),
        ("vocabulary", f"{len(vocabulary.words):,} different words"),
    ]
    if vocabulary.unknown_words:
        rows.append(("", f"{vocabulary.unknown_words:,} occurrences of rarer words left out"))
    if model.history and model.history[-1].pairs:
        rows.append(("loss", f"{model.history[-1].loss:.4f} nats per pair in the last epoch"))
    if trained > 0:
        rows.append(("time", f"{seconds:.1f} s, training at {words / trained:,.0f} words/s"))
    rows.append(("saved", f"{target} ({target.stat().st_size / 1e6:.1f} MB)"))
    return rows


def _summary_record(model: Word2Vec, target: Path, seconds: float, interrupted: bool) -> dict[str, Any]:
    return {
        "model": str(target),
        "words": model.vocabulary.total_words,
        "vocabulary": len(model.vocabulary.words),
        "unknown_words": model.vocabulary.unknown_words,
        "vector_size": model.vectors.vector_size,
        "seconds": seconds,
        "interrupted": interrupted,
        "history": [record.to_json() for record in model.history],
    }


run = with_settings(_train, Hyperparameters)
