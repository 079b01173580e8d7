"""A vocabulary that grows by the words of a new text; and texts renumbered for another vocabulary."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.pieces_of_ids import WORDS_AT_ONCE, new_array, pieces
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError
from firth.kernels.cpu.text.tokens import renumber_ids

__all__ = ["Merged", "merge", "renumber", "rows_in"]


class Merged(NamedTuple):
    """A vocabulary made of two, and where their words are in it."""

    vocabulary: Vocabulary
    old_ids: NDArray[np.int32]  # (V,) of the old words; -1: left out by max_vocabulary
    new_ids: NDArray[np.int32]  # (N,) of the new words, likewise


def merge(
    old: Vocabulary,
    more: Counts,
    words: Sequence[str],
    counts: Counts,
    limits: tuple[int, int | None],
    total_words: int,
) -> Merged:
    """Old and new words by falling count; ties in the old order, then in that of the new words.

    more : (V,) occurrences of the old words in the new text, added to their counts.
    words, counts : (N,) words that the old vocabulary lacks, by first appearance, and their occurrences.
    limits : min_count and max_vocabulary. Words beyond the second, the rarest by the sums, are left out.
    total_words : of the new text.
    """
    sums = np.concatenate([old.counts + more, np.asarray(counts, np.int64)])
    order = np.argsort(-sums, kind="stable")[: limits[1]]
    ids = np.full(len(sums), -1, np.int32)
    ids[order] = np.arange(len(order), dtype=np.int32)
    every = [*old.words, *words]
    chosen = [every[index] for index in order.tolist()]
    vocabulary = Vocabulary(chosen, sums[order], *limits, old.total_words + total_words)
    return Merged(vocabulary, ids[: len(old)], ids[len(old) :])


def rows_in(other: Vocabulary, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """(V,) the id in another vocabulary of each word, or -1."""
    return np.fromiter((other.get(word, -1) for word in vocabulary.words), np.int64, len(vocabulary))


def renumber(corpus: EncodedCorpus, numbers: NDArray[np.int32], vocabulary: Vocabulary) -> EncodedCorpus:
    """The same text with the ids of another vocabulary; words without one and sentences without words vanish.

    numbers : (V,) the new id of each old one, or -1.

    Raises   CorpusError if no word has an id in the other vocabulary.
    """
    in_file = corpus.memory_mapped
    with (
        new_array(np.int32, corpus.n_words + 1, in_file=in_file) as ids,
        new_array(np.int64, corpus.n_sentences + 2, in_file=in_file) as offsets,
    ):
        offsets.append(np.zeros(1, np.int64))
        written = 0
        for first, stop in pieces(corpus.sentence_offsets, WORDS_AT_ONCE):
            ends = corpus.sentence_offsets[first : stop + 1]
            some = corpus.ids[ends[0] : ends[-1]]
            targets = ids.reserve(len(some) + 1), offsets.reserve(stop - first + 1)
            kept, ended = renumber_ids(some, ends - ends[0], numbers, written, *targets)
            written += kept
            ids.keep(kept)
            offsets.keep(ended)
        if not written:
            raise CorpusError(
                f"none of the {corpus.n_words:,} words of the encoded corpus is among the {len(vocabulary):,} of the "
                "vocabulary: were they made with different tokenizers, or from different languages?"
            )
        return EncodedCorpus(
            vocabulary, ids.finish(), offsets.finish(), corpus.total_words, corpus.invalid_bytes, in_file
        )
