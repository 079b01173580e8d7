"""Words with their vectors: look up, compare, ask for neighbours, save, load."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Counts, Matrix, Vector
from firth.errors import SettingError, UnknownWordError
from firth.formats.detect import read_any
from firth.formats.packed_words import PackedWords
from firth.formats.save import FormatName, write_as
from firth.formats.stored import StoredVectors
from firth.spelling import near_spellings
from firth.vectors import queries as ask
from firth.vectors.neighbours import Neighbour, inverse_norms, nearest

__all__ = ["WordVectors", "load"]


def load(path: str | Path) -> "WordVectors":
    """Open a file of vectors of any known format, told by its content, not by its name.

    Raises
    ------
    FileNotFoundError : there is no such file.
    FormatError : the file is damaged or of no known format; the line or byte is named.
    """
    return WordVectors.from_stored(read_any(path))


class WordVectors:
    """Words and one vector for each.

    Parameters
    ----------
    words : (V,) distinct strings, in the order of the rows.
    matrix : (V, D) numbers; float32 is used as it is, anything else is converted.
    counts : (V,) occurrences of each word, if known.
    metadata : anything JSON can hold that should be kept in a native file with the vectors.

    Raises
    ------
    SettingError : the parts do not fit together, or a word comes twice.

    Examples
    --------
    >>> vectors = WordVectors(["king", "queen", "water"], [[2, 1], [1, 1], [-1, 3]])
    >>> vectors.most_similar("king", count=1)
    [Neighbour(word='queen', similarity=0.9486832980505138)]
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: ArrayLike,
        counts: ArrayLike | None = None,
        *,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        stored = StoredVectors(
            _checked_words(words),
            _checked_matrix(matrix),
            None if counts is None else _checked_counts(counts),
            metadata=metadata or {},
        )
        self._keep(stored)
        _ = self._rows  # a word that comes twice is found now

    @classmethod
    def from_stored(cls, stored: StoredVectors) -> Self:
        """Vectors as a format's `read` returned them; what the format left undecoded stays so."""
        self = cls.__new__(cls)
        self._keep(stored)
        return self

    def _keep(self, stored: StoredVectors) -> None:
        self._words = stored.words
        self._matrix = stored.matrix.view()
        self._matrix.flags.writeable = False  # the norms are computed once
        self._counts = stored.counts
        self._metadata = dict(stored.metadata)

    # What is in it

    @property
    def words(self) -> Sequence[str]:
        """All words (V,), in the order of the rows."""
        return self._words.decoded() if isinstance(self._words, PackedWords) else self._words

    @property
    def matrix(self) -> Matrix:
        """All vectors (V, D) float32, read-only."""
        return self._matrix

    @property
    def counts(self) -> Counts | None:
        """How often each word occurred (V,) int64, or None where that is unknown."""
        return self._counts

    @property
    def metadata(self) -> dict[str, Any]:
        """What else the file said, for instance the hyperparameters of the training."""
        return self._metadata

    @property
    def vector_size(self) -> int:
        """D, the numbers per vector."""
        return int(self._matrix.shape[1])

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._rows

    @overload
    def __getitem__(self, word: str) -> Vector: ...
    @overload
    def __getitem__(self, word: ask.Words) -> Matrix: ...
    def __getitem__(self, word: str | ask.Words) -> Vector | Matrix:
        """A word's vector (D,), or for a list of words a matrix (n, D)."""
        rows = self.word_id(word) if isinstance(word, str) else self.word_ids(word)
        found: Vector | Matrix = self._matrix[rows]
        return found

    def __repr__(self) -> str:
        shown = ", ".join(repr(self._words[i]) for i in range(min(3, len(self))))
        more = ", …" if len(self) > 3 else ""
        return f"<WordVectors: {len(self):,} words × {self.vector_size} numbers: {shown}{more}>"

    @cached_property
    def _rows(self) -> dict[str, int]:
        rows = {word: i for i, word in enumerate(self._words)}
        if len(rows) < len(self._words):
            word, first, second = _first_repeated(self._words)
            raise SettingError(f"{word!r} comes twice among the words, at {first:,} and {second:,}: each word once")
        return rows

    @cached_property
    def _inverse_norms(self) -> Vector:
        return inverse_norms(self._matrix)

    def word_id(self, word: str) -> int:
        """The row of a word, in [0, V). Raises UnknownWordError with near spellings."""
        if not isinstance(word, str):
            raise SettingError(f"{word!r} is not a word: must be a str")
        row = self._rows.get(word)
        if row is None:
            raise UnknownWordError(word, len(self), near_spellings(word, self.words))
        return row

    def word_ids(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The rows of many words (n,)."""
        if isinstance(words, str) or not isinstance(words, Sequence | np.ndarray):
            raise SettingError(f"{words!r}: must be a word or a list of words")
        return np.array([self.word_id(word) for word in words], np.int64)

    # What can be asked

    @overload
    def similarity(self, a: str, b: str) -> float: ...
    @overload
    def similarity(self, a: ask.Words, b: ask.Words) -> NDArray[np.float64]: ...
    def similarity(self, a: str | Sequence[str], b: str | Sequence[str]) -> float | NDArray[np.float64]:
        """The cosine between two words' vectors, in [-1, 1]; for two lists, pair by pair."""
        if isinstance(a, str) and isinstance(b, str):
            return float(self._pairwise([a], [b])[0])
        if isinstance(a, str) or isinstance(b, str) or len(a) != len(b):
            raise SettingError("similarity() takes two words, or two lists of the same length")
        return self._pairwise(a, b)

    def _pairwise(self, a: Sequence[str], b: Sequence[str]) -> NDArray[np.float64]:
        units = [ask.unit(self[list(words)].astype(np.float64)) for words in (a, b)]
        cosines: NDArray[np.float64] = np.einsum("nd,nd->n", *units).clip(-1.0, 1.0)
        return cosines

    @overload
    def most_similar(
        self,
        word: str | None = None,
        count: int = 10,
        *,
        positive: ask.Items | None = None,
        negative: ask.Items | None = None,
    ) -> list[Neighbour]: ...
    @overload
    def most_similar(self, word: ask.Words, count: int = 10) -> list[list[Neighbour]]: ...
    @overload
    def most_similar(self, word: Vector | Matrix, count: int = 10) -> Any: ...
    @overload
    def most_similar(
        self,
        word: None = None,
        count: int = 10,
        *,
        positive: ask.Many,
        negative: ask.Many | None = None,
    ) -> list[list[Neighbour]]: ...
    def most_similar(
        self,
        word: Any = None,
        count: int = 10,
        *,
        positive: Any = None,
        negative: Any = None,
    ) -> Any:
        """Words whose vectors point most nearly the same way.

        Parameters
        ----------
        word : one word or vector (D,); or a list of words or a matrix (n, D): as many queries.
        count : at least 1; fewer come back only where the vocabulary is smaller.
        positive, negative : what to add up and take away for ONE query: a word, or a list of words,
            vectors (D,) and (word or vector, weight) pairs. Each is first scaled to length 1.
            A list of lists is as many queries.

        Returns
        -------
        Best first, without the words asked with; `similarity` is the cosine, in [-1, 1]. One list
        for one query, a list of lists for many.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary; near spellings are named.
        SettingError : `count` is below 1, nothing is asked, or a vector has the wrong length.

        Examples
        --------
        >>> vectors.most_similar("king")  # doctest: +SKIP
        >>> vectors.most_similar(["king", "water"])  # two queries # doctest: +SKIP
        >>> vectors.most_similar(  # doctest: +SKIP
        ...     positive=["king", "woman"], negative=["man"]
        ... )
        """
        if word is not None:
            if positive is not None or negative is not None:
                raise SettingError("give either a word or positive= and negative=, not both")
            if isinstance(word, str) or (isinstance(word, np.ndarray) and word.ndim == 1):
                return self._answer([ask.weighted_items([word], 1.0)], count)[0]
            return self._answer([ask.weighted_items([one], 1.0) for one in word], count)
        if ask.is_many(positive) or ask.is_many(negative):
            pairs = _paired(positive, negative)
            return self._answer([_both(plus, minus) for plus, minus in pairs], count)
        return self._answer([_both(positive, negative)], count)[0]

    @overload
    def analogy(self, a: str, b: str, c: str, count: int = 10) -> list[Neighbour]: ...
    @overload
    def analogy(self, a: ask.Words, b: ask.Words, c: ask.Words, count: int = 10) -> list[list[Neighbour]]: ...
    def analogy(self, a: Any, b: Any, c: Any, count: int = 10) -> Any:
        """What is to `c` as `b` is to `a`: the words nearest to b − a + c.

        "man is to king as woman is to …" is `analogy("man", "king", "woman")`. Three lists of the
        same length ask many at once. Raises as `most_similar` does.
        """
        if isinstance(a, str) and isinstance(b, str) and isinstance(c, str):
            return self.most_similar(positive=[b, c], negative=[a], count=count)
        if any(isinstance(words, str) for words in (a, b, c)) or not len(a) == len(b) == len(c):
            raise SettingError("analogy() takes three words, or three lists of the same length")
        questions = zip(a, b, c, strict=True)
        return self._answer([_both([b, c], [a]) for a, b, c in questions], count)

    @overload
    def odd_one_out(self, words: ask.Words) -> str: ...
    @overload
    def odd_one_out(self, words: list[list[str]]) -> list[str]: ...
    def odd_one_out(self, words: Any) -> Any:
        """The word least like the mean of all of them; for a list of lists, one word for each.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary.
        SettingError : fewer than 3 words, among which none can be the odd one.
        """
        if ask.is_many(words):
            return [self.odd_one_out(some) for some in words]
        if isinstance(words, str) or len(words) < 3:
            raise SettingError(f"{words!r}: odd_one_out() needs a list of at least 3 words")
        units = ask.unit(self[list(words)].astype(np.float64))
        return words[int(np.argmin(units @ units.mean(axis=0)))]

    def _answer(self, asked: Sequence[list[ask.Weighted]], count: int) -> list[list[Neighbour]]:
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise SettingError(f"count={count!r}: must be a whole number, at least 1")
        if not asked:
            return []
        directions, left_out = ask.build(asked, self.word_id, self._matrix)
        most = min(count, len(self))
        if most == 0:
            return [[] for _ in asked]
        found = nearest(self._matrix, self._inverse_norms, directions, most, left_out)
        words = self.words
        return [
            [
                Neighbour(words[row], cosine)
                for row, cosine in zip(rows, cosines, strict=True)
                if cosine >= -1.0  # those left out have -inf
            ]
            for rows, cosines in zip(found.rows.tolist(), found.similarities.tolist(), strict=True)
        ]

    # Files

    def save(self, path: str | Path, format: FormatName | None = None) -> None:
        """Write the vectors to a file, atomically.

        Parameters
        ----------
        format : "firth" (keeps everything), "word2vec-text", "word2vec-binary" or "glove"; by
        default
            told by the suffix: .firth, .txt or .vec, .bin, .glove.

        Raises
        ------
        SettingError : an unknown format or suffix; the choices are listed.
        FormatError : the place cannot be written, or a word cannot be held by the format.
        """
        write_as(path, self.stored(), format)

    def stored(self) -> StoredVectors:
        """The same vectors as the formats write them."""
        return StoredVectors(self.words, self._matrix, self._counts, metadata=self._metadata)


def _both(positive: object, negative: object) -> list[ask.Weighted]:
    return ask.weighted_items(positive, 1.0) + ask.weighted_items(negative, -1.0)


def _paired(positive: Any, negative: Any) -> list[tuple[Any, Any]]:
    length = len(positive if positive is not None else negative)
    positive = [None] * length if positive is None else positive
    negative = [None] * length if negative is None else negative
    if len(positive) != len(negative) or not all(
        one is None or isinstance(one, list) for one in (*positive, *negative)
    ):
        raise SettingError("many queries: positive= and negative= must be as many lists of items each")
    return list(zip(positive, negative, strict=True))


def _checked_words(words: Sequence[str]) -> list[str]:
    if isinstance(words, str):
        raise SettingError(f"words={words!r}: must be a list of words, not one string")
    checked = list(words)
    for i, word in enumerate(checked):
        if not isinstance(word, str):
            raise SettingError(f"words[{i}] is {word!r}: every word must be a str")
    return checked


def _checked_matrix(matrix: ArrayLike) -> Matrix:
    array = np.asarray(matrix)
    if array.dtype.kind not in "fiu" or array.ndim != 2:
        raise SettingError(f"matrix of shape {array.shape} and type {array.dtype}: must be numbers (V, D)")
    with np.errstate(over="ignore"):  # what does not fit becomes inf, and inf is refused when asked
        return array.astype(np.float32, copy=False)


def _checked_counts(counts: ArrayLike) -> Counts:
    array = np.asarray(counts)
    if array.dtype.kind not in "iu" and array.size:
        raise SettingError(f"counts of type {array.dtype}: must be whole numbers")
    return array.astype(np.int64, copy=False)


def _first_repeated(words: Sequence[str]) -> tuple[str, int, int]:
    seen: dict[str, int] = {}
    for i, word in enumerate(words):
        if word in seen:
            return word, seen[word], i
        seen[word] = i
    raise AssertionError("no word comes twice")
