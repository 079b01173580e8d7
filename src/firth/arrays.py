"""Type names for the arrays that modules exchange.

Letters in shapes, in all docstrings: V words in the vocabulary, D numbers per vector, T tokens in the corpus,
S sentences, K negative samples, W the largest distance in a window.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts", "Matrix", "Offsets", "Vector", "WordIds"]

WordIds: TypeAlias = NDArray[np.int32]  # (T,) the corpus, or any list of word ids in [0, V)
Offsets: TypeAlias = NDArray[np.int64]  # (S + 1,) where sentences start; the last entry is T
Counts: TypeAlias = NDArray[np.int64]  # (V,) occurrences of each word
Vector: TypeAlias = NDArray[np.float32]  # (D,)
Matrix: TypeAlias = NDArray[np.float32]  # (V, D)
