"""Full softmax, the slow way: at every step, a probability for every word of the vocabulary.

    word     target   score   prediction   error = target - prediction
    thou     1         0.2     0.33          0.67
    aaron    0        -1.11    0.09         -0.09
    taco     0         0.74    0.57         -0.57

The predictions add up to 1, and so the errors to 0. The cost is the matrix: every step multiplies with all of it and
changes all of it, and a real vocabulary has many thousands of words instead of three.

Source   Mikolov et al. 2013, arXiv:1310.4546, equation 2.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.targets import divisor_of_gradient, mean_of_window

__all__ = ["prediction_errors", "softmax", "softmax_step"]


def softmax(scores: ArrayLike) -> Numbers:
    """exp(scores) divided by their sum over the last axis: any numbers become probabilities."""
    scores = np.asarray(scores, float)
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))  # never overflows
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def prediction_errors(scores: ArrayLike, true_words: ArrayLike) -> Numbers:
    """Target - prediction, (n, V) for n examples; the target is 1 at the true word and 0 elsewhere."""
    scores = np.asarray(scores, float)
    targets = np.zeros(scores.shape)
    targets[np.arange(len(targets)), np.asarray(true_words, int)] = 1
    return np.asarray(targets - softmax(scores))


def softmax_step(
    word_vectors: Numbers,
    context_vectors: Numbers,
    inputs: Sequence[Sequence[int]],
    true_words: Sequence[int],
    learning_rate: float,
    *,
    exact: bool = True,
    rows_of_words: NDArray[np.float32] | None = None,
    summed: bool = False,
) -> float:
    """One step with all examples of a small batch; returns the sum of the losses before it, in nats.

    inputs : for each example the words whose mean predicts another: one for skip-gram, a whole window for CBOW.
    true_words : for each example, the word to predict.
    exact : as for cbow_step; for a single word it makes no difference.
    rows_of_words, summed : as for train_mean.
    word_vectors and context_vectors (V, D) change in place, by learning rate x the sum of the gradients of all
    examples, all computed before the step.
    """
    hidden = np.array([mean_of_window(word_vectors, words, rows_of_words, summed=summed) for words in inputs])
    scores = hidden @ context_vectors.T
    errors = prediction_errors(scores, true_words)
    changes = learning_rate * errors @ context_vectors
    context_vectors += learning_rate * errors.T @ hidden
    for words, change in zip(inputs, changes, strict=True):
        divisor = divisor_of_gradient(words, rows_of_words, exact=exact, summed=summed)
        for word in words:
            word_vectors[word] += change / divisor
    predictions = softmax(scores)[np.arange(len(true_words)), list(true_words)]
    return float(-np.log(predictions).sum())
