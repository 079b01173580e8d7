"""What the input of a word is made of: its row, or also the rows of its n-grams; and how its vector comes of them.

A word whose vector is held is a row of its own while it is trained, n-grams or not: its n-grams also move with other
words, which would take its vector along. At the end its own row is set so that the mean of its rows is that vector. A
word that moves by a share of what it learns moves its n-grams by that share, as others move them in full. (After 5 MB
of novels, two epochs of the King James Bible with frozen=0.2: new words have .40 of the neighbours of a model of both
texts that way, .32 as rows of their own, which no old word then keeps near its n-grams; the losses of the novels are
the same. With frozen=0 and without such rows old vectors drift: the loss of the novels is 2.50 instead of 2.43.)

Shapes  V words, P n-grams of a model with subwords (else 0), D numbers per vector.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, WordIds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.formats.packed_words import PackedWords
from firth.kernels.arguments import Composition, WordBytes
from firth.subwords.ngrams import Subwords
from firth.subwords.parts import WordParts, composed, with_words_alone, word_parts
from firth.training.frozen import Held
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import Extras
from firth.training.sequences import Groups, Sessions

__all__ = ["WordInputs", "extras_of", "parts_of_words", "rows_of_parts", "rows_of_words"]


def parts_of_words(settings: Hyperparameters, vocabulary: Vocabulary) -> WordParts | None:
    """The rows of n-grams that make up each word; None without subwords."""
    if settings.subwords is None:
        return None
    assert settings.subword_buckets is not None
    packed = PackedWords.pack(vocabulary.words)
    return word_parts(WordBytes(packed.text, packed.ends), *settings.subwords, settings.subword_buckets)


def rows_of_words(
    settings: Hyperparameters, vocabulary: Vocabulary, parts: WordParts | None = None
) -> NDArray[np.float32] | None:
    """(V,) how much each word weighs in the mean of a window: as many rows as it is made of; None: all weigh alike.

    As in fastText, whose CBOW is the mean of all rows of all words of a window. Long words, which mean more than "of",
    then weigh more: analogies .647 instead of .631, and rare words .282 instead of .274 (docs/subwords.md).

    parts : those of the words, where they are at hand; finding them hashes the n-grams of the entire vocabulary.
    """
    if settings.architecture != "cbow":
        return None
    parts = parts_of_words(settings, vocabulary) if parts is None else parts
    return None if parts is None else rows_of_parts(parts)


def rows_of_parts(parts: WordParts) -> NDArray[np.float32]:
    """(V,) of how many rows each word is made."""
    return np.diff(parts.starts).astype(np.float32)


@dataclass(frozen=True, eq=False)
class WordInputs:
    """The rows of the input matrix that make up each word, and the words that move less than others.

    parts : in a model with subwords; None: each word is its own row.
    held : None: all words move in full.
    """

    parts: WordParts | None = None
    held: Held | None = None

    @property
    def _alone(self) -> NDArray[np.bool_] | None:
        """(V,) the words that have n-grams, but not while they are trained."""
        return None if self.parts is None or self.held is None or self.held.share > 0 else self.held.words

    @cached_property
    def trained(self) -> WordParts | None:
        """The rows of each word while it is trained; None: its own."""
        if self.parts is None or self._alone is None:
            return self.parts
        return with_words_alone(self.parts, self._alone)

    def composition(self, n_words: int) -> Composition | None:
        """What training knows of the parts; None if each word is its own row and learns all that it should."""
        if self.trained is None and self.held is None:
            return None
        if self.trained is None:
            starts, listed = np.arange(n_words + 1), np.arange(n_words, dtype=np.int32)
        else:
            starts, listed, _ = self.trained
        return Composition(starts, listed, np.ones(n_words, np.float32) if self.held is None else self.held.shares)

    def rows_to_train(self, rows: Matrix, vectors: Matrix) -> Matrix:
        """The input matrix (V + P, D) as training needs it.

        rows : (V + P, D) with the words' own rows.
        vectors : (V, D) of the words.
        """
        if self._alone is None:
            return rows
        rows, alone = rows.copy(), np.flatnonzero(self._alone)
        rows[alone] = vectors[alone]
        return rows

    def vectors_of(self, ids: WordIds, rows: Callable[[WordIds], Matrix]) -> Matrix:
        """The vectors (n, D) of some words, from a function that gives rows of the input matrix in training."""
        if self.trained is None:
            return rows(ids)
        starts, stops = self.trained.starts[ids], self.trained.starts[ids + 1]
        listed = [self.trained.parts[first:stop] for first, stop in zip(starts, stops, strict=True)]
        if not listed:
            return rows(ids)
        gathered = rows(np.concatenate(listed))
        counts = stops - starts
        sums = np.add.reduceat(gathered, np.cumsum(counts) - counts, axis=0)
        return np.asarray(sums / counts[:, None], np.float32)

    def learned(self, settings: Hyperparameters, rows: Matrix) -> tuple[Matrix, Matrix | None, Subwords | None]:
        """The word vectors (V, D), the rows of their own (V, D) and those of n-grams, from the trained rows (V + P, D).

        Without n-grams the rows are the word vectors, and the others None.
        """
        if self.parts is None or self.trained is None or settings.subwords is None:
            return rows, None, None
        n_words, buckets = len(self.parts.starts) - 1, settings.subword_buckets
        assert buckets is not None
        subwords = Subwords(rows[n_words:], *settings.subwords, buckets=self.parts.buckets, n_buckets=buckets)
        vectors, own = composed(self.trained, rows), rows[:n_words]
        if self._alone is not None:
            own, alone = own.copy(), np.flatnonzero(self._alone)
            n_parts = np.diff(self.parts.starts)[alone, None].astype(np.float32)
            own[alone] += n_parts * (vectors - composed(self.parts, rows))[alone]
        return vectors, own, subwords


def extras_of(
    settings: Hyperparameters,
    corpus: EncodedCorpus,
    inputs: WordInputs,
    sequences: tuple[object, Sessions | None, Groups | None],
) -> Extras:
    """What the plan of a training has besides settings and text.

    sequences : what the user gave as a corpus, and with it.
    """
    given, sessions, groups = sequences
    return Extras(
        composition=inputs.composition(len(corpus.vocabulary)),
        ngram_rows=0 if inputs.parts is None else len(inputs.parts.buckets),
        groups=None if groups is None else groups.encoded(corpus, settings.noise_power),
        sessions=None if sessions is None else sessions.encoded(given, corpus),
        rows_of_words=rows_of_words(settings, corpus.vocabulary, inputs.parts),
    )
