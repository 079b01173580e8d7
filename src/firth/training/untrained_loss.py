"""The loss of a model whose context vectors are zeros, as before the first step: what training has to be better than.

All dot products are then 0, so that the loss follows from the settings and the frequencies of the words.
"""

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.kernels.arguments import GroupNoise, SessionTargets, Tree
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import contrast_shifts, keep_probabilities, noise_probabilities

__all__ = ["untrained_loss"]


def untrained_loss(
    settings: Hyperparameters,
    counts: Counts,
    negative_samples: int,
    tree: Tree | None,
    groups: GroupNoise | None = None,
    sessions: SessionTargets | None = None,
) -> float:
    """Nats per pair; exact for negative sampling and softmax, the expectation for the other two.

    counts : (V,) occurrences of each word.
    negative_samples : those that are drawn, which may be fewer than the settings say.
    tree : of hierarchical softmax.
    groups, sessions : further targets of negative sampling, which are counted on average.
    """
    read = keep_probabilities(counts, settings.subsample_threshold) * counts
    frequencies = read / read.sum()
    if settings.objective == "softmax":
        return float(np.log(len(counts)))
    if tree is not None:
        return float(np.diff(tree.offsets) @ frequencies * np.log(2))
    if settings.objective == "nce":
        shifts = contrast_shifts(counts, settings.noise_power, negative_samples).astype(np.float64)
        noise = negative_samples * noise_probabilities(counts, settings.noise_power)
        return float(np.logaddexp(0, shifts) @ frequencies + np.logaddexp(0, -shifts) @ noise)
    return float((1 + negative_samples + _further_targets(frequencies, groups, sessions)) * np.log(2))


def _further_targets(
    frequencies: NDArray[np.float64], groups: GroupNoise | None, sessions: SessionTargets | None
) -> float:
    """How many targets a position has besides the center and its noise words, about: on average over the text."""
    targets = 0.0
    if groups is not None:
        others = np.diff(groups.starts) - 1
        of_word = np.where(groups.of_word < 0, 0, others[groups.of_word])
        targets += float(np.minimum(of_word, groups.negative_samples) @ frequencies)
    if sessions is not None and len(sessions.targets):
        targets += sessions.weight * float(np.mean(sessions.targets >= 0))
    return targets
