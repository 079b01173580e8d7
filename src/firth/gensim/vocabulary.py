"""Which words a model keeps, by gensim's rules, and their Huffman codes."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.gensim.key_table import KeyTable
from firth.gensim.utils import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP
from firth.training.plan import huffman_tree

__all__ = ["Limits", "TrimRule", "add_words", "choose", "set_codes"]

logger = logging.getLogger(__name__)

TrimRule: TypeAlias = Callable[[Any, int, int], int]


class Limits(NamedTuple):
    """Which words are kept.

    min_count : words that occur less often are left out.
    max_final : at most so many are kept; with the first that is left out, all of its count are.
    max_vocab : at most so many are kept, the most frequent.
    rule : decides for each word, before min_count.
    """

    min_count: int
    max_final: int | None = None
    max_vocab: int | None = None
    rule: TrimRule | None = None

    def effective(self, raw: Mapping[Any, int]) -> int:
        """min_count, raised so far that at most `max_final` words are kept."""
        if self.max_final is None or self.max_final >= len(raw):
            return self.min_count
        counts = np.sort(np.fromiter(raw.values(), np.int64, len(raw)))[::-1]
        return max(self.min_count, int(counts[self.max_final]) + 1)

    def keeps(self, word: Any, count: int, min_count: int) -> bool:
        """Whether a word is kept. Raises ValueError for what is no rule's result."""
        if self.rule is not None:
            result = self.rule(word, count, min_count)
            if result in (RULE_KEEP, RULE_DISCARD):
                return result == RULE_KEEP
            if result != RULE_DEFAULT:
                raise ValueError(f"trim_rule returned {result!r}: must be RULE_DEFAULT, RULE_DISCARD or RULE_KEEP")
        return count >= min_count


def choose(raw: Mapping[Any, int], limits: Limits) -> dict[Any, int]:
    """The words that are kept, with their counts, in the order of `raw`."""
    min_count = limits.effective(raw)
    if limits.max_vocab is not None and len(raw) > limits.max_vocab:
        frequent = sorted(raw, key=raw.__getitem__, reverse=True)[: limits.max_vocab]
        raw = {word: raw[word] for word in frequent}
    if limits.rule is None and min_count <= 1:
        return dict(raw)
    return {word: count for word, count in raw.items() if limits.keeps(word, count, min_count)}


def add_words(table: KeyTable, kept: Mapping[Any, int]) -> int:
    """Add counts to those of known words, and the other words behind them; returns how many these are."""
    before = len(table)
    for word in kept:
        if word not in table.key_to_index:
            table.key_to_index[word] = len(table.index_to_key)
            table.index_to_key.append(word)
    table.next_index = len(table)
    table.allocate_vecattrs(["count"], [int])
    rows = np.fromiter((table.key_to_index[word] for word in kept), np.int64, len(kept))
    table.expandos["count"][rows] += np.fromiter(kept.values(), np.int64, len(kept))
    return len(table) - before


def set_codes(table: KeyTable) -> None:
    """Set the attributes "code" and "point" of all words: the branches and nodes of the path to them in the tree."""
    if len(table) < 2:
        return
    tree = huffman_tree(np.maximum(table.expandos["count"], 1))
    for name, values in (("code", (tree.turns & 1).astype(np.uint8)), ("point", (tree.turns >> 1).astype(np.uint32))):
        table.expandos[name] = _paths(values, tree.offsets)


def _paths(values: NDArray[Any], offsets: NDArray[np.int64]) -> NDArray[Any]:
    paths = np.empty(len(offsets) - 1, object)
    for word, path in enumerate(np.split(values, offsets[1:-1])):
        paths[word] = path
    return paths
