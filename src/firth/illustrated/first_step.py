"""The document's own training step, with vectors whose dot products are those it prints.

    input   output    dot product   sigmoid   error
    not     thou       0.20          0.55      0.45
    not     aaron     -1.11          0.25     -0.25
    not     taco       0.74          0.68     -0.68

The document draws the vectors without their numbers; these have one decimal each, so that the products are exact.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from firth.illustrated.negative_sampling import Numbers

__all__ = ["CENTER", "CONTEXTS", "EMBEDDING", "NEIGHBOUR", "NOISE", "SENTENCE", "VECTOR_SIZE", "first_matrices"]

SENTENCE = "thou shalt not make a machine in the likeness of a human mind"
CENTER, NEIGHBOUR, NOISE = "not", "thou", ("aaron", "taco")
VECTOR_SIZE = 6  # D

EMBEDDING: Mapping[str, Sequence[float]] = {CENTER: (0.4, -0.7, 0.2, 0.9, -0.3, 0.5)}
CONTEXTS: Mapping[str, Sequence[float]] = {
    NEIGHBOUR: (0.4, -0.5, 0.9, -0.3, 0.9, 0.1),
    NOISE[0]: (0.8, 0.9, 0.9, -0.6, 0.8, -0.4),
    NOISE[1]: (0.4, -0.4, -0.2, 0.2, 0.3, 0.5),
}


def first_matrices(words: Sequence[str], seed: int = 1) -> tuple[Numbers, Numbers]:
    """Embedding and Context (V, D) before the first step: the vectors above, and random ones for other words."""
    rng = np.random.default_rng(seed)
    embedding, context = (np.round(rng.uniform(-1, 1, (len(words), VECTOR_SIZE)), 1) for _ in range(2))
    for matrix, known in ((embedding, EMBEDDING), (context, CONTEXTS)):
        for row, word in enumerate(words):
            if word in known:
                matrix[row] = known[word]
    return embedding, context
