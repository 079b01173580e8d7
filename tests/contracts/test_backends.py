"""What every backend must do. A plain NumPy backend passes, too: the protocol wants nothing that only a CPU has.

With FIRTH_TEST_BACKENDS=cuda it is run on the GPU alone, as tests/gpu does; if numba-cuda's simulator is switched on as
well (NUMBA_ENABLE_CUDASIM=1), on a smaller text, as tests/unit/backends/test_cuda.py does.
"""

import os
import threading

import numpy as np
import pytest

from firth.backends.cpu import CpuBackend
from firth.backends.cuda import CudaBackend
from firth.backends.groups import GroupedBackend
from firth.backends.protocol import NOTHING
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.arguments import Documents
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import NO_EXTRAS, Extras, plan_training
from reference.numpy_backend import NumpyBackend
from threads_left import threads_left

ON_GPU = os.environ.get("FIRTH_TEST_BACKENDS") == "cuda"
IS_SIMULATED = ON_GPU and os.environ.get("NUMBA_ENABLE_CUDASIM") == "1"
WORDS, VECTOR_SIZE, TOKENS = (15, 8, 24) if IS_SIMULATED else (30, 12, 900)
SMALL = {"window": 2, "negative_samples": 2} if IS_SIMULATED else {}
WATCHED = 500 if IS_SIMULATED else 8_000_000  # tokens: an epoch does not end before it has been watched three times
RATES = (0.05, 0.01)

# The tolerance against the reference is that of float32; several threads meet one another's changes in any order.
BACKENDS = {
    "numpy": (NumpyBackend, 1e-6),
    "cpu-1": (lambda: CpuBackend(1), 1e-4),
    "cpu-2": (lambda: CpuBackend(2), None),
    "cpu-5": (lambda: CpuBackend(5, chunk=100), None),
    "groups-3x1": (lambda: GroupedBackend(3, 1, chunk=64), None),
    "groups-2x2": (lambda: GroupedBackend(2, 2, chunk=64), None),
}

if ON_GPU:
    # The simulator rounds as the reference does; machine code fuses products with sums.
    BACKENDS = {"cuda-1": (lambda: CudaBackend(warps=1, chunk=CUDA_CHUNK), 1e-6 if IS_SIMULATED else 1e-5)}
    if not IS_SIMULATED:
        BACKENDS["cuda"] = (lambda: CudaBackend(chunk=CUDA_CHUNK), None)
    OBJECTIVES = ("negative_sampling", "hierarchical_softmax", "nce")
else:
    from firth.training.hyperparameters import OBJECTIVES
CUDA_CHUNK = 8 if IS_SIMULATED else 1024

# Of the loss, with several threads.
LOOSE = {"cpu-2": 0.03, "cpu-5": 0.03, "groups-3x1": 0.1, "groups-2x2": 0.1}


