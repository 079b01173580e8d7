"""The file of a whole Word2Vec model: a .firth file (formats/native.py) with the settings and history as JSON.

The matrix of output vectors is `context_vectors`, or `node_vectors` with hierarchical softmax. A model with n-grams
also has `own_vectors` and subwords. fasttext_file.py reads models of fastText, which are written here as well.
"""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeAlias, get_args

import numpy as np

from firth.arrays import Matrix
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import FormatError, SettingError
from firth.formats import fasttext_writer, native
from firth.formats.compressed import compressed_by_name, without_compression
from firth.formats.detect import is_foreign_vectors
from firth.formats.mapped import stored_in_memory
from firth.formats.save import check_saving
from firth.formats.stored import StoredVectors
from firth.formats.target import check_space
from firth.training.checkpoint import Checkpoint
from firth.training.history import EpochRecord, History
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs, parts_of_words
from firth.vectors.word_vectors import WordVectors

__all__ = [
    "ModelFormat",
    "StoredModel",
    "WordModel",
    "check_model_file",
    "check_model_name",
    "check_model_space",
    "read_model",
    "write_model",
]


ModelFormat: TypeAlias = Literal["firth", "fasttext"]

_MATRICES = 2  # in a file: word vectors, and context or node vectors


class StoredModel(NamedTuple):
    """The content of a file."""

    hyperparameters: Hyperparameters
    history: History
    vocabulary: Vocabulary
    vectors: WordVectors
    output_vectors: Matrix  # context vectors (V, D) or node vectors (V - 1, D), as the objective has them
    own_vectors: Matrix | None = None  # (V, D) with subwords: rows of words, without those of their n-grams
    training: Checkpoint | None = None  # where the training of a checkpoint is

    def with_tokenizer(self, tokenizer: Tokenizer) -> Self:
        """The same with another tokenizer in its settings."""
        return self._replace(hyperparameters=dataclasses.replace(self.hyperparameters, tokenizer=tokenizer))

    def rows_to_train(self, inputs: WordInputs) -> Matrix:
        """The input matrix that training goes on with: (V, D), or with subwords (V + P, D)."""
        matrix, subwords = self.vectors.matrix, self.vectors.subwords
        if self.own_vectors is None or subwords is None or inputs.parts is None:
            return matrix
        rows = np.concatenate((self.own_vectors, subwords.vectors_of(inputs.parts.buckets)))
        return inputs.rows_to_train(rows, matrix)


class WordModel(NamedTuple):
    """What a training of words makes of the matrices of a backend."""

    hyperparameters: Hyperparameters
    vocabulary: Vocabulary
    inputs: WordInputs

    @property
    def documents(self) -> None:
        """There are none."""

    def learned(
        self, history: Iterable[EpochRecord], matrices: tuple[Matrix, Matrix], training: Checkpoint | None = None
    ) -> StoredModel:
        """The model, at the end of a training or at a checkpoint."""
        (rows, outputs), vocabulary = matrices, self.vocabulary
        words, own, subwords = self.inputs.learned(self.hyperparameters, rows)
        vectors = WordVectors.from_stored(StoredVectors(vocabulary.words, words, vocabulary.counts, subwords=subwords))
        return StoredModel(self.hyperparameters, History(history), vocabulary, vectors, outputs, own, training)

    def write(
        self, path: str | Path, history: Iterable[EpochRecord], matrices: tuple[Matrix, Matrix], training: Checkpoint
    ) -> None:
        """Write a checkpoint."""
        write_model(path, self.learned(history, matrices, training))

    def check_space(self, path: str | Path) -> None:
        """Raise OSError if there is too little space for the file."""
        check_model_space(path, self.vocabulary, [self.hyperparameters])


def check_model_name(path: str | Path, format: ModelFormat | None = None) -> None:
    """Raise SettingError for a name that says another format than that of a whole model, or an unknown format."""
    if format is not None and format not in get_args(ModelFormat):
        raise SettingError(
            f"format={format!r}: a model is saved as 'firth' or 'fasttext'; "
            "model.vectors.save() writes its vectors in other formats"
        )
    is_native = without_compression(Path(path)).suffix.lower() == ".firth"
    if is_native and format == "fasttext":
        raise SettingError(f"{path}: a file of format 'fasttext' cannot have a name that ends in .firth; use .bin")
    if not is_native and format != "fasttext":
        raise SettingError(
            f"{path}: a model is saved under a name that ends in .firth, or with format='fasttext' as fastText's .bin; "
            "`firth convert` or model.vectors.save() writes its vectors in other formats"
        )


def check_model_file(path: str | Path) -> None:
    """Raise if a model cannot be saved there: before the training, not after it."""
    check_model_name(path)
    check_saving(path, "firth")


