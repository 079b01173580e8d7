"""Words that are made of parts: a word's vector is the mean of its own row and those of its n-grams.

Source   Bojanowski et al. 2017, arXiv:1607.04606, section 3.2. Compiled: kernels/cpu/training/composition.py.
"""

import numpy as np
from numpy.typing import NDArray

from firth.illustrated.negative_sampling import Numbers

__all__ = ["compose", "return_changes"]


def compose(rows: Numbers, starts: NDArray[np.int64], parts: NDArray[np.int32]) -> Numbers:
    """The vectors (V, D) of all words.

    rows : (R, D). The parts of word w are rows[parts[starts[w] : starts[w + 1]]].
    """
    return np.stack([rows[parts[a:b]].mean(axis=0) for a, b in zip(starts[:-1], starts[1:], strict=True)])


def return_changes(
    rows: Numbers,
    changes: Numbers,
    starts: NDArray[np.int64],
    parts: NDArray[np.int32],
    shares: NDArray[np.float32],
) -> None:
    """Move each part of a word by its share of what the word learned; `rows` change in place.

    If the share is 1, the mean of the parts moves as far as the word did. changes : (V, D). shares : (V,).
    """
    for word, change in enumerate(changes):
        for part in parts[starts[word] : starts[word + 1]]:  # one after another: a part may come twice
            rows[part] += shares[word] * change
