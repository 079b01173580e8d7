"""A text that is no file: the driver reads it once, and gives each node its shards as ids.

Ids take 4 bytes a word, and are in temporary files of the driver where they are more than encode()'s memory limit. A
few pieces are on their way at a time. When a node is lost, its shards are given to the others.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.pieces_of_ids import pieces
from firth.distributed.machines import Machines, NodeHandle
from firth.distributed.shards import MOST_SHARDS, Shard

__all__ = ["GivenText", "hand_over"]

_LEAST_WORDS = 1 << 12  # of a shard
_ON_THE_WAY = 1 << 26  # words, to all nodes together


class GivenText(NamedTuple):
    """A text that the driver holds.

    shards : by number.
    sentences : (shards + 1,) where each shard begins, in sentences.
    """

    corpus: EncodedCorpus
    shards: list[Shard]
    sentences: NDArray[np.int64]

    @classmethod
    def of(cls, corpus: EncodedCorpus) -> "GivenText":
        """Cut a text between sentences."""
        offsets = corpus.sentence_offsets
        ranges = list(pieces(offsets, max(corpus.n_words // MOST_SHARDS, _LEAST_WORDS)))
        shards = [
            Shard(number, [], int(offsets[stop] - offsets[first]), stop - first)
            for number, (first, stop) in enumerate(ranges)
        ]
        return cls(corpus, shards, np.array([0, *(stop for _, stop in ranges)], np.int64))

    def pieces_of(self, shards: list[int], words: int) -> Iterator[tuple[int, WordIds, Offsets]]:
        """Shards in pieces of at most so many words, unless a sentence is longer: shard, ids and ends of sentences."""
        offsets, ids = self.corpus.sentence_offsets, self.corpus.ids
        for shard in shards:
            begin = int(self.sentences[shard])
            within = offsets[begin : int(self.sentences[shard + 1]) + 1]
            for first, stop in pieces(within, words):
                start = within[first]
                yield shard, ids[start : within[stop]], within[first + 1 : stop + 1] - start


def hand_over(machines: Machines, text: GivenText, hands: Mapping[NodeHandle, list[Shard]]) -> None:
    """Give nodes what they lack of the shards that they are to hold; a call of "hold" has to follow.

    Raises   LostNodeError; CorpusError, with the name of the node, if a temporary file cannot be written.
    """
    lacking = machines.wait([machines.call(node, "expect", hand) for node, hand in hands.items()])
    words = max(_ON_THE_WAY // len(hands), 1)
    waiting = [(node, text.pieces_of(shards, words)) for node, shards in zip(hands, lacking, strict=True)]
    while waiting:
        calls, later = [], []
        for node, of_node in waiting:  # one piece to each node at a time: calls may overtake each other
            if (piece := next(of_node, None)) is not None:
                calls.append(machines.call(node, "receive", *piece))
                later.append((node, of_node))
        machines.wait(calls)
        waiting = later
