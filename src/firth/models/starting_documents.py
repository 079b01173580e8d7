"""How a training of documents begins, in the three ways of starting.py: at random, where a model has come so far that
learns from new documents, or in the middle of a training, from its checkpoint.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth.arrays import Counts, Matrix
from firth.backends.plan import TrainingPlan
from firth.corpus.documents import EncodedDocuments, KnownTags
from firth.corpus.merging import rows_in
from firth.corpus.tokenizers import Tokenizer
from firth.errors import SettingError, quoted, warn
from firth.formats.stored import StoredVectors
from firth.kernels.arguments import Documents
from firth.models.doc2vec_file import DocumentModel, StoredDocuments, is_documents, read_documents
from firth.models.learned_documents import LearnedDocuments
from firth.models.starting import check_replay_again, in_memory_vocabulary, initial_for
from firth.models.training_run import Run, check_checkpoint, started_backend
from firth.progress import Reporter
from firth.training.carried_over import Carried, Initial, first_start, open_initial, start_of_run
from firth.training.checkpoint import Checkpoint, Continued
from firth.training.corpus_mark import mark_of
from firth.training.document_settings import DocumentSettings
from firth.training.followers import Position
from firth.training.frozen import Frozen, held_words
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs
from firth.training.new_documents import (
    DocumentTexts,
    read_documents_again,
    read_first_documents,
    read_new_documents,
)
from firth.training.new_text import NewWords, rng_of_run
from firth.training.plan import Extras, initial_word_vectors, plan_training, random_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = [
    "DocumentStart",
    "documents_run_on_new_ones",
    "first_documents_run",
    "initial_for_documents",
    "read_documents_checkpoint",
    "resumed_documents_run",
]


class DocumentStart(NamedTuple):
    """Vectors from which words, contexts and documents start that have one there.

    documents : None where only words have some.
    """

    words: Initial
    documents: WordVectors | None


def initial_for_documents(given: Any, settings: DocumentSettings, reporter: Reporter) -> DocumentStart | None:
    """What a user gives as `initial`, opened; None for none.

    Raises   FileNotFoundError, FormatError; SettingError for anything else, vectors of another length, or what has
             nothing that these settings train.
    """
    if given is None:
        return None
    stored, documents = None, None
    if isinstance(given, LearnedDocuments):
        stored = given.stored()
    elif isinstance(given, str | os.PathLike) and is_documents(Path(given)):
        stored = read_documents(Path(given))
    if stored is None:
        words = initial_for(given, settings.of_words, reporter)
        assert words is not None
    else:
        contexts = None if stored.settings.of_words.has_nodes else stored.outputs
        words = Initial(_word_vectors(stored), contexts, stored.settings.objective)
        words, documents = open_initial(words, settings.of_words, reporter), stored.documents
        if settings.has_words and stored.words is None:
            raise SettingError(
                "initial: its words have no vectors, since it was trained with train_words=False; give a model with "
                "words, or train with train_words=False here, too"
            )
    has_contexts = words.contexts is not None and words.objective == settings.objective
    if not settings.has_words and documents is None and not has_contexts:
        raise SettingError(
            "initial: with train_words=False words have no vectors that could start there, and there are no context "
            f"vectors of objective={settings.objective!r}; leave initial out, or train_words=False"
        )
    return DocumentStart(words, documents)


def first_documents_run(
    settings: DocumentSettings, texts: DocumentTexts, start: DocumentStart | None, frozen: Frozen, reporter: Reporter
) -> Run:
    """The training of a new model. Raises CorpusError, SettingError."""
    _check_frozen(settings, frozen)
    read, _, digests = read_first_documents(settings.of_words, texts, reporter)
    if empty := int((read.words == 0).sum()):
        warn(
            f"{empty:,} of {len(read.tags):,} tags have no word that is kept (min_count={settings.min_count}) in "
            "their documents: their vectors are zeros"
        )
    vocabulary, inputs, contexts = read.corpus.vocabulary, WordInputs(), None
    rows = initial_word_vectors(len(vocabulary) + len(read.tags), settings.vector_size, settings.seed)
    if start is not None:
        said = reporter if settings.has_words else Reporter()  # where words have no vectors, none start at theirs
        words = first_start(settings.of_words, vocabulary, None, start.words, said)
        rows[: len(vocabulary)], contexts = words.inputs, words.outputs
        inputs = WordInputs(held=held_words(frozen, vocabulary.words, words.known))
        if start.documents is not None:
            _start_documents(rows[len(vocabulary) :], read.tags, start.documents, reporter)
    rows[len(vocabulary) :][read.words == 0] = 0
    plan = _plan_of(settings, settings.of_words, read, inputs, None)
    backend = started_backend(settings.of_words, plan, (rows, contexts), reporter)
    model = DocumentModel(settings, vocabulary, inputs, read.tags, read.words)
    return Run(model, settings.of_words, plan, backend, digests=digests)


def documents_run_on_new_ones(
    model: StoredDocuments,
    settings: Hyperparameters,
    texts: DocumentTexts,
    new_words: NewWords,
    frozen: Frozen,
    reporter: Reporter,
) -> Run:
    """The training of a model that goes on with new documents, at the epoch behind its last one.

    settings : those of this training.

    Raises   CorpusError, SettingError.
    """
    _check_frozen(model.settings, frozen)
    before, old = model.history.last_epoch, len(model.documents)
    rng = rng_of_run(settings, before)
    known = KnownTags(list(model.documents.words), old)
    read, counts, digests = read_new_documents(settings, (model.vocabulary, known), texts, new_words, rng, reporter)
    vocabulary = read.corpus.vocabulary
    carried = Carried(_word_vectors(model), None, model.outputs)
    start = start_of_run(carried, rows_in(model.vocabulary, vocabulary), None, rng, nodes=settings.has_nodes)
    new = random_vectors(len(read.tags) - old, settings.vector_size, 1 / settings.vector_size, rng)
    new[read.words[old:] == 0] = 0
    inputs = WordInputs(held=held_words(frozen, vocabulary.words, start.known))
    plan = _plan_of(model.settings, settings, read, inputs, counts)
    rows = np.concatenate((start.inputs, model.documents.matrix, new))
    backend = started_backend(settings, plan, (rows, start.outputs), reporter)
    tag_words: Counts = read.words.copy()
    tag_words[:old] += np.array(model.documents.counts)
    continued = Continued(None if texts.replay.corpus is None else texts.replay.words, old)
    trained = DocumentModel(model.settings, vocabulary, inputs, read.tags, tag_words)
    return Run(trained, settings, plan, backend, Position(history=tuple(model.history)), before, continued, digests)


def read_documents_checkpoint(path: str | Path, tokenizer: Tokenizer | None) -> tuple[StoredDocuments, Checkpoint]:
    """A file from which training can go on; see starting.read_checkpoint."""
    return check_checkpoint(path, read_documents(path), tokenizer, "Doc2Vec.load(path).continue_training(documents)")


def resumed_documents_run(
    path: str | Path, checkpoint: tuple[StoredDocuments, Checkpoint], texts: DocumentTexts, reporter: Reporter
) -> Run:
    """The training of a checkpoint, from where it was.

    path : of the checkpoint, for messages.

    Raises   CorpusError or SettingError if documents or tags are others than before, or old documents are missing or
             were not given before.
    """
    stored, at = checkpoint
    check_replay_again(path, at.continued, texts.replay.corpus)
    settings, continued = at.settings, at.continued
    if continued is None:
        read, counts, digests = read_first_documents(settings, texts, reporter)
    else:
        known = KnownTags(list(stored.documents.words), continued.first_number or 0)
        texts = texts._replace(replay=texts.replay._replace(words=continued.replay_words or 0.0))
        model = in_memory_vocabulary(stored.vocabulary), known
        rng = rng_of_run(settings, at.epochs_before)
        read, counts, digests = read_documents_again(settings, model, texts, rng, reporter)
    vocabulary, inputs = read.corpus.vocabulary, WordInputs(held=at.held)
    plan = _plan_of(stored.settings, settings, read, inputs, counts)
    at.mark.check(mark_of(vocabulary, plan, digests), path)
    backend = started_backend(settings, plan, (stored.input_rows(), stored.outputs), reporter)
    tag_words: Counts = np.array(stored.documents.counts)
    trained = DocumentModel(stored.settings, vocabulary, inputs, read.tags, tag_words)
    return Run(trained, settings, plan, backend, at.position, at.epochs_before, continued, digests)


def _check_frozen(settings: DocumentSettings, frozen: Frozen) -> None:
    if frozen is not None and not settings.has_words:
        raise SettingError(f"frozen={quoted(frozen)}: train_words=False learns no words that could be held")


def _start_documents(rows: Matrix, tags: Sequence[str], documents: WordVectors, reporter: Reporter) -> None:
    """Overwrite the rows (N, D) of tags that have a vector."""
    of_tags = {tag: row for row, tag in enumerate(documents.words)}
    found = np.array([of_tags.get(tag, -1) for tag in tags])
    rows[found >= 0] = documents.matrix[found[found >= 0]]
    if not np.isfinite(rows).all():
        raise SettingError("initial: some numbers of its documents are infinite or NaN; the file is damaged")
    reporter.message(f"{int((found >= 0).sum()):,} of {len(tags):,} documents start at the given vectors.")


def _word_vectors(model: StoredDocuments) -> WordVectors:
    """Of the words; zeros where they are not trained."""
    if model.words is not None:
        return model.words
    nothing: Matrix = np.zeros((len(model.vocabulary), model.settings.vector_size), np.float32)
    return WordVectors.from_stored(StoredVectors(model.vocabulary.words, nothing))


def _plan_of(
    model: DocumentSettings,
    settings: Hyperparameters,
    read: EncodedDocuments,
    inputs: WordInputs,
    counts: Counts | None,
) -> TrainingPlan:
    """What is trained.

    settings : of this training.
    counts : (V,) noise words are drawn by these; None: by those of the vocabulary.
    """
    n_words = len(read.corpus.vocabulary)
    documents = Documents(
        starts=read.starts,
        tags=read.tag_ids,
        first=n_words,
        count=len(read.tags),
        longest=int(np.diff(read.starts).max()),
    )
    extras = Extras(
        composition=inputs.composition(n_words),
        documents=documents,
        window=None if model.has_words else (0, 0),
        noise_counts=counts,
    )
    return plan_training(settings, read.corpus, extras)
