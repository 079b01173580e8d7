"""The matrices from which training starts where some words have vectors already: those of a model that goes on with new
text, or vectors from elsewhere.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError, quoted
from firth.formats.detect import read_any
from firth.progress import Reporter
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import initial_word_vectors, random_vectors
from firth.vectors.word_vectors import WordVectors

__all__ = ["Initial", "Start", "first_start", "open_initial", "start_from_vectors", "start_of_run"]


class Start(NamedTuple):
    """Both matrices before the first step, and which words have a vector that was learned before.

    inputs : (V, D) word vectors.
    outputs : (V, D) context vectors or (V - 1, D) node vectors; None for zeros.
    known : (V,)
    """

    inputs: Matrix
    outputs: Matrix | None
    known: NDArray[np.bool_]


class Initial(NamedTuple):
    """Vectors from which words start that have one there. W words.

    contexts : (W, D) context vectors that were trained with them, or None.
    objective : with which those were trained.
    """

    vectors: WordVectors
    contexts: Matrix | None
    objective: str | None


def start_of_run(
    matrices: tuple[Matrix, Matrix], rows: NDArray[np.int64], rng: np.random.Generator, *, nodes: bool
) -> Start:
    """The matrices of a model with the rows of another vocabulary. New words get random vectors and contexts of zeros.

    matrices : the word vectors and the context or node vectors so far.
    rows : (V,) where each word had its rows, -1 for new words.
    nodes : whether the second matrix belongs to a tree, which stays as it is.
    """
    vectors, outputs = matrices
    known = rows >= 0
    size = vectors.shape[1]
    inputs = np.empty((len(rows), size), np.float32)
    inputs[known] = vectors[rows[known]]
    inputs[~known] = random_vectors(int((~known).sum()), size, 1 / size, rng)
    if not nodes:
        carried = np.zeros_like(inputs)
        carried[known] = outputs[rows[known]]
        outputs = carried
    return Start(inputs, outputs, known)


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
    settings: Hyperparameters, vocabulary: Vocabulary, initial: Initial | None, reporter: Reporter
) -> Start:
    """The matrices of a new model. Raises SettingError if words are to start at vectors that none of them has."""
    if initial is not None:
        return start_from_vectors(settings, vocabulary, initial, reporter)
    words = len(vocabulary)
    return Start(initial_word_vectors(words, settings.vector_size, settings.seed), None, np.zeros(words, np.bool_))


def start_from_vectors(
    settings: Hyperparameters, vocabulary: Vocabulary, initial: Initial, reporter: Reporter
) -> Start:
    """Words start at their vector in `initial`, or that of their n-grams; others at random, about as long as these.

    Contexts start at zero, unless `initial` is a model with the objective of this one: theirs would else be scaled
    for other probabilities.

    Raises   SettingError if no word has a vector there, or their numbers are not finite.
    """
    vectors, contexts = initial.vectors, initial.contexts
    theirs = Vocabulary(vectors.words, np.zeros(len(vectors), np.int64))
    rows = np.fromiter((theirs.get(word, -1) for word in vocabulary.words), np.int64, len(vocabulary))
    known = rows >= 0
    if not known.any():
        raise SettingError(
            f"initial: none of the {len(vocabulary):,} words of the text is among its {len(vectors):,}: do they differ "
            "in upper and lower case, or in language?"
        )
    found = vectors.matrix[rows[known]]
    if not np.isfinite(found).all():
        raise SettingError("initial: some of its numbers are infinite or NaN; the file is damaged")
    inputs = np.empty((len(vocabulary), vectors.vector_size), np.float32)
    inputs[known] = found
    largest = float(np.sqrt(3 * np.square(found, dtype=np.float64).mean()))  # of even chances, for that mean square
    rng = np.random.default_rng(settings.seed % 2**64)
    inputs[~known] = random_vectors(int((~known).sum()), vectors.vector_size, largest, rng)
    composed = _compose_unknown(vectors, vocabulary, np.flatnonzero(~known), inputs)
    outputs = None
    if contexts is not None and initial.objective == settings.objective:
        outputs = np.zeros_like(inputs)
        outputs[known] = contexts[rows[known]]
    reporter.message(
        f"{int(known.sum()):,} of {len(vocabulary):,} words start at the given vectors"
        + (f", {composed:,} at those of their n-grams" if composed else "")
        + f"; contexts at {'zero' if outputs is None else 'those of the given model'}."
    )
    return Start(inputs, outputs, known)


def _compose_unknown(vectors: WordVectors, vocabulary: Vocabulary, unknown: NDArray[np.int64], inputs: Matrix) -> int:
    """Replace the vectors of words that the given subwords can compose; returns how many these are."""
    composed = 0
    if vectors.subwords is not None:
        for word_id in unknown.tolist():
            vector = vectors.subwords.vector(vocabulary.words[word_id])
            if vector is not None:
                inputs[word_id] = vector
                composed += 1
    return composed
