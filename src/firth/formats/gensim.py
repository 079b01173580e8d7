"""gensim's own files, `.model` and `.kv`, of all its versions since 1.0: read without gensim, and nothing is run.

A file is a pickle of gensim's objects; arrays of more than ten million numbers are in files next to it, named after the
attributes that held them: `my.model`, `my.model.wv.vectors.npy`, `my.model.syn1neg.npy` (`.npz` next to a `.gz` or
`.bz2` file). What is read:

    the words      index_to_key; before gensim 4.0 index2word
    their vectors  vectors; before 3.3 syn0; of FastText the means of vectors_vocab and vectors_ngrams
    counts         expandos["count"]; before 4.0 vocab[word].count
    context        syn1neg, of a model trained with negative sampling
    n-grams        vectors_ngrams, min_n and max_n of FastText since 3.8

Shapes  V words, B rows of n-grams, D numbers per vector.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix
from firth.errors import FormatError
from firth.formats import npy
from firth.formats.byte_cursor import find_not_finite
from firth.formats.compressed import read_content
from firth.formats.fasttext_settings import LONGEST_NGRAM
from firth.formats.inert_objects import Bag, InertArray
from firth.formats.inert_pickle import read_pickle
from firth.formats.packed_words import PackedWords, find_repetitions
from firth.formats.stored import StoredVectors
from firth.kernels.arguments import FileMatrix, Ngrams, WordBytes
from firth.progress import ProgressOption
from firth.subwords.ngrams import Subwords
from firth.subwords.word_means import word_means

__all__ = ["parse", "read"]

SHOWN_SETTINGS = (
    "vector_size", "window", "sg", "hs", "negative", "ns_exponent", "cbow_mean", "sample", "alpha", "min_alpha",
    "min_count", "max_final_vocab", "epochs", "iter", "seed", "corpus_count", "corpus_total_words",
)  # fmt: skip


def read(path: str | Path) -> StoredVectors:
    """Read a model or the vectors alone; large arrays in files next to it are mapped into memory.

    Raises
    ------
    FormatError : the file holds something else than gensim's word vectors, names anything that could be run, is damaged
        or cut short (the byte is named), or a file that belongs to it is missing.
    """
    path = Path(path)
    return parse(path, read_content(path))


def parse(path: Path, content: NDArray[np.uint8], progress: ProgressOption = False) -> StoredVectors:
    """Read a model from its bytes; arrays in other files are found by `path`."""
    root = read_pickle(path, content.data, packed=path.stat().st_size)
    if not isinstance(root, Bag):
        raise FormatError(path, f"holds a Python {type(root).__name__} and no word vectors of gensim")
    model = _Saved(path, str(path), root)
    keyed = model.part("wv") or model
    words = _words(keyed)
    subwords = _subwords(keyed)
    matrix = _vectors(keyed, words, subwords, progress)
    return StoredVectors(
        words,
        matrix,
        _counts(keyed, words),
        context_vectors=_context_vectors(model, matrix.shape),
        metadata={"gensim": {"class": root.class_name, **_settings(root)}},
        subwords=subwords,
    )


class _Saved:
    """An object of a file, with its arrays in other files."""

    def __init__(self, path: Path, prefix: str, bag: Bag) -> None:
        self.path = path
        self._prefix = prefix  # what the names of its arrays' files begin with
        self.attributes = bag.attributes

    def part(self, name: str) -> "_Saved | None":
        """An object that is an attribute of this one."""
        bag = self.attributes.get(name)
        return _Saved(self.path, f"{self._prefix}.{name}", bag) if isinstance(bag, Bag) else None

    def matrix(self, name: str) -> Matrix | None:
        """An attribute that is a matrix of numbers, from this file or another one; None if there is none."""
        array = self.attributes.get(name)
        if isinstance(array, InertArray) and array.value is not None:
            return _float_matrix(self.path, name, array.value)
        in_other_files = self.attributes.get("__numpys")
        if isinstance(in_other_files, list) and name in in_other_files:
            return self._other_file(name)
        return None

    def _other_file(self, name: str) -> Matrix:
        packed = self.path.suffix in (".gz", ".bz2")
        path = Path(f"{self._prefix}.{name}.{'npz' if packed else 'npy'}")
        if not path.exists():
            raise FormatError(
                self.path, f"its {name} are in {path.name}, which is missing: put it into the same folder"
            )
        return npy.read_zipped_matrix(path, "val.npy") if packed else npy.read_matrix(path)


def _float_matrix(path: Path, name: str, array: NDArray[Any]) -> Matrix:
    if array.ndim != 2 or array.shape[1] < 1 or array.dtype.kind not in "fiu":
        raise FormatError(path, f"its {name} are of shape {array.shape}: must be one row of numbers for each word")
    with np.errstate(over="ignore", invalid="ignore"):
        matrix = array.astype(np.float32, order="C")  # a copy, because the file does not align it
    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        raise FormatError(path, f"row {int(np.argmin(finite)):,} of its {name} has a number that is not finite")
    return matrix


def _words(keyed: _Saved) -> list[str]:
    names = ("index_to_key", "index2word", "index2entity")
    words: Any = next((found for name in names if (found := keyed.attributes.get(name)) is not None), None)
    if not isinstance(words, list):
        raise FormatError(keyed.path, "holds no list of words (index_to_key, in older files index2word)")
    while words and words[-1] is None:  # allocated and not used
        words.pop()
    if set(map(type, words)) - {str}:
        other = next(i for i, word in enumerate(words) if type(word) is not str)
        raise FormatError(keyed.path, f"word {other:,} is a {type(words[other]).__name__}: must be a string")
    if len(set(words)) < len(words):
        repeated = next(find_repetitions(words))
        raise FormatError(keyed.path, f"word {repeated.second:,} is {repeated.word!r}, like word {repeated.first:,}")
    return words


def _vectors(keyed: _Saved, words: list[str], subwords: Subwords | None, progress: ProgressOption) -> Matrix:
    for name in ("vectors", "syn0"):
        matrix = keyed.matrix(name)
        if matrix is not None:
            return _rows(keyed.path, name, matrix, words, subwords)
    own = keyed.matrix("vectors_vocab")
    if own is None:
        raise FormatError(keyed.path, "holds no vectors of words (vectors, in older files syn0)")
    own = _rows(keyed.path, "vectors_vocab", own, words, subwords)
    return own if subwords is None else _means(keyed.path, words, own, subwords, progress)


def _subwords(keyed: _Saved) -> Subwords | None:
    """The n-grams of FastText; before gensim 3.8 they were hashed differently, and are left out."""
    shortest, longest = keyed.attributes.get("min_n"), keyed.attributes.get("max_n")
    ngrams = keyed.matrix("vectors_ngrams") if keyed.attributes.get("compatible_hash") is True else None
    if ngrams is None or not len(ngrams) or not isinstance(shortest, int) or not isinstance(longest, int):
        return None
    shortest = max(1, shortest)
    return Subwords(ngrams, shortest, longest) if shortest <= longest <= LONGEST_NGRAM else None


def _means(path: Path, words: list[str], own: Matrix, subwords: Subwords, progress: ProgressOption) -> Matrix:
    """Vectors that gensim does not save: the mean of a word's own row and those of its n-grams."""
    table = FileMatrix.of(np.concatenate([own, subwords.matrix]))
    ngrams = Ngrams(len(words), subwords.n_buckets, subwords.min_length, subwords.max_length)
    packed = PackedWords.pack(words)
    vectors = word_means(WordBytes(packed.text, packed.ends), table, ngrams, progress)
    row = find_not_finite(FileMatrix.of(vectors))
    if row is not None:
        raise FormatError(path, f"the vector of {words[row]!r}, with its n-grams added, is not finite; it is damaged")
    return vectors


