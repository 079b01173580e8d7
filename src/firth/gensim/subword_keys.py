"""Keys with vectors of their n-grams: what gensim's FastTextKeyedVectors holds. Only n-grams that occur have a row.

Shapes  V words, P n-grams that occur, B buckets, D numbers per vector.
"""

import logging
from pathlib import Path
from typing import Any, Self

import numpy as np

from firth.arrays import Matrix, Vector
from firth.errors import FormatError
from firth.formats import native
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.gensim.key_files import check_mmap, fill_table, keys_metadata, open_stored, words_of, writable
from firth.gensim.key_table import random_rows
from firth.gensim.models.keyedvectors import KeyedVectors
from firth.kernels.arguments import WordBytes
from firth.subwords.ngrams import Subwords
from firth.subwords.parts import WordParts, composed, of_ngrams, word_parts

__all__ = ["FastTextKeyedVectors", "ngram_settings"]

logger = logging.getLogger(__name__)


class FastTextKeyedVectors(KeyedVectors):
    """Words whose vectors are means of rows of their own and rows of their n-grams; unknown words have vectors, too.

    min_n, max_n : characters of the shortest and the longest n-gram. bucket : what they are hashed to; 0 for none.

    vectors_vocab : (V, D) the words' own rows.
    vectors_ngrams : (B, D) the rows of n-grams, zeros for those that do not occur; a copy, which cannot be written to.
    """

    def __init__(
        self, vector_size: int, min_n: int, max_n: int, bucket: int, count: int = 0, dtype: Any = np.float32
    ) -> None:
        super().__init__(vector_size, count, dtype)
        self.min_n, self.max_n = min_n, max_n
        self.bucket = bucket if max_n >= min_n else 0
        self.vectors_vocab: Matrix = np.zeros((count, vector_size), np.float32)
        self.subwords: Subwords | None = None
        self.vectors_vocab_lockf = np.ones(1, np.float32)
        self.vectors_ngrams_lockf = np.ones(1, np.float32)
        self.compatible_hash = True  # n-grams are hashed as in fastText; those of files before gensim 3.8 are left out
        self._word_parts: tuple[int, WordParts] | None = None

    # ---------------------------------------------------------------- rows

    @property
    def vectors_ngrams(self) -> Matrix:
        """A row for each bucket (B, D)."""
        rows = np.zeros((self.bucket, self.vector_size), np.float32)
        if self.subwords is not None:
            rows[slice(None) if self.subwords.buckets is None else self.subwords.buckets] = self.subwords.matrix
        rows.flags.writeable = False
        return rows

    def parts(self) -> WordParts | None:
        """The rows that make up each word; None without n-grams."""
        if not self.bucket:
            return None
        if self._word_parts is None or self._word_parts[0] != len(self):
            packed = PackedWords.pack(words_of(self.index_to_key))
            made = word_parts(WordBytes(packed.text, packed.ends), max(1, self.min_n), self.max_n, self.bucket)
            self._word_parts = len(self), made
        return self._word_parts[1]

    def input_rows(self) -> Matrix:
        """(V + P, D) the words' own rows and those of n-grams, as a copy."""
        parts = self.parts()
        if parts is None or self.subwords is None:
            return self.vectors_vocab.copy()
        return np.concatenate((self.vectors_vocab, self.subwords.vectors_of(parts.buckets)))

    def keep_rows(self, rows: Matrix) -> None:
        """Take over such rows, and compose the vectors of words."""
        self.vectors_vocab = rows[: len(self)].copy()
        parts, old = self.parts(), self.subwords
        if parts is not None:
            assert old is not None
            matrix = np.array(old.matrix)
            at = parts.buckets if old.buckets is None else np.searchsorted(old.buckets, parts.buckets)
            matrix[at] = rows[len(self) :]
            self.subwords = Subwords(matrix, old.min_length, old.max_length, old.buckets, old.n_buckets)
        self.adjust_vectors()

    def adjust_vectors(self) -> None:
        """Compose the vectors of words from their rows."""
        parts = self.parts()
        self.vectors = self.vectors_vocab.copy() if parts is None else composed(parts, self.input_rows())
        self.norms = None

    def resize_vectors(self, seed: int = 0) -> None:
        """Make rows for words and n-grams that have none; they are random."""
        grown = random_rows(len(self), self.vector_size, seed)
        grown[: len(self.vectors_vocab)] = self.vectors_vocab
        self.vectors_vocab = grown
        parts, old = self.parts(), self.subwords
        if parts is not None and (old is None or old.buckets is not None):
            known = np.zeros(0, np.uint32) if old is None or old.buckets is None else old.buckets
            buckets = np.union1d(known, parts.buckets)
            rows = random_rows(len(buckets), self.vector_size, seed + 1)
            if old is not None:
                rows[np.searchsorted(buckets, known)] = old.matrix
            self.subwords = Subwords(rows, max(1, self.min_n), self.max_n, buckets.astype(np.uint32), self.bucket)
        self.allocate_vecattrs()
        self.adjust_vectors()

    # ---------------------------------------------------------------- lookup

    def __contains__(self, key: Any) -> bool:
        return bool(self.bucket) or key in self.key_to_index

    def get_vector(self, word: Any, norm: bool = False) -> Vector:
        """The vector (D,) of a word, or the mean of its n-grams'; zeros for one without n-grams."""
        if word in self.key_to_index or not isinstance(word, str):
            return super().get_vector(word, norm=norm)
        if not self.bucket or self.subwords is None:
            raise KeyError("cannot calculate vector for OOV word without ngrams")
        vector = self.subwords.vector(word)
        if vector is None:
            logger.warning("could not extract any ngrams from %r, returning origin vector", word)
            return np.zeros(self.vector_size, np.float32)
        length = float(np.linalg.norm(vector))
        return np.asarray(vector / length, np.float32) if norm and length > 0 else vector

    def get_sentence_vector(self, sentence: Any) -> Vector:
        """The mean of a sentence's words."""
        return self.get_mean_vector(sentence)

    # ---------------------------------------------------------------- files

    def take(self, stored: StoredVectors, *, mapped: bool = False) -> None:
        """Take over the content of a file."""
        fill_table(self, stored, mapped=mapped)
        self.subwords = stored.subwords
        self.bucket = 0 if stored.subwords is None else stored.subwords.n_buckets
        if stored.own_vectors is not None:
            self.vectors_vocab = writable(stored.own_vectors)
        elif stored.subwords is None:
            self.vectors_vocab = self.vectors.copy()
        else:  # of gensim's own files: a word's row is what its n-grams lack
            packed = PackedWords.pack(stored.words)
            contributed, n_parts = of_ngrams(WordBytes(packed.text, packed.ends), stored.subwords)
            self.vectors_vocab = (self.vectors - contributed) * n_parts[:, None].astype(np.float32)

    def stored(self, **metadata: Any) -> StoredVectors:
        """What a file holds."""
        counts = self.expandos.get("count")
        return StoredVectors(
            words_of(self.index_to_key),
            np.asarray(self.vectors, np.float32),
            counts,
            metadata={"gensim_keys": keys_metadata(self)} | metadata,
            subwords=self.subwords,
            own_vectors=self.vectors_vocab if self.subwords is not None else None,
        )

    def _write(self, path: str | Path) -> None:
        native.write(path, self.stored(gensim_class="FastTextKeyedVectors"))

    @classmethod
    def load(cls, fname_or_handle: str | Path, **kwargs: Any) -> Self:  # type: ignore[override]
        """Read what save() wrote, or gensim's own file."""
        stored = open_stored(fname_or_handle)
        if stored.subwords is None and not str(stored.metadata.get("gensim_class", "")).startswith("FastText"):
            raise FormatError(fname_or_handle, "has no vectors of n-grams; KeyedVectors.load() opens it")
        vectors = cls(stored.matrix.shape[1], *ngram_settings(stored))
        vectors.take(stored, mapped=check_mmap(kwargs.get("mmap")))
        return vectors


def ngram_settings(stored: StoredVectors) -> tuple[int, int, int]:
    """Characters of the shortest and the longest n-gram of a file, and buckets."""
    subwords = stored.subwords
    return (1, 0, 0) if subwords is None else (subwords.min_length, subwords.max_length, subwords.n_buckets)
