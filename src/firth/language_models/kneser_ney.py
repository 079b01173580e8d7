"""Interpolated modified Kneser-Ney smoothing: probabilities of n-grams from counts.

    p(w | h) = max(c(h w) - D, 0) / c(h ·)  +  backoff(h) * p(w | h without its first word)

From every count something is taken (the discount D, one for counts of 1, of 2, and of 3 and more), and what was taken
after a history is shared out by the next shorter history. In shorter orders c is not how often an n-gram occurs but
after how many different words: "Francisco" is frequent, but only after "San". Below single words all outcomes are
alike.

Source   Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling", Computer Speech and
         Language 13, section 4.1.6 (modified), equations 24 to 27 of the technical report TR-10-98.
Shapes   N_k n-grams of order k (ngrams.py), V outcomes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.language_models.ngrams import NgramLevel

__all__ = ["Discounts", "SmoothedLevel", "estimate_discounts", "smooth"]


class Discounts(NamedTuple):
    """What is taken from a count of 1, of 2, and of 3 or more."""

    once: float
    twice: float
    more: float


FALLBACK = Discounts(0.5, 1.0, 1.5)  # where counts of counts say nothing; KenLM's --discount_fallback


class SmoothedLevel(NamedTuple):
    """The n-grams of one order with their probabilities; a branch of the tree that answers."""

    words: NDArray[np.int32]  # (N_k,) the last word of each
    probabilities: NDArray[np.float32]  # (N_k,) of the last word after the others, already interpolated
    backoffs: NDArray[np.float32]  # (N_k,) weight of the shorter history after all of them; empty on the last level
    starts: NDArray[np.uint32]  # (N_k + 1,) where the children begin on the next level; empty on the last level


def estimate_discounts(counts: NDArray[np.int64]) -> Discounts:
    """The discounts that held-out data would ask for, from how many n-grams occur once, twice, three and four times.

    Raises nothing: a text too small to tell (one of the four is 0) gets 0.5, 1 and 1.5.
    """
    n1, n2, n3, n4 = (int((counts == c).sum()) for c in (1, 2, 3, 4))
    if not (n1 and n2 and n3 and n4):
        return FALLBACK
    y = n1 / (n1 + 2 * n2)
    found = Discounts(1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    # Odd texts (every line twice) give discounts that no count can pay.
    return found if all(0 <= d <= c for c, d in enumerate(found, 1)) else FALLBACK


def smooth(
    levels: list[NgramLevel], n_outcomes: int, given: Sequence[Discounts] | None = None
) -> tuple[list[SmoothedLevel], list[Discounts]]:
    """Probabilities for every n-gram, and the discounts that made them.

    levels : from count_ngrams; ids from `n_outcomes` on ("<s>") are never predicted.
    given : discounts for each order, instead of estimated ones.
    """
    smoothed: list[SmoothedLevel] = []
    discounts: list[Discounts] = []
    lower = np.full(1, 1 / n_outcomes)  # p of the suffix, for the level at hand
    for k, level in enumerate(levels):
        predicted = level.words < n_outcomes
        counts = np.where(predicted, _adjusted(levels, k, n_outcomes), 0)
        discounts.append(given[k] if given else estimate_discounts(counts))
        n_prefixes = len(levels[k - 1].words) if k else 1
        alphas, backoffs = _discounted(counts, level.prefixes, n_prefixes, discounts[-1])
        probabilities = alphas + backoffs[level.prefixes] * lower[level.suffixes]
        probabilities[~predicted] = 0
        if k:
            smoothed[-1] = smoothed[-1]._replace(
                backoffs=backoffs.astype(np.float32), starts=_starts(level.prefixes, n_prefixes)
            )
        nothing = np.empty(0, np.float32), np.empty(0, np.uint32)
        smoothed.append(SmoothedLevel(level.words, probabilities.astype(np.float32), *nothing))
        lower = probabilities
    return smoothed, discounts


def _adjusted(levels: list[NgramLevel], k: int, n_outcomes: int) -> NDArray[np.int64]:
    """Occurrences for the longest n-grams; for all others, after how many different words they occur."""
    if k == len(levels) - 1:
        return levels[k].counts
    longer = levels[k + 1]
    return np.bincount(longer.suffixes[longer.words < n_outcomes], minlength=len(levels[k].words))


def _discounted(
    counts: NDArray[np.int64], prefixes: NDArray[np.int64], n_prefixes: int, discounts: Discounts
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is left of each count, as a share of its history (N_k,); what was taken from each history (N_{k-1},)."""
    taken = np.array([0.0, *discounts])[np.minimum(counts, 3)]
    totals = np.bincount(prefixes, weights=counts, minlength=n_prefixes)
    share = np.zeros(n_prefixes)
    np.divide(1.0, totals, out=share, where=totals > 0)
    backoffs = np.bincount(prefixes, weights=taken, minlength=n_prefixes) * share
    backoffs[totals == 0] = 1.0  # a history that nothing was seen after has nothing to say
    return (counts - taken) * share[prefixes], backoffs


def _starts(prefixes: NDArray[np.int64], n_prefixes: int) -> NDArray[np.uint32]:
    """Where the children of each n-gram begin, from the sorted prefixes of the children."""
    starts = np.zeros(n_prefixes + 1, np.uint32)
    np.cumsum(np.bincount(prefixes, minlength=n_prefixes), out=starts[1:])
    return starts
