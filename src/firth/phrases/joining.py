"""Phrases replaced by words of their own, in word ids.

A pass is a PhraseTree and what becomes of phrases that overlap. A text goes through all passes block by block: a block
of some 10,000 sentences is still in the cache when the next pass reads it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Offsets, WordIds
from firth.corpus.pieces_of_ids import new_array, pieces
from firth.kernels.arguments import EncodedIds, PhraseTree
from firth.kernels.cpu.text import phrases as kernels
from firth.parallel import Pipeline
from firth.progress import Stage

__all__ = ["IdPhrases", "JoinedText", "Joiner", "join_text"]

_BLOCK = 1 << 17  # words of a block, if no sentence is longer


class IdPhrases(NamedTuple):
    """P phrases of one pass as word ids, the best first.

    words : the words of all phrases.    ends : (P,) where each ends in `words`.
    joined : (P,) the word that it becomes.
    """

    words: WordIds
    ends: Offsets
    joined: WordIds


class Joiner:
    """One pass over word ids.

    n_words : V, words that the text may have.
    best : join those of overlapping phrases first that come first in `phrases`; otherwise those on the left.
    """

    def __init__(self, phrases: IdPhrases, n_words: int, *, best: bool) -> None:
        nodes = len(phrases.words) + 1
        slots = 1 << (4 * nodes).bit_length()
        self._tree = PhraseTree(
            first=np.zeros(n_words, np.int32),
            keys=np.zeros(slots, np.uint64),
            nodes=np.zeros(slots, np.int32),
            joined=np.full(nodes, -1, np.int32),
            sizes=np.ones(1, np.int64),
        )
        # Where overlaps matter, the tree gives the rank of a phrase, and that the word.
        self._words = phrases.joined if best else None
        joined = np.arange(len(phrases.ends), dtype=np.int32) if best else phrases.joined
        kernels.add_phrases(phrases.words, phrases.ends, joined, self._tree)

    def join(self, ids: WordIds, offsets: Offsets) -> EncodedIds:
        """The text with phrases joined; its arrays are new."""
        joined, ends = np.empty(len(ids), np.int32), np.empty(len(offsets), np.int64)
        if self._words is None:
            n = kernels.join_phrases(ids, offsets, self._tree, joined, ends)
        else:
            n = kernels.replace_matches(ids, offsets, self._best_matches(ids, offsets), joined, ends)
        return EncodedIds(joined[:n], ends)

    def _best_matches(self, ids: WordIds, offsets: Offsets) -> tuple[NDArray[np.int64], NDArray[np.int64], WordIds]:
        starts, stops = np.empty((2, len(ids)), np.int64)
        ranks = np.empty(len(ids), np.int32)
        n = kernels.find_matches(ids, offsets, self._tree, starts, stops, ranks)
        starts, stops, ranks = starts[:n], stops[:n], ranks[:n]
        chosen = np.empty(n, np.bool_)
        order = np.argsort(ranks, kind="stable")
        kernels.choose_matches(order, starts, stops, np.zeros(len(ids), np.uint8), chosen)
        words = self._words[ranks[chosen]]  # type: ignore[index]
        return starts[chosen], stops[chosen], words


class JoinedText(NamedTuple):
    """A text with phrases joined, and how often each of its V words occurs, and where first.

    first : (V,) positions, arbitrary for words that do not occur.
    """

    text: EncodedIds
    counts: Counts
    first: NDArray[np.int64]


def blocks_of(text: EncodedIds) -> Iterator[tuple[int, int]]:
    """Ranges of sentences that are joined together."""
    return pieces(text.sentence_offsets, _BLOCK)


def join_block(text: EncodedIds, block: tuple[int, int], joiners: Sequence[Joiner]) -> EncodedIds:
    """The sentences first … stop - 1 of a text, after all passes."""
    first, stop = block
    offsets = text.sentence_offsets[first : stop + 1]
    ids, offsets = text.ids[offsets[0] : offsets[-1]], offsets - offsets[0]
    for joiner in joiners:
        ids, offsets = joiner.join(ids, offsets)
    return EncodedIds(ids, offsets)


def join_text(
    text: EncodedIds, joiners: Sequence[Joiner], n_words: int, threads: int, stage: Stage, *, mapped: bool
) -> JoinedText:
    """Join the phrases of a text, in threads.

    n_words : V, words and phrases together.    mapped : keep the result in temporary files.
    """
    counts, first = np.zeros(n_words, np.int64), np.zeros(n_words, np.int64)
    with (
        new_array(np.int32, len(text.ids) + 1, in_file=mapped) as ids,
        new_array(np.int64, len(text.sentence_offsets) + 1, in_file=mapped) as offsets,
    ):
        offsets.append(np.zeros(1, np.int64))
        done = written = 0

        def take(block: tuple[int, EncodedIds]) -> None:
            nonlocal done, written
            n_read, joined = block
            kernels.count_ids(joined.ids, written, counts, first)
            ids.append(joined.ids)
            offsets.append(joined.sentence_offsets[1:] + written)
            done += n_read
            written += len(joined.ids)
            stage.update(done)

        def work(first_sentence: int, stop: int) -> tuple[int, EncodedIds]:
            n_read = int(text.sentence_offsets[stop] - text.sentence_offsets[first_sentence])
            return n_read, join_block(text, (first_sentence, stop), joiners)

        with Pipeline(work, take, 0 if threads == 1 else threads) as pipeline:
            for block in blocks_of(text):
                pipeline.add(*block)
        return JoinedText(EncodedIds(ids.finish(), offsets.finish()), counts, first)
