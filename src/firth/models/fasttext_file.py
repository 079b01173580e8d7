"""A fastText model, `.bin`, as a whole model that can be trained on.

The file has no learning rate, noise exponent or seed: these have the defaults of Word2Vec.
"""

from pathlib import Path

import numpy as np

from firth.arrays import Counts, Matrix
from firth.corpus.vocabulary import Vocabulary
from firth.errors import FormatError, SettingError
from firth.formats import fasttext
from firth.formats.compressed import open_decompressed
from firth.formats.fasttext_settings import trained_by
from firth.formats.mapped import in_memory, stored_in_memory
from firth.formats.stored import StoredVectors
from firth.models.word2vec_file import StoredModel
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import huffman_tree
from firth.vectors.word_vectors import WordVectors

__all__ = ["is_fasttext_model", "makes_same_tree", "read_fasttext_model"]

_ADVICE = "read its vectors with firth.load(), and train a model that starts from them: fit(corpus, initial=vectors)"


def is_fasttext_model(path: str | Path) -> bool:
    """Whether a file begins like a fastText model. Raises as firth.load() does for what cannot be opened."""
    if Path(path).is_dir():
        return False
    with open_decompressed(path) as file:
        return fasttext.is_fasttext(file.read(len(fasttext.MAGIC)))


def read_fasttext_model(path: str | Path, *, mmap: bool = True) -> StoredModel:
    """Read the model; its n-grams and output vectors are mapped into memory, or with `mmap=False` read.

    Raises   FormatError if the file is damaged, or of a model that cannot be trained on: one that is supervised or
             quantised, that has a setting which Word2Vec does not have, or was trained with hierarchical softmax over
             another tree than ours (fastText joins nodes before words of the same count, we join words first).
    """
    stored, outputs = fasttext.read_model(path)
    if not mmap:
        stored, outputs = stored_in_memory(stored), in_memory(outputs)
    settings = _read_hyperparameters(path, stored)
    counts = np.asarray(stored.counts)
    if (counts < 1).any():
        raise FormatError(path, f"cannot be trained on: a word of its vocabulary occurs 0 times; {_ADVICE}")
    tokens = max(stored.metadata["fasttext"]["tokens"], int(counts.sum()))
    vectors = StoredVectors(stored.words, stored.matrix, counts, metadata=stored.metadata, subwords=stored.subwords)
    return StoredModel(
        settings,
        History(),
        Vocabulary(stored.words, counts, settings.min_count, settings.max_vocabulary, tokens),
        WordVectors.from_stored(vectors, path, mmap=mmap),
        _node_vectors(path, counts, outputs) if settings.has_nodes else outputs,
        stored.own_vectors,
    )


def _read_hyperparameters(path: str | Path, stored: StoredVectors) -> Hyperparameters:
    settings = stored.metadata["fasttext"]
    try:
        return Hyperparameters.from_json(trained_by(settings))
    except KeyError:
        raise FormatError(path, f"cannot be trained on: Word2Vec has no loss {settings['loss']!r}; {_ADVICE}") from None
    except SettingError as error:
        raise FormatError(path, f"cannot be trained on: {error}; {_ADVICE}") from None


def _node_vectors(path: str | Path, counts: Counts, outputs: Matrix) -> Matrix:
    """The vectors (V - 1, D) of the nodes as we number them: the last that was made is the root, number 0."""
    if not makes_same_tree(counts):
        problem = (
            "its tree of hierarchical softmax, where words and nodes have the same count, is not the one of Word2Vec"
        )
        raise FormatError(path, f"cannot be trained on: {problem}; {_ADVICE}")
    return outputs[: len(counts) - 1][::-1]


def makes_same_tree(counts: Counts) -> bool:
    """Whether fastText makes the tree that we make: words by falling count, and no node weighs as much as a word."""
    if (np.diff(counts) > 0).any():
        return False
    tree = huffman_tree(counts)
    weights = np.bincount(tree.turns >> 1, np.repeat(counts, np.diff(tree.offsets)), len(counts) - 1)
    return not np.isin(weights.astype(np.int64), counts).any()
