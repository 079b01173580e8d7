"""Words and their vectors as a table: contents, lookup, comparing given words, saving. `WordVectors` adds searching."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Counts, Matrix, Vector
from firth.colours import fitting_limit
from firth.formats.compact_numbers import Numbers
from firth.formats.save import FormatName, write_as
from firth.formats.skip_report import Skipped
from firth.formats.stored import StoredVectors
from firth.notebook import Markup, colour_strip, html_table
from firth.progress import ProgressOption
from firth.subwords.ngrams import Subwords
from firth.vectors import frames
from firth.vectors.comparisons import cosine_table, mean_vector, odd_one_out, pairwise_cosines, units_of
from firth.vectors.gensim_names import no_attribute
from firth.vectors.lookup import Fallback, Lookup, Words, checked_counts, checked_matrix, checked_words
from firth.vectors.query import is_many, is_word_or_vector, parse_pairs
from firth.vectors.sentence_means import Weights, sentence_vectors

__all__ = ["VectorTable"]

_SHOWN_WORDS = 8  # in a notebook
_SHOWN_NUMBERS = 60


class VectorTable:
    """V words with one vector of D numbers for each. Parameters and errors are those of `WordVectors`."""

    def __init__(
        self,
        words: Sequence[str],
        matrix: ArrayLike,
        counts: ArrayLike | None = None,
        *,
        metadata: Mapping[str, Any] | None = None,
        fallback: Fallback | None = None,
    ) -> None:
        known_counts = None if counts is None else checked_counts(counts)
        stored = StoredVectors(checked_words(words), checked_matrix(matrix), known_counts, metadata=metadata or {})
        self._compose(stored, None)
        self.fallback = fallback
        _ = self._lookup.rows  # finds a repeated word now

    @classmethod
    def from_stored(cls, stored: StoredVectors, path: str | Path | None = None, *, mmap: bool = True) -> Self:
        """Vectors as a format's `read` returned them; words that the format left undecoded stay so.

        path : the file they were read from, next to which an index may be.
        mmap : whether that index is mapped into memory.
        """
        self = cls.__new__(cls)
        self._compose(stored, path)
        self._mmap = mmap
        return self

    def _compose(self, stored: StoredVectors, path: str | Path | None) -> None:
        """Set up all parts; `path` is the file they were read from."""
        self._lookup = Lookup(stored)
        self._mmap = True
        self._metadata = dict(stored.metadata)
        self._skipped = stored.skipped

    if not TYPE_CHECKING:  # for a type checker every attribute would exist

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name)

    @property
    def words(self) -> Sequence[str]:
        """All words (V,), in the order of the rows."""
        return self._lookup.words

    @property
    def matrix(self) -> Matrix:
        """All vectors (V, D) float32, read-only."""
        return self._lookup.matrix

    @property
    def counts(self) -> Counts | None:
        """How often each word occurred (V,) int64, or None where that is unknown."""
        return self._lookup.counts

    @property
    def subwords(self) -> Subwords | None:
        """Vectors of character n-grams, from which `subwords.vector(word)` makes one for an unknown word."""
        return self._lookup.subwords

    @property
    def vector_size(self) -> int:
        """D, the numbers per vector."""
        return self._lookup.vector_size

    @property
    def metadata(self) -> dict[str, Any]:
        """What else the file contained, for instance the hyperparameters of the training."""
        return self._metadata

    @property
    def skipped(self) -> Skipped:
        """What `load(path, on_error="skip")` left out: `count` lines, and `problems`, descriptions of the first few."""
        return self._skipped

    def __len__(self) -> int:
        return len(self._lookup)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._lookup.rows

    def __repr__(self) -> str:
        shown = ", ".join(repr(self._lookup.word_at(i)) for i in range(min(3, len(self))))
        more = ", …" if len(self) > 3 else ""
        return f"<WordVectors: {len(self):,} words × {self.vector_size} numbers: {shown}{more}>"

    def _repr_html_(self) -> str:
        numbers = min(self.vector_size, _SHOWN_NUMBERS)
        rows = self.matrix[:_SHOWN_WORDS, :numbers]
        limit = fitting_limit(rows)
        colours = f"blue at \u2212{limit:g} and below, white at 0, red at {limit:g} and above"
        which = f"the first {numbers} of {self.vector_size}" if numbers < self.vector_size else f"all {numbers}"
        cells = [(self._lookup.word_at(i), colour_strip(row, limit)) for i, row in enumerate(rows)]
        if len(self) > len(cells):
            cells.append(("…", Markup("")))
        title = f"{len(self):,} words \u00d7 {self.vector_size} numbers"
        return html_table(title, ["word", f"{which} numbers: {colours}"], cells, numbers=0)

    def save(
        self,
        path: str | Path,
        format: FormatName | None = None,
        *,
        progress: ProgressOption = False,
        numbers: Numbers = "float32",
    ) -> None:
        """Write the vectors to a file or folder, atomically.

        Parameters
        ----------
        format : "firth" (keeps everything), "word2vec-text", "word2vec-binary", "glove", "fasttext" (its .bin),
            "fasttext-vec", "spacy", "parquet" or "arrow" (Feather); or a folder: "numpy", "projector",
            "projector-bytes" or "sentence-transformers". Default: by the suffix, .firth, .txt or .vec (word2vec text),
            .bin (word2vec binary), .glove, .parquet, .arrow or .feather. A further suffix .gz, .bz2, .xz or .zst
            compresses a file.
        progress : False shows nothing; None or True a bar (a line where none can be drawn); a function is called with
            a Progress about ten times a second. Text and word2vec binary report words written, "fasttext" rows.
        numbers : how files store a number of a vector: "float32"; "float16" ("firth", "parquet", "arrow"), in half the
            space and with hardly a difference; or "int8" ("firth"), in a quarter, which changes a few neighbours.
            Vectors are float32 once loaded, and a compact file is read into memory, not mapped.

        Raises
        ------
        SettingError : an unknown format or suffix, whose choices are listed; or other numbers in another format.
        FormatError : the file cannot be written, or the format cannot represent a word.
        """
        write_as(path, self.stored(), format, progress=progress, numbers=numbers)

    def stored(self) -> StoredVectors:
        """The same vectors as the formats write them."""
        return StoredVectors(self.words, self.matrix, self.counts, metadata=self._metadata, subwords=self.subwords)

    # ---------------------------------------------------------------- data frames

    def to_pandas(self) -> Any:
        """A data frame of pandas (V, D): the words as index, a column for each number, all of it copied.

        The columns are named as in `metadata["columns"]`, where `read_table` or `from_pandas` put names, else 0 to
        D - 1. Counts are not in it: `frame.assign(count=vectors.counts)` adds them.
        """
        return frames.pandas_frame(self.stored(), self._metadata)

    def to_polars(self) -> Any:
        """A data frame of Polars (V rows): "word", "vector" (an array of D float32) and, where known, "count"."""
        return frames.polars_frame(self.stored())

    def to_arrow(self) -> Any:
        """A table of pyarrow (V rows): "word", "vector" (a fixed-size list of D float32) and, where known, "count"."""
        return frames.table_of(self.stored())

    @classmethod
    def from_pandas(cls, frame: Any) -> Self:
        """Vectors from a data frame of pandas.

        Parameters
        ----------
        frame : words as index, or in a column "word", and a column for each number; or columns "word" and "vector",
            with a list of numbers in each cell, and perhaps "count".

        Raises   SettingError, naming the row or column, where words or numbers are missing or of another type.
        """
        return cls.from_stored(frames.stored_of_pandas(frame))

    @classmethod
    def from_polars(cls, frame: Any) -> Self:
        """Vectors from a data frame of Polars; as `from_arrow`."""
        return cls.from_arrow(frame)

    @classmethod
    def from_arrow(cls, table: Any) -> Self:
        """Vectors from a table of pyarrow, or anything with an Arrow stream: frames of Polars, queries of DuckDB.

        Parameters
        ----------
        table : with the columns "word" and "vector" (lists of numbers, all of one length), and perhaps "count". Under
            other names the only column of strings and the only one of lists are taken.

        Raises
        ------
        SettingError : a column is missing or of another type, or a value is missing or not finite; with the row.
        MissingExtraError : pyarrow is not installed.
        """
        return cls.from_stored(frames.stored_of_arrow(table))

    # ---------------------------------------------------------------- lookup

    @overload
    def __getitem__(self, word: str) -> Vector: ...
    @overload
    def __getitem__(self, word: Words) -> Matrix: ...
    def __getitem__(self, word: str | Words) -> Vector | Matrix:
        """A word's vector (D,), or for a list of words a matrix (n, D). Unknown words: see `fallback`."""
        return self._lookup.vector(word) if isinstance(word, str) else self._lookup.vectors(word)

    @property
    def fallback(self) -> Fallback | None:
        """What replaces a word outside the vocabulary, in every query; can be set.

        None : nothing; an unknown word is an error.
        "subword" : a vector made from the word's character n-grams, where the file has such vectors.
        "spelling" : the word with the nearest spelling.
        """
        return self._lookup.fallback

    @fallback.setter
    def fallback(self, fallback: Fallback | None) -> None:
        self._lookup.fallback = fallback

    def word_id(self, word: str) -> int:
        """The row of a word, in [0, V), regardless of `fallback`. Raises UnknownWordError with near spellings."""
        return self._lookup.word_id(word)

    def word_ids(self, words: Words) -> NDArray[np.int64]:
        """The rows of many words (n,)."""
        return self._lookup.word_ids(words)

    def find(self, word: str) -> int | Vector:
        """The row of a word, in [0, V), or of its replacement by `fallback`; a vector (D,) if that has no row.

        Raises UnknownWordError, with near spellings, if the word is unknown and has no replacement.
        """
        return self._lookup.find(word)

    def found(self, word: str) -> int | Vector | None:
        """As `find`, but None instead of an error."""
        return self._lookup.found(word)

    def found_as(self, word: str) -> str | None:
        """The word whose vector is used for `word`: itself, or the nearest spelling; None for a vector of subwords.

        Raises UnknownWordError if it is unknown and has no replacement.
        """
        found = self.find(word)
        return self._lookup.word_at(found) if isinstance(found, int) else None

    # ---------------------------------------------------------------- comparisons

    @overload
    def similarity(self, a: str, b: str) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def similarity(self, a: Words, b: Words) -> NDArray[np.float64]: ...
    @overload
    def similarity(self, a: str | Words | Vector | Matrix, b: str | Words | Vector | Matrix) -> Any: ...
    def similarity(self, a: Any, b: Any) -> Any:
        """The cosine between two words' vectors, in [-1, 1]; for two lists, pair by pair (n,).

        A vector (D,) can replace a word, and a matrix (n, D) a list.
        """
        is_single, (a, b) = parse_pairs("similarity", a, b, is_one=is_word_or_vector)
        cosines = pairwise_cosines(self._lookup, a, b)
        return float(cosines[0]) if is_single else cosines

    def similarity_matrix(self, words: Words | Matrix, others: Words | Matrix | None = None) -> NDArray[np.float64]:
        """The cosine of each word with each other one (n, n); or of each of `words` with each of `others` (n, m).

        A matrix of vectors can replace a list of words.
        """
        units = units_of(self._lookup, words)
        return cosine_table(units, units if others is None else units_of(self._lookup, others))

    @overload
    def odd_one_out(self, words: Words) -> str: ...
    @overload
    def odd_one_out(self, words: list[list[str]]) -> list[str]: ...
    def odd_one_out(self, words: Any) -> Any:
        """The word least similar to the mean of all of them; for a list of lists, one word for each.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary.
        SettingError : fewer than 3 words, of which none can be the odd one.
        """
        if is_many(words):
            return [odd_one_out(self._lookup, some) for some in words]
        return odd_one_out(self._lookup, words)

    @overload
    def mean_vector(self, words: Words, weights: ArrayLike | None = None) -> Vector: ...
    @overload
    def mean_vector(self, words: list[list[str]], weights: Sequence[ArrayLike] | None = None) -> Matrix: ...
    def mean_vector(self, words: Any, weights: Any = None) -> Vector | Matrix:
        """The mean of the words' vectors (D,), as for a phrase; for a list of lists, one for each (n, D).

        Parameters
        ----------
        weights : a number for each word; the weighted sum is divided by the sum of their absolute values. For a list of
            lists, a list of such lists.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary.
        SettingError : there are no words, or the weights are of another number, not finite or all 0.
        """
        return mean_vector(self._lookup, words, weights)

    def sentence_vectors(
        self,
        sentences: Iterable[str | Sequence[str]],
        *,
        sif: float | None = None,
        tfidf: bool | Mapping[str, float] = False,
        frequencies: Mapping[str, float] | None = None,
        common: ArrayLike | Literal[False] | None = None,
    ) -> Matrix:
        """A vector for each sentence (S, D): the mean of its words' vectors.

        Words that are not in the vocabulary are skipped; a sentence without any known word becomes zeros.

        Parameters
        ----------
        sentences : each a list of words, or a string that is split at whitespace and otherwise taken as it is: where
            the vocabulary is in lower case, the string should be.
        sif : None for plain means; a number a, such as 1e-3, for smooth inverse frequency (Arora et al. 2017): each
            word has the weight a / (a + p), p its relative frequency, and the component that the sentences have in
            common is removed.
        tfidf : True weights each word by its inverse document frequency, ln((1 + S) / (1 + s)) + 1, where s of the S
            sentences have it; a mapping has the weight of each word, as `inverse_document_frequencies` counts it in
            other sentences, and words that it lacks the largest one in it. Not together with `sif`.
        frequencies : p for each word, in [0, 1]; 0 for words that are missing. None: from `counts`.
        common : the component to remove: None for that of these sentences (only with `sif`), False for none, or a
            vector (D,): the `common_component` of other sentences, to compare these with them.

        Raises
        ------
        SettingError : `sif` needs counts and there are none; an option has an impossible value.
        """
        return sentence_vectors(self._lookup, sentences, Weights(sif, frequencies, tfidf), common)
