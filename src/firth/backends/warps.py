"""How many warps of a GPU train at the same time.

What a warp adds to a row was computed from the row as it was read, a few microseconds earlier. If many warps use the
row of the most frequent word at a time, their changes add up to too large a step. Runs of a prototype on an H100, with
a text of 14 million words and with vocabularies of 1,000 and 100 words: up to 345 uses at a time did no harm, 689 ended
in infinite vectors. 180 were measured in many runs.

All that was negative sampling. With hierarchical softmax every position uses the root. Its machine code, run on the
processor with thousands of warps in turn (tests/software_gpu), stays finite with 360 uses at a time and diverges with
720, in a vocabulary of 100 words: there negative sampling repeats what the H100 showed, 345 and 689. So 180 warps. What
a skip-gram position adds to the root is a sum over its inputs. In a model on the processor, where each position lacks
the changes of the W - 1 positions before it, W = 90 was the limit with 16 inputs where it had been 256 with 6.

Composed words. A change of one word moves another one by as much of it as they have rows in common: of n rows, by
common / n. So all changes that are under way move a word by the mean of what its rows get, and no word by more than the
word does for which that is largest (the norm of the matrix common / n, weighted by how often words are read). Counted
that way, three texts with n-grams diverge at the same number of uses, but skip-gram at half of that of plain words:
simulated on the processor, all positions of a step computed from the same rows (docs/gpu.md). So these count twice.

Documents. Warps train neighbouring words: one document has as many warps at a time as it has words, divided by TAKEN.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from firth.backends.meeting import alias_probabilities
from firth.backends.plan import TrainingPlan
from firth.corpus.pieces_of_ids import count_ids
from firth.kernels.arguments import Composition, Documents, Sampling
from firth.kernels.cuda.training.shape import TAKEN

__all__ = ["Warps", "mean_inputs", "uses_of_hottest_row", "warps_for_documents", "warps_in_flight"]

_PER_MULTIPROCESSOR = 16
_MOST_USES = 180  # of one row at a time
_USUAL_INPUTS = 6.0  # of a position: windows of 5, long sentences
_USUAL_RATES = {"skipgram": 0.025, "cbow": 0.05}  # with which that was measured; a larger step needs fewer warps
_SHARED = 2  # times as many uses count where words share rows
_ROUNDS = 8  # of making warps fewer; a few are enough


class Warps:
    """How many warps train a plan."""

    def __init__(self, plan: TrainingPlan, multiprocessors: int) -> None:
        self._plan, self._multiprocessors = plan, multiprocessors
        self._reads = _reads(plan)
        self._uses = uses_of_hottest_row(plan, self._reads)

    def at(self, rate: float) -> int:
        """At a learning rate."""
        architecture, documents = self._plan.architecture, self._plan.documents
        warps = warps_in_flight(self._multiprocessors, self._uses, architecture, rate)
        if documents is None:
            return warps
        read = float(self._reads.sum()) / max(len(self._plan.corpus.ids), 1)
        offsets = self._plan.corpus.sentence_offsets * np.float64(read)
        return warps_for_documents(offsets, documents, warps, _most_uses(architecture, rate))


def mean_inputs(sampling: Sampling, sentence_length: float) -> float:
    """Context words of a center on average, where sentences have so many words that are read."""
    total = 0.0
    for reach in sampling.window:
        distances = np.arange(1, reach + 1)
        drawn = 1 - (distances - 1) / reach if sampling.shrink_window else np.ones(reach)
        total += float((drawn * np.maximum(1 - distances / max(sentence_length, 1.0), 0)).sum())
    return total


def _reads(plan: TrainingPlan) -> NDArray[np.float64]:
    """(V,) occurrences of each word that are read."""
    counts = count_ids(plan.corpus.ids, plan.n_words)
    return np.asarray(counts * (plan.sampling.keep_thresholds / (2.0**32 - 1)))


def uses_of_hottest_row(plan: TrainingPlan, reads: NDArray[np.float64] | None = None) -> float:
    """How often a position uses the row that is used most, on average: 0.086 in the text of 14 million words.

    A word that is read is an input of as many positions as a position has inputs, and the first target of one; as a
    noise word it is a target as often as it is drawn. In a tree every position uses the root, with skip-gram once for
    every six inputs. Of a composed word it is twice the mean over its rows, each of which is used by all words that
    have it.

    reads : (V,) how often each word is read; None: it is counted.
    """
    sampling = plan.sampling
    reads = _reads(plan) if reads is None else reads
    shares = reads / max(reads.sum(), 1e-9)
    sentences = np.count_nonzero(np.diff(plan.corpus.sentence_offsets))
    inputs = mean_inputs(sampling, float(reads.sum()) / max(int(sentences), 1))
    moved = shares if plan.composition is None else _moved(plan.composition, shares)
    if plan.tree is not None:
        is_cbow = plan.architecture == "cbow"
        as_target = np.array([1.0 if is_cbow else max(inputs / _USUAL_INPUTS, 1.0)])
    else:
        as_target = shares + sampling.negative_samples * alias_probabilities(sampling.noise_table)
        as_target += _uses_as_further_target(plan, shares)
    return float(max((inputs * moved).max(), as_target.max()))


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


def _moved(composition: Composition, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V,) how much of what a word that is read learns moves each word, on average; twice that if words share rows.

    shares : (V,) of the words that are read.
    """
    starts, parts, moving = composition
    counts = np.diff(starts)
    of_rows = np.bincount(parts, weights=np.repeat(shares * moving, counts))
    times = _SHARED if len(parts) > len(shares) else 1
    return np.asarray(times * np.add.reduceat(of_rows[parts], starts[:-1]) / counts)


def _most_uses(architecture: str, rate: float) -> float:
    return _MOST_USES / max(rate / _USUAL_RATES[architecture], 1.0)


def warps_in_flight(multiprocessors: int, uses: float, architecture: str, rate: float) -> int:
    """min(16 for each multiprocessor, 180 / uses), fewer in proportion for learning rates above the default.

    uses : see uses_of_hottest_row().
    """
    most = _most_uses(architecture, rate) / max(uses, 1e-9)
    return max(int(min(_PER_MULTIPROCESSOR * multiprocessors, most)), 1)


def warps_for_documents(offsets: NDArray[np.float64], documents: Documents, warps: int, most: float) -> int:
    """At most so many warps, and so few that no tag has more than `most` of them at a time.

    offsets : (S + 1,) of sentences, in words that are read.
    """
    lengths, counts = np.diff(offsets), np.diff(documents.starts)
    of_tags = np.bincount(documents.tags, weights=np.repeat(lengths, counts), minlength=1)
    if of_tags.max() <= most * TAKEN:  # all of its words together
        return warps
    for _ in range(_ROUNDS):
        in_flight = float(warps * TAKEN)  # words that are trained at the same time: a piece of the text
        pieces = np.repeat((offsets[:-1] // in_flight).astype(np.int64), counts)
        _, at = np.unique(pieces * documents.count + documents.tags, return_inverse=True)
        words = np.bincount(at, weights=np.repeat(np.minimum(lengths, in_flight), counts))
        fitting = max(int(most / min(words.max() / in_flight, 1.0)), 1)
        if fitting >= warps:
            break
        warps = fitting
    return warps