def _rows(path: Path, name: str, matrix: Matrix, words: list[str], subwords: Subwords | None) -> Matrix:
    """The rows of the words, after checking that none is missing and that they are as long as the n-grams' vectors."""
    if len(matrix) < len(words):
        raise FormatError(path, f"has {len(words):,} words, but its {name} have {len(matrix):,} rows; it is damaged")
    if subwords and subwords.matrix.shape[1] != matrix.shape[1]:
        sizes = f"{matrix.shape[1]} numbers, its vectors_ngrams {subwords.matrix.shape[1]}"
        raise FormatError(path, f"its {name} have {sizes}: must be the same; it is damaged")
    return matrix[: len(words)]


def _counts(keyed: _Saved, words: list[str]) -> Counts | None:
    expandos, vocabulary = keyed.attributes.get("expandos"), keyed.attributes.get("vocab")
    if isinstance(expandos, dict) and isinstance(found := expandos.get("count"), InertArray):
        array = found.value
        if array is None or array.dtype.kind not in "iu" or array.shape[:1] < (len(words),) or array.ndim != 1:
            return None
        return array[: len(words)].astype(np.int64)
    if isinstance(vocabulary, dict):
        counts = [_count(vocabulary.get(word)) for word in words]
        return None if None in counts else np.array(counts, np.int64)
    return None


def _count(entry: object) -> int | None:
    count = entry.attributes.get("count") if isinstance(entry, Bag) else None
    return count if isinstance(count, int) and abs(count) < 1 << 63 else None


def _context_vectors(model: _Saved, shape: tuple[int, ...]) -> Matrix | None:
    for owner in (model, model.part("trainables")):
        found = owner.matrix("syn1neg") if owner else None
        if found is not None:
            if found.shape != shape:
                raise FormatError(
                    model.path, f"its syn1neg are of shape {found.shape}: must be {shape}, like the words'"
                )
            return found
    return None


def _settings(root: Bag) -> Mapping[str, Any]:
    values = {name: root.attributes.get(name) for name in SHOWN_SETTINGS}
    return {name: value for name, value in values.items() if isinstance(value, int | float)}
