"""The network of the neural language model, for many examples at once: matrix products do the work.

illustrated/language_model.py is the slow twin, and explains the letters of Bengio et al. 2003.

Shapes   B examples, C words of history, V outcomes, D numbers per embedding, M hidden numbers. All float32.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, WordIds
from firth.kernels.cpu.language_model.softmax import softmax_errors
from firth.simd.lanes import LANES

__all__ = ["Examples", "Network", "Workspace", "initial_network"]


class Network(NamedTuple):
    """All weights of the model."""

    embeddings: Matrix  # (V + 1, D); the last row is that of "<s>"
    hidden: Matrix  # (M, C * D), H in the paper
    hidden_bias: NDArray[np.float32]  # (M,), d
    output: Matrix  # (V, M), U
    output_bias: NDArray[np.float32]  # (V,), b
    direct: Matrix | None  # (V, C * D), W; None without direct connections


class _Forward(NamedTuple):
    """What the three steps leave."""

    x: Matrix
    hidden: Matrix
    scores: Matrix


Examples = tuple[NDArray[np.int32], WordIds]  # histories (B, C) and the words that came next (B,)


def initial_network(n_outcomes: int, history: int, sizes: tuple[int, int], direct: bool, seed: int) -> Network:
    """A network that has learned nothing: small random numbers, so that tanh is nearly a straight line.

    sizes : D and M.
    """
    vector_size, hidden_size = sizes
    random = np.random.default_rng(seed)
    inputs = history * vector_size

    def uniform(rows: int, columns: int, reach: float) -> Matrix:
        return random.uniform(-reach, reach, (rows, columns)).astype(np.float32)

    return Network(
        embeddings=uniform(n_outcomes + 1, vector_size, 0.1),
        hidden=uniform(hidden_size, inputs, (6 / (inputs + hidden_size)) ** 0.5),  # Glorot & Bengio 2010
        hidden_bias=np.zeros(hidden_size, np.float32),
        output=uniform(n_outcomes, hidden_size, 0.1),
        output_bias=np.zeros(n_outcomes, np.float32),
        direct=np.zeros((n_outcomes, inputs), np.float32) if direct else None,
    )


class Workspace:
    """Memory for one batch after the other; the scores of a batch are most of it.

    Rows of scores are padded to whole registers.
    """

    def __init__(self, batch_size: int, n_outcomes: int) -> None:
        self._n_outcomes = n_outcomes
        self._stride = -(-n_outcomes // LANES) * LANES
        self._scores = np.empty((batch_size, self._stride), np.float32)
        self._losses = np.empty(batch_size, np.float64)
        self._lanes = np.empty(LANES, np.float32)

    def _forward(self, network: Network, histories: NDArray[np.int32]) -> _Forward:
        """X (B, C * D), the hidden layer (B, M) and the scores (B, V) without their bias."""
        scores = self._scores[: len(histories), : self._n_outcomes]
        x = network.embeddings[histories].reshape(len(histories), -1)
        hidden = np.tanh(x @ network.hidden.T + network.hidden_bias)
        np.matmul(hidden, network.output.T, out=scores)
        if network.direct is not None:
            scores += x @ network.direct.T
        return _Forward(x, hidden, scores)

    def _softmax(self, network: Network, targets: NDArray[np.int32], scale: float) -> NDArray[np.float64]:
        """Scores become scale * (prediction - target); returns what each target cost (B,), in nats."""
        n_rows = len(targets)
        losses = self._losses[:n_rows]
        flat = self._scores[:n_rows].ravel()
        softmax_errors(flat, self._stride, network.output_bias, targets, np.float32(scale), losses, self._lanes)
        return losses

    def probabilities(self, network: Network, histories: NDArray[np.int32]) -> Matrix:
        """The distributions (B, V) after histories (B, C), until the next batch."""
        scores = self._forward(network, histories).scores
        self._softmax(network, np.full(len(histories), -1, np.int32), 1.0)
        return scores

    def losses(self, network: Network, examples: Examples) -> NDArray[np.float64]:
        """-log p of the words that came next (B,), until the next batch."""
        histories, following = examples
        self._forward(network, histories)
        return self._softmax(network, following, 1.0)

    def gradients(self, network: Network, examples: Examples) -> tuple[Network, float]:
        """The gradient of the mean loss of a batch, and the summed loss in nats.

        The gradient of the embeddings is (B * C, D): one row for each entry of the histories.
        """
        histories, following = examples
        x, hidden, errors = self._forward(network, histories)
        loss = float(self._softmax(network, following, 1 / len(following)).sum())
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
        return gradient, loss
