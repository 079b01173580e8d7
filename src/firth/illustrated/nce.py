"""Noise-contrastive estimation: a classifier of text against noise learns the probabilities of words.

A word comes either from the text or from the noise, of which there is K times as much. If the text has it with
probability p and the noise with probability q, the odds that it comes from the text are p / (K q), and the log-odds
log p - log(K q). Negative sampling takes the dot product for these log-odds; here log p = dot product - log V, so that
the model learns logarithms of probabilities. Only the data makes the probabilities add up to 1; the constant log V lets
a model of zeros begin with 1 / V for every word.

Source      Gutmann & Hyvärinen 2012, "Noise-contrastive estimation of unnormalized statistical models"; for words:
            Mnih & Kavukcuoglu 2013, "Learning word embeddings efficiently with noise-contrastive estimation".
"""

from collections.abc import Sequence

import numpy as np

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.targets import Targets

__all__ = ["contrast_targets", "contrast_shifts", "log_probabilities"]


def log_probabilities(dot_products: Numbers) -> Numbers:
    """(…, V) logarithms of the probabilities of all words, from the dot products of all context vectors."""
    return np.asarray(dot_products - np.log(np.shape(dot_products)[-1]))


def contrast_shifts(noise_probabilities: Numbers, negative_samples: int) -> Numbers:
    """(V,) for every word, what is subtracted from a dot product to give the log-odds: log V + log(K q)."""
    words = len(noise_probabilities)
    return np.log(words * negative_samples * np.asarray(noise_probabilities))


def contrast_targets(center: int, noise: Sequence[int], shifts: Numbers) -> Targets:
    """Does this word come from the text? The center has label 1, each noise word label 0.

    Noise words are drawn independently: one may be drawn twice, and the center may be among them.
    shifts : (V,), of contrast_shifts.
    """
    rows = list(dict.fromkeys([center, *noise]))
    weights = np.array([noise.count(word) + (word == center) for word in rows], float)
    return Targets(rows, np.eye(1, len(rows))[0], weights, np.asarray(shifts)[rows])
