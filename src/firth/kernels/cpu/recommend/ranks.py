"""The rank of the answer among all items, without sorting; and which items are in the lists.

Shapes     Q questions, N items.
"""

import numpy as np

from firth.kernels.compile import kernel

__all__ = ["rank_answers"]

NEVER = np.float32(-np.inf)


@kernel
def rank_answers(scores, answers, ranks):
    """ranks[q] = how many items are better than the answer, 0 if none; -1 where the answer has the score NEVER or NaN.

    Of equal scores the item with the smaller number is better.
    scores : (Q, N) float32.    answers : (Q,) int32.    ranks : (Q,) int64, filled.
    """
    for question in range(len(answers)):
        row = scores[question]
        answer = answers[question]
        score = row[answer]
        better = 0
        for item in range(answer):
            better += row[item] >= score
        for item in range(answer + 1, len(row)):
            better += row[item] > score
        ranks[question] = better if score > NEVER else -1
