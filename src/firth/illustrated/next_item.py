"""Predicting the next item of a sequence, step by step: the recency-weighted mean of the items before it points to it.

    history          weights            mean of inputs · outputs            softmax       error = prediction - target
    kettle, cup      .44, .56     tea   1.4                      tea        .67           -.33
                                  pot    .3  + log(3 / 2)        pot        .33            .33

A softmax over all items would cost a product with each. So a batch of examples is compared with a few items that are
drawn at random, and the exponential of a drawn item's score is divided by how often it is expected to be drawn: on
average, the sum is that over all items (pot: 2 draws expected, drawn 3 times).

Source   Bengio & Senécal 2008; Jean et al. 2015, arXiv:1412.2007, section 3. Adagrad: Duchi, Hazan & Singer 2011.
Shapes   N items, D numbers per vector; inputs and outputs (N, D); K drawn items; B examples.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Gradients", "adagrad_step", "batch_gradients", "batch_loss", "compose", "history_weights", "part_gradients"]
__all__ += ["shares_drawn"]

Numbers = NDArray[np.floating]


class Gradients(NamedTuple):
    """The slopes of the loss of a batch by all vectors."""

    inputs: Numbers  # (N, D)
    outputs: Numbers  # (N, D)


def history_weights(length: int, history: int, recency: float) -> Numbers:
    """The weights of the items of a history, oldest first, which add up to 1; 0 but for the last `history` ones."""
    lags = np.arange(length)[::-1]
    weights = np.where(lags < history, float(recency) ** lags, 0.0)
    return np.asarray(weights / weights.sum())


def shares_drawn(weights: ArrayLike, draws: Sequence[float]) -> NDArray[np.int64]:
    """The items that are drawn: number k of K in share k of the noise distribution, at draws[k] of [0, 1) in it.

    weights : (N,) how often items are drawn, relative to each other.
    """
    cumulated = np.cumsum(np.asarray(weights, float))
    wanted = (np.arange(len(draws)) + np.asarray(draws)) / len(draws) * cumulated[-1]
    return np.asarray(np.searchsorted(cumulated, wanted, side="right"))


def batch_loss(
    inputs: Numbers,
    outputs: Numbers,
    examples: Sequence[tuple[Sequence[int], Sequence[float], int]],
    drawn: Sequence[int],
    expected: ArrayLike,
) -> float:
    """The sum of -log p(answer) over examples: (items of the history, their weights, the answer).

    drawn : (K,) items, possibly several times.    expected : (K,) how often each is expected among the K draws.
    """
    loss = 0.0
    for items, weights, answer in examples:
        exponentials = np.exp(_scores(inputs, outputs, items, weights, answer, drawn, expected))
        loss -= float(np.log(exponentials[0] / exponentials.sum()))
    return loss


def batch_gradients(
    inputs: Numbers,
    outputs: Numbers,
    examples: Sequence[tuple[Sequence[int], Sequence[float], int]],
    drawn: Sequence[int],
    expected: ArrayLike,
) -> Gradients:
    """The derivatives of batch_loss."""
    gradients = Gradients(np.zeros_like(inputs), np.zeros_like(outputs))
    for items, weights, answer in examples:
        exponentials = np.exp(_scores(inputs, outputs, items, weights, answer, drawn, expected))
        errors = exponentials / exponentials.sum()
        errors[0] -= 1
        targets = [answer, *drawn]
        hidden = np.asarray(weights) @ inputs[list(items)]
        back = errors @ outputs[targets]
        np.add.at(gradients.outputs, targets, np.outer(errors, hidden))
        np.add.at(gradients.inputs, list(items), np.outer(weights, back))
    return gradients


def adagrad_step(
    vectors: Numbers, squares: Numbers, gradient: Numbers, learning_rate: float
) -> tuple[Numbers, Numbers]:
    """One step of Adagrad with one number of state per row (N,): the vectors and the state after it."""
    squares = squares + (gradient**2).mean(axis=1)
    return vectors - learning_rate * gradient / np.sqrt(squares)[:, np.newaxis], squares


def compose(rows: Numbers, parts: Sequence[Sequence[int]], logits: Sequence[ArrayLike]) -> Numbers:
    """Items as sums of rows, their own and those of their attributes' values (Wang et al. 2018, EGES, section 3.2).

    rows : (R, D).    parts : for each item its rows.    logits : a number for each of them; the shares of the rows are
    their softmax, times 2 where an item has values.
    """
    return np.array([_shares(numbers) @ rows[list(some)] for some, numbers in zip(parts, logits, strict=True)])


def part_gradients(
    rows: Numbers, parts: Sequence[Sequence[int]], logits: Sequence[ArrayLike], gradient: Numbers
) -> tuple[Numbers, list[Numbers]]:
    """The slopes by rows and logits, from those by the composed items (N, D)."""
    by_rows, by_logits = np.zeros_like(rows), []
    for some, numbers, slopes in zip(parts, logits, gradient, strict=True):
        shares = _shares(numbers)
        np.add.at(by_rows, list(some), np.outer(shares, slopes))
        products = rows[list(some)] @ slopes
        by_logits.append(shares * (products - shares @ products / shares.sum()))
    return by_rows, by_logits


def _shares(logits: ArrayLike) -> Numbers:
    exponentials = np.exp(np.asarray(logits, float) - np.max(logits))
    return np.asarray(exponentials / exponentials.sum() * min(len(exponentials), 2))


def _scores(
    inputs: Numbers,
    outputs: Numbers,
    items: Sequence[int],
    weights: Sequence[float],
    answer: int,
    drawn: Sequence[int],
    expected: ArrayLike,
) -> Numbers:
    """The score of the answer, then those of the drawn items, shifted; where one is the answer, it does not count."""
    hidden = np.asarray(weights) @ inputs[list(items)]
    noise = outputs[list(drawn)] @ hidden - np.log(expected)
    noise[np.asarray(drawn) == answer] = -np.inf
    return np.concatenate([[outputs[answer] @ hidden], noise])
