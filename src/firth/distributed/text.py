"""The part of a text that one node holds: shards, read once or given by the driver, as one corpus of ids."""

from contextlib import ExitStack
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.backends.plan import Origin
from firth.corpus.encoding import MEMORY_LIMIT
from firth.corpus.final_ids import FinalIds, final_ids_of
from firth.corpus.pieces import BlockSizes
from firth.corpus.pieces_of_ids import new_array
from firth.corpus.scan import Scanned, ScanOptions, scan_parts
from firth.corpus.spool import MemoryBudget
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.word_table import WordTable
from firth.distributed.shards import Shard, in_place
from firth.kernels.arguments import EncodedIds
from firth.progress import Reporter
from firth.training.corpus_mark import digest_of

__all__ = ["Arriving", "Counted", "HeldText", "Piece", "Reading", "ShardSize"]


class Counted(NamedTuple):
    """What a node has counted in its shards. W different words.

    text : the words, each followed by a space; see WordTable.text.
    counts, first : (W,) occurrences, and positions of first occurrences in all of the text.
    """

    text: NDArray[np.uint8]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]
    total_words: int
    invalid_bytes: int
    text_bytes: int


class ShardSize(NamedTuple):
    """Of an encoded shard."""

    words: int
    sentences: int
    lone_words: int  # sentences of one word


class Piece(NamedTuple):
    """Consecutive words of the text that a node holds without a gap."""

    first: int  # in the corpus of the node
    stop: int
    position: int  # of the first word in all of the text

    @property
    def origin(self) -> Origin:
        """For the plan."""
        return Origin(self.first, self.position)


class _Span(NamedTuple):
    """Where a shard is in a corpus."""

    words: range
    sentences: range


class Reading:
    """Shards that have been read and counted, and wait for the final ids of their words."""

    def __init__(self, shards: list[Shard], name: str, tokenizer: str, threads: int, known: Vocabulary | None) -> None:
        self._shards = shards
        self._resources = ExitStack()
        options = ScanOptions(
            known, known is not None, threads, MemoryBudget(MEMORY_LIMIT), BlockSizes(), Reporter(), self._resources
        )
        try:
            parts = [(shard.number, in_place(shard).portions) for shard in shards]
            self._scanned: Scanned = scan_parts(parts, name, tokenizer, options)
        except BaseException:
            self._resources.close()
            raise

    def counted(self) -> Counted:
        """The words."""
        scanned, table = self._scanned, self._scanned.tally
        assert isinstance(table, WordTable)
        sizes = scanned.total_words, scanned.invalid_bytes, scanned.text_bytes
        return Counted(table.text(), table.counts.copy(), table.first.copy(), *sizes)

    def encoded(self, final_ids: NDArray[np.int32] | None = None) -> "HeldText":
        """The text. final_ids : (W,) of the counted words, -1: left out; None: those of the known vocabulary."""
        final = self._scanned.known_ids if final_ids is None else final_ids
        assert final is not None
        with self._resources:
            found = final_ids_of(self._scanned, final, (MEMORY_LIMIT, False), self._resources)
        return HeldText(found, self._shards)


class Arriving:
    """Shards that the driver gives as ids, in order, each in one or several pieces."""

    def __init__(self, shards: list[Shard]) -> None:
        words, sentences = sum(shard.words for shard in shards), sum(shard.sentences for shard in shards)
        self._shards = shards
        self._in_file = 4 * words + 8 * sentences > MEMORY_LIMIT
        self._words = self._sentences = 0
        self._ends: dict[int, tuple[int, int]] = {}
        self._resources = ExitStack()
        arrays = (np.int32, words + 1), (np.int64, sentences + 2)
        self._ids, self._offsets = (
            self._resources.enter_context(new_array(dtype, length, in_file=self._in_file)) for dtype, length in arrays
        )
        self._offsets.append(np.zeros(1, np.int64))

    def add(self, shard: int, ids: WordIds, ends: Offsets) -> None:
        """The next piece, which is of this shard. ends : of its sentences, counted from its first word."""
        self._ids.append(ids)
        self._offsets.append(ends + np.int64(self._words))
        self._words, self._sentences = self._words + len(ids), self._sentences + len(ends)
        self._ends[shard] = self._words, self._sentences

    def held(self) -> "HeldText":
        """All of it."""
        with self._resources:
            found = FinalIds(self._ids.finish(), self._offsets.finish(), self._in_file, self._ends)
        return HeldText(found, self._shards)


class HeldText:
    """Ids and sentences of some shards, in the order of the text."""

    def __init__(self, found: FinalIds, shards: list[Shard]) -> None:
        self.corpus = EncodedIds(found.ids, found.sentence_offsets)
        self.memory_mapped = found.memory_mapped
        self.spans: dict[int, _Span] = {}
        words = sentences = 0
        for shard in shards:
            # A shard without words has no end of its own.
            stops = found.ends.get(shard.number, (words, sentences))
            self.spans[shard.number] = _Span(range(words, stops[0]), range(sentences, stops[1]))
            words, sentences = stops

    def sizes(self) -> dict[int, ShardSize]:
        """Of all shards, by number."""
        offsets = self.corpus.sentence_offsets
        found = {}
        for number, (words, sentences) in self.spans.items():
            lengths = np.diff(offsets[sentences.start : sentences.stop + 1])
            found[number] = ShardSize(len(words), len(sentences), int((lengths == 1).sum()))
        return found

    def digests(self) -> dict[int, str]:
        """Of the ids and sentences of each shard, by number."""
        ids, offsets = self.corpus
        return {
            number: digest_of(
                ids[words.start : words.stop], offsets[sentences.start : sentences.stop + 1] - np.int64(words.start)
            )
            for number, (words, sentences) in self.spans.items()
        }

    def pieces(self, positions: NDArray[np.int64]) -> list[Piece]:
        """The stretches without a gap. positions : (shards + 1,) of all shards in the text."""
        found: list[Piece] = []
        for number, (words, _) in self.spans.items():
            position = int(positions[number])
            if not len(words):
                continue
            if found and found[-1].position + (words.start - found[-1].first) == position:
                found[-1] = found[-1]._replace(stop=words.stop)
            else:
                found.append(Piece(words.start, words.stop, position))
        return found

    def with_shards(self, shards: list[Shard], other: "HeldText | None") -> "HeldText":
        """The text of these shards, each of which is here or in the other text."""
        in_file = self.memory_mapped or (other is not None and other.memory_mapped)
        sources = [(self if shard.number in self.spans else other) for shard in shards]
        spans = [source.spans[shard.number] for source, shard in zip(sources, shards, strict=True) if source]
        words, sentences = (sum(len(span[side]) for span in spans) for side in range(2))
        ends = {}
        with (
            new_array(np.int32, words + 1, in_file=in_file) as ids,
            new_array(np.int64, sentences + 2, in_file=in_file) as offsets,
        ):
            offsets.append(np.zeros(1, np.int64))
            written = so_far = 0
            for source, shard, span in zip(sources, shards, spans, strict=True):
                assert source is not None
                ids.append(source.corpus.ids[span.words.start : span.words.stop])
                stops = source.corpus.sentence_offsets[span.sentences.start + 1 : span.sentences.stop + 1]
                offsets.append(stops - span.words.start + written)
                written, so_far = written + len(span.words), so_far + len(span.sentences)
                ends[shard.number] = written, so_far
            return HeldText(FinalIds(ids.finish(), offsets.finish(), in_file, ends), shards)
