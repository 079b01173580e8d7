"""What inputs are made of, on a GPU: the rows of composed words, and the tags of documents."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.backends.plan import TrainingPlan
from firth.kernels.arguments import Documents, EncodedIds
from firth.kernels.cuda.training.arguments import Inputs

__all__ = ["InputTables", "bytes_of_inputs"]

_NOTHING: NDArray[Any] = np.zeros(1)


def bytes_of_inputs(plan: TrainingPlan) -> int:
    """The memory that these tables take."""
    total = 0
    if plan.composition is not None:
        total += 8 * len(plan.composition.starts) + 4 * len(plan.composition.parts) + 8 * plan.n_words
    if plan.documents is not None:
        total += 8 * len(plan.documents.starts) + 4 * len(plan.documents.tags)
    return total


class InputTables:
    """They stay on the GPU.

    stream : that launches the kernels.
    """

    def __init__(self, plan: TrainingPlan, stream: Any) -> None:
        starts = parts = shares = weights = tag_starts = tags = _NOTHING
        self._begins = np.zeros(0, np.int64)
        first_row = 0
        if plan.composition is not None:
            starts, parts, shares = plan.composition
            weights = np.ones(plan.n_words) if plan.rows_of_words is None else plan.rows_of_words
        if plan.documents is not None:
            first_row = plan.documents.first
            self._begins, tag_starts, tags = _tags_of_texts(plan.corpus, plan.documents)
        kinds = np.int64, np.int32, np.float32, np.float32, np.int64, np.int32
        given = starts, parts, shares, weights, tag_starts, tags
        arrays: list[Any] = [
            stream.to_device(np.asarray(array if len(array) else _NOTHING, kind))
            for array, kind in zip(given, kinds, strict=True)
        ]
        self._inputs = Inputs(*arrays, first_row, -1)  # type: ignore[call-arg]

    def of(self, tokens: range) -> Inputs:
        """What the kernel is given with a piece of the text."""
        before = int(np.searchsorted(self._begins, tokens.start))
        return self._inputs._replace(first_sentence=before - 1)


def _tags_of_texts(
    corpus: EncodedIds, documents: Documents
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Where sentences with words begin, and their tags: Inputs.tag_starts and Inputs.tags.

    Sentences without words are left out: a GPU knows a sentence by the mark of its first word.
    """
    offsets, counts = corpus.sentence_offsets, np.diff(documents.starts)
    has_words = np.diff(offsets) > 0
    starts = np.zeros(np.count_nonzero(has_words) + 1, np.int64)
    np.cumsum(counts[has_words], out=starts[1:])
    return np.asarray(offsets[:-1][has_words]), starts, documents.tags[np.repeat(has_words, counts)]
