"""A text is read by all nodes at once: they count, the driver chooses the vocabulary, they number what they read."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.advice import warn_of_invalid_bytes, warn_of_script
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.final_ids import choose_vocabulary
from firth.corpus.paths import Files
from firth.corpus.scan import Scanned
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.word_table import WordTable
from firth.distributed.handing import GivenText, hand_over
from firth.distributed.machines import Machines, NodeHandle
from firth.distributed.node_facts import facts_of
from firth.distributed.shards import Shard, deal, shards_of
from firth.distributed.text import Counted, ShardSize
from firth.errors import CorpusError, SettingError, warn
from firth.progress import Reporter
from firth.training.hyperparameters import Hyperparameters
from firth.training.lone_words import check_neighbours

__all__ = ["SharedText", "check_facts", "read_shared", "share_given"]

_GIVEN = "the corpus"  # in messages, where it is no file


class SharedText(NamedTuple):
    """A text that nodes hold, as the driver knows it.

    name : in messages.
    sizes : of all shards, by number.
    hands : the shards of each node.
    totals : the words that were read, and the bytes that were not UTF-8.
    given : the text itself, where the driver has read it; None: nodes read files.
    """

    name: str
    vocabulary: Vocabulary
    shards: list[Shard]
    sizes: dict[int, ShardSize]
    hands: dict[NodeHandle, list[Shard]]
    totals: tuple[int, int]
    given: GivenText | None = None

    @property
    def positions(self) -> NDArray[np.int64]:
        """(shards + 1,) where each shard begins, in words."""
        return np.cumsum([0, *(self.sizes[shard.number].words for shard in self.shards)]).astype(np.int64)

    @property
    def n_words(self) -> int:
        """T."""
        return int(self.positions[-1])

    def stand_in(self) -> EncodedCorpus:
        """A corpus of this size and vocabulary, for what does not look at ids: they are not here."""
        ids = np.broadcast_to(np.zeros(1, np.int32), (self.n_words,))
        return EncodedCorpus(self.vocabulary, ids, np.array([0, self.n_words]), *self.totals)


def read_shared(machines: Machines, files: Files, settings: Hyperparameters, reporter: Reporter) -> SharedText:
    """Have all nodes read their shards of a text.

    Raises   CorpusError, with the name of a node if it is of one; SettingError if a node runs another version.
    """
    check_facts(machines, machines.nodes)
    shards = shards_of(files)
    hands = deal(shards, len(machines.nodes))
    _leave_out_idle(machines, hands)
    nodes = list(machines.nodes)
    hands = [hand for hand in hands if hand]
    calls = [machines.call(node, "count", hand, files.name) for node, hand in zip(nodes, hands, strict=True)]
    counted = []
    with reporter.stage("reading", sum(shard.size for shard in shards), "bytes") as stage:
        for call, hand in zip(calls, hands, strict=True):
            counted += machines.wait([call])
            stage.update(sum(shard.size for hand in hands[: len(counted)] for shard in hand))
    vocabulary, ids, totals = _merged(counted, files.name, settings)
    calls = [machines.call(node, "encode", final) for node, final in zip(nodes, ids, strict=True)]
    sizes: dict[int, ShardSize] = {}
    for found in machines.wait(calls):
        sizes |= found
    text = SharedText(files.name, vocabulary, shards, sizes, dict(zip(nodes, hands, strict=True)), totals)
    check_neighbours(text.stand_in(), files.name, alone=sum(size.lone_words for size in sizes.values()))
    return text


def share_given(machines: Machines, corpus: EncodedCorpus) -> SharedText:
    """Have all nodes hold their shards of a text that the driver has read.

    Raises   SettingError, with its name, if a node runs another version.
    """
    check_facts(machines, machines.nodes)
    given = GivenText.of(corpus)
    hands = deal(given.shards, len(machines.nodes))
    _leave_out_idle(machines, hands)
    dealt = {node: hand for node, hand in zip(machines.nodes, filter(None, hands), strict=True)}
    hand_over(machines, given, dealt)
    sizes: dict[int, ShardSize] = {}
    for found in machines.wait([machines.call(node, "hold", hand, _GIVEN, None) for node, hand in dealt.items()]):
        sizes |= found
    totals = corpus.total_words, corpus.invalid_bytes
    return SharedText(_GIVEN, corpus.vocabulary, given.shards, sizes, dealt, totals, given)


def check_facts(machines: Machines, nodes: Sequence[NodeHandle]) -> None:
    """Raise SettingError if one of these nodes runs another version than the driver."""
    mine = facts_of()
    for node, theirs in zip(nodes, machines.wait([machines.call(node, "facts") for node in nodes]), strict=True):
        if difference := mine.difference(theirs):
            raise SettingError(f"{node.name}: {difference}: install the same versions on all machines")


def _leave_out_idle(machines: Machines, hands: list[list[Shard]]) -> None:
    """Do without the nodes that no shard is left for."""
    idle = [node for node, hand in zip(list(machines.nodes), hands, strict=True) if not hand]
    if idle:
        warn(
            f"{len(idle):,} of {len(hands):,} nodes have nothing to do: the text can be cut into too few parts (lines, "
            "or compressed files, which are not cut); give more and smaller files, or fewer nodes"
        )
    for node in idle:
        machines.drop(node, is_lost=False)


def _merged(
    counted: list[Counted], name: str, settings: Hyperparameters
) -> tuple[Vocabulary, list[NDArray[np.int32]], tuple[int, int]]:
    """The vocabulary, the final ids of the words that each node has counted, and the sizes of the text."""
    table = WordTable()
    ids = [table.merge_words(one.text, one.counts, one.first) for one in counted]
    total_words, invalid, text_bytes = (sum(sizes) for sizes in zip(*(one[3:] for one in counted), strict=True))
    if total_words == 0:
        raise CorpusError(f"{name}: there are no words in it")
    scanned = Scanned(table, [], total_words, invalid, text_bytes, None)
    warn_of_invalid_bytes(scanned, name)
    vocabulary, final = choose_vocabulary(scanned, name, settings.min_count, settings.max_vocabulary)
    warn_of_script(scanned, name)
    return vocabulary, [final[one] for one in ids], (total_words, invalid)
