"""Vectors of new documents in a trained model, in threads of this process (kernels/cpu/training/inference.py)."""

from collections.abc import Callable

import numpy as np

from firth.arrays import Matrix, Offsets
from firth.backends.plan import TrainingPlan, epoch_key
from firth.kernels.arguments import EncodedIds
from firth.kernels.compile import is_prepared, mark_prepared
from firth.kernels.cpu.training.arguments import (
    STOP,
    Counters,
    EpochArguments,
    HotRows,
    Inference,
    Mean,
    Objective,
    Schedule,
    SharedState,
    Weights,
)
from firth.kernels.cpu.training.batches import BATCH
from firth.kernels.cpu.training.inference import infer_documents
from firth.kernels.cpu.training.workspace import new_workspace
from firth.parallel import available_cores, run_in_threads
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, aligned_zeros
from firth.threads import startable_threads

__all__ = ["InferenceBackend"]

_LEAST_WORK = 4_096  # words times epochs for each thread: starting one takes as long as about a thousand


class InferenceBackend:
    """A copy of a trained model, with padded rows, in which documents are inferred. Not for several threads at a time.

    plan : the settings, noise words and tree of the model; its corpus and documents are not used.
    inputs : (V, D) the vectors of the words; with skip-gram they are not used.
    outputs : (plan.n_outputs, D) context or node vectors.
    """

    def __init__(self, plan: TrainingPlan, inputs: Matrix, outputs: Matrix) -> None:
        self._plan = plan
        self._vector_size = outputs.shape[1]
        self._stride = -(-self._vector_size // CACHE_LINE) * CACHE_LINE
        self._words = len(inputs) if plan.architecture == "cbow" else 0
        sampling = plan.sampling if self._words else plan.sampling._replace(window=(0, 0))
        self._sampling = sampling
        self._most_threads = available_cores()
        self._input = aligned_zeros(self._words + self._most_threads, self._stride)
        self._output = aligned_zeros(plan.n_outputs + 1, self._stride)  # and the zero row
        self._input[: self._words, : self._vector_size] = inputs[: self._words]
        self._output[: plan.n_outputs, : self._vector_size] = outputs
        objective = Objective(plan.tree, plan.contrast_shifts, None, None)
        self._objective = objective
        self._workspaces = [
            new_workspace(sampling, objective, self._stride, plan.n_outputs, 1) for _ in range(self._most_threads)
        ]

    def infer(
        self,
        corpus: EncodedIds,
        sentences: Offsets,
        epochs: int,
        rates: tuple[float, float],
        seed: int,
        options: tuple[int | None, Callable[[str], None], Callable[[int], None]],
    ) -> Matrix:
        """The vectors (N, D) of documents; zeros for those without a word.

        Parameters
        ----------
        sentences : (N + 1,) document d has the sentences sentences[d] .. sentences[d + 1] - 1 of the corpus.
        rates : the learning rate at the first word of each document, and behind the last one of its last epoch.
        seed : of subsampling, windows and noise words, which also depend on the position in the document.
        options : threads, None for all cores; what is called with a sentence for the user; and with the number of
            documents that are done, about ten times a second.
        """
        threads, message, watch = options
        documents = len(sentences) - 1
        vectors = aligned_zeros(documents, self._stride)
        inference = Inference(
            sentences=sentences,
            keys=np.array([epoch_key(seed, epoch) for epoch in range(epochs)], np.uint64),
            vectors=vectors.reshape(-1),
            row=self._words,
            rates=(float(rates[0]), float(rates[1])),
        )
        control = np.zeros(CACHE_LINE, np.int64)
        done = np.zeros((self._most_threads, CACHE_LINE), np.int64)
        n_threads = min(
            threads or self._most_threads, self._most_threads, max(documents, 1), self._of_use(corpus, epochs)
        )
        if n_threads > 1:
            n_threads = startable_threads(n_threads)
        jobs = []
        for thread in range(n_threads):
            state = SharedState(control, Counters(done[thread], np.zeros(1, np.int64), np.zeros(1)))
            jobs.append((self._arguments(corpus, state, thread), inference._replace(row=self._words + thread)))
        self._compile(jobs[0], message)

        def stop() -> None:
            control[STOP] = 1

        run_in_threads(infer_documents, jobs, on_tick=lambda: watch(int(done[:, 0].sum())), stop=stop)
        return vectors[:, : self._vector_size].copy()

    @staticmethod
    def _of_use(corpus: EncodedIds, epochs: int) -> int:
        return 1 + len(corpus.ids) * epochs // _LEAST_WORK

    def _arguments(self, corpus: EncodedIds, state: SharedState, thread: int) -> EpochArguments:
        plan, nothing = self._plan, np.zeros(CACHE_LINE, np.float32)
        columns = -(-self._vector_size // LANES) * LANES
        return EpochArguments(
            corpus=corpus,
            sampling=self._sampling,
            schedule=Schedule(0, 0, 0.0, 0.0, 1, BATCH),
            weights=Weights(self._input.reshape(-1), self._output.reshape(-1), self._stride, columns),
            hot=HotRows(0, 0, 0, 0, plan.n_outputs, nothing, nothing),
            state=state,
            workspace=self._workspaces[thread],
            mean=Mean(plan.sums_inputs, plan.exact_gradient, None) if self._words else None,
            objective=self._objective,
            softmax=None,
            composition=None,
            composed=None,
            documents=None,
        )

    def _compile(self, job: tuple[EpochArguments, Inference], message: Callable[[str], None]) -> None:
        """Compile the kernel, or load it from the cache: for no documents."""
        block = len(job[0].workspace.targets.block)
        variant = f"inference-{self._plan.architecture}-{self._plan.objective}-{block}"
        if not is_prepared(variant):
            message("Compiling the inference of documents for this processor, once …")
            infer_documents(job[0], job[1]._replace(sentences=np.zeros(1, np.int64)))
            job[0].state.control[:] = 0
            mark_prepared(variant)
