"""Documents as vectors: each is one more input of all windows of its text.

Source   Le & Mikolov 2014, "Distributed Representations of Sentences and Documents", arXiv:1405.4053: the mean of a
         document's vector and those of the words around a position predicts the word there (PV-DM), or the document's
         vector does so alone (PV-DBOW).

So training is that of words, with further rows behind those of the words: train_each() and train_mean() of targets.py.
Compiled: kernels/cpu/training/batches.py (add_documents) and inference.py.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.targets import Targets

__all__ = ["infer_step", "inputs_with_documents"]


def inputs_with_documents(context: Sequence[int], tags: Iterable[int], first: int) -> list[int]:
    """The input rows of a position: the words around it, then the tags of its document, whose rows begin at `first`."""
    return [*context, *(first + tag for tag in tags)]


def infer_step(
    document: Numbers,
    words: Numbers,
    output_vectors: Numbers,
    targets: Targets,
    rate: float,
    *,
    exact: bool,
    summed: bool = False,
) -> Numbers:
    """The vector (D,) of a new document after one position; nothing else moves.

    words : (n, D) the vectors of the words around the position, of which n may be 0.
    output_vectors : (V, D)
    exact : the mean passes 1 / (n + 1) of its gradient to the document; else all of it.
    summed : the sum is the input, and passes 1 / (n + 1) of its gradient.
    """
    hidden = np.vstack([words.reshape(-1, len(document)), document]).sum(axis=0)
    hidden /= 1 if summed else len(words) + 1
    outputs = output_vectors[targets.rows]
    steps = rate * targets.errors(outputs @ hidden)
    return np.asarray(document + steps @ outputs / (len(words) + 1 if exact or summed else 1))
