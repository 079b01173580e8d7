"""What the processor asks of the driver: memory, streams and threads, whatever the kernels compute."""

import gc
import threading

import numpy as np
import pytest

from firth import SettingError, Word2Vec, WordVectors
from firth.backends.cuda import CudaBackend
from firth.backends.gpu_limits import bytes_on_gpu
from firth.kernels.cuda.present import present_gpu
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.sequences import Sequences
from gpu.plans import zipf_plan
from gpu.present import needs_gpu, sized

pytestmark = needs_gpu
TOKENS = sized(200_000, 4_000)
RATES = (0.025, 0.01)


def start_of(plan, size=20):
    rng = np.random.default_rng(6)
    return tuple(rng.normal(size=(n, size)).astype(np.float32) / 3 for n in (plan.n_inputs, plan.n_outputs))


def trained(backend, plan, epochs=1):
    backend.start(plan, *start_of(plan))
    totals = [backend.train_epoch(epoch, RATES, range(len(plan.corpus.ids)), lambda t: None) for epoch in range(epochs)]
    matrices = backend.matrices()
    backend.stop()
    return totals[-1], matrices


def train():
    trained(CudaBackend(), zipf_plan(500, TOKENS))


def search():
    vectors = WordVectors([f"w{i}" for i in range(300)], np.random.default_rng(4).normal(size=(300, 20)))
    vectors.search.backend = "cuda"
    vectors.most_similar("w1")
    vectors.search.backend = "cpu"


def recommend():
    sequences = Sequences.of([[1, 2, 3, 4], [2, 3, 1]])
    NextItemVectors(vector_size=8, batch_size=4, negative_samples=3, epochs=1, backend="cuda").fit(sequences)


@pytest.mark.parametrize("use", [train, search, recommend])
def test_memory_is_given_back(use):
    """Nobody looks at present_gpu() here, which would give it back."""
    from numba import cuda

    use()  # compiled; what numba-cuda keeps for itself is there
    gc.collect()
    before = present_gpu().free
    use()
    gc.collect()
    assert cuda.current_context().get_memory_info().free == before


def test_memory_is_freed_by_threads_that_never_used_the_gpu():
    """Where a driver frees nothing: who collects a cycle of objects is chance."""
    plan, cycles = zipf_plan(500, TOKENS), [{}]
    before = present_gpu().free

    def use():
        for i in range(3):
            backend = CudaBackend()
            backend.start(plan, *start_of(plan))
            cycles[0][i] = [backend, cycles[0]]

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    cycles.clear()
    other = threading.Thread(target=gc.collect)
    other.start()
    other.join()
    assert present_gpu().free == before


def test_memory_that_was_used_is_free_for_the_next_training():
    plan = zipf_plan(500, TOKENS)
    before = present_gpu().free
    for _ in range(3):
        CudaBackend().start(plan, *start_of(plan))  # and forgotten
        gc.collect()
        assert present_gpu().free == before


def test_a_text_that_does_not_fit_is_copied_piece_by_piece():
    """In two buffers that the GPU reads while the processor fills the other one."""
    plan, chunk = zipf_plan(500, TOKENS), TOKENS // 9
    needed = {streams: sum(bytes_on_gpu(plan, 20, chunk, streams=streams).values()) for streams in (False, True)}
    results = []
    for memory in (needed[False], needed[True]):
        totals, matrices = trained(CudaBackend(warps=1, chunk=chunk, memory=memory), plan, 2)
        results.append((totals, *(matrix.tobytes() for matrix in matrices)))
    assert results[0] == results[1]
    with pytest.raises(SettingError, match="training needs"):
        CudaBackend(chunk=chunk, memory=needed[True] - 1).start(plan, *start_of(plan))


def test_no_more_memory_is_taken_than_was_computed():
    from numba import cuda

    for streams in (False, True):
        plan, chunk = zipf_plan(500, TOKENS), TOKENS // 5
        needed = bytes_on_gpu(plan, 20, chunk, streams=streams)
        before = present_gpu().free
        backend = CudaBackend(chunk=chunk, memory=sum(needed.values()))
        backend.start(plan, *start_of(plan))
        backend.train_epoch(0, RATES, range(TOKENS), lambda t: None)
        taken = before - cuda.current_context().get_memory_info().free
        backend.stop()
        assert taken <= sum(needed.values()) - needed["spare"] + (2 << 20)


def test_several_models_are_trained_at_the_same_time():
    plans = [zipf_plan(200 + 50 * i, TOKENS) for i in range(3)]
    alone = [trained(CudaBackend(warps=1), plan) for plan in plans]
    together = [None] * len(plans)

    def run(i):
        together[i] = trained(CudaBackend(warps=1), plans[i])

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(plans))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for (totals, matrices), (other_totals, others) in zip(alone, together, strict=True):
        assert totals == other_totals
        for one, other in zip(matrices, others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_training_that_is_interrupted_keeps_what_it_learned():
    rng = np.random.default_rng(3)
    text = [[f"w{i}" for i in rng.zipf(1.3, 50).clip(1, 300)] for _ in range(TOKENS // 50)]
    model = Word2Vec(backend="cuda", epochs=100_000, vector_size=20, subsample_threshold=0)
    seen = []

    def interrupt(now):
        seen.append(now.vectors().matrix)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(text, progress=False, observers=[interrupt])
    assert all(np.isfinite(matrix).all() for matrix in seen)
