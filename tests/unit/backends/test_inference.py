"""Documents that are inferred, against the reference implementation in NumPy, with the same draws."""

import numpy as np
import pytest

from firth.backends.inference import InferenceBackend
from firth.backends.plan import epoch_key
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.illustrated.documents import infer_step
from firth.illustrated.draws import Draws, positions
from firth.illustrated.hierarchical_softmax import Path, path_targets
from firth.illustrated.nce import contrast_targets
from firth.illustrated.targets import noise_targets
from firth.kernels.arguments import EncodedIds
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import NO_EXTRAS, plan_training

WORDS, VECTOR_SIZE, EPOCHS, RATES = 40, 20, 3, (0.1, 0.01)
SETTINGS = {
    "skipgram": {"architecture": "skipgram"},
    "cbow": {"architecture": "cbow"},
    "cbow-exact": {"architecture": "cbow", "cbow_gradient": "exact"},
    "nce": {"architecture": "skipgram", "objective": "nce"},
    "sum": {"architecture": "cbow", "extras": NO_EXTRAS._replace(sums_inputs=True)},
    "tree": {"architecture": "cbow", "objective": "hierarchical_softmax"},
}


def plan_of(extras=NO_EXTRAS, **settings):
    counts = np.arange(2 * WORDS, WORDS, -1)
    corpus = EncodedCorpus(
        Vocabulary([f"w{i}" for i in range(WORDS)], counts), np.zeros(0, np.int32), np.zeros(1, np.int64)
    )
    return plan_training(Hyperparameters(vector_size=VECTOR_SIZE, subsample_threshold=0.02, **settings), corpus, extras)


def matrices_of(plan):
    rng = np.random.default_rng(2)
    shapes = (plan.n_words, VECTOR_SIZE), (plan.n_outputs, VECTOR_SIZE)
    return tuple((rng.normal(size=shape) / 2).astype(np.float32) for shape in shapes)


def documents_of(lengths, seed=3):
    """Documents, each a list of sentences; lengths : for each document the lengths of its sentences."""
    rng = np.random.default_rng(seed)
    return [[rng.integers(0, WORDS, length).tolist() for length in sentences] for sentences in lengths]


def infer(backend, documents, *, seed=5, threads=1, rates=RATES, epochs=EPOCHS):
    sentences = [sentence for document in documents for sentence in document]
    ids = np.array([word for sentence in sentences for word in sentence], np.int32)
    offsets = np.concatenate(([0], np.cumsum([len(sentence) for sentence in sentences]))).astype(np.int64)
    of_documents = np.concatenate(([0], np.cumsum([len(document) for document in documents]))).astype(np.int64)
    options = threads, lambda sentence: None, lambda done: None
    return backend.infer(EncodedIds(ids, offsets), of_documents, epochs, rates, seed, options)


def targets_of(plan, one):
    if plan.tree is not None:
        path = plan.tree.turns[plan.tree.offsets[one.center] : plan.tree.offsets[one.center + 1]]
        return path_targets(Path((path >> 1).tolist(), (path & 1).tolist()))
    if plan.contrast_shifts is not None:
        return contrast_targets(one.center, one.negatives, plan.contrast_shifts)
    return noise_targets(one.center, one.negatives)


def reference(plan, matrices, document, seed):
    """The vector of one document, a position at a time."""
    inputs, outputs = (matrix.astype(np.float64) for matrix in matrices)
    how = {"exact": plan.exact_gradient, "summed": plan.sums_inputs}
    vector, tokens = np.zeros(VECTOR_SIZE), sum(map(len, document))
    for epoch in range(EPOCHS):
        key = int(epoch_key(seed, epoch))
        draws = Draws(*plan.sampling[:5], key, different=plan.objective == "negative_sampling")
        rate = RATES[0] + (RATES[1] - RATES[0]) * epoch / EPOCHS  # documents are shorter than a batch
        for one in positions(document, draws, alone=True):
            words = inputs[one.context] if plan.architecture == "cbow" else np.zeros((0, VECTOR_SIZE))
            vector = infer_step(vector, words, outputs, targets_of(plan, one), rate, **how)
    assert tokens < 1024
    return vector


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_vectors_are_those_of_the_reference(settings):
    plan = plan_of(**settings)
    matrices = matrices_of(plan)
    documents = documents_of([[30], [1], [5, 40, 2], [], [300]])
    found = infer(InferenceBackend(plan, *matrices), documents)
    assert found.dtype == np.float32
    for vector, document in zip(found, documents, strict=True):
        np.testing.assert_allclose(vector, reference(plan, matrices, document, 5), atol=1e-5)
    assert not found[3].any(), "a document without a word"


@pytest.mark.parametrize("settings", [SETTINGS["skipgram"], SETTINGS["cbow"]], ids=["skipgram", "cbow"])
def test_a_vector_does_not_depend_on_other_documents_or_threads(settings):
    plan = plan_of(**settings)
    backend = InferenceBackend(plan, *matrices_of(plan))
    documents = documents_of([[30], [2000], [5, 40], [700], [60], [1]])
    together = infer(backend, documents)
    np.testing.assert_array_equal(infer(backend, documents, threads=None), together)
    np.testing.assert_array_equal(infer(backend, documents[::-1]), together[::-1])
    for document, vector in zip(documents, together, strict=True):
        np.testing.assert_array_equal(infer(backend, [document])[0], vector)
    assert (infer(backend, documents, seed=6) != together).any()


@pytest.mark.parametrize("exact", [False, True])
def test_a_step_goes_down_the_slope_of_the_loss(exact):
    """By finite differences; without `exact` the step is as many times longer as there are inputs."""
    rng = np.random.default_rng(4)
    outputs, words, document = rng.normal(size=(9, 6)), rng.normal(size=(3, 6)), rng.normal(size=6)
    targets = noise_targets(2, [5, 7, 1])

    def loss(vector):
        hidden = np.vstack([words, vector]).mean(axis=0)
        return targets.loss(outputs[targets.rows] @ hidden)

    slope = [(loss(document + step) - loss(document - step)) / 2e-6 for step in 1e-6 * np.eye(6)]
    moved = infer_step(document, words, outputs, targets, 0.1, exact=exact) - document
    np.testing.assert_allclose(moved, -0.1 * np.array(slope) * (1 if exact else 4), rtol=1e-6)


def test_there_may_be_no_documents():
    plan = plan_of()
    assert infer(InferenceBackend(plan, *matrices_of(plan)), []).shape == (0, VECTOR_SIZE)
