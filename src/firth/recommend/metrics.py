"""Metrics of lists of recommendations, from the ranks of the answers; with bootstrap intervals over sequences.

The questions of one sequence are right or wrong together, so whole sequences are drawn with replacement.

Shapes  Q questions, M columns of values, R resamples.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.intervals import resample_weights
from firth.interruption import blas

__all__ = ["means", "rank_metrics", "resampled_means"]

# More sequences than this are drawn in so many bundles, each made of sequences at random. An interval then varies by
# less than 1 % of its width with the bundles, and takes less than a second.
_MOST_GROUPS = 10_000


def rank_metrics(
    ranks: NDArray[np.int64], at: Sequence[int], is_tail: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    """What each question (Q,) adds to the mean of each metric, float64.

    HR@k : 1 if the answer is among the first k. With one answer a question, it is the recall.
    NDCG@k : 1 / log2(1 + r) if the answer is number r ≤ k of the list, counted from 1 (Järvelin and Kekäläinen 2002).
    MRR@k : 1 / r.
    tail HR@k : HR@k, and NaN where the answer is not in the tail.

    ranks : (Q,) counted from 0, -1 for an answer for which the scorer has no evidence.
    """
    found = ranks >= 0
    number = np.where(found, ranks, 0) + 1.0
    in_list = {k: found & (ranks < k) for k in at}
    columns: dict[str, NDArray[np.float64]] = {}
    columns |= {f"HR@{k}": listed.astype(np.float64) for k, listed in in_list.items()}
    columns |= {f"NDCG@{k}": np.where(listed, 1 / np.log2(1 + number), 0) for k, listed in in_list.items()}
    columns |= {f"MRR@{k}": np.where(listed, 1 / number, 0) for k, listed in in_list.items()}
    columns |= {f"tail HR@{k}": np.where(is_tail, listed, np.nan) for k, listed in in_list.items()}
    return columns


def means(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean (M,) of each column of values (Q, M), NaN left out; NaN where there are no others.

    weights : (Q,) of the questions.
    """
    counted = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(counted, values, 0).T @ weights / (counted.T @ weights)


def resampled_means(
    values: NDArray[np.float64], weights: NDArray[np.float64], sequences: NDArray[np.int64], seed: int = 1
) -> NDArray[np.float64]:
    """means() in each of R draws of whole sequences with replacement (R, M). The same draws for all columns.

    sequences : (Q,) the sequence of each question.
    """
    groups = np.unique(sequences, return_inverse=True)[1]
    n_groups = int(groups.max(initial=-1)) + 1
    if n_groups == 0:
        return np.empty((0, values.shape[1]))
    if n_groups > _MOST_GROUPS:
        bundles = np.random.default_rng(seed).permutation(n_groups) % _MOST_GROUPS
        groups, n_groups = bundles[groups], _MOST_GROUPS
    counted = ~np.isnan(values)
    sums = _group_sums(np.where(counted, values, 0) * weights[:, None], groups, n_groups)
    sizes = _group_sums(counted * weights[:, None], groups, n_groups)
    with blas, np.errstate(invalid="ignore"):
        return np.concatenate([(draws @ sums) / (draws @ sizes) for draws in resample_weights(n_groups, seed=seed)])


def _group_sums(values: NDArray[np.float64], groups: NDArray[np.int64], n_groups: int) -> NDArray[np.float64]:
    """The sums (G, M) of the rows (Q, M) of each group."""
    return np.stack([np.bincount(groups, column, n_groups) for column in values.T], axis=1)