def check_model_space(path: str | Path, vocabulary: Vocabulary, models: Iterable[Hyperparameters]) -> None:
    """Raise OSError if there is too little space where models of this vocabulary, one or more, will be saved."""
    if not compressed_by_name(path):  # how small compression makes them is not known
        check_space(path, sum(_bytes_of(vocabulary, settings) for settings in models))


def _bytes_of(vocabulary: Vocabulary, settings: Hyperparameters) -> int:
    """The size of the matrices in a file."""
    rows = _MATRICES * len(vocabulary)
    if (parts := parts_of_words(settings, vocabulary)) is not None:
        rows += len(vocabulary) + len(parts.buckets)  # the words' own vectors, and those of n-grams
    return rows * settings.vector_size * np.dtype(np.float32).itemsize


def write_model(path: str | Path, model: StoredModel, format: ModelFormat | None = None) -> None:
    """Write a file; an old one is replaced only when the new one is complete.

    Raises   SettingError if the name does not end in .firth, or does with format="fasttext"; FormatError or OSError if
             the file cannot be written.
    """
    check_model_name(path, format)
    settings, vocabulary, outputs = model.hyperparameters, model.vocabulary, model.output_vectors
    metadata: dict[str, Any] = {
        "hyperparameters": settings.to_json(),
        "history": [record.to_json() for record in model.history],
        "total_words": vocabulary.total_words,
    }
    if model.training is not None:
        metadata["training"] = model.training.to_json()
    stored = StoredVectors(
        vocabulary.words,
        model.vectors.matrix,
        vocabulary.counts,
        metadata=metadata,
        context_vectors=None if settings.has_nodes else outputs,
        node_vectors=outputs if settings.has_nodes else None,
        own_vectors=model.own_vectors,
        subwords=model.vectors.subwords,
    )
    if format != "fasttext":
        native.write(path, stored)
        return
    # Where the model was read from such a file, what Word2Vec has no setting for is kept.
    from_file = {name: value for name, value in model.vectors.metadata.items() if name == "fasttext"}
    fasttext_writer.write(path, dataclasses.replace(stored, metadata=metadata | from_file))


def read_model(path: str | Path, *, mmap: bool = True) -> StoredModel:
    """Read a file; its matrices are mapped into memory, or with `mmap=False` read.

    Raises   FormatError if it is damaged or has vectors only.
    """
    if is_foreign_vectors(path):
        raise _vectors_only(path)
    stored = native.read(path) if mmap else stored_in_memory(native.read(path))
    if stored.counts is None or "hyperparameters" not in stored.metadata:
        raise _vectors_only(path)
    settings = _read_hyperparameters(path, stored.metadata["hyperparameters"])
    outputs = stored.node_vectors if settings.has_nodes else stored.context_vectors
    if outputs is None:
        raise _vectors_only(path)
    if stored.matrix.shape[1] != settings.vector_size:
        problem = (
            f"its vectors have {stored.matrix.shape[1]:,} numbers, its hyperparameters say {settings.vector_size:,}"
        )
        raise FormatError(path, f"{problem}; the file is damaged")
    if (np.asarray(stored.counts) < 1).any():
        raise FormatError(path, "a word of its vocabulary occurs 0 times or fewer; the file is damaged")
    vocabulary = Vocabulary(
        stored.words,
        np.asarray(stored.counts),
        settings.min_count,
        settings.max_vocabulary,
        _read_total_words(path, stored.metadata.get("total_words", -1)),
    )
    if settings.subwords is not None and (stored.own_vectors is None or stored.subwords is None):
        raise _vectors_only(path)
    history, training = _read_history(path, stored.metadata.get("history", [])), None
    if "training" in stored.metadata:
        training = Checkpoint.from_json(path, stored.metadata["training"], settings, history, len(vocabulary))
    vectors = WordVectors.from_stored(
        StoredVectors(stored.words, stored.matrix, stored.counts, metadata=stored.metadata, subwords=stored.subwords),
        path,
        mmap=mmap,
    )
    return StoredModel(settings, history, vocabulary, vectors, outputs, stored.own_vectors, training)


def _vectors_only(path: str | Path) -> FormatError:
    return FormatError(
        path,
        "has vectors but not the whole model; read it with firth.load(), or start a training at its vectors with "
        "fit(corpus, initial=path)",
    )


def _read_hyperparameters(path: str | Path, values: Any) -> Hyperparameters:
    try:
        return Hyperparameters.from_json(values)
    except (SettingError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(path, f"its hyperparameters cannot be read: {error}") from None


def _read_history(path: str | Path, records: Any) -> History:
    try:
        return History(EpochRecord(**record) for record in records)
    except TypeError as error:
        raise FormatError(path, f"its training history cannot be read: {error}") from None


def _read_total_words(path: str | Path, value: Any) -> int:
    if not isinstance(value, int):
        raise FormatError(path, f"its number of words cannot be read: {value!r}")
    return value
