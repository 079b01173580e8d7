"""A training on many machines, as one that can be started: of a new model, or of a checkpoint."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from firth.backends.meeting import can_meet
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.paths import Files
from firth.corpus.sources import Texts, TokenLists, recognise
from firth.distributed.driver import ClusterBackend
from firth.distributed.machines import Machines
from firth.distributed.reading import SharedText, read_shared, share_given
from firth.errors import SettingError
from firth.formats.packed_words import PackedWords
from firth.models.training_run import Run
from firth.models.word2vec_file import StoredModel, WordModel
from firth.phrases.model import PhrasesInput
from firth.progress import Reporter
from firth.training.carried_over import Initial, first_start
from firth.training.checkpoint import Checkpoint
from firth.training.corpus_for import corpus_for
from firth.training.corpus_mark import CorpusMark, digest_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs
from firth.training.notes import training_notes
from firth.training.plan import plan_training

__all__ = ["check_distributable", "first_cluster_run", "resumed_cluster_run", "settings_of_nodes"]


def check_distributable(settings: Hyperparameters, **others: object) -> None:
    """Raise SettingError if a training cannot be divided among machines.

    others : options of fit() by name, which cannot be given with a cluster; None where they are not.
    """
    for name, value in {"subwords": settings.subwords, **others}.items():
        if value is not None:
            raise SettingError(f"{name}: not with a cluster, on which it was not measured; leave one of them out")
    if settings.objective != "negative_sampling":
        raise SettingError(
            f"objective={settings.objective!r}: a cluster trains with negative_sampling; how changes of other "
            "objectives become one model is not known"
        )


def settings_of_nodes(settings: Hyperparameters) -> Hyperparameters:
    """What nodes are started with: a tokenizer that is a function stays with the driver, which reads the text then."""
    return dataclasses.replace(settings, tokenizer="words") if callable(settings.tokenizer) else settings


def _shared(
    machines: Machines, corpus: Any, phrases: PhrasesInput | None, settings: Hyperparameters, reporter: Reporter
) -> SharedText:
    """The text, held by all nodes. They read files; everything else is read here, and given to them as ids: what is
    no file, and what a function of the user's or phrases make of files.

    Raises   CorpusError, SettingError.
    """
    if not isinstance(corpus, EncodedCorpus):
        source = recognise(corpus)
        if isinstance(source, Files) and not callable(settings.tokenizer) and phrases is None:
            return read_shared(machines, source, settings, reporter)
        corpus = source if isinstance(source, Texts | TokenLists) else corpus  # an iterator has lost its first items
    return share_given(machines, corpus_for(settings, corpus, reporter, phrases))


def first_cluster_run(
    machines: Machines,
    settings: Hyperparameters,
    corpus: tuple[Any, PhrasesInput | None],
    initial: Initial | None,
    reporter: Reporter,
) -> Run:
    """The training of a new model.

    corpus : as for fit(), and the phrases that are joined in it.

    Raises   CorpusError, SettingError, with the name of a node if they are of one.
    """
    text = _shared(machines, *corpus, settings, reporter)
    stand_in = text.stand_in()
    for note in training_notes(settings, stand_in):
        reporter.message(note)
    inputs = WordInputs()
    matrices = first_start(settings, text.vocabulary, None, initial, reporter).matrices(inputs)
    return _run(machines, text, stand_in, matrices, (settings, settings), reporter)


def resumed_cluster_run(
    path: str | Path,
    checkpoint: tuple[StoredModel, Checkpoint],
    machines: Machines,
    corpus: tuple[Any, PhrasesInput | None],
    reporter: Reporter,
) -> Run:
    """The training of a checkpoint, from where it was. corpus : as for first_cluster_run().

    Raises   CorpusError if the text is another one than before, or is cut otherwise; SettingError.
    """
    stored, at = checkpoint
    if at.continued is not None or at.held is not None:
        raise SettingError(f"{path} is of a training that a cluster cannot go on with: resume it on one machine")
    text = _shared(machines, *corpus, at.settings, reporter)
    at.mark.check(_mark(text, ClusterBackend(machines, text)), path)
    matrices = stored.vectors.matrix, stored.output_vectors
    run = _run(machines, text, text.stand_in(), matrices, (stored.hyperparameters, at.settings), reporter)
    return run._replace(start=at.position, epochs_before=at.epochs_before)


def _run(
    machines: Machines,
    text: SharedText,
    stand_in: EncodedCorpus,
    matrices: tuple[Any, Any],
    settings: tuple[Hyperparameters, Hyperparameters],
    reporter: Reporter,
) -> Run:
    plan = plan_training(settings[1], stand_in)
    assert can_meet(plan)
    backend = ClusterBackend(machines, text)
    backend.start(plan, *matrices, reporter.message)
    run = Run(WordModel(settings[0], text.vocabulary, WordInputs()), settings[1], plan, backend)
    return run._replace(parts=backend.rounds.parts, mark=lambda: _mark(text, backend))


def _mark(text: SharedText, backend: ClusterBackend) -> CorpusMark:
    """What identifies the text, from what its nodes hold."""
    packed = PackedWords.pack(text.vocabulary.words)
    of_shards = np.frombuffer("".join(backend.digests()).encode(), np.uint8)
    digest = digest_of(packed.text, packed.ends, text.vocabulary.counts, of_shards)
    n_sentences = sum(size.sentences for size in text.sizes.values())
    return CorpusMark(text.n_words, n_sentences, {"corpus": f"in shards {digest}"})