def plan_of(tokens=TOKENS, extras=lambda corpus: NO_EXTRAS, **settings):
    rng = np.random.default_rng(5)
    ids = (rng.random(tokens) ** 2 * WORDS).astype(np.int32)
    if ON_GPU:  # which moves the row of a word that a window has twice once, by both changes
        ids = np.resize(rng.permutation(WORDS).astype(np.int32), tokens)
    offsets = np.unique(np.append(rng.integers(0, tokens, tokens // 15), [0, tokens])).astype(np.int64)
    counts = np.sort(np.bincount(ids, minlength=WORDS) + 1)[::-1]
    corpus = EncodedCorpus(Vocabulary([f"w{i}" for i in range(WORDS)], counts), ids, offsets, tokens)
    if settings.get("objective", "negative_sampling") == "negative_sampling":
        settings = SMALL | settings
    settings = Hyperparameters(**{"vector_size": VECTOR_SIZE, "subsample_threshold": 0.02, **settings})
    return plan_training(settings, corpus, extras(corpus))


def start_of(plan):
    rng = np.random.default_rng(6)
    shapes = (plan.n_inputs, VECTOR_SIZE), (plan.n_outputs, VECTOR_SIZE)
    return tuple((rng.normal(size=shape) / 3).astype(np.float32) for shape in shapes)


def ignore(totals):
    pass


@pytest.fixture(params=BACKENDS)
def make(request):
    """A function that makes the backend."""
    return BACKENDS[request.param][0]


@pytest.fixture
def started(make):
    """A function that makes the backend and starts it with a plan of these settings; returns both."""

    def start(**settings):
        plan, backend = plan_of(**settings), make()
        backend.start(plan, *start_of(plan))
        return plan, backend

    return start


def test_it_gives_back_what_it_was_given(started):
    plan, backend = started()
    inputs, outputs = start_of(plan)
    found = backend.matrices()
    np.testing.assert_array_equal(found[0], inputs)
    np.testing.assert_array_equal(found[1], outputs)
    assert [matrix.dtype for matrix in found] == [np.float32] * 2
    ids = np.array([3, 0, WORDS - 1, 3], np.int32)
    np.testing.assert_array_equal(backend.rows("input", ids), inputs[ids])
    np.testing.assert_array_equal(backend.rows("output", ids[:2]), outputs[ids[:2]])


def test_results_are_copies(started):
    plan, backend = started()
    inputs, outputs = start_of(plan)
    found = *backend.matrices(), backend.rows("input", np.arange(3)), backend.rows("output", np.arange(3))
    for matrix in found:
        matrix[:] = np.nan
    assert backend.is_finite()
    np.testing.assert_array_equal(backend.matrices()[0], inputs)
    np.testing.assert_array_equal(backend.matrices()[1], outputs)


def test_rows_can_be_replaced(started):
    if not hasattr(backend := started()[1], "set_rows"):
        pytest.skip("the reference has no need of it")
    given = np.arange(3 * VECTOR_SIZE, dtype=np.float32).reshape(3, VECTOR_SIZE)
    before = backend.matrices()
    for matrix, which in (("input", 0), ("output", 1)):
        backend.set_rows(matrix, 4, given)
        np.testing.assert_array_equal(backend.rows(matrix, np.arange(4, 7)), given)
        found = backend.matrices()[which]
        np.testing.assert_array_equal(np.delete(found, range(4, 7), 0), np.delete(before[which], range(4, 7), 0))


@pytest.mark.parametrize(("objective", "rows"), [("negative_sampling", WORDS), ("hierarchical_softmax", WORDS - 1)])
def test_outputs_may_start_at_zero(make, objective, rows):
    if objective not in OBJECTIVES:
        pytest.skip("this backend does not train it")
    plan, backend = plan_of(objective=objective), make()
    backend.start(plan, start_of(plan)[0], None)
    outputs = backend.matrices()[1]
    assert outputs.shape == (rows, VECTOR_SIZE)
    assert not outputs.any()


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_it_trains_the_examples_of_the_reference(backend, architecture, objective):
    compare_with_reference(backend, plan_of(architecture=architecture, objective=objective))


def documents_of(corpus):
    """A document for every two sentences, and one tag that all odd sentences have as well."""
    sentences = corpus.n_sentences
    lists = [[sentence // 2 + 1, *[0][: sentence % 2]] for sentence in range(sentences)]
    starts = np.concatenate(([0], np.cumsum([len(tags) for tags in lists])))
    return Documents(starts, np.concatenate(lists).astype(np.int32), WORDS, sentences // 2 + 2, 2)


@pytest.mark.parametrize("objective", [name for name in OBJECTIVES if name != "softmax"])
@pytest.mark.parametrize(("architecture", "window"), [("skipgram", None), ("skipgram", (0, 0)), ("cbow", None)])
@pytest.mark.parametrize("backend", BACKENDS)
def test_it_trains_documents_as_the_reference_does(backend, architecture, window, objective):
    plan = plan_of(
        architecture=architecture,
        objective=objective,
        extras=lambda corpus: Extras(documents=documents_of(corpus), window=window),
    )
    compare_with_reference(backend, plan, loose=0.1)


def compare_with_reference(backend, plan, loose=0.03):
    make, tolerance = BACKENDS[backend]
    results = []
    for one in (make(), NumpyBackend(targets_at_once=8)):
        one.start(plan, *start_of(plan))
        totals = [one.train_epoch(epoch, RATES, range(TOKENS), ignore) for epoch in range(2)]
        results.append((totals, one.matrices()))
    (totals, found), (expected_totals, expected) = results
    for one, other in zip(totals, expected_totals, strict=True):
        assert (one.words, one.pairs) == (other.words, other.pairs) == (TOKENS, other.pairs)
        assert one.loss == pytest.approx(
            other.loss, rel=1e-4 if tolerance else 0.1 if backend.startswith("groups") else loose
        )
    if tolerance is not None:
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=tolerance)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_at_a_rate_of_zero_nothing_moves(started, objective):
    plan, backend = started(objective=objective)
    totals = backend.train_epoch(0, (0.0, 0.0), range(TOKENS), ignore)
    assert totals.pairs > 0
    assert totals.mean_loss > 0
    for found, before in zip(backend.matrices(), start_of(plan), strict=True):
        np.testing.assert_array_equal(found, before)


def test_a_range_of_tokens_trains_its_positions_alone(started):
    """Two halves have the examples of the whole, whatever the cut; loss at a rate of zero depends on them alone."""
    _, backend = started()
    whole = backend.train_epoch(3, (0.0, 0.0), range(TOKENS), ignore)
    cut = TOKENS * 4 // 9 + 1
    halves = [backend.train_epoch(3, (0.0, 0.0), part, ignore) for part in (range(cut), range(cut, TOKENS))]
    assert [half.words for half in halves] == [cut, TOKENS - cut]
    assert sum(half.pairs for half in halves) == whole.pairs
    assert sum(half.loss for half in halves) == pytest.approx(whole.loss, rel=1e-5)


PARTS = {"numpy": lambda: NumpyBackend(batch=64), "cpu-1": lambda: CpuBackend(1, chunk=128)}
if ON_GPU:
    PARTS = {"cuda-1": lambda: CudaBackend(warps=1, chunk=TOKENS // 3)}


@pytest.mark.parametrize("make", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_an_epoch_in_parts_has_the_same_bits(make, architecture):
    """Learning rates included, which belong to positions of the corpus, and the loss."""
    plan, results = plan_of(architecture=architecture), []
    for cuts in ([0, TOKENS], [0, 1, 2, 5, TOKENS]):
        backend, totals = make(), NOTHING
        cuts = [min(cut * backend.chunk, TOKENS) for cut in cuts]
        backend.start(plan, *start_of(plan))
        for first, stop in zip(cuts[:-1], cuts[1:], strict=True):
            totals = backend.train_epoch(0, RATES, range(first, stop), ignore, totals)
        results.append((totals, *(matrix.tobytes() for matrix in backend.matrices())))
    assert results[0] == results[1]
    assert results[0][0].words == TOKENS


def test_no_tokens_are_no_error(started):
    _, backend = started()
    assert backend.train_epoch(0, RATES, range(7, 7), ignore) == (0, 0, 0.0)
    assert np.isnan(backend.totals().mean_loss)


def test_every_epoch_draws_anew(started):
    _, backend = started()
    epochs = [backend.train_epoch(epoch, (0.0, 0.0), range(TOKENS), ignore) for epoch in (0, 1, 0)]
    assert epochs[0].loss == pytest.approx(epochs[2].loss, rel=1e-6)
    assert epochs[0].loss != pytest.approx(epochs[1].loss, rel=1e-6)


class EnoughError(Exception):
    """Raised by a function that watches."""


@pytest.mark.parametrize("error", [KeyboardInterrupt, EnoughError])
def test_it_is_watched_from_the_calling_thread_whose_exception_stops_it(make, error):
    tokens = WATCHED
    plan, backend = plan_of(tokens), make()
    backend.start(plan, *start_of(plan))
    before = threading.active_count()
    seen = []

    def watch(totals):
        assert threading.current_thread() is threading.main_thread()
        seen.append(totals)
        if len(seen) == 3:
            raise error

    with pytest.raises(error):
        backend.train_epoch(0, RATES, range(tokens), watch)
    assert threads_left(before) <= before  # threads of an earlier test may have ended
    assert [totals.words for totals in seen] == sorted(totals.words for totals in seen)
    assert seen[-1].words <= backend.totals().words < tokens
    assert backend.is_finite()
    assert (backend.matrices()[0] != start_of(plan)[0]).any(), "what was learned stays"


@pytest.mark.parametrize("which", [0, 1])
def test_numbers_that_are_not_finite_are_noticed(make, which):
    plan, backend = plan_of(), make()
    start = start_of(plan)
    start[which][2, 3] = np.inf
    backend.start(plan, *start)
    assert not backend.is_finite()


def test_it_can_be_started_again(started):
    plan, backend = started()
    backend.train_epoch(0, RATES, range(TOKENS), ignore)
    backend.stop()
    backend.start(plan, *start_of(plan))
    np.testing.assert_array_equal(backend.matrices()[0], start_of(plan)[0])
    assert backend.train_epoch(0, RATES, range(TOKENS), ignore).words == TOKENS


def test_one_word_has_nothing_to_predict(make):
    corpus = EncodedCorpus(Vocabulary(["a"], np.array([9])), np.zeros(9, np.int32), np.array([0, 9]), 9)
    for objective in OBJECTIVES:
        plan, backend = plan_training(Hyperparameters(objective=objective, vector_size=4), corpus), make()
        backend.start(plan, np.ones((1, 4), np.float32), None)
        totals = backend.train_epoch(0, RATES, range(9), ignore)
        assert totals.words == 9
        assert backend.is_finite()
