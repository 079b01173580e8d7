"""Words with their vectors: built, opened and saved."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from firth.arrays import Counts, Matrix
from firth.colours import fitting_limit
from firth.errors import SettingError
from firth.formats.save import FormatName, write_as
from firth.formats.skip_report import Skipped
from firth.formats.stored import StoredVectors
from firth.notebook import Markup, colour_strip, html_table
from firth.vectors.comparisons import Comparisons
from firth.vectors.lookup import Fallback
from firth.vectors.questions import Questions

__all__ = ["WordVectors"]

_SHOWN_WORDS = 8  # in a notebook
_SHOWN_NUMBERS = 60


class WordVectors(Questions, Comparisons):
    """Words and one vector for each.

    Parameters
    ----------
    words : (V,) distinct strings, in the order of the rows.
    matrix : (V, D) numbers; float32 is used as it is, anything else is converted.
    counts : (V,) occurrences of each word, if known.
    metadata : anything JSON can hold that should be kept in a native file with the vectors.
    fallback : "spelling" lets the word spelled most nearly alike stand in for one that is not there.

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
        fallback: Fallback | None = None,
    ) -> None:
        stored = StoredVectors(
            _checked_words(words),
            _checked_matrix(matrix),
            None if counts is None else _checked_counts(counts),
            metadata=metadata or {},
        )
        self._keep(stored)
        self.fallback = fallback
        _ = self._rows  # a word that comes twice is found now

    @classmethod
    def from_stored(cls, stored: StoredVectors, path: str | Path | None = None) -> Self:
        """Vectors as a format's `read` returned them; what the format left undecoded stays so.

        Parameters
        ----------
        path : the file they are from: an index may lie beside it.
        """
        self = cls.__new__(cls)
        self._keep(stored)
        if path is not None:
            self._index_path = Path(f"{Path(path)}.index")
        return self

    def _keep(self, stored: StoredVectors) -> None:
        super()._keep(stored)
        self._metadata = dict(stored.metadata)
        self._skipped = stored.skipped

    @property
    def metadata(self) -> dict[str, Any]:
        """What else the file said, for instance the hyperparameters of the training."""
        return self._metadata

    @property
    def skipped(self) -> Skipped:
        """What `load(path, on_error="skip")` left out: `count` lines, and `problems`, the first few in words."""
        return self._skipped

    def __repr__(self) -> str:
        shown = ", ".join(repr(self._words[i]) for i in range(min(3, len(self))))
        more = ", …" if len(self) > 3 else ""
        return f"<WordVectors: {len(self):,} words × {self.vector_size} numbers: {shown}{more}>"

    def _repr_html_(self) -> str:
        numbers = min(self.vector_size, _SHOWN_NUMBERS)
        rows = self._matrix[:_SHOWN_WORDS, :numbers]
        limit = fitting_limit(rows)
        colours = f"blue at \u2212{limit:g} and below, white at 0, red at {limit:g} and above"
        which = f"the first {numbers} of {self.vector_size}" if numbers < self.vector_size else f"all {numbers}"
        cells = [(self._words[i], colour_strip(row, limit)) for i, row in enumerate(rows)]
        if len(self) > len(cells):
            cells.append(("…", Markup("")))
        title = f"{len(self):,} words \u00d7 {self.vector_size} numbers"
        return html_table(title, ["word", f"{which} numbers: {colours}"], cells, numbers=0)

    def save(self, path: str | Path, format: FormatName | None = None) -> None:
        """Write the vectors to a file or folder, atomically.

        Parameters
        ----------
        format : "firth" (keeps everything), "word2vec-text", "word2vec-binary", "glove", "fasttext-vec" or "spacy";
            or a folder: "numpy", "projector", "projector-bytes" or "sentence-transformers". By default told by
            the suffix: .firth, .txt or .vec (word2vec text), .bin (word2vec binary), .glove. One more suffix, .gz,
            .bz2, .xz or .zst, compresses a file.

        Raises
        ------
        SettingError : an unknown format or suffix; the choices are listed.
        FormatError : the place cannot be written, or a word cannot be held by the format.
        """
        write_as(path, self.stored(), format)

    def stored(self) -> StoredVectors:
        """The same vectors as the formats write them."""
        return StoredVectors(self.words, self._matrix, self._counts, metadata=self._metadata, subwords=self._subwords)


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
    if array.size and array.min() < 0:
        raise SettingError(f"counts[{int(array.argmin())}] is {array.min()}: must be 0 or more")
    return array.astype(np.int64, copy=False)
