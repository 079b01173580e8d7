"""What the input of a word is made of: its row, or also the rows of its n-grams; and how its vector comes of them."""

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.corpus.vocabulary import Vocabulary
from firth.formats.packed_words import PackedWords
from firth.kernels.arguments import Composition, WordBytes
from firth.subwords.ngrams import Subwords
from firth.subwords.parts import WordParts, composed, word_parts
from firth.training.hyperparameters import Hyperparameters

__all__ = ["composition_of", "parts_of_words", "words_and_subwords"]


def parts_of_words(settings: Hyperparameters, vocabulary: Vocabulary) -> WordParts | None:
    """The rows of n-grams that make up each word; None without subwords."""
    if settings.subwords is None:
        return None
    assert settings.subword_buckets is not None
    packed = PackedWords.pack(vocabulary.words)
    return word_parts(WordBytes(packed.text, packed.ends), *settings.subwords, settings.subword_buckets)


def composition_of(
    parts: WordParts | None, n_words: int, shares: NDArray[np.float32] | None = None
) -> Composition | None:
    """What training knows of the parts; None if each word is its own row and learns all that it should.

    shares : (V,) by how much of what a word learned its rows move: 1; 0 holds them. None: 1 for all.
    """
    if parts is None and shares is None:
        return None
    if parts is None:
        starts, listed = np.arange(n_words + 1), np.arange(n_words, dtype=np.int32)
    else:
        starts, listed, _ = parts
    return Composition(starts, listed, np.ones(n_words, np.float32) if shares is None else shares)


def words_and_subwords(
    settings: Hyperparameters, parts: WordParts | None, inputs: Matrix
) -> tuple[Matrix, Matrix | None, Subwords | None]:
    """The word vectors (V, D), the rows of their own (V, D) and those of n-grams, from the trained inputs (V + P, D).

    Without n-grams the inputs are the word vectors, and the others None.
    """
    if parts is None or settings.subwords is None:
        return inputs, None, None
    n_words, buckets = len(parts.starts) - 1, settings.subword_buckets
    assert buckets is not None
    subwords = Subwords(inputs[n_words:], *settings.subwords, buckets=parts.buckets, n_buckets=buckets)
    return composed(parts, inputs), inputs[:n_words], subwords
