"""The graph of items: which item came directly after which, and random walks on it as a corpus for Word2Vec.

Source   Perozzi, Al-Rfou, Skiena 2014, "DeepWalk"; Grover, Leskovec 2016, "node2vec"; Wang et al. 2018, "Billion-scale
         commodity embedding for e-commerce recommendation in Alibaba", section 2.2, for the graph of sessions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary, most_frequent
from firth.errors import CorpusError
from firth.interruption import importing
from firth.kernels.cpu.recommend.arguments import ItemEdges
from firth.parallel import available_cores, even_parts, share_parts
from firth.recommend.index_ranges import offsets_of
from firth.recommend.items import Item, Items
from firth.settings import check_value, real_number, whole_number

__all__ = ["ItemGraph"]

_PARTS = 8  # for each thread


@dataclass(frozen=True, eq=False, repr=False)
class ItemGraph:
    """A weighted directed graph of N items; item i leads to targets[offsets[i] : offsets[i + 1]].

    items : the N items.
    offsets : (N + 1,) int64.
    targets : (E,) int32, rising for each item.
    weights : (E,) float32, how often the target came directly after the item, each time with the weight of its event.
    """

    items: Items
    offsets: Offsets
    targets: WordIds
    weights: NDArray[np.float32]

    @classmethod
    def of(
        cls, items: Items, ids: WordIds, offsets: Offsets, weights: NDArray[np.float32] | None = None
    ) -> "ItemGraph":
        """The transitions in sequences; an item that comes directly after itself is not one.

        Raises   CorpusError if there are none.
        """
        inside = np.ones(max(len(ids) - 1, 0), np.bool_)
        inside[offsets[1:-1] - 1] = False  # from the end of a sequence to the beginning of the next
        inside &= ids[:-1] != ids[1:]
        if not inside.any():
            raise CorpusError("there are no transitions: no sequence has two different items")
        pairs = ids[:-1][inside].astype(np.int64) * len(items) + ids[1:][inside]
        edges, of_pair = np.unique(pairs, return_inverse=True)
        counted = np.bincount(of_pair, None if weights is None else weights[1:][inside], len(edges))
        sources = edges // len(items)
        return cls(
            items,
            offsets_of(np.bincount(sources, minlength=len(items))),
            (edges % len(items)).astype(np.int32),
            counted.astype(np.float32),
        )

    @property
    def n_edges(self) -> int:
        """E."""
        return len(self.targets)

    def following(self, item: Item) -> list[tuple[Item, float]]:
        """The items that came directly after an item, with their weights, the largest first; none for unknown items."""
        number = self.items.number(item)
        if number < 0:
            return []
        row = slice(*self.offsets[number : number + 2])
        order = np.argsort(-self.weights[row], kind="stable")
        weights = self.weights[row][order].tolist()
        return list(zip(self.items.list_of(self.targets[row][order]), weights, strict=True))

    def walks(
        self,
        count: int = 20,
        length: int = 10,
        *,
        p: float = 1.0,
        q: float = 1.0,
        seed: int = 1,
        threads: int | None = None,
    ) -> EncodedCorpus:
        """Random walks as a corpus: train it with Word2Vec(min_count=1).

        Each step goes to a neighbour with a probability proportional to the weight. Equal seeds give equal walks.

        Parameters
        ----------
        count : walks from each item that leads anywhere, in a random order.
        length : items of a walk; it ends earlier at an item that leads nowhere.
        p : steps back to the item before are 1/p as likely; large values avoid them (node2vec's return parameter).
        q : steps to an item that the item before does not lead to are 1/q as likely; below 1 walks go far, above 1 they
            stay near (node2vec's in-out parameter). Both 1: DeepWalk.
        threads : None: as many as there are cores.

        Raises   SettingError for impossible values.
        """
        check_value("count", count, whole_number(1))
        check_value("length", length, whole_number(2))
        check_value("p", p, real_number(0, above=True))
        check_value("q", q, real_number(0, above=True))
        check_value("seed", seed, whole_number(0, 2**63 - 1, limits=" from 0, of 63 bits"))
        threads = available_cores() if threads is None else threads
        check_value("threads", threads, whole_number(1))
        with importing():
            from firth.kernels.cpu.recommend import walks

        table = np.empty(self.n_edges, np.uint64)
        walks.fill_rows(self.offsets, self.weights, table)
        edges = ItemEdges(self.offsets, self.targets, self.weights, table)
        random = np.random.default_rng(seed)
        leading = np.flatnonzero(np.diff(self.offsets)).astype(np.int32)
        starts = np.concatenate([random.permutation(leading) for _ in range(count)])
        bias = np.array([1 / p, 1.0, 1 / q])
        key = random.integers(0, 2**64, dtype=np.uint64)
        out = np.empty((len(starts), length), np.int32)
        numbers = np.arange(len(starts))

        def work(parts: Iterator[slice]) -> None:
            for part in parts:
                walks.walk(edges, starts[part], numbers[part], bias, key, out[part])

        share_parts(work, even_parts(len(starts), _PARTS * threads), threads)
        return self._corpus(out)

    def _corpus(self, walks: NDArray[np.int32]) -> EncodedCorpus:
        """Walks (W, L), with -1 behind their ends."""
        visited = walks >= 0
        ids = walks[visited]
        counts = np.bincount(ids, minlength=len(self.items)).astype(np.int64)
        chosen, numbers = most_frequent(counts, np.arange(len(counts)), 1, None)
        words = self.items.vocabulary.words
        vocabulary = Vocabulary([words[number] for number in chosen], counts[chosen])
        return EncodedCorpus(vocabulary, numbers[ids], offsets_of(visited.sum(axis=1)))

    def __repr__(self) -> str:
        return f"ItemGraph({len(self.items):,} items, {self.n_edges:,} transitions)"
