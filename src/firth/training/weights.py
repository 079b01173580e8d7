"""The two matrices in training: padded rows, aligned memory, copies of hot rows for each thread."""

from dataclasses import dataclass

import numpy as np

from firth.arrays import Matrix
from firth.kernels.arguments import Cbow, HotRows, Weights, WholeVocabulary
from firth.kernels.cpu.training.batches import BATCH
from firth.kernels.cpu.training.softmax import TILE
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, aligned_zeros
from firth.simd.rows import BLOCK_ROWS

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
    def allocate(cls, words: int, vector_size: int, threads: int, *, copies: bool = True) -> "TrainingWeights":
        """All zeros. `copies` says whether threads may have copies of hot rows; they pay where some rows are hot."""
        stride = -(-vector_size // CACHE_LINE) * CACHE_LINE
        hot = min(HOT_ROWS, words) if copies and 1 < threads <= _MOST_THREADS_WITH_COPIES else 0
        rows = words + threads * (hot + 1)
        word, context = (aligned_zeros(rows, stride) for _ in range(2))
        return cls(words, vector_size, threads, hot, word, context)

    @property
    def stride(self) -> int:
        """Numbers from one row to the next."""
        return int(self.word.shape[1])

    def set(self, word_vectors: Matrix, context_vectors: Matrix | None = None) -> None:
        """Start from these (V, D); context vectors, or the node vectors (V - 1, D), are zero if not given."""
        self.word[: self.words, : self.vector_size] = word_vectors
        if context_vectors is not None:
            self.context[: len(context_vectors), : self.vector_size] = context_vectors

    def word_vectors(self) -> Matrix:
        """A copy (V, D) without padding."""
        return self.word[: self.words, : self.vector_size].copy()

    def context_vectors(self) -> Matrix:
        """A copy (V, D) without padding."""
        return self.context[: self.words, : self.vector_size].copy()

    def node_vectors(self) -> Matrix:
        """A copy (V - 1, D) without padding: with hierarchical softmax, nodes take the rows of the context vectors."""
        return self.context[: self.words - 1, : self.vector_size].copy()

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

    def softmax_scratch(self, thread: int, window: int) -> WholeVocabulary:
        """A thread's scratch arrays for full softmax: about 260 bytes for each word of the vocabulary."""
        blocks = -(-self.words // BLOCK_ROWS)
        rows = np.arange(blocks * BLOCK_ROWS, dtype=np.int64) * self.stride
        rows[self.words :] = (self.words + self.threads * self.hot + thread) * self.stride
        most_pairs = TILE * min(2 * window, BATCH)
        hidden, gradient = (aligned_zeros(TILE, self.stride).reshape(-1) for _ in range(2))
        scores, highest, totals = (aligned_zeros(n * TILE, BLOCK_ROWS).reshape(-1) for n in (blocks, 1, 1))
        return WholeVocabulary(
            rows=rows,
            words=self.words,
            begin=thread * blocks // self.threads,
            places=np.zeros(TILE, np.int64),
            vectors_at=np.zeros(TILE + 1, np.int64),
            hidden=hidden,
            gradient=gradient,
            asked=np.zeros(TILE, np.float32),
            askers=np.zeros(most_pairs, np.int32),
            answers=np.zeros(most_pairs, np.int32),
            scores=scores,
            highest=highest,
            totals=totals,
        )
