"""How many warps of a GPU train at the same time.

What a warp adds to a row was computed from the row as it was read, a few microseconds earlier. If many warps use the
row of the most frequent word at a time, their changes add up to too large a step. Runs of a prototype on an H100, with
a text of 14 million words and with vocabularies of 1,000 and 100 words: up to 345 uses at a time did no harm, 689 ended
in infinite vectors. 180 were measured in many runs.

All that was negative sampling. With hierarchical softmax every position uses the root, whose decision is even, so that
its row curves more than that of any noise word. It has not been measured on a GPU. In a model of it on the processor,
where each position lacks the changes of the W - 1 positions before it, the vectors stayed finite up to W = 128, 180 and
345 with 100, 1,000 and 20,000 words: 2 to 3 times as many uses of the row as negative sampling bears in the same model.
So the rule with the same 180 keeps a greater distance from divergence. What a skip-gram position adds to the root is a
sum over its inputs; with 16 inputs in place of 6, W = 90 was the limit where it had been 256.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from firth.backends.meeting import alias_probabilities
from firth.backends.plan import TrainingPlan
from firth.corpus.pieces_of_ids import count_ids
from firth.kernels.arguments import Sampling

__all__ = ["mean_inputs", "uses_of_hottest_row", "warps_in_flight"]

_PER_MULTIPROCESSOR = 16
_MOST_USES = 180  # of one row at a time
_USUAL_INPUTS = 6.0  # of a position: windows of 5, long sentences
_USUAL_RATES = {"skipgram": 0.025, "cbow": 0.05}  # with which that was measured; a larger step needs fewer warps


def mean_inputs(sampling: Sampling, sentence_length: float) -> float:
    """Context words of a center on average, where sentences have so many words that are read."""
    total = 0.0
    for reach in sampling.window:
        distances = np.arange(1, reach + 1)
        drawn = 1 - (distances - 1) / reach if sampling.shrink_window else np.ones(reach)
        total += float((drawn * np.maximum(1 - distances / max(sentence_length, 1.0), 0)).sum())
    return total


def uses_of_hottest_row(plan: TrainingPlan) -> float:
    """How often a position uses the row that is used most, on average: 0.086 in the text of 14 million words.

    A word that is read is an input of as many positions as a position has inputs, and the first target of one; as a
    noise word it is a target as often as it is drawn. In a tree every position uses the root, with skip-gram once for
    every six inputs.
    """
    sampling = plan.sampling
    reads = count_ids(plan.corpus.ids, plan.n_words) * (sampling.keep_thresholds / (2.0**32 - 1))
    shares = reads / max(reads.sum(), 1e-9)
    sentences = np.count_nonzero(np.diff(plan.corpus.sentence_offsets))
    inputs = mean_inputs(sampling, float(reads.sum()) / max(int(sentences), 1))
    if plan.tree is not None:
        is_cbow = plan.architecture == "cbow"
        as_target = np.array([1.0 if is_cbow else max(inputs / _USUAL_INPUTS, 1.0)])
    else:
        as_target = shares + sampling.negative_samples * alias_probabilities(sampling.noise_table)
        as_target += _uses_as_further_target(plan, shares)
    return float(max((inputs * shares).max(), as_target.max()))


def _uses_as_further_target(plan: TrainingPlan, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V,) how often a position draws each word from the group of its center, or has it as that of its sentence.

    shares : (V,) of the words in the text that is read.
    """
    uses, groups, sessions = np.zeros(plan.n_words), plan.groups, plan.sessions
    if groups is not None:
        for group, (first, stop) in enumerate(pairwise(groups.starts)):
            share = shares[groups.of_word == group].sum()
            chances = alias_probabilities(groups.noise_table[first:stop])
            uses[groups.words[first:stop]] += share * np.minimum(groups.negative_samples * chances, 1)
    if sessions is not None:
        lengths = np.diff(plan.corpus.sentence_offsets) / max(len(plan.corpus.ids), 1)
        has_one = sessions.targets >= 0
        weighted = lengths[has_one] * sessions.weight
        uses += np.bincount(sessions.targets[has_one], weighted, minlength=plan.n_words)
    return uses


def warps_in_flight(multiprocessors: int, uses: float, architecture: str, rate: float) -> int:
    """min(16 for each multiprocessor, 180 / uses), fewer in proportion for learning rates above the default.

    uses : see uses_of_hottest_row().
    """
    faster = max(rate / _USUAL_RATES[architecture], 1.0)
    most = _MOST_USES / (max(uses, 1e-9) * faster)
    return max(int(min(_PER_MULTIPROCESSOR * multiprocessors, most)), 1)
