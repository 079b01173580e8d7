"""The loss of a model whose context vectors are zeros, as before the first step: what training has to be better than.

All dot products are then 0, so that the loss follows from the settings and the frequencies of the words.
"""

import numpy as np

from firth.arrays import Counts
from firth.kernels.arguments import Tree
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import contrast_shifts, keep_probabilities, noise_probabilities

__all__ = ["untrained_loss"]


def untrained_loss(settings: Hyperparameters, counts: Counts, negative_samples: int, tree: Tree | None) -> float:
    """Nats per pair; exact for negative sampling and softmax, the expectation for the other two.

    counts : (V,) occurrences of each word.
    negative_samples : those that are drawn, which may be fewer than the settings say.
    tree : of hierarchical softmax.
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
    return float((1 + negative_samples) * np.log(2))
