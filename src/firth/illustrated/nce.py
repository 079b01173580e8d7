"""Noise-contrastive estimation: tell the text from noise, and learn probabilities on the way.

A word comes either from the text or from the noise, of which there is K times as much. If the text has it with
probability p and the noise with probability q, the odds that it comes from the text are p / (K q), and the log-odds
log p - log(K q). Negative sampling takes these log-odds for the dot product; here log p = dot product - log V, so that
the model learns logarithms of probabilities. Nothing makes the probabilities add up to 1 but the data; the constant
log V has a model of zeros begin with 1 / V for every word.

Source      Gutmann & Hyvärinen 2012, "Noise-contrastive estimation of unnormalized statistical models"; for words:
            Mnih & Kavukcuoglu 2013, "Learning word embeddings efficiently with noise-contrastive estimation".
"""

from collections.abc import Sequence

import numpy as np

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.questions import Questions

__all__ = ["contrast_questions", "contrast_shifts", "log_probabilities"]


def log_probabilities(dot_products: Numbers) -> Numbers:
    """(…, V) logarithms of the probabilities of all words, from the dot products of all context vectors."""
    return np.asarray(dot_products - np.log(np.shape(dot_products)[-1]))


def contrast_shifts(noise_probabilities: Numbers, negative_samples: int) -> Numbers:
    """(V,) for every word, what is subtracted from a dot product to give the log-odds: log V + log(K q)."""
    words = len(noise_probabilities)
    return np.log(words * negative_samples * np.asarray(noise_probabilities))


def contrast_questions(center: int, noise: Sequence[int], shifts: Numbers) -> Questions:
    """Does this word come from the text? Asked of the center, with yes, and of each noise word, with no.

    Noise words are drawn independently: one may come twice, and the center may be among them.
    shifts : (V,), of contrast_shifts.
    """
    targets = list(dict.fromkeys([center, *noise]))
    asked = np.array([noise.count(word) + (word == center) for word in targets], float)
    return Questions(targets, asked, np.eye(1, len(targets))[0], np.asarray(shifts)[targets])
