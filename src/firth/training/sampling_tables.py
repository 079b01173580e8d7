"""The tables that random draws are made from: which occurrences are read, and which words are noise.

Source   Mikolov et al. 2013, arXiv:1310.4546, sections 2.2 and 2.3, with the formula of word2vec.c for subsampling.
"""

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.kernels.cpu.training.sampling import fill_alias_table

__all__ = [
    "contrast_shifts",
    "keep_probabilities",
    "keep_thresholds",
    "noise_probabilities",
    "noise_table",
]


def keep_probabilities(counts: Counts, threshold: float) -> NDArray[np.float64]:
    """The probability (V,) that an occurrence of a word is read: sqrt(t / f) + t / f, at most 1.

    f is the word's share of all occurrences. The paper has sqrt(t / f) alone; word2vec.c and gensim compute this.
    threshold : t; 0 reads every occurrence.
    """
    if threshold == 0:
        return np.ones(len(counts))
    ratio: NDArray[np.float64] = threshold * counts.sum() / counts
    kept: NDArray[np.float64] = np.minimum(np.sqrt(ratio) + ratio, 1.0)
    return kept


def keep_thresholds(counts: Counts, threshold: float) -> NDArray[np.uint32]:
    """keep_probabilities as (V,) uint32: an occurrence is read if a random uint32 is not above its word's."""
    return (keep_probabilities(counts, threshold) * (2.0**32 - 1)).astype(np.uint32)


def noise_probabilities(counts: Counts, exponent: float) -> NDArray[np.float64]:
    """The noise distribution (V,): count ** exponent, divided by its sum; 0 for words with a count of 0."""
    # In logarithms, so that no exponent overflows.
    logs = np.full(len(counts), -np.inf)
    logs[counts > 0] = exponent * np.log(counts[counts > 0])
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def noise_table(counts: Counts, exponent: float) -> NDArray[np.uint64]:
    """The noise distribution as an alias table (V,): acceptance threshold << 32 | alias.

    The threshold is 0 for words that are never drawn, and for no others.
    """
    packed = np.empty(len(counts), np.uint64)
    fill_alias_table(noise_probabilities(counts, exponent), packed)
    return packed


def contrast_shifts(counts: Counts, exponent: float, negative_samples: int) -> NDArray[np.float32]:
    """For noise-contrastive estimation, (V,): log(K V x noise probability), see kernels/cpu/training/contrast.py.

    0 for words with a count of 0, which are neither in the text nor among the noise words.
    """
    noise = noise_probabilities(counts, exponent)
    shifts = np.zeros(len(counts), np.float32)
    shifts[counts > 0] = np.log(negative_samples * len(counts) * noise[counts > 0])
    return shifts
