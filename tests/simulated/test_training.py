"""The kernels of GPUs beside those of the processor and the reference, by value."""

from operator import attrgetter

import numpy as np
import pytest

from firth import Doc2Vec, LocalCluster, SettingError, Word2Vec
from firth.backends.cpu import CpuBackend
from firth.backends.cuda import CudaBackend
from firth.backends.gpu_limits import bytes_on_gpu
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.illustrated.draws import Draws, positions
from firth.illustrated.hierarchical_softmax import huffman_paths, path_targets
from firth.illustrated.targets import noise_targets, train_each
from firth.kernels.arguments import Composition, Documents, GroupNoise, SessionTargets
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import NO_EXTRAS, Extras, plan_training
from firth.training.sampling_tables import noise_table
from reference.numpy_backend import NumpyBackend

WORDS, TOKENS = 15, 30
RATES = (0.1, 0.05)
HALVED = tuple(2**n for n in range(14, -1, -1))  # counts with which a path of Huffman's tree has up to 14 nodes


def plan_of(counts=(2,) * WORDS, extras=NO_EXTRAS, **settings):
    """Sentences of 1, 12, 0, 14, 1 and 2 words; no window has a word twice."""
    ids = np.resize(np.random.default_rng(0).permutation(WORDS), TOKENS).astype(np.int32)
    offsets = np.array([0, 1, 13, 13, 27, 28, TOKENS])
    vocabulary = Vocabulary([f"w{i}" for i in range(WORDS)], np.array(counts))
    noise = {} if settings.get("objective") == "hierarchical_softmax" else {"negative_samples": 3}
    given = {"vector_size": 8, "window": 2, "subsample_threshold": 0.05, **noise, **settings}
    return plan_training(Hyperparameters(**given), EncodedCorpus(vocabulary, ids, offsets, TOKENS), extras)


def start_of(plan, vector_size):
    rng = np.random.default_rng(6)
    shapes = (plan.n_inputs, vector_size), (plan.n_outputs, vector_size)
    return tuple((rng.normal(size=shape) / 3).astype(np.float32) for shape in shapes)


def trained(backend, plan, vector_size, epochs=(0,)):
    backend.start(plan, *start_of(plan, vector_size))
    totals = [backend.train_epoch(epoch, RATES, range(TOKENS), lambda totals: None) for epoch in epochs]
    return totals, backend.matrices()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"architecture": "cbow"},
        {"architecture": "cbow", "cbow_gradient": "exact", "window": (3, 1)},
        {"shrink_window": False, "window": (0, 2), "negative_samples": 1},
        {"vector_size": 131, "subsample_threshold": 0.01},  # rows of two registers, some lanes without columns
    ],
    ids=str,
)
def test_one_warp_trains_what_one_thread_does(settings):
    plan, vector_size = plan_of(**settings), settings.get("vector_size", 8)
    (cpu,), expected = trained(CpuBackend(1), plan, vector_size)
    (gpu,), found = trained(CudaBackend(warps=1, chunk=16), plan, vector_size)
    assert (gpu.words, gpu.pairs) == (cpu.words, cpu.pairs)
    assert gpu.loss == pytest.approx(cpu.loss, rel=1e-6)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=4e-7)


