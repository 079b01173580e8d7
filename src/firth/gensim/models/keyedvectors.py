"""gensim.models.keyedvectors: keys with their vectors."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.formats.tensor_file import damage_reported
from firth.gensim import judgements, word2vec_files
from firth.gensim.key_files import check_mmap, check_saving_options, fill_table, open_stored, write_keys
from firth.gensim.key_table import random_rows
from firth.gensim.queries import Queries
from firth.gensim.word2vec_files import Decoding, FileOptions

__all__ = [
    "REAL",
    "Doc2VecKeyedVectors",
    "EuclideanKeyedVectors",
    "KeyedVectors",
    "Word2VecKeyedVectors",
    "load_word2vec_format",
    "prep_vectors",
    "pseudorandom_weak_vector",
]

REAL = np.float32


class KeyedVectors(Queries):
    """Keys, such as words, with their vectors: lookup, queries, test sets and files, by gensim's names.

    Parameters
    ----------
    vector_size : numbers per vector.
    count : rows to allocate beforehand.
    dtype : of the numbers.
    mapfile_path : no use; gensim has none either.
    """

    # ---------------------------------------------------------------- files

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a file of Firth's, whatever its name; gensim's options for pickles have no effect."""
        names = ("fname_or_handle", "separately", "sep_limit", "ignore", "pickle_protocol")
        options = dict(zip(names, args, strict=False)) | kwargs
        path = options.pop("fname_or_handle")
        check_saving_options(path, options)
        self._write(path)

    def _write(self, path: str | Path) -> None:
        write_keys(self, path, "KeyedVectors")

    @classmethod
    def load(cls, fname: str | Path, mmap: str | None = None) -> Self:
        """Read what save() wrote, gensim's own files, or vectors of any format; of a model, its vectors.

        mmap : "r" maps the vectors into memory, where they cannot be written to.
        """
        mapped = check_mmap(mmap)
        stored = open_stored(fname)
        vectors = cls(stored.matrix.shape[1])
        with damage_reported(fname):
            fill_table(vectors, stored, mapped=mapped)
        return vectors

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | Path,
        fvocab: str | Path | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: Any = np.float32,
        no_header: bool = False,
    ) -> Self:
        """Read a file of word2vec.

        fvocab : a file of counts. binary, no_header : how vectors are written. encoding, unicode_errors : of words.
        limit : the first so many vectors. datatype : of the numbers.

        Raises   EOFError for a file that is cut short; UnicodeDecodeError; ValueError for other damage.
        """
        counts = None if fvocab is None else word2vec_files.read_counts(fvocab, unicode_errors)
        decoding = Decoding(encoding, unicode_errors)
        words, matrix = word2vec_files.read_word2vec(fname, binary, decoding, limit, datatype, no_header)
        vectors = cls(matrix.shape[1], dtype=datatype)
        word2vec_files.fill(vectors, words, matrix, counts)
        return vectors

    def save_word2vec_format(
        self,
        fname: str | Path,
        fvocab: str | Path | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write a file of word2vec, by falling `sort_attr`.

        fvocab : a file for the counts. total_vec : the number of vectors that the header states.
        write_header : whether there is one. prefix : of every word. append : to what the file holds.
        """
        options = FileOptions(binary, total_vec, write_header, prefix, append, sort_attr)
        word2vec_files.write_word2vec(self, fname, fvocab, options)

    def intersect_word2vec_format(
        self,
        fname: str | Path,
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take the vectors of a file for those keys that it has, and set their factor in `vectors_lockf`.

        lockf : 0 holds them in training, 1 lets them move.
        """
        word2vec_files.merge_word2vec(self, fname, lockf, binary, Decoding(encoding, unicode_errors))

    # ---------------------------------------------------------------- test sets

    def evaluate_word_analogies(
        self,
        analogies: str | Path,
        restrict_vocab: int = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[dict[str, Any]]]:
        """The share of a file's analogies that is answered, and the questions of each section.

        restrict_vocab : only of the first so many words. dummy4unknown : unknown words count as wrong.
        similarity_function : or "most_similar_cosmul".
        """
        return judgements.score_analogies(
            self, analogies, restrict_vocab, case_insensitive, dummy4unknown, similarity_function
        )

    def evaluate_word_pairs(
        self,
        pairs: str | Path,
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[judgements.Correlation, judgements.Correlation, float]:
        """Pearson's and Spearman's correlation with judged pairs, each with its p-value; and the unknown pairs in %."""
        return judgements.score_pairs(self, pairs, delimiter, encoding, restrict_vocab, case_insensitive, dummy4unknown)

    @staticmethod
    def log_accuracy(section: dict[str, Any]) -> None:
        """Log the share of correct answers of a section."""
        judgements.accuracy(section)

    @staticmethod
    def log_evaluate_word_pairs(pearson: Any, spearman: Any, oov: float, pairs: Any) -> None:
        """Log what evaluate_word_pairs() returned."""
        judgements.log_pairs(pearson, spearman, oov, pairs)

    # ---------------------------------------------------------------- parts

    def vectors_for_all(
        self, keys: Iterable[Any], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> "KeyedVectors":
        """The vectors of those of the keys that have one, as an object of their own.

        allow_inference : also those made of n-grams. copy_vecattrs : with the keys' attributes.
        """
        chosen = [key for key in dict.fromkeys(keys) if key in (self if allow_inference else self.key_to_index)]
        part = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
        if not chosen:
            return part
        part.add_vectors(chosen, self[chosen])
        part.next_index = len(chosen)
        part.expandos["count"] = np.arange(len(chosen), 0, -1, dtype=np.int64)
        if copy_vecattrs:
            for name in self.expandos:
                for key in chosen:
                    if self.has_index_for(key):
                        part.set_vecattr(key, name, self.get_vecattr(key, name))
        return part

    def similarity_unseen_docs(self, *args: Any, **kwargs: Any) -> Any:
        """Of gensim's Doc2Vec alone; raises NotImplementedError, as there."""
        raise NotImplementedError("Call similarity_unseen_docs on a Doc2Vec model instead.")


Word2VecKeyedVectors = KeyedVectors
Doc2VecKeyedVectors = KeyedVectors
EuclideanKeyedVectors = KeyedVectors


def load_word2vec_format(*args: Any, **kwargs: Any) -> KeyedVectors:
    """KeyedVectors.load_word2vec_format."""
    return KeyedVectors.load_word2vec_format(*args, **kwargs)


def pseudorandom_weak_vector(size: int, seed_string: Any = None, hashfxn: Any = hash) -> NDArray[np.float32]:
    """A random vector (size,) of numbers from -0.5 / size to 0.5 / size; the same for the same `seed_string`."""
    seed = hashfxn(seed_string) & 0xFFFFFFFF if seed_string else None
    rng = np.random.Generator(np.random.SFC64(seed))
    drawn: NDArray[np.float32] = ((rng.random(size).astype(np.float32) - 0.5) / size).astype(np.float32)
    return drawn


def prep_vectors(
    target_shape: tuple[int, int], prior_vectors: Any = None, seed: int = 0, dtype: Any = np.float32
) -> NDArray[Any]:
    """A matrix of this shape that begins with the given rows and goes on with random ones."""
    if prior_vectors is not None and prior_vectors.shape == target_shape:
        return np.asarray(prior_vectors)
    rows = random_rows(*target_shape, seed).astype(dtype, copy=False)
    if prior_vectors is not None:
        rows[: prior_vectors.shape[0], : prior_vectors.shape[1]] = prior_vectors
    return rows
