"""A training on many machines, as one that can be started: of a new model, or of a checkpoint."""

from pathlib import Path
from typing import Any

import numpy as np

from firth.backends.meeting import can_meet
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.paths import Files
from firth.corpus.sources import recognise
from firth.distributed.driver import ClusterBackend
from firth.distributed.machines import Machines
from firth.distributed.reading import SharedText, read_shared
from firth.errors import SettingError
from firth.formats.packed_words import PackedWords
from firth.models.training_run import Run
from firth.models.word2vec_file import StoredModel, WordModel
from firth.progress import Reporter
from firth.training.carried_over import Initial, first_start
from firth.training.checkpoint import Checkpoint
from firth.training.corpus_mark import CorpusMark, digest_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs
from firth.training.notes import training_notes
from firth.training.plan import plan_training

__all__ = ["check_distributable", "first_cluster_run", "resumed_cluster_run"]


def check_distributable(settings: Hyperparameters, **others: object) -> None:
    """Raise SettingError if a training cannot be divided among machines.

    others : options of fit() by name, which cannot be given with a cluster; None where they are not.
    """
    if callable(settings.tokenizer):
        raise SettingError('tokenizer: a cluster reads text with "words" or "whitespace", not with a function')
    for name, value in {"subwords": settings.subwords, **others}.items():
        if value is not None:
            raise SettingError(f"{name}: not with a cluster, on which it was not measured; leave one of them out")
    if settings.backend == "cuda":
        raise SettingError("backend='cuda': machines of a cluster train on their processors; leave one of them out")
    if settings.objective != "negative_sampling":
        raise SettingError(
            f"objective={settings.objective!r}: a cluster trains with negative_sampling; how changes of other "
            "objectives become one model is not known"
        )


def files_for_cluster(corpus: Any) -> Files:
    """The files of a text that all machines read.

    Raises   CorpusError if there are none; SettingError for anything but files.
    """
    source = None if isinstance(corpus, EncodedCorpus) else recognise(corpus)
    if not isinstance(source, Files):
        raise SettingError(
            f"the corpus is {type(corpus).__name__}: machines of a cluster read files, at paths that all of them see; "
            "write it to a file first"
        )
    return source


def first_cluster_run(
    machines: Machines,
    settings: Hyperparameters,
    corpus: Any,
    initial: Initial | None,
    reporter: Reporter,
) -> Run:
    """The training of a new model. Raises CorpusError, SettingError, with the name of a node if they are of one."""
    text = read_shared(machines, files_for_cluster(corpus), settings, reporter)
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
    corpus: Any,
    reporter: Reporter,
) -> Run:
    """The training of a checkpoint, from where it was.

    Raises   CorpusError if the text is another one than before, or is cut otherwise; SettingError.
    """
    stored, at = checkpoint
    if at.continued is not None or at.held is not None:
        raise SettingError(f"{path} is of a training that a cluster cannot go on with: resume it on one machine")
    text = read_shared(machines, files_for_cluster(corpus), at.settings, reporter)
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
