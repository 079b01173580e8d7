"""The targets of a prediction, each a logistic regression: what all objectives but full softmax come down to.

Each target is a row of the output matrix and has a label: is it the center, or noise? does the path take this branch? A
target may count several times, with label 1 some of the times. Compiled: kernels/cpu/training/targets.py, logistic.py.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.illustrated.negative_sampling import Numbers, sigmoid

__all__ = [
    "Targets",
    "add_noise_of_group",
    "add_session_target",
    "divisor_of_gradient",
    "mean_of_window",
    "noise_targets",
    "train_each",
    "train_mean",
]


class Targets(NamedTuple):
    """The n targets of one prediction."""

    rows: list[int]  # (n,) of the output matrix, all different
    labels: Numbers  # (n,) how often the label is 1
    weights: Numbers  # (n,) how often the target counts
    shifts: Numbers  # (n,) what is subtracted from the dot product to give the log-odds of label 1

    def errors(self, dot_products: Numbers) -> Numbers:
        """Label - weight x prediction, of dot products (..., n)."""
        return np.asarray(self.labels - self.weights * sigmoid(dot_products - self.shifts))

    def loss(self, dot_products: Numbers) -> float:
        """The negative log-likelihood of the labels, in nats."""
        log_odds = dot_products - self.shifts
        return float((self.weights * np.logaddexp(0, log_odds) - self.labels * log_odds).sum())


def noise_targets(center: int, negatives: Sequence[int]) -> Targets:
    """Negative sampling: the center with label 1, each noise word with label 0."""
    n = 1 + len(negatives)
    return Targets([center, *negatives], np.eye(1, n)[0], np.ones(n), np.zeros(n))


def add_noise_of_group(targets: Targets, members: Sequence[int], drawn: Sequence[int]) -> Targets:
    """Further noise words, from the center's own group (Grbovic & Cheng 2018, equation 4).

    members : the words of the group.
    drawn : places in it; a word that is among the targets already is replaced by the next one, if there is one left.
    """
    rows = list(targets.rows)
    for at in drawn:
        in_turn = [*members[at:], *members[:at]]
        rows += [word for word in in_turn if word not in rows][:1]
    more = len(rows) - len(targets.rows)
    labels, weights, shifts = (
        np.append(part, np.full(more, x)) for part, x in zip(targets[1:], (0, 1, 0), strict=True)
    )
    return Targets(rows, labels, weights, shifts)


def add_session_target(targets: Targets, word: int, weight: float) -> Targets:
    """One more word with label 1, that of the sentence (Grbovic & Cheng 2018, equation 5).

    weight : how often it counts. A word that is among the targets already counts for both reasons.
    """
    rows = targets.rows if word in targets.rows else [*targets.rows, word]
    more = (0, len(rows) - len(targets.rows))
    labels, weights, shifts = (np.pad(part, more) for part in targets[1:])
    labels[rows.index(word)] += weight
    weights[rows.index(word)] += weight
    return Targets(rows, labels, weights, shifts)


def train_each(
    word_vectors: Numbers,
    output_vectors: Numbers,
    context: Sequence[int],
    targets: Targets,
    learning_rate: float,
    targets_at_once: int | None = None,
) -> float:
    """Skip-gram: each word of a window is an input; returns the loss before the step, in nats.

    All dot products are computed first; then everything moves. word_vectors (V, D) and output_vectors change in place.
    targets_at_once : the kernel moves this many targets together, and later ones meet word vectors that have moved;
        None moves all at once.
    """
    rows = np.array(targets.rows, np.intp)
    dots = word_vectors[context] @ output_vectors[rows].T
    steps = learning_rate * targets.errors(dots)
    size = targets_at_once or max(len(rows), 1)
    for begin in range(0, len(rows), size):
        block = rows[begin : begin + size]
        before = output_vectors[block].copy()
        for word, step in zip(context, steps[:, begin : begin + size], strict=True):
            output_vectors[block] += np.outer(step, word_vectors[word])
            word_vectors[word] += step @ before
    return targets.loss(dots)


def weights_of_window(context: Sequence[int], rows_of_words: NDArray[np.float32] | None = None) -> Numbers:
    """How much each row of a window weighs: as many rows as a word is made of; what is behind the words weighs 1."""
    if rows_of_words is None:
        return np.ones(len(context))
    return np.array([rows_of_words[row] if row < len(rows_of_words) else 1 for row in context], float)


def mean_of_window(
    word_vectors: Numbers,
    context: Sequence[int],
    rows_of_words: NDArray[np.float32] | None = None,
    *,
    summed: bool = False,
) -> Numbers:
    """The mean (D,) of some rows with their weights, or the sum."""
    weights = weights_of_window(context, rows_of_words)
    return np.asarray(weights @ word_vectors[list(context)] / (1 if summed else weights.sum()))


def divisor_of_gradient(
    context: Sequence[int], rows_of_words: NDArray[np.float32] | None = None, *, exact: bool, summed: bool = False
) -> float:
    """What each row's share of the gradient is divided by: see train_mean."""
    if summed:
        return float(weights_of_window(context, rows_of_words).sum())
    return len(context) if exact else 1


def train_mean(
    word_vectors: Numbers,
    output_vectors: Numbers,
    context: Sequence[int],
    targets: Targets,
    learning_rate: float,
    *,
    exact: bool,
    rows_of_words: NDArray[np.float32] | None = None,
    summed: bool = False,
) -> float:
    """CBOW: the mean of a window is the input; returns the loss before the step, in nats.

    exact : the mean of n words passes 1 / n of its gradient to each (Irsoy et al. 2020, arXiv:2012.15332);
        word2vec.c passes all of it. word_vectors (V, D) and output_vectors change in place.
    rows_of_words : (V,) how much each word weighs in the mean: of how many rows it is made; None: all weigh alike.
    summed : the sum is the input, and each row gets 1 / (number of rows) of the gradient, as gensim does with
        cbow_mean=0: the gradient of a sum is that of each row, and n rows that move by all of it would overshoot.
    """
    hidden = mean_of_window(word_vectors, context, rows_of_words, summed=summed)
    outputs = output_vectors[targets.rows].copy()
    dots = outputs @ hidden
    steps = learning_rate * targets.errors(dots)
    output_vectors[targets.rows] += np.outer(steps, hidden)
    change = steps @ outputs / divisor_of_gradient(context, rows_of_words, exact=exact, summed=summed)
    for word in context:  # one after another: a word may occur twice in the window
        word_vectors[word] += change
    return targets.loss(dots)
