"""The rank of an answer among all items, without sorting; and the best items of each list.

Shapes     Q questions, N items, K items of a list.
"""

import numpy as np
from numba import float32, int32

from firth.kernels.compile import kernel, step

__all__ = ["list_best", "rank_answers"]

NEVER = np.float32(-np.inf)


@kernel
def rank_answers(scores, answers, ranks):
    """ranks[q] = how many items are better than the answer; -1 where its score is NEVER or NaN, or it is no item (-1).

    Of equal scores the item with the smaller number is better.
    scores : (Q, N) float32.    answers : (Q,) int32.    ranks : (Q,) int64, filled.
    """
    for question in range(len(answers)):
        row = scores[question]
        answer = answers[question]
        better = -1
        if answer >= 0 and row[answer] > NEVER:
            score = row[answer]
            better = 0
            for item in range(answer):
                better += row[item] >= score
            for item in range(answer + 1, len(row)):
                better += row[item] > score
        ranks[question] = better


@step
def sift_down(best, values, size, hole, item, value):
    """Put an item into the heap of the best ones, whose root is the worst, from a hole downwards."""
    child = 2 * hole + 1
    while child < size:
        right = child + 1
        if right < size and (
            values[right] < values[child] or (values[right] == values[child] and best[right] > best[child])
        ):
            child = right
        if values[child] > value or (values[child] == value and best[child] < item):
            break
        best[hole], values[hole] = best[child], values[child]
        hole = child
        child = 2 * hole + 1
    best[hole], values[hole] = item, value


@kernel
def list_best(scores, best, values):
    """best[q] = the items with the highest scores, best first; -1 behind them where fewer have a score above NEVER.

    scores : (Q, N) float32.    best : (Q, K) int32, filled.    values : (K,) float32, workspace.
    """
    size = best.shape[1]
    for question in range(len(scores)):
        row, items = scores[question], best[question]
        for slot in range(size):
            items[slot], values[slot] = int32(-1), NEVER
        least = NEVER
        for item in range(len(row)):
            if row[item] > least:  # an equal one with a larger number is worse
                sift_down(items, values, size, 0, int32(item), float32(row[item]))
                least = values[0]
        for end in range(size - 1, 0, -1):  # the worst of the rest to the end
            worst, value = items[0], values[0]
            last, last_value = items[end], values[end]
            sift_down(items, values, end, 0, last, last_value)
            items[end], values[end] = worst, value
