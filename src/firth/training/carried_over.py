"""The matrices from which training starts where some words have vectors already: those of a model that goes on with new
text, or vectors from elsewhere.

Shapes  V words of the model to be trained, P n-grams of a model with subwords (else 0), D numbers per vector.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.corpus.merging import rows_in
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError, quoted
from firth.formats.detect import read_any
from firth.formats.packed_words import PackedWords
from firth.kernels.arguments import WordBytes
from firth.progress import Reporter
from firth.subwords.ngrams import Buckets, Subwords
from firth.subwords.parts import WordParts, composed, of_ngrams
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs
from firth.training.plan import initial_word_vectors, random_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["Carried", "Initial", "Start", "first_start", "open_initial", "start_of_run"]


class Start(NamedTuple):
    """Both matrices before the first step, and which words have a vector that was learned before.

    inputs : (V + P, D) word vectors; with subwords the words' own rows and those of their n-grams.
    outputs : (V, D) context vectors or (V - 1, D) node vectors; None for zeros.
    known : (V,)
    vectors : (V, D) of the words; with subwords the means of their rows, but for rounding.
    """

    inputs: Matrix
    outputs: Matrix | None
    known: NDArray[np.bool_]
    vectors: Matrix

    def matrices(self, inputs: WordInputs) -> tuple[Matrix, Matrix | None]:
        """Both matrices as a backend trains them."""
        return inputs.rows_to_train(self.inputs, self.vectors), self.outputs


class Initial(NamedTuple):
    """Vectors from which words start that have one there. W words.

    contexts : (W, D) context vectors that were trained with them, or None.
    objective : with which those were trained.
    """

    vectors: WordVectors
    contexts: Matrix | None
    objective: str | None


class Carried(NamedTuple):
    """What a model has learned so far. W words.

    vectors : with n-grams, if it has any.
    own : (W, D) the words' own rows; None without n-grams, where these are their vectors.
    outputs : (W, D) context vectors or (W - 1, D) node vectors.
    """

    vectors: WordVectors
    own: Matrix | None
    outputs: Matrix


def start_of_run(
    model: Carried, rows: NDArray[np.int64], parts: WordParts | None, rng: np.random.Generator, *, nodes: bool
) -> Start:
    """The matrices of a model with the rows of another vocabulary. New words get random vectors and contexts of zeros.

    rows : (V,) where each word had its rows, -1 for new words.
    parts : n-grams that make up the words from now on; None without.
    nodes : whether the second matrix belongs to a tree, which stays as it is.
    """
    outputs, before = model.outputs, model.vectors.matrix
    own = before if model.own is None else model.own
    known = rows >= 0
    size = own.shape[1]
    n_words, n_ngrams = len(rows), 0 if parts is None else len(parts.buckets)
    inputs = np.empty((n_words + n_ngrams, size), np.float32)
    words, ngrams = inputs[:n_words], inputs[n_words:]
    words[known] = own[rows[known]]
    words[~known] = random_vectors(int((~known).sum()), size, 1 / size, rng)
    vectors = words
    if parts is not None and model.vectors.subwords is not None:
        ngrams[:] = random_vectors(n_ngrams, size, 1 / size, rng)
        _carry_ngrams(model.vectors.subwords, parts.buckets, ngrams)
        vectors = composed(parts, inputs)
        vectors[known] = before[rows[known]]
    if not nodes:
        carried = np.zeros((n_words, size), np.float32)
        carried[known] = outputs[rows[known]]
        outputs = carried
    return Start(inputs, outputs, known, vectors)


def open_initial(given: Any, settings: Hyperparameters, reporter: Reporter) -> Initial:
    """Vectors from a file of any format, or as they were loaded, for a model with these settings.

    Raises   FileNotFoundError, FormatError; SettingError for anything else, or vectors of another length.
    """
    initial: Initial
    if isinstance(given, WordVectors):
        initial = Initial(given, None, None)
    else:
        initial = given if isinstance(given, Initial) else _read(given, reporter)
    if (size := initial.vectors.vector_size) != settings.vector_size:
        raise SettingError(
            f"initial: its vectors have {size:,} numbers, those of the model {settings.vector_size:,}; "
            f"set vector_size={size}"
        )
    return initial


def _read(path: Any, reporter: Reporter) -> Initial:
    if not isinstance(path, str | os.PathLike):
        raise SettingError(
            f"initial={quoted(path)}: must be the path of a file of vectors, WordVectors, or a trained Word2Vec"
        )
    stored = read_any(Path(path), progress=reporter)
    settings = stored.metadata.get("hyperparameters")
    objective = settings.get("objective") if isinstance(settings, dict) else None
    return Initial(WordVectors.from_stored(stored, Path(path)), stored.context_vectors, objective)


def first_start(
    settings: Hyperparameters,
    vocabulary: Vocabulary,
    parts: WordParts | None,
    initial: Initial | None,
    reporter: Reporter,
) -> Start:
    """The matrices of a new model.

    Words start at their vector in `initial`, or at that of their n-grams there; others at random, as without it.
    Contexts start at zero, unless `initial` is a model with the objective of this one: theirs would else be
    scaled for other probabilities. In a model with subwords, n-grams start at their vectors in `initial`, where those
    are of the same kind, and at random otherwise; the words' own rows are such that the vector of each word, the mean
    of its parts, is the given one.

    Raises   SettingError if no word has a vector in `initial`, or their numbers are not finite.
    """
    n_words, size = len(vocabulary), settings.vector_size
    n_ngrams = 0 if parts is None else len(parts.buckets)
    if initial is None:
        inputs = initial_word_vectors(n_words + n_ngrams, size, settings.seed)
        return Start(inputs, None, np.zeros(n_words, np.bool_), inputs[:n_words])
    vectors = initial.vectors
    rows = _rows_of(vectors, vocabulary)
    known = rows >= 0
    found = vectors.matrix[rows[known]]
    if not np.isfinite(found).all():
        raise SettingError("initial: some of its numbers are infinite or NaN; the file is damaged")
    wanted, has = np.zeros((n_words, size), np.float32), known.copy()
    wanted[known] = found
    given = vectors.subwords
    if given is not None and not (parts is not None and _is_same_kind(given, settings)):
        unknown = np.flatnonzero(~known)
        composed_rows, are_composed = _means_of_ngrams(given, [vocabulary.words[word] for word in unknown.tolist()])
        wanted[unknown[are_composed]], has[unknown[are_composed]] = composed_rows[are_composed], True
    if parts is None:
        # Not as long as the others: what is random in them would then not be unlearned (docs/going-on.md).
        wanted[~has] = initial_word_vectors(n_words, size, settings.seed)[~has]
        inputs = words = wanted
    else:
        inputs = initial_word_vectors(n_words + n_ngrams, size, settings.seed)
        if given is not None and _is_same_kind(given, settings):
            _carry_ngrams(given, parts.buckets, inputs[n_words:])
        n_parts = np.diff(parts.starts)[has, None].astype(np.float32)
        inputs[:n_words][has] += n_parts * (wanted - composed(parts, inputs))[has]
        words = np.where(has[:, None], wanted, composed(parts, inputs))
    outputs = None
    if initial.contexts is not None and initial.objective == settings.objective:
        outputs = np.zeros((n_words, size), np.float32)
        outputs[known] = initial.contexts[rows[known]]
    reporter.message(
        f"{int(known.sum()):,} of {n_words:,} words start at the given vectors"
        + (f", {int((has & ~known).sum()):,} at those of their n-grams" if (has & ~known).any() else "")
        + f"; contexts at {'zero' if outputs is None else 'those of the given model'}."
    )
    return Start(inputs, outputs, known, words)


def _rows_of(vectors: WordVectors, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """(V,) the row of each word, or -1. Raises SettingError if there is none of them."""
    rows = rows_in(Vocabulary(vectors.words, np.zeros(len(vectors), np.int64)), vocabulary)
    if (rows < 0).all():
        raise SettingError(
            f"initial: none of the {len(vocabulary):,} words of the text is among its {len(vectors):,}: do they differ "
            "in upper and lower case, or in language?"
        )
    return rows


def _is_same_kind(subwords: Subwords, settings: Hyperparameters) -> bool:
    """Whether the n-grams of a model with these settings are hashed to the same buckets."""
    lengths = subwords.min_length, subwords.max_length
    return (*lengths, subwords.n_buckets) == (*(settings.subwords or ()), settings.subword_buckets)


def _carry_ngrams(subwords: Subwords, buckets: Buckets, ngrams: Matrix) -> None:
    """Overwrite the rows (P, D) of those buckets that have a vector."""
    found = np.ones(len(buckets), np.bool_) if subwords.buckets is None else np.isin(buckets, subwords.buckets)
    ngrams[found] = subwords.vectors_of(buckets[found])


def _means_of_ngrams(subwords: Subwords, words: list[str]) -> tuple[Matrix, NDArray[np.bool_]]:
    """The vector of each word that its n-grams make (n, D), and whether it has any (n,)."""
    packed = PackedWords.pack(words)
    means, n_parts = of_ngrams(WordBytes(packed.text, packed.ends), subwords)
    means *= (n_parts / np.maximum(n_parts - 1, 1)).astype(np.float32)[:, None]  # without the words' own rows
    return means, (n_parts > 1) & np.isfinite(means).all(axis=1)
