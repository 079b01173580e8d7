"""The text on a GPU: all of it, or the piece that is trained and the one that comes next.

The first token of every sentence is marked by the highest bit of its id, so that a piece needs no other array.
"""

from typing import Any, Protocol

import numpy as np

from firth.arrays import WordIds
from firth.kernels.arguments import EncodedIds

__all__ = ["FIRST_OF_SENTENCE", "ResidentText", "StreamedText", "Text", "mark"]

FIRST_OF_SENTENCE = np.int32(-(2**31))
_COPIED = 1 << 24  # tokens at a time


class Text(Protocol):
    """Where the kernels read a piece of the corpus."""

    def on_device(self, tokens: range) -> tuple[Any, int]:
        """An array of marked ids, and where in it these tokens begin; ready before what is launched next.

        What was returned two calls before is overwritten: the piece must have been trained.
        """


def mark(corpus: EncodedIds, tokens: range, marked: WordIds) -> None:
    """Set marked[: len(tokens)] to the ids of these tokens, with marks."""
    marked[: len(tokens)] = corpus.ids[tokens.start : tokens.stop]
    offsets = corpus.sentence_offsets
    first, stop = np.searchsorted(offsets, (tokens.start, tokens.stop))
    marked[offsets[first:stop] - tokens.start] |= FIRST_OF_SENTENCE


class ResidentText:
    """All of the text, on the GPU from the start."""

    def __init__(self, corpus: EncodedIds, stream: Any) -> None:
        n = len(corpus.ids)
        self._ids = stream.empty(max(n, 1), np.int32)
        marked = np.empty(min(n, _COPIED), np.int32)
        for first in range(0, n, _COPIED):
            tokens = range(first, min(first + _COPIED, n))
            mark(corpus, tokens, marked)
            stream.copy_from(marked[: len(tokens)], self._ids[first : tokens.stop])
            stream.wait()

    def on_device(self, tokens: range) -> tuple[Any, int]:
        """See Text."""
        return self._ids, tokens.start


class StreamedText:
    """Copies of two pieces, in turn: one is trained while the next one travels.

    memory : firth.kernels.cuda.memory.
    stream : that launches the kernels; it waits for copies.
    length : most tokens of a piece.
    """

    def __init__(self, corpus: EncodedIds, memory: Any, stream: Any, length: int) -> None:
        self._corpus = corpus
        self._stream = stream
        self._copies = memory.Stream()
        self._buffers = [
            (memory.pinned(max(length, 1), np.int32), self._copies.empty(max(length, 1), np.int32)) for _ in range(2)
        ]

    def on_device(self, tokens: range) -> tuple[Any, int]:
        """See Text."""
        marked, on_device = buffers = self._buffers.pop(0)
        self._buffers.append(buffers)
        n = len(tokens)
        if n:
            mark(self._corpus, tokens, marked)
            self._copies.copy_from(marked[:n], on_device[:n])
            self._stream.wait_for(self._copies.mark())
        return on_device, 0
