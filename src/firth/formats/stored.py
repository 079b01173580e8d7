"""What every format reads and writes: words, their vectors, and optional further parts.

Shapes  V words, D numbers per vector.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from firth.arrays import Counts, Matrix
from firth.errors import SettingError
from firth.formats.skip_report import Skipped
from firth.subwords.ngrams import Subwords

__all__ = ["StoredVectors"]


@dataclass(frozen=True, eq=False)
class StoredVectors:
    """The content of a file of vectors. Raises SettingError where the parts do not fit together."""

    words: Sequence[str]  # (V,)
    matrix: Matrix  # (V, D) float32
    counts: Counts | None = None  # (V,) occurrences in the training corpus
    context_vectors: Matrix | None = None  # (V, D) float32, the output side of a trained model
    metadata: Mapping[str, Any] = field(default_factory=dict)  # any JSON values, by name
    node_vectors: Matrix | None = None  # (V - 1, D) float32, the output side of a model with hierarchical softmax
    subwords: Subwords | None = None  # vectors of character n-grams, for words that are not among `words`
    own_vectors: Matrix | None = None  # (V, D) float32; with subwords, a word's vector is the mean of these and n-grams
    skipped: Skipped = Skipped()  # what the reader left out; never written

    def __post_init__(self) -> None:
        shape = np.shape(self.matrix)
        if len(shape) != 2 or shape[0] != len(self.words) or shape[1] < 1:
            raise SettingError(
                f"matrix of shape {shape} with {len(self.words):,} words: "
                "must be one row per word and at least one column"
            )
        if self.counts is not None and np.shape(self.counts) != shape[:1]:
            raise SettingError(f"counts of shape {np.shape(self.counts)}: must be ({shape[0]},), one per word")
        if self.context_vectors is not None and np.shape(self.context_vectors) != shape:
            raise SettingError(
                f"context_vectors of shape {np.shape(self.context_vectors)}: must be {shape}, like the matrix"
            )
        if self.own_vectors is not None and np.shape(self.own_vectors) != shape:
            raise SettingError(f"own_vectors of shape {np.shape(self.own_vectors)}: must be {shape}, like the matrix")
        nodes = (shape[0] - 1, shape[1])
        if self.node_vectors is not None and np.shape(self.node_vectors) != nodes:
            raise SettingError(f"node_vectors of shape {np.shape(self.node_vectors)}: must be {nodes}, one row fewer")
        if self.subwords is not None and self.subwords.matrix.shape[1] != shape[1]:
            raise SettingError(
                f"subwords with {self.subwords.matrix.shape[1]} numbers per n-gram: must be {shape[1]}, like the matrix"
            )
