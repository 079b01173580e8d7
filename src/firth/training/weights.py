"""The two matrices in training: padded rows, aligned memory, copies of hot rows for each thread."""

from dataclasses import dataclass

import numpy as np

from firth.arrays import Matrix
from firth.kernels.arguments import Cbow, HotRows, Weights
from firth.kernels.cpu.batches import BATCH
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, aligned_zeros

__all__ = ["TrainingWeights", "batch_tokens", "initial_word_vectors"]

# What T threads learned from the same start is added up, T steps where one was due: copies must meet often, and with
# many threads so often that they cost more than they save. Measured in docs/benchmarks.md.
HOT_ROWS = 512  # words with copies
LEAST_EXCHANGED = 128  # the hottest of them, exchanged before every batch
_MOST_THREADS_WITH_COPIES = 4


def batch_tokens(threads: int) -> int:
    """Tokens a thread trains between exchanges of hot rows."""
    return BATCH // threads if threads <= _MOST_THREADS_WITH_COPIES else BATCH


def initial_word_vectors(words: int, vector_size: int, seed: int) -> Matrix:
    """(V, D) numbers drawn evenly from -1 / D to 1 / D, as in gensim.

    word2vec.c draws from half of that; ranges from a tenth to five times made no measurable difference.
    """
    matrix = np.random.default_rng(seed % 2**64).random((words, vector_size), np.float32)
    matrix -= np.float32(0.5)
    matrix *= np.float32(2 / vector_size)
    return matrix


@dataclass(frozen=True, eq=False)
class TrainingWeights:
    """Both matrices (V, D) and what the kernels want beside them.

    words, vector_size : V and D.
    hot : words that have a copy of their rows in each of `threads` threads; 0 for one thread or many.
    word, context : (V + copies + a row of zeros per thread, D padded to whole cache lines) float32.
    """

    words: int
    vector_size: int
    threads: int
    hot: int
    word: Matrix
    context: Matrix

    @classmethod
    def allocate(cls, words: int, vector_size: int, threads: int) -> "TrainingWeights":
        """All zeros."""
        stride = -(-vector_size // CACHE_LINE) * CACHE_LINE
        hot = min(HOT_ROWS, words) if 1 < threads <= _MOST_THREADS_WITH_COPIES else 0
        rows = words + threads * (hot + 1)
        word, context = (aligned_zeros(rows, stride) for _ in range(2))
        return cls(words, vector_size, threads, hot, word, context)

    @property
    def stride(self) -> int:
        """Numbers from one row to the next."""
        return int(self.word.shape[1])

    def set(self, word_vectors: Matrix, context_vectors: Matrix | None = None) -> None:
        """Start from these (V, D); context vectors are zero if not given."""
        self.word[: self.words, : self.vector_size] = word_vectors
        if context_vectors is not None:
            self.context[: self.words, : self.vector_size] = context_vectors

    def word_vectors(self) -> Matrix:
        """A copy (V, D) without padding."""
        return self.word[: self.words, : self.vector_size].copy()

    def context_vectors(self) -> Matrix:
        """A copy (V, D) without padding."""
        return self.context[: self.words, : self.vector_size].copy()

    def argument(self) -> Weights:
        """What the kernels take."""
        columns = -(-self.vector_size // LANES) * LANES
        return Weights(self.word.reshape(-1), self.context.reshape(-1), self.stride, columns)

    def hot_rows(self, thread: int) -> HotRows:
        """A thread's copies. Copies and snapshots start at zero, so that the first exchange fills both."""
        snapshots = (aligned_zeros(max(self.hot, 1), self.stride).reshape(-1) for _ in range(2))
        first = self.words + thread * self.hot
        self.word[first : first + self.hot] = self.context[first : first + self.hot] = 0
        spare = self.words + self.threads * self.hot + thread
        return HotRows(self.hot, first, LEAST_EXCHANGED, spare, *snapshots)

    def cbow_scratch(self, *, exact: bool) -> Cbow:
        """A thread's scratch rows for CBOW."""
        hidden, gradient = (aligned_zeros(1, self.stride).reshape(-1) for _ in range(2))
        return Cbow(hidden, gradient, exact)
