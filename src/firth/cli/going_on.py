"""Options for a training that goes on from its checkpoint, and for a model that goes on with a new text, or starts at
vectors from elsewhere.
"""

from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args

import typer

from firth.cli.corpus import source_of
from firth.cli.help import GOING_ON, OUTPUT
from firth.cli.settings import option_name
from firth.corpus.sources import CorpusInput
from firth.errors import SettingError
from firth.formats.packed_words import decode_word
from firth.formats.words_file import read_lines
from firth.models.word2vec import Word2Vec
from firth.progress import Reporter
from firth.training.new_text import NewWords

__all__ = [
    "CheckpointOption",
    "ContinueOption",
    "EveryOption",
    "FrozenOption",
    "GoingOn",
    "InitialOption",
    "NewWordsOption",
    "ReplayOption",
    "ReplayWordsOption",
    "ResumeOption",
    "check_together",
    "continue_training",
    "given_on_command_line",
    "read_frozen",
    "replayed",
]

CheckpointOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        rich_help_panel=OUTPUT,
        help="A .firth file to which the training is written again and again, so that --resume can go on from there "
        "after a crash.",
    ),
]
EveryOption = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        rich_help_panel=OUTPUT,
        help="Time between two checkpoints; each epoch's end has one, too.",
    ),
]
ResumeOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        rich_help_panel=GOING_ON,
        help="Go on from this checkpoint, with the same texts and its settings. Further checkpoints replace it.",
    ),
]
ContinueOption = Annotated[
    Path | None,
    typer.Option(
        "--continue",
        metavar="MODEL",
        rich_help_panel=GOING_ON,
        help="Train this .firth model further on a new text, instead of a new model: it learns the words of the text "
        "and keeps what it knows. Its settings stay; --epochs, --learning-rate (by default half of the model's), "
        "--final-learning-rate, --threads, --backend and --tokenizer may be given.",
    ),
]
NewWordsOption = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(get_args(NewWords)),
        rich_help_panel=GOING_ON,
        help="Which words the model has afterwards; add: those it had and the new ones; ignore: only those it had; "
        "only: those of the new text alone. [default: add; only with --continue]",
    ),
]
ReplayOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OLD_TEXT",
        rich_help_panel=GOING_ON,
        help="The text that the model was trained on before: a file, a folder or a pattern; may be given several "
        "times. Some of its sentences are read among the new ones, so that little of it is forgotten. [only with "
        "--continue, and again with --resume]",
    ),
]
ReplayWordsOption = Annotated[
    float | None,
    typer.Option(
        metavar="NUMBER",
        rich_help_panel=GOING_ON,
        help="Words of the old text for each word of the new one. [default: 3; only with --replay]",
    ),
]
InitialOption = Annotated[
    Path | None,
    typer.Option(
        metavar="VECTORS",
        rich_help_panel=GOING_ON,
        help="Let words start at the vectors of this file, of any format that Firth reads, if they are in it; other "
        "words start at random.",
    ),
]
FrozenOption = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE|FILE",
        rich_help_panel=GOING_ON,
        help="By how much vectors that are known already move: 0 holds them where they are, 0.2 moves them a fifth as "
        "far as others; or a file with a word on each line, whose vectors are held. [only with --continue or "
        "--initial]",
    ),
]

_OF_A_RUN = ("epochs", "learning_rate", "final_learning_rate", "threads", "backend", "tokenizer")


class GoingOn(NamedTuple):
    """The options, as they were given."""

    model: Path | None
    new_words: str | None
    replay: list[str]
    replay_words: float | None
    initial: Path | None
    frozen: str | None

    def of_new_text(self) -> dict[str, Any]:
        """What continue_training() of a model is given of them, without the old text."""
        more = {"new_words": self.new_words, "replay_words": self.replay_words}
        return {name: value for name, value in more.items() if value is not None} | {"frozen": read_frozen(self.frozen)}

    def words_of_replay(self) -> list[str]:
        """The old text again, for a command that goes on."""
        return [word for path in self.replay for word in ("--replay", path)]


def given_on_command_line(context: typer.Context, names: Any) -> list[str]:
    """Those of the options that the user has written."""
    sources = {name: context.get_parameter_source(name) for name in names}
    return [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]


def check_together(options: GoingOn, given: list[str], resume: Path | None) -> None:
    """Raise SettingError if options do not go together.

    given : the hyperparameters that the user has written.
    resume : the checkpoint that goes on.
    """
    model = options.model
    goes_on = model is not None
    only_with_continue = "applies only with --continue MODEL; leave it out, or name the model"
    impossible = [
        (goes_on and options.initial, "--continue with --initial: a model goes on from its own vectors; leave one out"),
        (options.new_words and not goes_on, f"--new-words: {only_with_continue}"),
        (options.replay and not (goes_on or resume), f"--replay: {only_with_continue}"),
        (options.replay_words is not None and not options.replay, "--replay-words: applies only with --replay"),
        (
            options.frozen is not None and not (goes_on or options.initial),
            "--frozen: applies only with --continue or --initial, since other vectors start at random; leave it out",
        ),
    ]
    of_a_checkpoint = {"continue": model, "initial": options.initial, "replay-words": options.replay_words}
    impossible += [
        (True, f"--{name} with --resume: {resume} knows what its training began with; leave --{name} out")
        for name, value in of_a_checkpoint.items()
        if resume and value is not None
    ]
    impossible += [
        (True, f"{option_name(name)} with --continue: the settings are those of {model}; leave it out")
        for name in given
        if goes_on and name not in _OF_A_RUN
    ]
    impossible += [
        (True, f"{option_name(name)} with --resume: the settings are those of {resume}; leave it out")
        for name in given
        if resume is not None and name != "backend"  # which no model has
    ]
    for is_so, problem in impossible:
        if is_so:
            raise SettingError(problem)


def read_frozen(given: str | None) -> float | list[str] | None:
    """A share, or the words of a file. Raises SettingError if it is neither."""
    if given is None:
        return None
    try:
        return float(given)
    except ValueError:
        pass
    if not Path(given).is_file():
        raise SettingError(f"--frozen {given}: must be a number from 0 to 1, or a file with a word on each line")
    return [decode_word(line) for line in read_lines(Path(given)) if line]


def continue_training(
    model: Word2Vec,
    text: CorpusInput,
    options: GoingOn,
    settings: dict[str, Any],
    files: dict[str, Any],
    reporter: Reporter,
) -> Word2Vec:
    """The model, when it has learned a new text.

    settings : those of the run that the user has written.
    files : of checkpoints and phrases, as Word2Vec.continue_training has them.
    """
    more = {"replay": replayed(options)} | options.of_new_text() | files
    return model.continue_training(text, progress=reporter, **settings, **more)


def replayed(options: GoingOn) -> "CorpusInput | None":
    """The old text, if there is one."""
    return source_of(options.replay) if options.replay else None
