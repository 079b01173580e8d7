"""Epochs of a training with gensim's settings: for each objective a backend, which train in turn.

Shapes  V words, R rows of inputs (V, and with n-grams theirs behind them), D numbers per vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix
from firth.backends.layout import cpu_backend
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend, Totals
from firth.corpus.encoded import EncodedCorpus
from firth.errors import DivergenceError
from firth.interruption import keeping
from firth.kernels.arguments import Composition
from firth.parallel import available_cores
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import Extras, plan_training
from firth.training.sampling_tables import keep_probabilities

__all__ = ["Epochs", "expected_words", "lock_composition", "plans_of", "subsampling_share", "threads_of"]

_WORDS_PER_THREAD = 1 << 14  # a text of fewer words is trained by one thread, so that results repeat exactly


def threads_of(workers: int, words: int) -> int:
    """Threads for a text: at most `workers`, and no more than there are cores or 16,384 words for each."""
    cores = available_cores()
    return max(1, min(workers if workers > 0 else cores, cores, words // _WORDS_PER_THREAD))


def subsampling_share(sample: float, counts: Counts) -> float:
    """Gensim's `sample` as a share of the text; from 1 on it is a count."""
    if sample < 1:
        return max(sample, 0.0)
    return min(1.0, int(sample * (3 + np.sqrt(5)) / 2) / max(int(counts.sum()), 1))


def expected_words(corpus: EncodedCorpus, sample: float) -> int:
    """Words of a text that subsampling is expected to leave."""
    counts = np.maximum(corpus.vocabulary.counts, 1)
    kept = keep_probabilities(counts, subsampling_share(sample, counts))
    read = np.bincount(corpus.ids, minlength=len(counts))
    return round(float(kept @ read))


def plans_of(
    settings: dict[str, Any], corpus: EncodedCorpus, noise_counts: Counts, extras: Extras, sample: float
) -> list[TrainingPlan]:
    """The plan of each objective.

    settings : those of Hyperparameters that do not depend on the objective, "negative", "ns_exponent" and "hs".
    """
    common = dict(settings)
    negative, exponent, hs = common.pop("negative"), common.pop("ns_exponent"), common.pop("hs")
    counts = np.maximum(corpus.vocabulary.counts, 1)
    common["subsample_threshold"] = subsampling_share(sample, counts)
    plans = []
    if negative:
        noise = Hyperparameters(negative_samples=int(negative), noise_exponent=float(exponent), **common)
        plans.append(plan_training(noise, corpus, extras._replace(noise_counts=noise_counts)))
    if hs:
        tree = Hyperparameters(objective="hierarchical_softmax", **common)
        plans.append(plan_training(tree, corpus, extras))
    return plans


@dataclass
class Epochs:
    """Trains matrices in place.

    inputs : (R, D); outputs : one matrix for each plan. Both are written to by keep() alone.
    restarts : whether each epoch begins from the matrices as they are then, which others may have changed.
    """

    plans: Sequence[TrainingPlan]
    inputs: Matrix
    outputs: Sequence[Matrix]
    threads: int
    restarts: bool = False
    _backend: Backend | None = None

    def run(self, number: int, rates: tuple[float, float]) -> list[Totals]:
        """Train an epoch, with all objectives one after the other.

        Raises   DivergenceError if a vector is no longer finite; KeyboardInterrupt, after keep().
        """
        totals = []
        for index, plan in enumerate(self.plans):
            backend = self._started(index)
            try:
                with keeping:
                    found = backend.train_epoch(number, rates, range(len(plan.corpus.ids)), lambda totals: None)
            except KeyboardInterrupt:
                self.keep(index)
                raise
            if not backend.is_finite():
                raise DivergenceError(
                    f"the vectors grew beyond all bounds: alpha={rates[0]:g} is too high; try a tenth"
                )
            totals.append(found)
            if self.restarts or len(self.plans) > 1:
                self.keep(index)
        return totals

    def keep(self, index: int = 0) -> None:
        """Write what was learned into the matrices."""
        if self._backend is None:
            return
        inputs, outputs = self._backend.matrices()
        self.inputs[:] = inputs
        self.outputs[index][: len(outputs)] = outputs

    def _started(self, index: int) -> Backend:
        is_kept = not self.restarts and len(self.plans) == 1
        if self._backend is not None and is_kept:
            return self._backend
        if self._backend is not None:
            self._backend.stop()
        plan = self.plans[index]
        self._backend = cpu_backend(self.threads, plan, self.inputs.shape[1])
        self._backend.start(plan, self.inputs, self.outputs[index][: plan.n_outputs])
        return self._backend


def lock_composition(factors: NDArray[np.float32], n_words: int) -> Composition | None:
    """By how much each word moves, from gensim's vectors_lockf, which is repeated where it is shorter."""
    shares = np.resize(np.asarray(factors, np.float32), n_words)
    if (shares == 1).all():
        return None
    return Composition(np.arange(n_words + 1), np.arange(n_words, dtype=np.int32), shares)
