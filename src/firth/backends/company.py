"""How much more a row curves than the average row, because it always meets the same company.

A meeting takes the curvature to be that of the average row (see meeting.py). In natural text that is nearly true. In
sessions, playlists or catalogues an item meets only items of its own kind: its row closes its gap several times faster,
and changes that should have been averaged would be added.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.backends.plan import TrainingPlan
from firth.kernels.cpu.training.arguments import Spectrum
from firth.kernels.cpu.training.combining import DIRECTIONS

__all__ = ["company_factor", "company_safety", "triples"]

_TRIPLES = 1024


def triples(plan: TrainingPlan, seed: tuple[int, ...]) -> NDArray[np.int32]:
    """(3, n) ids of a word, the word before it and the one behind it, of occurrences that subsampling may leave."""
    rng, ids = np.random.default_rng(seed), plan.corpus.ids
    if len(ids) < 3:
        return np.zeros((3, 0), np.int32)
    at = rng.integers(1, len(ids) - 1, 4 * _TRIPLES)
    found = np.stack([ids[at], ids[at - 1], ids[at + 1]])
    is_read = (rng.integers(0, 2**32, found.shape) <= plan.sampling.keep_thresholds[found]).all(axis=0)
    return np.asarray(found[:, is_read][:, :_TRIPLES])


def company_factor(mine: Matrix, theirs: Matrix, drawn: NDArray[np.int32], spectrum: Spectrum, noise: int) -> float:
    """By how much more rows curve towards their company than the average row does in the same direction.

    A word's update with one neighbour curves along another neighbour of it. One of its 1 + K targets is of its company,
    the others are noise, and curve as the average does.

    mine, theirs : (V, D) the matrix of the rows, and the one that they meet.
    drawn : (3, n) see triples().
    noise : K.
    """
    if drawn.shape[1] == 0:
        return 1.0
    rows, one, other = mine[drawn[0]], theirs[drawn[1]], theirs[drawn[2]]
    towards = other / np.maximum(np.linalg.norm(other, axis=1, keepdims=True), 1e-9)
    s = 1 / (1 + np.exp(-np.einsum("pd,pd->p", rows, one)))
    own = (s * (1 - s) * np.einsum("pd,pd->p", one, towards) ** 2).mean()
    directions = spectrum.rows.reshape(DIRECTIONS, -1)[:, : mine.shape[1]]
    along = (np.einsum("pd,jd->pj", towards, directions) ** 2).mean(axis=0)
    values, rest = spectrum.values[:DIRECTIONS], spectrum.values[DIRECTIONS]
    average = (along * values).sum() + max(1 - along.sum(), 0.0) * rest
    return float((own + noise * average) / ((1 + noise) * average)) if average > 1e-12 else 1.0


def company_safety(factors: Iterable[float]) -> float:
    """How many times greater than measured the curvature is taken to be because of the text.

    1 in natural text, where the company factor is 1.1; about 5 for items of kinds that never mix, where it is 3.

    factors : company_factor() of both matrices.
    """
    return max(1.0, max(factors) ** 2 / 2)
