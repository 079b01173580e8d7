"""What every format reads and writes: words, their vectors, and what else the file knows about them.

Shapes  V words, D numbers per vector.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix, Offsets
from firth.errors import FormatError, SettingError

__all__ = ["PackedWords", "StoredVectors", "split_words"]

_LOSSLESS = ("utf-8", "surrogatepass")  # any `str` comes back as it was, even half of a surrogate pair


class PackedWords(Sequence[str]):
    """Words kept as one run of UTF-8 and the offsets where they end; decoded together on first use.

    A file of 400,000 words opens in milliseconds because nothing is decoded until a word is asked for.
    Reading a word raises FormatError where the bytes are not UTF-8.

    Parameters
    ----------
    text : all words end to end, in UTF-8 (lone surrogates as three bytes, so that any `str` is legal).
    ends : (V,) rising; the byte offset just past each word.
    path : the file to name in errors.
    """

    def __init__(self, text: NDArray[np.uint8], ends: Offsets, path: Path) -> None:
        self._text = text
        self._ends = ends
        self._path = path
        self._decoded: list[str] | None = None

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if self._decoded is not None or isinstance(index, slice):
            return self.decoded()[index]
        word_id = range(len(self))[index]
        start = int(self._ends[word_id - 1]) if word_id else 0
        try:
            return self._text[start : int(self._ends[word_id])].tobytes().decode(*_LOSSLESS)
        except UnicodeError as error:
            raise FormatError(self._path, f"word {word_id:,} is damaged: {error}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.decoded())

    def decoded(self) -> list[str]:
        """All words, decoded once and kept: about 60 ms for 400,000."""
        if self._decoded is None:
            try:
                self._decoded = split_words(self._text, self._ends)
            except UnicodeError as error:
                raise FormatError(self._path, f"its words are damaged: {error}") from None
        return self._decoded


def split_words(text: NDArray[np.uint8], ends: Offsets) -> list[str]:
    """Words that stand end to end in UTF-8, all at once: decoding 400,000 one by one takes 3 times as long.

    Raises UnicodeError where the bytes are not UTF-8 or a word ends inside a character.
    """
    decoded = text.tobytes().decode(*_LOSSLESS)
    if len(decoded) != len(text):
        ends = _ends_in_characters(text, ends)
    places = [0, *ends.tolist()]
    return [decoded[a:b] for a, b in pairwise(places)]


def _ends_in_characters(text: NDArray[np.uint8], ends: Offsets) -> Offsets:
    """The same offsets counted in characters: every byte but a continuation byte begins one."""
    begins = (text & 0xC0) != 0x80
    if not begins[ends[ends < len(begins)]].all():
        raise UnicodeError("a word ends inside a character")
    characters = np.concatenate(([0], np.cumsum(begins, dtype=np.int64)))
    return np.asarray(characters[ends], np.int64)


@dataclass(frozen=True, eq=False)
class StoredVectors:
    """The content of a file of vectors. Raises SettingError where the parts do not fit together."""

    words: Sequence[str]  # (V,)
    matrix: Matrix  # (V, D) float32
    counts: Counts | None = None  # (V,) occurrences in the training corpus
    context_vectors: Matrix | None = None  # (V, D) float32, the output side of a trained model
    metadata: Mapping[str, Any] = field(default_factory=dict)  # any JSON values, by name

    def __post_init__(self) -> None:
        shape = np.shape(self.matrix)
        if len(shape) != 2 or shape[0] != len(self.words) or shape[1] < 1:
            raise SettingError(
                f"matrix of shape {shape} with {len(self.words):,} words: "
                "must be one row per word and at least one column"
            )
        if self.counts is not None and np.shape(self.counts) != shape[:1]:
            raise SettingError(
                f"counts of shape {np.shape(self.counts)}: must be ({shape[0]},), one per word"
            )
        if self.context_vectors is not None and np.shape(self.context_vectors) != shape:
            raise SettingError(
                f"context_vectors of shape {np.shape(self.context_vectors)}: "
                f"must be {shape}, like the matrix"
            )
