"""A corpus as numbers: word ids and where sentences start."""

from dataclasses import dataclass
from typing import cast

from firth.arrays import Offsets, WordIds
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError

__all__ = ["EncodedCorpus"]


@dataclass(frozen=True, eq=False, repr=False)
class EncodedCorpus:
    """T words in S sentences, as ids of a vocabulary.

    vocabulary : the words that the ids number.
    ids : (T,) int32, each in [0, V); words outside the vocabulary are left out.
    sentence_offsets : (S + 1,) int64; sentence s is ids[sentence_offsets[s] : sentence_offsets[s + 1]], never empty.
    total_words : words that were read, T and those left out.
    invalid_bytes : bytes that were not UTF-8.
    memory_mapped : whether the two arrays are in temporary files, which vanish with them.
    """

    vocabulary: Vocabulary
    ids: WordIds
    sentence_offsets: Offsets
    total_words: int = -1
    invalid_bytes: int = 0
    memory_mapped: bool = False

    def __post_init__(self) -> None:
        if self.total_words < 0:
            object.__setattr__(self, "total_words", len(self.ids))
        offsets = self.sentence_offsets
        if self.ids.dtype != "int32" or offsets.dtype != "int64" or self.ids.ndim != 1 or offsets.ndim != 1:
            raise CorpusError(
                f"ids are {self.ids.dtype} {self.ids.shape}, sentence_offsets {offsets.dtype} {offsets.shape}: "
                "must be int32 (T,) and int64 (S + 1,)"
            )
        if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(self.ids):
            raise CorpusError(f"sentence_offsets must start at 0 and end at the {len(self.ids):,} ids")

    def check(self) -> None:
        """Read all of it once, for arrays that encode() did not make.

        Raises   CorpusError if there are no words, an id is outside the vocabulary, a sentence is empty or ends before
                 it starts, or a word of the vocabulary has no count.
        """
        if not self.n_words:
            raise CorpusError("the encoded corpus has no words")
        low, high, last = int(self.ids.min()), int(self.ids.max()), len(self.vocabulary) - 1
        if low < 0 or high > last:
            raise CorpusError(
                f"ids of the encoded corpus are from {low:,} to {high:,}: must be indices into the vocabulary, "
                f"from 0 to {last:,}"
            )
        if (self.sentence_offsets[1:] <= self.sentence_offsets[:-1]).any():
            raise CorpusError("sentence_offsets of the encoded corpus must increase: each sentence has a word")
        if (self.vocabulary.counts < 1).any():
            raise CorpusError("the vocabulary of the encoded corpus has words with a count below 1")

    @property
    def n_words(self) -> int:
        """T, the words that are in the vocabulary, counting every occurrence."""
        return len(self.ids)

    @property
    def n_sentences(self) -> int:
        """S."""
        return len(self.sentence_offsets) - 1

    @property
    def unknown_words(self) -> int:
        """Words that were read but are not in the vocabulary, counting every occurrence."""
        return self.total_words - self.n_words

    def sentence(self, number: int) -> list[str]:
        """The words of one sentence, numbered from 0.

        Raises   IndexError if the number is outside 0 .. n_sentences - 1.
        """
        if not 0 <= number < self.n_sentences:
            raise IndexError(f"sentence {number:,}: there are {self.n_sentences:,}, numbered from 0")
        start, stop = self.sentence_offsets[number : number + 2]
        return [self.vocabulary.words[word_id] for word_id in cast("list[int]", self.ids[start:stop].tolist())]

    def __repr__(self) -> str:
        where = "memory-mapped" if self.memory_mapped else "in memory"
        return (
            f"EncodedCorpus({self.n_words:,} words in {self.n_sentences:,} sentences, {where}; "
            f"{len(self.vocabulary):,} distinct, {self.unknown_words:,} unknown)"
        )
