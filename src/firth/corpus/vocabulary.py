"""The words of a corpus, numbered by falling frequency."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.errors import SettingError, UnknownWordError, quoted
from firth.spelling import near_spellings

__all__ = ["Vocabulary", "check_limits"]


def check_limits(min_count: int, max_vocabulary: int | None) -> None:
    """Raise SettingError unless min_count and max_vocabulary are at least 1."""
    if min_count < 1:
        raise SettingError(f"min_count={min_count}: must be at least 1; use 1 to keep every word")
    if max_vocabulary is not None and max_vocabulary < 1:
        raise SettingError(f"max_vocabulary={max_vocabulary}: must be at least 1, or None to keep every frequent word")


def most_frequent(
    counts: Counts, first: NDArray[np.int64], min_count: int, max_vocabulary: int | None
) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Which words a vocabulary has: by falling count, ties by first appearance; and the id of each word, or -1.

    counts, first : (W,) occurrences of all words, and where each occurs first.
    """
    frequent = np.flatnonzero(counts >= min_count)
    chosen = frequent[np.lexsort((first[frequent], -counts[frequent]))][:max_vocabulary]
    ids = np.full(len(counts), -1, np.int32)
    ids[chosen] = np.arange(len(chosen), dtype=np.int32)
    return chosen, ids


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """V distinct words; the id of a word is its index in `words`.

    words : V different strings; most frequent first, ties by first appearance, when made from a corpus.
    counts : (V,) int64, occurrences of each word.
    min_count, max_vocabulary : the limits with which the words were chosen.
    total_words : words of the corpus, kept or not; by default the sum of `counts`.

    Raises   SettingError if words and counts do not fit together, or a word occurs twice (when first looked up).
    """

    words: Sequence[str]
    counts: Counts
    min_count: int = 1
    max_vocabulary: int | None = None
    total_words: int = -1

    def __post_init__(self) -> None:
        counts = np.ascontiguousarray(self.counts, np.int64)
        if counts.shape != (len(self.words),):
            raise SettingError(f"{len(self.words):,} words with counts of shape {counts.shape}: one count per word")
        object.__setattr__(self, "counts", counts)
        if self.total_words < 0:
            object.__setattr__(self, "total_words", int(counts.sum()))

    @property
    def unknown_words(self) -> int:
        """Words of the corpus that are not in the vocabulary, counting every occurrence."""
        return self.total_words - int(self.counts.sum())

    @cached_property
    def _ids(self) -> dict[str, int]:
        ids = {word: word_id for word_id, word in enumerate(self.words)}
        if len(ids) != len(self.words):
            twice = next(word for word_id, word in enumerate(self.words) if ids[word] != word_id)
            raise SettingError(f"{quoted(twice)} is in the vocabulary more than once: words must differ")
        return ids

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._ids

    def get(self, word: str, default: int | None = None) -> int | None:
        """The id of a word, or `default`."""
        return self._ids.get(word, default)

    def id_of(self, word: str) -> int:
        """The id of a word, in [0, V).

        Raises   UnknownWordError, with near spellings.
        """
        found = self._ids.get(word)
        if found is None:
            suggestions = near_spellings(word, self.words) if isinstance(word, str) else []
            raise UnknownWordError(word, len(self), suggestions)
        return found

    def ids_of(self, words: Iterable[str]) -> list[int]:
        """The ids of words, as id_of gives them."""
        return [self.id_of(word) for word in words]

    def count_of(self, word: str) -> int:
        """How often a word occurs; 0 if it is not in the vocabulary."""
        found = self._ids.get(word)
        return 0 if found is None else int(self.counts[found])

    def __repr__(self) -> str:
        shown = ", ".join(repr(word) for word in islice(self.words, 3))
        more = ", …" if len(self) > 3 else ""
        return (
            f"Vocabulary({len(self):,} words: {shown}{more}; "
            f"{self.total_words - self.unknown_words:,} of {self.total_words:,} occurrences)"
        )
