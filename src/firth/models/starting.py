"""From texts to a training that can be started: of a new model, of one that learns a new text, or of a checkpoint."""

import dataclasses
from pathlib import Path
from typing import Any

from firth.backends.plan import TrainingPlan
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.merging import rows_in
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError
from firth.models.learned import Learned
from firth.models.training_run import Run, check_checkpoint, started_backend
from firth.models.word2vec_file import StoredModel, WordModel, read_model
from firth.phrases.model import PhrasesInput
from firth.progress import Reporter
from firth.training.carried_over import Carried, Initial, first_start, open_initial, start_of_run
from firth.training.checkpoint import Checkpoint, Continued
from firth.training.corpus_for import corpus_for
from firth.training.corpus_mark import mark_of
from firth.training.followers import Position
from firth.training.frozen import Frozen, held_words
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs, extras_of, parts_of_words
from firth.training.new_text import NewText, NewWords, Replay, Texts, read_again, read_new_text, rng_of_run
from firth.training.notes import training_notes
from firth.training.plan import plan_training
from firth.training.sequences import Groups, Sessions

__all__ = [
    "check_replay_again",
    "first_run",
    "in_memory_vocabulary",
    "initial_for",
    "read_checkpoint",
    "resumed_run",
    "run_on_new_text",
]


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
    inputs = WordInputs(parts, held_words(frozen, vocabulary.words, start.known))
    plan = plan_training(settings, corpus, extras_of(settings, corpus, inputs, sequences))
    backend = started_backend(settings, plan, start.matrices(inputs), reporter)
    return Run(WordModel(settings, vocabulary, inputs), settings, plan, backend)


def run_on_new_text(
    model: StoredModel, settings: Hyperparameters, texts: Texts, new_words: NewWords, frozen: Frozen, reporter: Reporter
) -> Run:
    """The training of a model that goes on with a new text, at the epoch behind its last one.

    settings : those of this training.

    Raises   CorpusError, SettingError, FormatError.
    """
    before = model.history.last_epoch
    rng = rng_of_run(settings, before)
    text = read_new_text(settings, model.vocabulary, texts, new_words, rng, reporter)
    for note in training_notes(settings, text.corpus, text.counts):
        reporter.message(note)
    vocabulary = text.corpus.vocabulary
    parts = parts_of_words(settings, vocabulary)
    carried = Carried(model.vectors, model.own_vectors, model.output_vectors)
    rows = rows_in(model.vocabulary, vocabulary)
    start = start_of_run(carried, rows, parts, rng, nodes=settings.has_nodes)
    inputs = WordInputs(parts, held_words(frozen, vocabulary.words, start.known))
    plan = _plan_of(settings, text, inputs, (texts.corpus, None, None))
    backend = started_backend(settings, plan, start.matrices(inputs), reporter)
    beginning = Position(history=tuple(model.history))
    continued = Continued(None if texts.replay.corpus is None else texts.replay.words)
    so_far = beginning, before, continued, text.digests
    return Run(WordModel(model.hyperparameters, vocabulary, inputs), settings, plan, backend, *so_far)


def read_checkpoint(path: str | Path, tokenizer: Tokenizer | None) -> tuple[StoredModel, Checkpoint]:
    """A file from which training can go on.

    tokenizer : in place of the one of the training; None for that.

    Raises   FormatError if the file is damaged or is no model; SettingError if its training is finished, or not in it.
    """
    return check_checkpoint(path, read_model(path), tokenizer, "Word2Vec.load(path).continue_training(corpus)")


def resumed_run(
    path: str | Path,
    checkpoint: tuple[StoredModel, Checkpoint],
    texts: tuple["CorpusInput | EncodedCorpus", "CorpusInput | EncodedCorpus | None", PhrasesInput | None],
    sequences: tuple[Sessions | None, Groups | None],
    reporter: Reporter,
) -> Run:
    """The training of a checkpoint, from where it was.

    path : of the checkpoint, for messages.
    texts : the corpus, the old text that is replayed, and phrases, as the user gives them.

    Raises   CorpusError if a text is another one than before; SettingError if something is missing or was not given
             before; FormatError.
    """
    stored, at = checkpoint
    corpus, replay, phrases = texts
    check_replay_again(path, at.continued, replay)
    settings = at.settings
    if at.continued is None:
        encoded = corpus_for(settings, corpus, reporter, phrases)
        text = NewText(encoded, encoded.vocabulary.counts, {})
    else:
        again = Texts(corpus, Replay(replay, at.continued.replay_words or 0.0), phrases)
        rng = rng_of_run(settings, at.epochs_before)
        text = read_again(settings, in_memory_vocabulary(stored.vocabulary), again, rng, reporter)
    vocabulary = text.corpus.vocabulary
    inputs = WordInputs(parts_of_words(settings, vocabulary), at.held)
    plan = _plan_of(settings, text, inputs, (corpus, *sequences))
    at.mark.check(mark_of(vocabulary, plan, text.digests), path)
    start = stored.rows_to_train(inputs), stored.output_vectors
    backend = started_backend(settings, plan, start, reporter)
    so_far = at.position, at.epochs_before, at.continued, text.digests
    return Run(WordModel(stored.hyperparameters, vocabulary, inputs), settings, plan, backend, *so_far)


def in_memory_vocabulary(vocabulary: Vocabulary) -> Vocabulary:
    """A copy that is not mapped: the file that it is from will be replaced."""
    return dataclasses.replace(vocabulary, words=list(vocabulary.words), counts=vocabulary.counts.copy())


def _plan_of(
    settings: Hyperparameters,
    text: NewText,
    inputs: WordInputs,
    sequences: tuple[object, Sessions | None, Groups | None],
) -> TrainingPlan:
    extras = extras_of(settings, text.corpus, inputs, sequences)
    return plan_training(settings, text.corpus, extras._replace(noise_counts=text.counts))


def check_replay_again(path: str | Path, continued: Continued | None, replay: object) -> None:
    """Raise SettingError unless an old text is given to a checkpoint if, and only if, its training read one."""
    had_replay = continued is not None and continued.replay_words is not None
    if had_replay and replay is None:
        raise SettingError(f"the training of {path} reads sentences of an old text as well: give that text as replay=")
    if replay is not None and not had_replay:
        raise SettingError(f"replay: the training of {path} does not read any old text; leave it out")
