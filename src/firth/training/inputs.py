"""What the input of a word is made of: its row, or also the rows of its n-grams; and how its vector comes of them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, WordIds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.formats.packed_words import PackedWords
from firth.kernels.arguments import Composition, WordBytes
from firth.subwords.ngrams import Subwords
from firth.subwords.parts import WordParts, composed, word_parts
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import Extras
from firth.training.sequences import Groups, Sessions

__all__ = ["extras_of", "parts_of_words", "rows_of_words", "words_and_subwords"]


def parts_of_words(settings: Hyperparameters, vocabulary: Vocabulary) -> WordParts | None:
    """The rows of n-grams that make up each word; None without subwords."""
    if settings.subwords is None:
        return None
    assert settings.subword_buckets is not None
    packed = PackedWords.pack(vocabulary.words)
    return word_parts(WordBytes(packed.text, packed.ends), *settings.subwords, settings.subword_buckets)


def _composition_of(parts: WordParts | None, n_words: int, shares: NDArray[np.float32] | None) -> Composition | None:
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


def extras_of(
    settings: Hyperparameters,
    corpus: EncodedCorpus,
    parts: WordParts | None,
    sequences: tuple[object, Sessions | None, Groups | None],
    shares: NDArray[np.float32] | None = None,
) -> Extras:
    """What the plan of a training has besides settings and text.

    sequences : what the user gave as a corpus, and with it.
    shares : (V,) by how much of what a word learned its rows move; None: all of it.
    """
    given, sessions, groups = sequences
    return Extras(
        composition=_composition_of(parts, len(corpus.vocabulary), shares),
        ngram_rows=0 if parts is None else len(parts.buckets),
        groups=None if groups is None else groups.encoded(corpus, settings.noise_power),
        sessions=None if sessions is None else sessions.encoded(given, corpus),
    )


def rows_of_words(parts: WordParts | None, ids: WordIds, rows: Callable[[WordIds], Matrix]) -> Matrix:
    """The vectors (n, D) of some words, from a function that gives rows of the input matrix."""
    if parts is None:
        return rows(ids)
    starts, stops = parts.starts[ids], parts.starts[ids + 1]
    listed = [parts.parts[first:stop] for first, stop in zip(starts, stops, strict=True)]
    if not listed:
        return rows(ids)
    gathered = rows(np.concatenate(listed))
    counts = stops - starts
    sums = np.add.reduceat(gathered, np.cumsum(counts) - counts, axis=0)
    return np.asarray(sums / counts[:, None], np.float32)


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
