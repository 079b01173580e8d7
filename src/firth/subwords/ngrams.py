"""Vectors of character n-grams, as fastText trains them: an unknown word shares n-grams with known ones.

Source  Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", section 3.2.
Shapes  B buckets of n-grams (fastText's "bucket"), P of them with a row, D numbers per vector.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError

__all__ = ["Buckets", "Subwords", "check_ngrams", "ngram_hashes", "ngram_rows"]

END_OF_SENTENCE = b"</s>"  # the one word without n-grams
OFFSET_BASIS, PRIME = 2166136261, 16777619  # of the 32-bit FNV-1a hash
MOST_BUCKETS = 1 << 32  # there are no more hashes; fewer than these are allowed


Buckets: TypeAlias = NDArray[np.uint32]  # (P,) ascending


@dataclass(frozen=True, eq=False)
class Subwords:
    """Vectors of n-grams of characters, which are hashed to B buckets.

    A word is written between `<` and `>`, and all its n-grams of `min_length` to `max_length` characters are hashed to
    buckets; different n-grams may share one. (`<` and `>` alone are left out.) There is a row for every bucket, or only
    for those of n-grams that occur in a text: the others count as zeros.

    Parameters
    ----------
    matrix : (B, D) float32, B in [1, 2^32); with `buckets` (P, D).
    min_length, max_length : characters of the shortest and the longest n-gram,
        1 ≤ min_length ≤ max_length.
    buckets : (P,) uint32 ascending, the bucket of each row; None: row b is that of bucket b.
    n_buckets : B, in [1, 2^32), with `buckets`; without them it is the number of rows.

    Raises
    ------
    SettingError : the matrix has no rows, the lengths are impossible, or buckets do not fit the matrix or B.
    """

    matrix: Matrix
    min_length: int
    max_length: int
    buckets: Buckets | None = None
    n_buckets: int = 0

    def __post_init__(self) -> None:
        shape = np.shape(self.matrix)
        if len(shape) != 2 or shape[1] < 1 or not (self.buckets is not None or 0 < shape[0] < MOST_BUCKETS):
            raise SettingError(f"subwords of shape {shape}: must be (B, D), at least one row for n-grams")
        if self.buckets is None and not self.n_buckets:
            object.__setattr__(self, "n_buckets", shape[0])
        check_ngrams(self.min_length, self.max_length, self.n_buckets)
        if self.buckets is not None:
            _check_buckets(self.buckets, shape[0], self.n_buckets)
        elif self.n_buckets != shape[0]:
            raise SettingError(f"subwords of shape {shape} for {self.n_buckets:,} buckets: must be a row for each")

    def rows(self, word: str) -> list[int]:
        """The rows of the word's n-grams, of those that have one; a row may come twice."""
        hashed = self._buckets_of(word)
        if self.buckets is None:
            return hashed
        rows, found = _find_rows(self.buckets, np.array(hashed, np.uint32))
        listed: list[int] = rows[found].tolist()
        return listed

    def vector(self, word: str) -> Vector | None:
        """The mean (D,) of the word's n-gram vectors: fastText's vector of a word that is not in its vocabulary.

        None for a word that is too short to have an n-gram. Raises SettingError where the numbers are not finite.
        """
        n_ngrams = len(self._buckets_of(word))
        if not n_ngrams:
            return None
        with np.errstate(invalid="ignore"):
            total = self.matrix[self.rows(word)].sum(axis=0, dtype=np.float64)
            mean: Vector = (total / n_ngrams).astype(np.float32)
        if not np.isfinite(mean).all():
            raise SettingError(f"the vectors of the n-grams of {word!r} are not finite; the file is damaged")
        return mean

    def vectors_of(self, buckets: Buckets) -> Matrix:
        """The rows (n, D) of these buckets (n,), each in [0, B); zeros for those that have no row. A copy."""
        if self.buckets is None:
            return self.matrix[buckets]
        rows, found = _find_rows(self.buckets, buckets)
        vectors = np.zeros((len(buckets), self.matrix.shape[1]), np.float32)
        vectors[found] = self.matrix[rows[found]]
        return vectors

    def _buckets_of(self, word: str) -> list[int]:
        encoded = word.encode("utf-8", "surrogatepass")
        return ngram_rows(encoded, self.min_length, self.max_length, self.n_buckets)


def _check_buckets(buckets: Buckets, n_rows: int, n_buckets: int) -> None:
    if np.shape(buckets) != (n_rows,) or buckets.dtype != np.uint32:
        found = f"buckets of shape {np.shape(buckets)} and type {buckets.dtype}"
        raise SettingError(f"{found}: must be ({n_rows},) uint32, one for each row")
    if n_rows and (buckets[-1] >= n_buckets or (buckets[1:] <= buckets[:-1]).any()):
        raise SettingError(f"buckets of n-grams: must be ascending, and each less than {n_buckets:,}")


def _find_rows(buckets: Buckets, wanted: Buckets) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each wanted bucket is among the ascending ones (n,), and whether it is there."""
    if not len(buckets):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    rows = np.minimum(np.searchsorted(buckets, wanted), len(buckets) - 1)
    return rows, buckets[rows] == wanted


def check_ngrams(min_length: int, max_length: int, n_buckets: int) -> None:
    """Raise SettingError unless n-grams of these lengths can be hashed to so many buckets."""
    if any(type(length) is not int for length in (min_length, max_length)) or not 1 <= min_length <= max_length:
        raise SettingError(
            f"n-grams of {min_length!r} to {max_length!r} characters: must be whole numbers of at least 1, "
            "the smaller first"
        )
    if type(n_buckets) is not int or not 0 < n_buckets < MOST_BUCKETS:
        raise SettingError(f"{n_buckets!r} buckets of n-grams: must be a whole number, at least 1 and less than 2^32")


def ngram_rows(word: bytes, min_length: int, max_length: int, n_rows: int) -> list[int]:
    """The bucket in [0, n_rows) of every n-gram of a word in UTF-8; none for the end of a sentence."""
    if word == END_OF_SENTENCE:
        return []
    return [value % n_rows for value in ngram_hashes(b"<%b>" % word, min_length, max_length)]


def ngram_hashes(marked: bytes, min_length: int, max_length: int) -> Iterator[int]:
    """The hash of every n-gram of a word in UTF-8 between `<` and `>`, by position and length.

    FNV-1a with each byte taken as a signed one, as in fastText: bytes beyond ASCII change all 32 bits. A longer n-gram
    continues the shorter one from the same position. A character is any byte and the continuation bytes behind it.
    The reference implementation of kernels/cpu/text/ngrams.py.
    """
    for start, byte in enumerate(marked):
        if is_continuation(byte):
            continue
        value, end = OFFSET_BASIS, start
        for length in range(1, max_length + 1):
            if end == len(marked):
                break
            value = hash_byte(value, marked[end])
            end += 1
            while end < len(marked) and is_continuation(marked[end]):
                value = hash_byte(value, marked[end])
                end += 1
            marker_alone = length == 1 and (start == 0 or end == len(marked))
            if length >= min_length and not marker_alone:
                yield value


def is_continuation(byte: int) -> bool:
    """Whether a byte continues a character of UTF-8 instead of beginning one."""
    return byte & 0xC0 == 0x80


def hash_byte(value: int, byte: int) -> int:
    """One step of the hash."""
    signed = byte | 0xFFFFFF00 if byte >= 0x80 else byte
    return (value ^ signed) * PRIME & 0xFFFFFFFF
