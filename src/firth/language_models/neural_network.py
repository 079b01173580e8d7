"""The network of the neural language model, for many examples at once: matrix products do the work.

illustrated/language_model.py is the slow twin, and explains the letters of Bengio et al. 2003.

Shapes   B examples, C words of history, V outcomes, D numbers per embedding, M hidden numbers. All float32.
"""

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, WordIds
from firth.illustrated.language_model import Network

__all__ = ["Examples", "Workspace", "initial_network", "log_probabilities", "probabilities"]

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


def _forward(network: Network, histories: NDArray[np.int32], scores: Matrix) -> tuple[Matrix, Matrix]:
    """X (B, C * D) and hidden (B, M); fills `scores` (B, V)."""
    x = network.embeddings[histories].reshape(len(histories), -1)
    hidden = np.tanh(x @ network.hidden.T + network.hidden_bias)
    np.matmul(hidden, network.output.T, out=scores)
    if network.direct is not None:
        scores += x @ network.direct.T
    scores += network.output_bias
    return x, hidden


def _raise(scores: Matrix) -> NDArray[np.float32]:
    """Scores (B, V) become exp(score - highest), in place; returns their sums (B, 1)."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    sums: NDArray[np.float32] = scores.sum(axis=1, keepdims=True)
    return sums


def probabilities(network: Network, histories: NDArray[np.int32]) -> Matrix:
    """The distributions (B, V) after histories (B, C)."""
    scores = np.empty((len(histories), len(network.output)), np.float32)
    _forward(network, histories, scores)
    scores /= _raise(scores)
    return scores


def log_probabilities(network: Network, examples: Examples) -> NDArray[np.float64]:
    """Log p of the words that came next (B,)."""
    histories, following = examples
    scores = np.empty((len(histories), len(network.output)), np.float32)
    _forward(network, histories, scores)
    rows = np.arange(len(scores))
    highest = scores.max(axis=1)
    chosen = scores[rows, following].astype(np.float64) - highest
    logs: NDArray[np.float64] = chosen - np.log(_raise(scores)[:, 0].astype(np.float64))
    return logs


class Workspace:
    """Memory for one batch after the other; the scores of a batch are most of it."""

    def __init__(self, batch_size: int, n_outcomes: int) -> None:
        self._scores = np.empty((batch_size, n_outcomes), np.float32)

    def gradients(self, network: Network, examples: Examples) -> tuple[Network, float]:
        """The gradient of the summed loss of a batch, and that loss in nats.

        The gradient of the embeddings is (B * C, D): one row for each entry of the histories.
        """
        histories, following = examples
        scores = self._scores[: len(histories)]
        x, hidden = _forward(network, histories, scores)
        rows = np.arange(len(scores))
        chosen = scores[rows, following] - scores.max(axis=1)
        sums = _raise(scores)
        loss = float((np.log(sums[:, 0]) - chosen).sum(dtype=np.float64))
        scores /= sums
        scores[rows, following] -= 1  # prediction - target
        back = (scores @ network.output) * (1 - hidden * hidden)
        back_x = back @ network.hidden
        if network.direct is not None:
            back_x += scores @ network.direct
        gradient = Network(
            embeddings=back_x.reshape(-1, network.embeddings.shape[1]),
            hidden=back.T @ x,
            hidden_bias=back.sum(axis=0),
            output=scores.T @ hidden,
            output_bias=scores.sum(axis=0),
            direct=None if network.direct is None else scores.T @ x,
        )
        return gradient, loss
