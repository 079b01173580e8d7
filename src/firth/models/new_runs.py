"""From texts to a training that can be started: of a new model, or of one that goes on with a new text."""

from typing import Any, NamedTuple

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import CorpusInput
from firth.models.learned import Learned
from firth.models.training_run import Run, started_backend
from firth.progress import Reporter
from firth.training.carried_over import Initial, Start, first_start, open_initial, start_of_run
from firth.training.followers import BEGINNING, Position
from firth.training.frozen import Frozen, held, shares_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.new_text import NewWords, Replay, read_new_text, rng_of_run
from firth.training.notes import training_notes
from firth.training.plan import Extras, plan_training

__all__ = ["MoreText", "first_run", "initial_for", "run_on_new_text"]


class MoreText(NamedTuple):
    """A text for a model that goes on, as a user gives it; see Word2Vec.continue_training."""

    corpus: "CorpusInput | EncodedCorpus"
    new_words: NewWords
    replay: Replay
    frozen: Frozen


def initial_for(given: Any, settings: Hyperparameters, reporter: Reporter) -> Initial | None:
    """The vectors from which a new model starts: WordVectors, those of a file or of a trained model; None for none.

    Raises   FileNotFoundError, FormatError; SettingError for anything else, or vectors of another length.
    """
    if given is None:
        return None
    if isinstance(given, Learned):
        contexts = None if given.hyperparameters.has_nodes else given.context_vectors
        given = Initial(given.vectors, contexts, given.hyperparameters.objective)
    return open_initial(given, settings, reporter)


def first_run(
    settings: Hyperparameters, corpus: EncodedCorpus, initial: Initial | None, frozen: Frozen, reporter: Reporter
) -> Run:
    """The training of a new model.

    Raises   SettingError if its words cannot start at `initial`, or cannot be frozen so.
    """
    start = first_start(settings, corpus.vocabulary, initial, reporter)
    extras = Extras(composition=held(shares_of(frozen, corpus.vocabulary.words, start.known)))
    return _run((settings, settings), corpus, extras, start, BEGINNING, reporter)


def run_on_new_text(model: Learned, settings: Hyperparameters, more: MoreText, reporter: Reporter) -> Run:
    """The training of a model that goes on with a new text, at the epoch behind its last one.

    settings : those of this training.

    Raises   NotFittedError, CorpusError, SettingError.
    """
    vocabulary, matrices, history = model.vocabulary, model.matrices, model.history
    rng = rng_of_run(settings, history)
    text = read_new_text(settings, vocabulary, more.corpus, more.new_words, more.replay, rng, reporter)
    start = start_of_run(matrices, text.rows, rng, nodes=settings.has_nodes)
    shares = shares_of(more.frozen, text.corpus.vocabulary.words, start.known)
    extras = Extras(composition=held(shares), noise_counts=text.counts)
    beginning = Position(history=tuple(history))
    return _run((model.hyperparameters, settings), text.corpus, extras, start, beginning, reporter)


def _run(
    settings: tuple[Hyperparameters, Hyperparameters],
    corpus: EncodedCorpus,
    extras: Extras,
    start: Start,
    beginning: Position,
    reporter: Reporter,
) -> Run:
    """Say what the user should know, and start a backend.

    settings : of the model, and of this training.
    """
    for note in training_notes(settings[1], corpus, extras.noise_counts):
        reporter.message(note)
    plan = plan_training(settings[1], corpus, extras)
    backend = started_backend(settings[1], plan, (start.inputs, start.outputs), reporter)
    epochs_before = beginning.history[-1].epoch if beginning.history else 0
    return Run(*settings, corpus.vocabulary, plan, backend, beginning, epochs_before)
