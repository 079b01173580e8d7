"""Interpolated modified Kneser-Ney smoothing: probabilities of n-grams from counts.

    p(w | h) = max(c(h w) - D, 0) / c(h ·)  +  backoff(h) * p(w | h without its first word)

A discount D is subtracted from every count (there is one D for counts of 1, of 2, and of 3 or more). The probability
that this frees after a history h, backoff(h), is distributed by the next shorter history. In the shorter orders, c is
not how often an n-gram occurs but the number of different words it follows (its continuation count): "Francisco" is
frequent, but only after "San". Single words are interpolated with a uniform distribution.

Reference   firth.illustrated.kneser_ney
Source      Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling", Computer Speech and
            Language 13, section 4.1.6 (modified), equations 24 to 27 of the technical report TR-10-98.
Shapes      N_k n-grams of order k (ngrams.py), V outcomes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.language_models.ngrams import NgramLevel
from firth.progress import Stage

__all__ = ["Discounts", "SmoothedLevel", "estimate_discounts", "smooth"]


class Discounts(NamedTuple):
    """What is subtracted from a count of 1, of 2, and of 3 or more."""

    once: float
    twice: float
    more: float


FALLBACK = Discounts(0.5, 1.0, 1.5)  # where they cannot be estimated; the defaults of KenLM's --discount_fallback


class SmoothedLevel(NamedTuple):
    """The n-grams of one order with their probabilities: a level of the tree of the fitted model."""

    words: NDArray[np.int32]  # (N_k,) the last word of each
    probabilities: NDArray[np.float32]  # (N_k,) of the last word after the others, interpolated
    backoffs: NDArray[np.float32]  # (N_k,) weight of the shorter history after all of them; empty on the last level
    starts: NDArray[np.uint32]  # (N_k + 1,) where the children begin on the next level; empty on the last level


def estimate_discounts(counts: NDArray[np.int64]) -> Discounts:
    """Discounts estimated from the numbers of n-grams that occur once, twice, three and four times.

    counts : (N_k,) occurrences, or continuation counts.

    Where one of the four numbers is 0, or an estimate is not between 0 and its count: 0.5, 1 and 1.5.
    """
    n1, n2, n3, n4 = (int((counts == c).sum()) for c in (1, 2, 3, 4))
    if not (n1 and n2 and n3 and n4):
        return FALLBACK
    y = n1 / (n1 + 2 * n2)
    found = Discounts(1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    # Unusual texts (every line twice) give negative discounts, or discounts above the count.
    return found if all(0 <= d <= c for c, d in enumerate(found, 1)) else FALLBACK


def smooth(
    levels: list[NgramLevel], n_outcomes: int, given: Sequence[Discounts] | None, stage: Stage
) -> tuple[list[SmoothedLevel], list[Discounts]]:
    """Probabilities for every n-gram, and the discounts they were computed with.

    levels : from count_ngrams; ids from `n_outcomes` on (`<s>`) are never predicted.
    given : discounts for each order; None: estimated ones.
    stage : updated after each order.
    """
    smoothed: list[SmoothedLevel] = []
    discounts: list[Discounts] = []
    lower = np.full(1, 1 / n_outcomes)  # p of the suffix of each n-gram of this level
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
        stage.update(k + 1)
    return smoothed, discounts


def _adjusted(levels: list[NgramLevel], k: int, n_outcomes: int) -> NDArray[np.int64]:
    """Occurrences of the longest n-grams; for all others, the number of different words that they follow."""
    if k == len(levels) - 1:
        return levels[k].counts
    longer = levels[k + 1]
    return np.bincount(longer.suffixes[longer.words < n_outcomes], minlength=len(levels[k].words))


def _discounted(
    counts: NDArray[np.int64], prefixes: NDArray[np.int64], n_prefixes: int, discounts: Discounts
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The discounted probability of each n-gram (N_k,), and the backoff weight of each history (N_{k-1},)."""
    subtracted = np.array([0.0, *discounts])[np.minimum(counts, 3)]
    totals = np.bincount(prefixes, weights=counts, minlength=n_prefixes)
    share = np.zeros(n_prefixes)
    np.divide(1.0, totals, out=share, where=totals > 0)
    backoffs = np.bincount(prefixes, weights=subtracted, minlength=n_prefixes) * share
    backoffs[totals == 0] = 1.0  # nothing was seen after this history, so the shorter one decides
    return (counts - subtracted) * share[prefixes], backoffs


def _starts(prefixes: NDArray[np.int64], n_prefixes: int) -> NDArray[np.uint32]:
    """Where the children of each n-gram begin (N_{k-1} + 1,), from the sorted prefixes of the children."""
    starts = np.zeros(n_prefixes + 1, np.uint32)
    np.cumsum(np.bincount(prefixes, minlength=n_prefixes), out=starts[1:])
    return starts
