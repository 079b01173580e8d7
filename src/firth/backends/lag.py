"""How long the private rows of composed words may lag behind the parts that they are made of.

What words learn in private rows goes to their parts at the end of a period. A part that many words share then moves by
the sum of what all of them learned, none knowing of the others: as with hot rows, the more changes, the more the sum
overshoots, up to divergence. What counts is how much the words that are trained at the same time have in common.

    overlap = mean, over the parts of the words that are read, of the share of read words that have this part

Measured with n-grams of 3 to 6 characters of novels (overlap .004), of 2,000 item names such as w123 (.030), and with
n-grams of 2 to 4 characters of these (.16): as many tokens as MOST_OVERLAP / overlap, over all threads and two batches,
cost nothing; twice as many raise the loss by 1 to 2 %, and eight times as many diverge.
"""

from typing import NamedTuple

import numpy as np

from firth.backends.plan import TrainingPlan
from firth.kernels.cpu.training.batches import BATCH

__all__ = ["MOST_OVERLAP", "Lag", "lag_of", "overlap_of"]

MOST_OVERLAP = 8.0  # tokens in flight times their overlap
_LEAST_BATCH = 16  # tokens; with shorter batches threads would spend their time on composing
_MOST_BATCHES = 2  # of a period
_SAMPLE, _PIECE = 32, 1 << 16  # pieces of the text that words are counted in, and tokens of each


class Lag(NamedTuple):
    """How composed words are trained."""

    threads: int
    batch: int  # tokens
    period: int  # batches, after which changes go to the parts


def lag_of(plan: TrainingPlan, threads: int) -> Lag:
    """The longest batches and periods that keep quality, with at most so many threads; fewer if words share much.

    plan : with a composition.
    """
    in_flight = MOST_OVERLAP / max(overlap_of(plan), 1e-9)
    threads = max(min(threads, int(in_flight / _LEAST_BATCH)), 1)
    each = max(int(in_flight / threads), _LEAST_BATCH)
    batch = min(max(BATCH // threads, _LEAST_BATCH), each)
    return Lag(threads, batch, min(each // batch, _MOST_BATCHES))


def overlap_of(plan: TrainingPlan) -> float:
    """How much two words that are read have in common, as defined above, in [0, 1]."""
    assert plan.composition is not None
    starts, parts, _ = plan.composition
    pieces = range(0, len(plan.corpus.ids), max(len(plan.corpus.ids) // _SAMPLE, _PIECE))
    counts = sum(np.bincount(plan.corpus.ids[at : at + _PIECE], minlength=plan.n_words) for at in pieces)
    read = counts * (plan.sampling.keep_thresholds / 2.0**32)
    n_parts = np.diff(starts)
    having = np.bincount(parts, weights=np.repeat(read, n_parts), minlength=plan.n_inputs)
    of_words = np.add.reduceat(having[parts], starts[:-1]) / n_parts
    # Of all tokens: those that subsampling skips do not move anything.
    return float(read @ of_words / max(read.sum() * np.sum(counts), 1e-9))
