"""From texts to a training that can be started: of a new model, or of one that goes on with a new text."""

from typing import Any, NamedTuple

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import CorpusInput
from firth.models.learned import Learned
from firth.models.training_run import Run, started_backend
from firth.models.word2vec_file import StoredModel
from firth.progress import Reporter
from firth.training.carried_over import Initial, first_start, open_initial, start_of_run
from firth.training.followers import Position
from firth.training.frozen import Frozen, check_frozen, shares_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import extras_of, parts_of_words
from firth.training.new_text import NewWords, Replay, read_new_text, rng_of_run
from firth.training.notes import training_notes
from firth.training.plan import plan_training
from firth.training.sequences import Groups, Sessions

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
    settings: Hyperparameters,
    corpus: EncodedCorpus,
    initial: Initial | None,
    frozen: Frozen,
    sequences: tuple[object, Sessions | None, Groups | None],
    reporter: Reporter,
) -> Run:
    """The training of a new model.

    sequences : what the user gave as a corpus, and with it.

    Raises   SettingError if its words cannot start at `initial`, or cannot be frozen so.
    """
    for note in training_notes(settings, corpus):
        reporter.message(note)
    vocabulary = corpus.vocabulary
    parts = parts_of_words(settings, vocabulary)
    start = first_start(settings, vocabulary, parts, initial, reporter)
    shares = shares_of(frozen, vocabulary.words, start.known)
    plan = plan_training(settings, corpus, extras_of(settings, corpus, parts, sequences, shares))
    backend = started_backend(settings, plan, (start.inputs, start.outputs), reporter)
    return Run(settings, settings, vocabulary, plan, backend, parts)


def run_on_new_text(model: StoredModel, settings: Hyperparameters, more: MoreText, reporter: Reporter) -> Run:
    """The training of a model that goes on with a new text, at the epoch behind its last one.

    settings : those of this training.

    Raises   CorpusError, SettingError.
    """
    check_frozen(settings, more.frozen)
    rng = rng_of_run(settings, model.history)
    text = read_new_text(settings, model.vocabulary, more.corpus, more.new_words, more.replay, rng, reporter)
    for note in training_notes(settings, text.corpus, text.counts):
        reporter.message(note)
    vocabulary = text.corpus.vocabulary
    parts = parts_of_words(settings, vocabulary)
    own = model.vectors.matrix if model.own_vectors is None else model.own_vectors
    matrices, subwords = (own, model.output_vectors), model.vectors.subwords
    start = start_of_run(matrices, subwords, text.rows, parts, rng, nodes=settings.has_nodes)
    shares = shares_of(more.frozen, vocabulary.words, start.known)
    extras = extras_of(settings, text.corpus, parts, (more.corpus, None, None), shares)
    plan = plan_training(settings, text.corpus, extras._replace(noise_counts=text.counts))
    backend = started_backend(settings, plan, (start.inputs, start.outputs), reporter)
    beginning = Position(history=tuple(model.history))
    run_settings = model.hyperparameters, settings
    return Run(*run_settings, vocabulary, plan, backend, parts, beginning, model.history.last_epoch)
