"""Every n-gram of a text, counted without a loop over words.

The n-grams of order k form level k of a tree: an n-gram hangs under the one that lacks its last word (its prefix), and
children are sorted by that word. Only the last word is stored. Every n-gram also knows the one that lacks its first
word (its suffix), which is what probabilities fall back to.

An n-gram is known by its number in its level, so longer ones never become longer keys: (number of the prefix, last
word) is one 64-bit integer, and sorting those integers is all the work.

Shapes   N_k n-grams on level k. Level 1 has one entry for each id, "<s>" included, whether it occurs or not.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.language_models.sentences import PaddedText

__all__ = ["NgramLevel", "count_ngrams"]


class NgramLevel(NamedTuple):
    """The n-grams of one order, sorted by prefix, then by last word."""

    words: NDArray[np.int32]  # (N_k,) the last word of each
    prefixes: NDArray[np.int64]  # (N_k,) numbers of level k - 1; all 0 on level 1
    suffixes: NDArray[np.int64]  # (N_k,) numbers of level k - 1; all 0 on level 1
    counts: NDArray[np.int64]  # (N_k,) occurrences


def count_ngrams(text: PaddedText, n_ids: int, order: int) -> list[NgramLevel]:
    """All n-grams of orders 1 to `order` that lie within one sentence.

    text : sentences with order - 1 "<s>" before each.
    n_ids : different ids, "<s>" included.
    """
    words = np.arange(n_ids, dtype=np.int32)
    zeros = np.zeros(n_ids, np.int64)
    levels = [NgramLevel(words, zeros, zeros, np.bincount(text.ids, minlength=n_ids))]
    numbers = text.ids.astype(np.int64)  # of the n-gram of the last order that ends at each place
    for k in range(2, order + 1):
        ends = np.flatnonzero(text.places >= k - 1)
        keys = numbers[ends - 1] * n_ids + text.ids[ends]
        kinds, first, kind_of, counts = _distinct(keys)
        levels.append(
            NgramLevel(
                words=(kinds % n_ids).astype(np.int32),
                prefixes=kinds // n_ids,
                suffixes=numbers[ends[first]],
                counts=counts,
            )
        )
        numbers[ends] = kind_of
    return levels


class _Distinct(NamedTuple):
    """The different keys in order, where each comes first in sorted order, which one each key is, and how often."""

    keys: NDArray[np.int64]
    first: NDArray[np.int64]
    kind_of: NDArray[np.int64]
    counts: NDArray[np.int64]


def _distinct(keys: NDArray[np.int64]) -> _Distinct:
    """What np.unique returns, with a fraction of its memory."""
    order = np.argsort(keys)
    keys = keys[order]
    starts_kind = np.empty(len(keys), bool)
    starts_kind[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=starts_kind[1:])
    begins = np.flatnonzero(starts_kind)
    kind_of = np.empty(len(keys), np.int64)
    kind_of[order] = np.cumsum(starts_kind) - 1
    counts = np.diff(begins, append=len(keys))
    return _Distinct(keys[begins], order[begins], kind_of, counts)
