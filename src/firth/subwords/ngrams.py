"""Vectors of character n-grams, as fastText trains them: an unknown word shares n-grams with known ones.

Source  Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", section 3.2.
Shapes  B rows of n-grams (fastText's "bucket"), D numbers per vector.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firth.arrays import Matrix, Vector
from firth.errors import SettingError

__all__ = ["Subwords", "check_ngrams", "ngram_hashes", "ngram_rows"]

END_OF_SENTENCE = b"</s>"  # the one word without n-grams
OFFSET_BASIS, PRIME = 2166136261, 16777619  # of the 32-bit FNV-1a hash
MOST_BUCKETS = 1 << 32  # there are no more hashes; fewer than these are allowed


@dataclass(frozen=True, eq=False)
class Subwords:
    """A vector for every hashed n-gram of characters.

    A word is written between `<` and `>`, and all its n-grams of `min_length` to `max_length` characters are hashed to
    rows; different n-grams may share one. (`<` and `>` alone are left out.)

    Parameters
    ----------
    matrix : (B, D) float32, B in [1, 2^32).
    min_length, max_length : characters of the shortest and the longest n-gram,
        1 ≤ min_length ≤ max_length.

    Raises
    ------
    SettingError : the matrix has no rows, or the lengths are impossible.
    """

    matrix: Matrix
    min_length: int
    max_length: int

    def __post_init__(self) -> None:
        shape = np.shape(self.matrix)
        if len(shape) != 2 or not 0 < shape[0] < MOST_BUCKETS or shape[1] < 1:
            raise SettingError(f"subwords of shape {shape}: must be (B, D), at least one row for n-grams")
        check_ngrams(self.min_length, self.max_length, shape[0])

    def rows(self, word: str) -> list[int]:
        """The rows of the word's n-grams, in [0, B); a row may come twice."""
        encoded = word.encode("utf-8", "surrogatepass")
        return ngram_rows(encoded, self.min_length, self.max_length, len(self.matrix))

    def vector(self, word: str) -> Vector | None:
        """The mean (D,) of the word's n-gram vectors: fastText's vector of a word that is not in its vocabulary.

        None for a word that is too short to have an n-gram. Raises SettingError where the numbers are not finite.
        """
        rows = self.rows(word)
        if not rows:
            return None
        with np.errstate(invalid="ignore"):
            mean: Vector = self.matrix[rows].mean(axis=0, dtype=np.float64).astype(np.float32)
        if not np.isfinite(mean).all():
            raise SettingError(f"the vectors of the n-grams of {word!r} are not finite; the file is damaged")
        return mean


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
    """The row in [0, n_rows) of every n-gram of a word in UTF-8; none for the end of a sentence."""
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
