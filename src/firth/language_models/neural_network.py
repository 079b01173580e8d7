"""The network of the neural language model, for many examples at once: matrix products do the work.

Reference   firth.illustrated.language_model, one example at a time; it explains the letters of Bengio et al. 2003.
Shapes      B examples, C words of history, V outcomes, D numbers per embedding, M hidden units. All float32.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, WordIds
from firth.interruption import blas
from firth.kernels.cpu.language_model.softmax import softmax_errors
from firth.simd.lanes import LANES

__all__ = ["BatchGradient", "Examples", "Network", "Workspace", "initial_network"]


class Network(NamedTuple):
    """All weights of the model, or the gradient of each."""

    embeddings: Matrix  # (V + 1, D); the last row is that of `<s>`
    hidden: Matrix  # (M, C * D), H in the paper
    hidden_bias: NDArray[np.float32]  # (M,), d
    output: Matrix  # (V, M), U
    output_bias: NDArray[np.float32]  # (V,), b
    direct: Matrix | None  # (V, C * D), W; None without direct connections


class Examples(NamedTuple):
    """What the model learns from, or is scored on."""

    histories: NDArray[np.int32]  # (B, C) ids of the words before, the last word last
    next_words: WordIds  # (B,) ids of the words that follow


class BatchGradient(NamedTuple):
    """What a batch of examples teaches."""

    gradient: Network  # of the mean loss; embeddings is (B * C, D), one row for each entry of the histories
    loss: float  # sum over the examples, in nats


class _Forward(NamedTuple):
    """Intermediate results of the three steps."""

    x: Matrix  # (B, C * D) the embeddings of each history, end to end
    hidden: Matrix  # (B, M)
    scores: Matrix  # (B, V), without the bias of the output


def initial_network(n_outcomes: int, history: int, sizes: tuple[int, int], direct: bool, seed: int) -> Network:
    """An untrained network of small random weights, for which tanh is nearly linear.

    history : C.
    sizes : D and M.
    """
    vector_size, hidden_size = sizes
    random = np.random.default_rng(seed)
    inputs = history * vector_size

    def uniform(rows: int, columns: int, bound: float) -> Matrix:
        return random.uniform(-bound, bound, (rows, columns)).astype(np.float32)

    return Network(
        embeddings=uniform(n_outcomes + 1, vector_size, 0.1),
        hidden=uniform(hidden_size, inputs, (6 / (inputs + hidden_size)) ** 0.5),  # Glorot & Bengio 2010
        hidden_bias=np.zeros(hidden_size, np.float32),
        output=uniform(n_outcomes, hidden_size, 0.1),
        output_bias=np.zeros(n_outcomes, np.float32),
        direct=np.zeros((n_outcomes, inputs), np.float32) if direct else None,
    )


class Workspace:
    """Arrays that all batches share; the scores, (B, V), are most of the memory.

    Rows of scores are padded to whole registers.
    """

    def __init__(self, batch_size: int, n_outcomes: int) -> None:
        self._n_outcomes = n_outcomes
        self._stride = -(-n_outcomes // LANES) * LANES
        self._scores = np.empty((batch_size, self._stride), np.float32)
        self._losses = np.empty(batch_size, np.float64)
        self._lanes = np.empty(LANES, np.float32)

    def probabilities(self, network: Network, histories: NDArray[np.int32]) -> Matrix:
        """The distributions (B, V) after histories (B, C): a view, valid until the next call."""
        scores = self._forward(network, histories).scores
        self._softmax(network, np.full(len(histories), -1, np.int32), 1.0)
        return scores

    def losses(self, network: Network, examples: Examples) -> NDArray[np.float64]:
        """-log p of the next words (B,), in nats: a view, valid until the next call."""
        self._forward(network, examples.histories)
        return self._softmax(network, examples.next_words, 1.0)

    def gradients(self, network: Network, examples: Examples) -> BatchGradient:
        """The gradient of the mean loss of a batch, by backpropagation."""
        histories, next_words = examples
        x, hidden, errors = self._forward(network, histories)
        loss = float(self._softmax(network, next_words, 1 / len(next_words)).sum())
        with blas:
            back = (errors @ network.output) * (1 - hidden * hidden)
            back_x = back @ network.hidden
            if network.direct is not None:
                back_x += errors @ network.direct
            gradient = Network(
                embeddings=back_x.reshape(-1, network.embeddings.shape[1]),
                hidden=back.T @ x,
                hidden_bias=back.sum(axis=0),
                output=errors.T @ hidden,
                output_bias=errors.sum(axis=0),
                direct=None if network.direct is None else errors.T @ x,
            )
        return BatchGradient(gradient, loss)

    @blas
    def _forward(self, network: Network, histories: NDArray[np.int32]) -> _Forward:
        """Look up and compute, and project without the bias, which _softmax adds."""
        scores = self._scores[: len(histories), : self._n_outcomes]
        x = network.embeddings[histories].reshape(len(histories), -1)
        hidden = np.tanh(x @ network.hidden.T + network.hidden_bias)
        np.matmul(hidden, network.output.T, out=scores)
        if network.direct is not None:
            scores += x @ network.direct.T
        return _Forward(x, hidden, scores)

    def _softmax(self, network: Network, targets: NDArray[np.int32], scale: float) -> NDArray[np.float64]:
        """Turn scores into scale * (prediction - target), where they are; returns the loss of each target (B,)."""
        n_rows = len(targets)
        losses = self._losses[:n_rows]
        flat = self._scores[:n_rows].ravel()
        softmax_errors(flat, self._stride, network.output_bias, targets, np.float32(scale), losses, self._lanes)
        return losses
