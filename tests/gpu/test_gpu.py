"""What only a GPU can show; skipped where there is none. `pytest tests/gpu` takes about a minute on an H100."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from firth import Word2Vec, WordVectors
from firth.backends.cpu import CpuBackend
from firth.backends.cuda import CudaBackend
from firth.evaluation.analogies import evaluate_analogies
from firth.kernels.arguments import GroupNoise, SessionTargets
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.sequences import Sequences
from firth.training.plan import initial_word_vectors
from firth.training.sampling_tables import noise_table
from gpu.plans import zipf_plan
from gpu.present import needs_gpu, sized
from source_tree import ROOT

pytestmark = needs_gpu
MANY, FEW = sized((400_000, 100_000), (50_000, 20_000))  # tokens; a GPU in software has fewer multiprocessors as well


@pytest.mark.parametrize("tests", ["tests/contracts/test_backends.py", "tests/simulated"])
def test_what_every_backend_must_do(tests):
    """By value, with one warp; in a process where the backends that these tests look at are those of the GPU."""
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "FIRTH_TEST_BACKENDS": "cuda"}
    command = [sys.executable, "-m", "pytest", tests, "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]


def losses(backend, plan, rate, epochs):
    backend.start(plan, initial_word_vectors(plan.n_inputs, 100, 1), None)
    rates = [rate * (1 - epoch / epochs) + 1e-4 for epoch in range(epochs + 1)]
    tokens = range(len(plan.corpus.ids))
    totals = [
        backend.train_epoch(epoch, (rates[epoch], rates[epoch + 1]), tokens, lambda t: None) for epoch in range(epochs)
    ]
    assert backend.is_finite()
    return totals


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "nce"])
@pytest.mark.parametrize("words", [100, 1_000, 20_000])
@pytest.mark.parametrize(("architecture", "rate"), [("skipgram", 0.025), ("cbow", 0.05)])
def test_many_warps_learn_what_one_thread_does(words, architecture, rate, objective):
    """Small vocabularies are where rows are in use most often; without subsampling they are hottest."""
    plan = zipf_plan(words, MANY, architecture=architecture, objective=objective, subsample_threshold=0)
    assert_losses_are_alike(plan, rate, 0.01 if objective == "negative_sampling" else 0.03)


def assert_losses_are_alike(plan, rate, tolerance):
    gpu, cpu = losses(CudaBackend(), plan, rate, 3), losses(CpuBackend(1), plan, rate, 3)
    assert [one.pairs for one in gpu] == [one.pairs for one in cpu]
    assert gpu[-1].mean_loss == pytest.approx(cpu[-1].mean_loss, abs=tolerance)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_groups_and_sessions(architecture):
    plan = zipf_plan(1_000, MANY, architecture=architecture, subsample_threshold=0)
    of_word = (np.arange(plan.n_words) % 3 - 1).astype(np.int32)  # a third of the words has no group
    words = np.argsort(of_word, kind="stable")[int((of_word < 0).sum()) :].astype(np.int32)
    starts = np.searchsorted(of_word[words], [0, 1, 2])
    tables = [noise_table(np.ones(n), 1.0) for n in np.diff(starts)]
    rng = np.random.default_rng(2)
    targets = rng.integers(-1, plan.n_words, len(plan.corpus.sentence_offsets) - 1).astype(np.int32)
    plan = replace(
        plan,
        groups=GroupNoise(of_word, starts.astype(np.int64), words, np.concatenate(tables), 5),
        sessions=SessionTargets(targets, 2.0),
    )
    assert_losses_are_alike(plan, 0.025 if architecture == "skipgram" else 0.05, 0.03)


@pytest.mark.parametrize(
    ("architecture", "rate", "subwords"),
    [("skipgram", 0.05, (3, 6)), ("skipgram", 0.05, (2, 4)), ("cbow", 0.1, (3, 6))],
)
def test_words_that_share_ngrams(architecture, rate, subwords):
    """Names that are nearly alike: hardly any row is used by one word alone."""
    plan = zipf_plan(2_000, MANY, architecture=architecture, subwords=subwords, subsample_threshold=0)
    gpu, cpu = losses(CudaBackend(), plan, rate, 3), losses(CpuBackend(1), plan, rate, 3)
    assert [one.pairs for one in gpu] == [one.pairs for one in cpu]
    assert gpu[-1].mean_loss == pytest.approx(cpu[-1].mean_loss, rel=0.02)


@pytest.mark.parametrize(("architecture", "rate"), [("skipgram", 0.025), ("cbow", 0.05)])
@pytest.mark.parametrize(
    "tags_of",
    [
        lambda sentence: [sentence // 10],
        lambda sentence: [sentence // (MANY // 40)],
        lambda sentence: [0, 1 + sentence],
    ],
    ids=["short documents", "long documents", "a tag of all"],
)
def test_documents_whatever_their_length(architecture, rate, tags_of):
    plan = zipf_plan(2_000, MANY, tags_of, architecture=architecture)
    gpu, cpu = losses(CudaBackend(), plan, rate, 3), losses(CpuBackend(1), plan, rate, 3)
    assert [one.pairs for one in gpu] == [one.pairs for one in cpu]
    assert gpu[-1].mean_loss == pytest.approx(cpu[-1].mean_loss, rel=0.02)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize(
    "settings",
    [
        {"vector_size": 300},
        {"negative_samples": 15},
        {"negative_samples": 60},
        {"negative_samples": 300},
        {"vector_size": 384},
        {"vector_size": 700},
        {"vector_size": 1024},
        {"vector_size": 300, "objective": "hierarchical_softmax"},
    ],
    ids=str,
)
def test_shapes_that_take_more_registers(architecture, settings):
    """With few warps: what is asked is whether each shape learns at all."""
    plan = zipf_plan(2_000, FEW, architecture=architecture, **settings)
    rate = 0.025 * min(1.0, 15 / settings.get("negative_samples", 5))  # at 0.025 the processor diverges with 300
    found = []
    for backend in (CudaBackend(warps=8), CpuBackend(1)):
        backend.start(plan, initial_word_vectors(plan.n_words, settings.get("vector_size", 100), 1), None)
        found.append(backend.train_epoch(0, (rate, 0.0), range(FEW), lambda totals: None))
    assert found[0].pairs == found[1].pairs
    assert found[0].mean_loss == pytest.approx(found[1].mean_loss, rel=0.03)


def test_a_model_is_observed_while_it_is_trained():
    plan = zipf_plan(2_000, sized(2_000_000, 50_000))
    ids = plan.corpus.ids
    text = [[f"w{i}" for i in sentence] for sentence in np.array_split(ids, len(ids) // 40)]
    seen = []
    model = Word2Vec(backend="cuda", epochs=2, subsample_threshold=0)
    model.fit(text, progress=False, observers=[lambda seen_now: seen.append(seen_now.vectors().matrix)])
    assert len(seen) >= 2  # while the first is taken, others may pass
    assert all(np.isfinite(matrix).all() for matrix in seen)
    np.testing.assert_array_equal(seen[-1], model.vectors.matrix)


@pytest.mark.parametrize(("n_words", "size"), [(1, 3), (63, 17), (sized(5_000, 700), 100), (sized(70_001, 5_001), 30)])
def test_searches_find_what_the_processor_finds(n_words, size):
    """From one block to thousands; counts up to the most, and queries that are no multiple of a tile."""
    rng = np.random.default_rng(4)
    vectors = WordVectors([f"w{i}" for i in range(n_words)], rng.normal(size=(n_words, size)))
    for queries, count in ((1, 10), (min(n_words, 300), 10), (min(n_words, 1000), 1), (min(n_words, 65), 900)):
        words = vectors.words[:queries]
        for narrowed in ({}, {"restrict": max(1, n_words // 2)}, {"exclude": words[:1]}):
            found = []
            for backend in ("cpu", "cuda"):
                vectors.search.backend = backend
                found.append(vectors.most_similar(words, count, **narrowed))
            assert found[1] == found[0]


def test_analogies_on_a_gpu():
    rng, words = np.random.default_rng(5), [f"w{i}" for i in range(sized(20_000, 2_000))]
    vectors = WordVectors(words, rng.normal(size=(len(words), 50)))
    questions = [("some", *rng.choice(words, 4, replace=False)) for _ in range(sized(5_000, 500))]
    answers = []
    for backend in ("cpu", "cuda"):
        vectors.search.backend = backend
        answers.append(evaluate_analogies(vectors, questions).answers)
    assert answers[1] == answers[0]


@pytest.mark.parametrize("settings", [{}, {"vector_size": 200, "batch_size": 1000, "negative_samples": 700}], ids=str)
def test_next_item_vectors_are_those_of_the_processor(settings):
    rng = np.random.default_rng(6)
    sequences = Sequences.of([rng.zipf(1.3, 12).clip(1, 2000).tolist() for _ in range(sized(2_000, 200))])
    found, again, expected = (
        NextItemVectors(**settings, epochs=2, backend=backend).fit(sequences) for backend in ("cuda", "cuda", "cpu")
    )
    np.testing.assert_array_equal(found.item_vectors, again.item_vectors)
    np.testing.assert_allclose(found.item_vectors, expected.item_vectors, atol=2e-3)
    np.testing.assert_allclose(found.next_vectors, expected.next_vectors, atol=2e-3)
