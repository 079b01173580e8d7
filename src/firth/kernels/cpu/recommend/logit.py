"""A conditional logit: the log-likelihood of the answers to questions, its gradient and its curvature.

Reference  NumPy, in tests/unit/recommend/test_blend.py.
Shapes     C candidates of Q questions, the answer the first of each; F features.
"""

import math

import numpy as np
from numpy import float64

from firth.kernels.compile import kernel, step

__all__ = ["likelihood_of_answers"]


@step
def probabilities(features, first, stop, weights, shares):
    """Fill shares with the softmax of the scores of a question; returns the log-likelihood of its answer."""
    highest = -np.inf
    for c in range(first, stop):
        score = 0.0
        for f in range(len(weights)):
            score += weights[f] * float64(features[c, f])
        shares[c - first] = score
        highest = max(highest, score)
    answer = shares[0] - highest
    total = 0.0
    for i in range(stop - first):
        shares[i] = math.exp(shares[i] - highest)
        total += shares[i]
    for i in range(stop - first):
        shares[i] /= total
    return answer - math.log(total)


@kernel
def likelihood_of_answers(features, offsets, weights, shares, mean, gradient, curvature):
    """The log-likelihood of all answers; fills its gradient (F,) and its negative second derivatives (F, F).

    features : (C, F) float32.    offsets : (Q + 1,).    weights : (F,) float64.
    shares, mean : float64 of as many numbers as the longest question has candidates, and (F,); workspace.
    """
    n = len(weights)
    gradient[:] = 0
    curvature[:] = 0
    likelihood = 0.0
    for query in range(len(offsets) - 1):
        first, stop = offsets[query], offsets[query + 1]
        likelihood += probabilities(features, first, stop, weights, shares)
        mean[:] = 0
        for c in range(first, stop):
            share = shares[c - first]
            for f in range(n):
                part = share * float64(features[c, f])
                mean[f] += part
                for g in range(f + 1):
                    curvature[f, g] += part * float64(features[c, g])
        for f in range(n):
            gradient[f] += float64(features[first, f]) - mean[f]
            for g in range(f + 1):
                curvature[f, g] -= mean[f] * mean[g]
    for f in range(n):
        for g in range(f):
            curvature[g, f] = curvature[f, g]
    return likelihood
