"""Copies of a model that were trained apart become one model again.

N copies start from the same matrix, and each is trained on another part of the text. A row closes a share 1 - exp(-x)
of the gap between where it is and where its updates draw it; x is the learning rate times the number of updates times
how the loss curves.

x near 0         no copy has come far, and what one has learned the others have not: changes are added
x large          every copy has closed the same gap by itself: changes are averaged; their sum would go N times too far

Curvature differs by direction: a word meets what all context vectors have in common in every pair, and the rest seldom.
So each direction of each row is scaled by its own x. One number for each row, or for all, loses quality.

Compiled: kernels/cpu/training/combining.py.

Shapes   N copies, V rows, D numbers per row, r directions.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Spectrum", "combined", "curvature", "leading_directions", "share_of_sum"]

Numbers = NDArray[np.float64]


class Spectrum(NamedTuple):
    """How the loss curves in r leading directions, and in all others."""

    directions: Numbers  # (r, D) orthonormal rows
    values: Numbers  # (r,) curvature along each
    rest: float  # mean curvature of the other D - r


def share_of_sum(x: ArrayLike, copies: ArrayLike) -> Numbers:
    """What is right of the sum of N changes: (1 - exp(-x)) / (N (1 - exp(-x / N))), from 1 at x = 0 down to 1 / N.

    N copies that each come as far as x / N have moved N (1 - exp(-x / N)) of the gap in sum; a single model that makes
    all updates one after another closes 1 - exp(-x) of it.
    """
    x, copies = np.maximum(x, 1e-9), np.asarray(copies, np.float64)
    return np.asarray(np.expm1(-x) / (copies * np.expm1(-x / copies)))


def curvature(rows: Numbers, others: Numbers) -> Numbers:
    """E[s (1 - s) c c'], (D, D), over pairs of a row and a row c of the other matrix, both (pairs, D).

    s is the sigmoid of their dot product: how the logistic loss curves for a row that meets these.
    """
    s = 1 / (1 + np.exp(-np.einsum("pd,pd->p", rows, others)))
    return np.asarray((others * (s * (1 - s) / len(rows))[:, None]).T @ others)


def leading_directions(moment: Numbers, count: int) -> Spectrum:
    """The spectrum of a curvature (D, D)."""
    values, vectors = np.linalg.eigh(moment)
    values = np.maximum(values[::-1], 0)
    rest = values[count:].mean() if count < len(values) else 0.0
    return Spectrum(vectors.T[::-1][:count], values[:count], float(rest))


def combined(common: Numbers, copies: Numbers, updates: Numbers, spectrum: Spectrum, rate: float) -> Numbers:
    """The matrix (V, D) from which all copies go on.

    common : (V, D) where all copies began.
    copies : (N, V, D) where they are now.
    updates : (N, V) how often each row of each copy has moved.
    rate : the learning rate.
    """
    total = (copies - common).sum(axis=0)
    together = updates.sum(axis=0)
    # How many copies share the updates of a row evenly: 1 for a name that only one of them has read.
    sharing = np.maximum(together**2 / np.maximum((updates**2).sum(axis=0), 1e-9), 1)
    along = total @ spectrum.directions.T
    pull = rate * together
    rest = share_of_sum(pull * spectrum.rest, sharing)[:, None]
    shares = share_of_sum(np.outer(pull, spectrum.values), sharing[:, None])
    return np.asarray(common + rest * total + (along * (shares - rest)) @ spectrum.directions)