def extras_of(grouped, with_sessions):
    """Groups of 9, 3 and 2 words, and a word without one; targets of sentences that may be centers or noise."""
    of_word = np.repeat(np.array([0, 1, 2, -1], np.int32), [9, 3, 2, 1])
    tables = [noise_table(np.full(n, 2), 0.75) for n in (9, 3, 2)]
    groups = GroupNoise(of_word, np.array([0, 9, 12, 14]), np.arange(14, dtype=np.int32), np.concatenate(tables), 3)
    sessions = SessionTargets(np.array([3, 5, -1, 9, -1, 2], np.int32), 2.5)
    return Extras(groups=groups if grouped else None, sessions=sessions if with_sessions else None)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "hierarchical_softmax"},
        {"objective": "hierarchical_softmax", "counts": (9, 9, 7, 5, 5, *(2,) * 10)},
        {"objective": "nce", "negative_samples": 7},  # among 15 words: words drawn twice, and the center
        {"extras": extras_of(True, False)},
        {"extras": extras_of(True, True)},
        {"extras": extras_of(False, True)},
    ],
    ids=["tree", "uneven tree", "nce", "groups", "groups and sessions", "sessions"],
)
def test_all_objectives_train_what_the_reference_does(architecture, settings):
    plan = plan_of(architecture=architecture, **settings)
    (reference,), expected = trained(NumpyBackend(), plan, 8)
    (gpu,), found = trained(CudaBackend(warps=1, chunk=16), plan, 8)
    assert (gpu.words, gpu.pairs) == (reference.words, reference.pairs)
    assert gpu.loss == pytest.approx(reference.loss, rel=1e-5)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_long_paths_in_blocks():
    """With cbow the hidden vector stays until all blocks have been scored: as on the processor."""
    given = {"objective": "hierarchical_softmax", "architecture": "cbow", "vector_size": 131}  # in blocks of 8
    plan = plan_of(HALVED, subsample_threshold=1, **given)
    assert plan.tree.longest == 14
    (reference,), expected = trained(NumpyBackend(), plan, 131)
    (gpu,), found = trained(CudaBackend(warps=1), plan, 131)
    assert gpu.loss == pytest.approx(reference.loss, rel=1e-5)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_more_noise_words_than_fit_in_shared_memory_for_32_positions():
    plan = plan_of(objective="nce", architecture="cbow", negative_samples=200, subsample_threshold=0.01)
    (reference,), expected = trained(NumpyBackend(), plan, 8)
    (gpu,), found = trained(CudaBackend(warps=1), plan, 8)
    assert gpu.pairs == reference.pairs > 10
    assert gpu.loss == pytest.approx(reference.loss, rel=1e-5)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"vector_size": 150, "negative_samples": 8, "subsample_threshold": 0.01}, 5),  # 9 targets in two blocks
        ({"vector_size": 8, "objective": "hierarchical_softmax", "counts": HALVED, "subsample_threshold": 1}, 8),
        ({"vector_size": 901, "negative_samples": 2, "subsample_threshold": 0.01}, 2),  # one input at a time
    ],
    ids=["noise words", "tree", "large vectors"],
)
def test_blocks_of_targets_follow_one_another(settings, size):
    """More targets than a block holds: each block meets the inputs as the one before has left them."""
    plan, vector_size = plan_of(**settings), settings["vector_size"]
    paths = huffman_paths(settings.get("counts", (2,) * WORDS))
    inputs, outputs = (matrix.astype(np.float64) for matrix in start_of(plan, vector_size))
    sampling = plan.sampling
    draws = Draws(*sampling[:5], int(sampling.key), different=True)
    make = noise_targets if plan.tree is None else lambda center, _: path_targets(paths[center])
    ids, offsets = plan.corpus
    sentences = [ids[a:b].tolist() for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    loss = 0.0
    for one in positions(sentences, draws):
        targets = make(one.center, one.negatives)
        for first in range(0, len(targets.rows), size):
            block = type(targets)(*(part[first : first + size] for part in targets))
            if one.context:
                loss += train_each(inputs, outputs, one.context, block, RATES[0])
    backend = CudaBackend(warps=1)
    backend.start(plan, *start_of(plan, vector_size))
    totals = backend.train_epoch(0, (RATES[0], RATES[0]), range(TOKENS), lambda totals: None)
    assert totals.pairs > 5
    assert totals.loss == pytest.approx(loss, rel=1e-6)
    for one, other in zip(backend.matrices(), (inputs, outputs), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_text_that_does_not_fit_is_copied_piece_by_piece():
    plan = plan_of()
    needed = {streams: sum(bytes_on_gpu(plan, 8, 5, streams=streams).values()) for streams in (False, True)}
    assert needed[True] < needed[False]
    results = []
    for memory in (needed[False], needed[True]):
        totals, matrices = trained(CudaBackend(warps=1, chunk=5, memory=memory), plan, 8)
        results.append((totals, *(matrix.tobytes() for matrix in matrices)))
    assert results[0] == results[1]
    with pytest.raises(SettingError, match=r"needs 0\.3 GB of memory \(matrices 0\.0, text 0\.0, .* 0\.3 GB free"):
        CudaBackend(chunk=5, memory=needed[True] - 1).start(plan, *start_of(plan, 8))


def test_several_warps_train_the_same_examples():
    plan = plan_of()
    (one,), _ = trained(CudaBackend(warps=1), plan, 8)
    (many,), _ = trained(CudaBackend(warps=3, chunk=7), plan, 8)
    assert (many.words, many.pairs) == (one.words, one.pairs)
    assert many.loss == pytest.approx(one.loss, rel=0.01)


def test_a_model_is_trained_and_watched():
    seen = []
    text = ["a b c d e f", "b a d c f e"]
    settings = {"min_count": 1, "vector_size": 8, "epochs": 2, "window": 2, "negative_samples": 3}
    model = Word2Vec(backend="cuda", subsample_threshold=0, **settings)
    model.fit(text, progress=False, observers=[lambda seen_now: seen.append(seen_now.vectors().matrix)])
    expected = Word2Vec(backend="cpu", subsample_threshold=0, threads=1, **settings)
    expected.fit(text, progress=False)
    assert [record.pairs for record in model.history] == [record.pairs for record in expected.history]
    np.testing.assert_allclose(model.vectors.matrix, expected.vectors.matrix, atol=1e-5)
    assert len(seen) >= 2  # while the first is taken, others may pass


def test_nodes_of_a_cluster_train_on_gpus(tmp_path, monkeypatch):
    monkeypatch.setattr("firth.distributed.shards._LEAST_BYTES", 8)  # a shard for each node
    monkeypatch.setattr("firth.distributed.combining.PAIRS", 64)  # fewer rows to copy
    monkeypatch.setattr("firth.backends.company._TRIPLES", 16)
    path = tmp_path / "text.txt"
    path.write_text("a b c d e f\nb a d c f e\n")
    settings = {"min_count": 1, "vector_size": 8, "epochs": 1, "window": 2, "negative_samples": 3}
    models = [
        Word2Vec(backend=backend, subsample_threshold=0, **settings, threads=1).fit(
            path, progress=False, cluster=LocalCluster(2, overlap=True)
        )
        for backend in ("cuda", "cpu")
    ]
    assert models[0].history[0].pairs == models[1].history[0].pairs
    for matrix in ("vectors.matrix", "context_vectors"):
        found, expected = (attrgetter(matrix)(model) for model in models)
        np.testing.assert_allclose(found, expected, atol=1e-5)


NGRAMS = 6


def composition():
    """Words of 1 to 7 rows, one of them twice in some; some words move by half, and one does not move."""
    rng = np.random.default_rng(3)
    lists = [[word, *(WORDS + rng.integers(NGRAMS, size=word % 7))] for word in range(WORDS)]
    starts = np.concatenate(([0], np.cumsum([len(rows) for rows in lists])))
    shares = np.resize(np.array([1, 1, 0.5, 1], np.float32), WORDS)
    shares[4] = 0
    lists[4], starts[5:] = lists[4][:1], starts[5:] - len(lists[4]) + 1
    return Composition(starts, np.concatenate(lists).astype(np.int32), shares)


def composed_words(weighted=False):
    made_of = composition()
    weights = np.diff(made_of.starts).astype(np.float32) if weighted else None
    return Extras(composition=made_of, ngram_rows=NGRAMS, rows_of_words=weights)


def documents(first=WORDS, composition=None, **more):
    """Sentences of no, one, two and three tags; the second has no words, but tags."""
    lists = [[3], [1, 0], [2, 4], [4, 0, 1], [], [5]]
    starts = np.concatenate(([0], np.cumsum([len(tags) for tags in lists])))
    tags = Documents(starts, np.concatenate(lists).astype(np.int32), first, 6, 3)
    return Extras(documents=tags, composition=composition, **more)


@pytest.mark.parametrize(
    ("extras", "settings"),
    [
        (composed_words(), {}),
        (composed_words(), {"vector_size": 150, "window": 1}),  # of words that are scored together
        (composed_words(weighted=True), {"architecture": "cbow", "window": (4, 3)}),
        (composed_words(), {"architecture": "cbow", "cbow_gradient": "exact"}),
        (documents(window=(0, 0)), {}),
        (documents(), {}),
        (documents(), {"architecture": "cbow"}),
        (documents(), {"architecture": "cbow", "cbow_gradient": "exact", "window": (2, 0)}),
        (documents(WORDS + NGRAMS, composition(), ngram_rows=NGRAMS), {"window": 1}),
        (documents(WORDS + NGRAMS, composition(), ngram_rows=NGRAMS), {"architecture": "cbow"}),
    ],
)
def test_inputs_of_several_rows_and_documents(extras, settings):
    """Beside the reference, which composes words for each position. Pieces begin in the middle of sentences."""
    plan, vector_size = plan_of(extras=extras, **settings), settings.get("vector_size", 8)
    results = []
    for backend in (CudaBackend(warps=1, chunk=7), NumpyBackend(batch=1, period=1)):
        backend.start(plan, *start_of(plan, vector_size))
        totals = backend.train_epoch(0, (0.1, 0.1), range(TOKENS), lambda totals: None)
        results.append((totals, backend.matrices()))
    (gpu, found), (reference, expected) = results
    assert (gpu.words, gpu.pairs) == (reference.words, reference.pairs)
    assert gpu.loss == pytest.approx(reference.loss, rel=1e-6)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    if extras.composition is not None:
        np.testing.assert_array_equal(found[0][4], start_of(plan, vector_size)[0][4])


def test_models_with_subwords_and_with_documents():
    settings = {"min_count": 1, "vector_size": 8, "epochs": 2, "window": 2, "negative_samples": 3, "backend": "cuda"}
    model = Word2Vec(subwords=(2, 3), subsample_threshold=0, **settings).fit(["ab cd ef gh", "ef cd"], progress=False)
    assert model.history[1].loss < model.history[0].loss
    before = model.vectors["cd"]
    model.continue_training(["cd abc ef"], frozen=["cd"], epochs=1, backend="cuda", progress=False)
    np.testing.assert_array_equal(model.vectors["cd"], before)
    texts = {"x": "a b c d e f", "y": "b a d c f e"}
    found = [
        Doc2Vec(subsample_threshold=0, threads=1, **settings | {"backend": kind}).fit(texts, progress=False)
        for kind in ("cuda", "cpu")
    ]
    assert [record.pairs for record in found[0].history] == [record.pairs for record in found[1].history]
    np.testing.assert_allclose(found[0].documents.matrix, found[1].documents.matrix, atol=1e-5)
