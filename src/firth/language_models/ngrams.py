"""Counting all n-grams of a text, by sorting, without a loop over words.

The n-grams of order k are level k of a tree (a trie): the parent of an n-gram is its prefix, the n-gram without its
last word, and children are sorted by that word. Only the last word is stored. Every n-gram also has a link to its
suffix, the n-gram without its first word: smoothing interpolates with the suffix.

An n-gram is identified by its row in its level, so that the keys of longer ones are not longer: (row of the prefix,
last word) is one 64-bit integer, and sorting those integers is all the work.

Shapes   N_k n-grams on level k. Level 1 has one entry for each id, `<s>` included, whether it occurs or not.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.language_models.sentences import PaddedText
from firth.progress import Stage

__all__ = ["NgramLevel", "count_ngrams"]


class NgramLevel(NamedTuple):
    """The n-grams of one order, sorted by prefix, then by last word."""

    words: NDArray[np.int32]  # (N_k,) the last word of each
    prefixes: NDArray[np.int64]  # (N_k,) rows of level k - 1; all 0 on level 1
    suffixes: NDArray[np.int64]  # (N_k,) rows of level k - 1; all 0 on level 1
    counts: NDArray[np.int64]  # (N_k,) occurrences


def count_ngrams(text: PaddedText, n_ids: int, order: int, stage: Stage) -> list[NgramLevel]:
    """All n-grams of orders 1 to `order` that lie within one sentence.

    text : sentences with order - 1 `<s>` before each.
    n_ids : number of different ids, `<s>` included.
    stage : updated after each order.
    """
    words = np.arange(n_ids, dtype=np.int32)
    zeros = np.zeros(n_ids, np.int64)
    levels = [NgramLevel(words, zeros, zeros, np.bincount(text.ids, minlength=n_ids))]
    stage.update(1)
    rows = text.ids.astype(np.int64)  # of the n-gram of the last counted order that ends at each position
    for k in range(2, order + 1):
        ends = np.flatnonzero(text.positions >= k - 1)
        found = _distinct(rows[ends - 1] * n_ids + text.ids[ends])
        levels.append(
            NgramLevel(
                words=(found.keys % n_ids).astype(np.int32),
                prefixes=found.keys // n_ids,
                suffixes=rows[ends[found.first]],
                counts=found.counts,
            )
        )
        rows[ends] = found.inverse
        stage.update(k)
    return levels


class _Distinct(NamedTuple):
    """The n different keys among N."""

    keys: NDArray[np.int64]  # (n,) ascending
    first: NDArray[np.int64]  # (n,) where one occurrence of each is among the N
    inverse: NDArray[np.int64]  # (N,) which of the n each of the N is
    counts: NDArray[np.int64]  # (n,) occurrences


def _distinct(keys: NDArray[np.int64]) -> _Distinct:
    """As np.unique, with a fraction of its memory."""
    order = np.argsort(keys)
    keys = keys[order]
    is_new = np.empty(len(keys), bool)
    is_new[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=is_new[1:])
    begins = np.flatnonzero(is_new)
    inverse = np.empty(len(keys), np.int64)
    inverse[order] = np.cumsum(is_new) - 1
    counts = np.diff(begins, append=len(keys))
    return _Distinct(keys[begins], order[begins], inverse, counts)
