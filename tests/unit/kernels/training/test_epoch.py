"""The compiled epoch against the reference implementation in NumPy, with the same draws, for many shapes."""

import numpy as np
import pytest

from firth.backends.cpu import CpuBackend
from firth.backends.lag import lag_of
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.arguments import Composition, Documents, GroupNoise, SessionTargets
from firth.kernels.cpu.training.batches import BATCH
from firth.kernels.cpu.training.softmax import TILE
from firth.kernels.cpu.training.workspace import target_block
from firth.progress import Reporter
from firth.simd.rows import BLOCK_ROWS
from firth.training.hyperparameters import OBJECTIVES, Hyperparameters
from firth.training.plan import NO_EXTRAS, Extras, plan_training
from firth.training.sampling_tables import noise_table
from firth.training.trainer import Trainer
from reference.numpy_backend import NumpyBackend

# Random texts are small, and their starting vectors large: what a user is warned of is wanted here.
pytestmark = pytest.mark.filterwarnings("ignore::firth.errors.FirthWarning")

WORDS = 60


def make_corpus(rng, words=WORDS, tokens=260, counts=None):
    """Sentences of many lengths, one-word ones and one of a third of the text included."""
    lengths = [1, 2, 1, tokens // 3]
    while sum(lengths) < tokens:
        lengths.append(int(rng.integers(1, 12)))
    ids = rng.integers(0, words, sum(lengths)).astype(np.int32)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    counts = np.bincount(ids, minlength=words) + 1 if counts is None else counts
    return EncodedCorpus(Vocabulary([f"w{i}" for i in range(words)], counts), ids, offsets, len(ids))


def start_of(rng, plan, vector_size):
    """Both matrices, with dot products of about -4 .. 4, so that every part of the sigmoid is used."""
    scale = np.sqrt(2.0 / vector_size)
    shapes = (plan.n_inputs, vector_size), (plan.n_outputs, vector_size)
    return tuple((rng.normal(size=shape) * scale).astype(np.float32) for shape in shapes)


def train(settings, corpus, start, backend, extras=NO_EXTRAS):
    """(the records of all epochs, both matrices)."""
    plan = plan_training(settings, corpus, extras)
    backend.start(plan, *start)
    return Trainer(settings, plan, backend, Reporter()).run(), backend.matrices()


def block_size(plan):
    """Targets that the kernel moves together."""
    more = 0 if plan.groups is None else plan.groups.negative_samples
    targets = 1 + plan.sampling.negative_samples + more + (plan.sessions is not None)
    return BLOCK_ROWS if plan.tree is not None else len(target_block(targets))


def compare(
    rng, *, vector_size, words=WORDS, tokens=260, chunk=None, counts=None, extras=lambda corpus: NO_EXTRAS, **settings
):
    settings = Hyperparameters(
        vector_size=vector_size, threads=1, min_count=1, final_learning_rate=0.01, learning_rate=0.05, **settings
    )
    corpus = make_corpus(rng, words, tokens, counts)
    plan = plan_training(settings, corpus, extras(corpus))
    start = start_of(rng, plan, vector_size)
    _, batch, period = lag_of(plan, 1) if plan.composition is not None else (1, BATCH, 1)
    # The reference knows no chunks: they end where periods do.
    compiled = CpuBackend(1) if chunk is None else CpuBackend(1, chunk=-(-chunk // (batch * period)) * batch * period)
    reference = NumpyBackend(batch=batch, targets_at_once=block_size(plan), tile=TILE, period=period)
    (*_, record), found = train(settings, corpus, start, compiled, extras(corpus))
    (*_, expected_record), expected = train(settings, corpus, start, reference, extras(corpus))
    # float32 against float64 over a few hundred steps that build on one another
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=3e-4)
    assert record.pairs == expected_record.pairs
    assert record.words == len(corpus.ids)
    if record.pairs:
        assert record.loss == pytest.approx(expected_record.loss, rel=1e-4, abs=1e-6)


OTHER_OBJECTIVES = [objective for objective in OBJECTIVES if objective != "negative_sampling"]
ARCHITECTURES = {
    "skipgram": {"architecture": "skipgram"},
    "cbow": {"architecture": "cbow"},
    "cbow-exact": {"architecture": "cbow", "cbow_gradient": "exact"},
}


@pytest.mark.parametrize("settings", ARCHITECTURES.values(), ids=ARCHITECTURES)
@pytest.mark.parametrize("vector_size", [1, 7, 16, 50, 100, 300, 512])
def test_every_vector_size(settings, vector_size):
    rng = np.random.default_rng(vector_size)
    compare(rng, vector_size=vector_size, epochs=2, **settings)


@pytest.mark.parametrize("objective", OTHER_OBJECTIVES)
@pytest.mark.parametrize("settings", ARCHITECTURES.values(), ids=ARCHITECTURES)
@pytest.mark.parametrize("vector_size", [7, 100])
def test_every_objective(objective, settings, vector_size):
    rng = np.random.default_rng(vector_size)
    compare(rng, vector_size=vector_size, objective=objective, epochs=2, **settings)


@pytest.mark.parametrize("objective", OTHER_OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("words", [1, 2, 3, 8, 9, 150])
def test_every_objective_with_vocabularies_of_all_sizes(objective, architecture, words):
    rng = np.random.default_rng(words)
    compare(rng, vector_size=8, words=words, objective=objective, architecture=architecture, epochs=1)


@pytest.mark.parametrize("objective", OTHER_OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_every_objective_with_subsampling_and_long_sentences(objective, architecture):
    rng = np.random.default_rng(5)
    settings = {"objective": objective, "architecture": architecture, "subsample_threshold": 3e-3, "window": 3}
    compare(rng, vector_size=8, tokens=4000, epochs=1, **settings)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_paths_of_many_lengths(architecture):
    """Counts that double with every word make a tree that is a chain: paths of 1 to 39 nodes, 1 to 5 blocks."""
    rng = np.random.default_rng(1)
    settings = {"objective": "hierarchical_softmax", "architecture": architecture, "subsample_threshold": 0}
    compare(rng, vector_size=8, words=40, tokens=500, counts=2 ** np.arange(40)[::-1], epochs=1, **settings)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("window", [1, 2, 3, 5, 10, 20])
@pytest.mark.parametrize("shrink", [True, False])
def test_every_window(architecture, window, shrink):
    rng = np.random.default_rng(window)
    compare(rng, vector_size=16, architecture=architecture, window=window, shrink_window=shrink, epochs=1)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("window", [(5, 0), (0, 5), (1, 4), (3, 2)])
@pytest.mark.parametrize("shrink", [True, False])
def test_windows_that_differ_before_and_after(architecture, window, shrink):
    rng = np.random.default_rng(sum(window))
    compare(rng, vector_size=16, architecture=architecture, window=window, shrink_window=shrink, epochs=1)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_softmax_looks_back(architecture):
    rng = np.random.default_rng(3)
    compare(rng, vector_size=16, architecture=architecture, objective="softmax", window=(4, 1), epochs=1)


def composition_of(shares):
    """Words of 1 to 20 parts each, of which one comes twice; some share parts. shares : those to draw from."""

    def make(corpus):
        rng = np.random.default_rng(8)
        words, ngrams = len(corpus.vocabulary), 40
        lists = [[word, *(words + rng.integers(0, ngrams, int(rng.integers(0, 20))))] for word in range(words)]
        lists[1] += [words, words]
        starts = np.concatenate(([0], np.cumsum([len(parts) for parts in lists])))
        chosen = rng.choice(np.array(shares, np.float32), words)
        rows = np.diff(starts).astype(np.float32)
        composition = Composition(starts, np.concatenate(lists).astype(np.int32), chosen)
        return Extras(composition, ngrams, rows_of_words=rows)

    return make


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("vector_size", [7, 100])
def test_composed_inputs(objective, architecture, vector_size):
    rng = np.random.default_rng(vector_size)
    settings = {"objective": objective, "architecture": architecture, "epochs": 2, "tokens": 5000}
    compare(rng, vector_size=vector_size, extras=composition_of([1]), **settings)


def test_composed_inputs_by_shares_and_in_chunks():
    rng = np.random.default_rng(2)
    settings = {"architecture": "cbow", "tokens": 9000, "chunk": 4096, "subsample_threshold": 3e-3, "window": (3, 8)}
    compare(rng, vector_size=20, extras=composition_of([0, 0.25, 1]), epochs=1, **settings)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("vector_size", [7, 100])
def test_sums_in_place_of_means(objective, vector_size):
    rng = np.random.default_rng(vector_size)
    settings = {"objective": objective, "architecture": "cbow", "window": 3, "epochs": 2}
    compare(rng, vector_size=vector_size, extras=lambda corpus: Extras(sums_inputs=True), **settings)


def test_sums_of_composed_words_and_documents():
    def extras(corpus):
        composed = composition_of([1])(corpus)
        documents = documents_of(corpus, WORDS + composed.ngram_rows).documents
        return composed._replace(documents=documents, sums_inputs=True)

    compare(np.random.default_rng(12), vector_size=20, architecture="cbow", extras=extras, tokens=2000, epochs=1)


def groups_of(words, negatives, rng):
    """Every fourth word has no group; one group has a single word."""
    of_word = np.where(np.arange(words) % 4 == 3, -1, np.arange(words) % 3).astype(np.int32)
    of_word[0] = 3
    members = [np.flatnonzero(of_word == group) for group in range(4)]
    tables = [noise_table(rng.integers(1, 50, len(group)), 0.75) for group in members]
    starts = np.concatenate(([0], np.cumsum([len(group) for group in members])))
    return GroupNoise(of_word, starts, np.concatenate(members).astype(np.int32), np.concatenate(tables), negatives)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("negatives", [1, 4, 30])  # the last one more than a group has
def test_noise_words_of_groups(architecture, negatives):
    rng = np.random.default_rng(negatives)
    groups = groups_of(WORDS, negatives, rng)
    compare(rng, vector_size=20, architecture=architecture, extras=lambda corpus: Extras(groups=groups), epochs=2)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("weight", [1.0, 0.25])
@pytest.mark.parametrize("grouped", [False, True])
def test_targets_of_sentences(architecture, weight, grouped):
    rng = np.random.default_rng(4)
    groups = groups_of(WORDS, 3, rng) if grouped else None

    def extras(corpus):
        targets = np.random.default_rng(5).integers(-1, 9, corpus.n_sentences).astype(np.int32)
        return Extras(groups=groups, sessions=SessionTargets(targets, weight))

    compare(rng, vector_size=20, architecture=architecture, extras=extras, tokens=3000, epochs=1)


def documents_of(corpus, first, tags=40, window=None):
    """None to three different tags for each sentence."""
    rng = np.random.default_rng(9)
    lists = [rng.choice(tags, int(rng.integers(0, 4)), replace=False) for _ in range(corpus.n_sentences)]
    starts = np.concatenate(([0], np.cumsum([len(one) for one in lists]))).astype(np.int64)
    documents = Documents(starts, np.concatenate(lists).astype(np.int32), first, tags, 3)
    return Extras(documents=documents, window=window)


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "nce"])
@pytest.mark.parametrize("settings", ARCHITECTURES.values(), ids=ARCHITECTURES)
@pytest.mark.parametrize("window", [None, (0, 0)])
def test_documents_are_inputs_of_their_windows(objective, settings, window):
    rng = np.random.default_rng(10)
    settings = {"objective": objective, "subsample_threshold": 1e-2, "tokens": 3000, **settings}
    compare(rng, vector_size=20, extras=lambda corpus: documents_of(corpus, WORDS, window=window), epochs=2, **settings)


def test_documents_with_composed_words_and_targets_of_sentences():
    def extras(corpus):
        composed = composition_of([1])(corpus)
        targets = np.random.default_rng(5).integers(-1, 9, corpus.n_sentences).astype(np.int32)
        documents = documents_of(corpus, WORDS + composed.ngram_rows).documents
        return composed._replace(documents=documents, sessions=SessionTargets(targets, 0.5))

    compare(np.random.default_rng(11), vector_size=20, architecture="cbow", extras=extras, tokens=5000, epochs=1)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("negatives", [1, 3, 10, 15, 25])  # blocks of 2, 4, 6, 8 and 7 targets, 1 to 4 of them
def test_every_number_of_negative_samples(architecture, negatives):
    rng = np.random.default_rng(negatives)
    compare(rng, vector_size=20, architecture=architecture, negative_samples=negatives, epochs=1)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("words", [1, 2, 4, 6])
def test_tiny_vocabularies(architecture, words):
    rng = np.random.default_rng(words)
    compare(rng, vector_size=8, words=words, architecture=architecture, epochs=1)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_subsampling_and_sentences_longer_than_a_batch(architecture):
    rng = np.random.default_rng(5)
    compare(rng, vector_size=8, tokens=9000, architecture=architecture, subsample_threshold=3e-3, epochs=1)


def test_chunks_may_cut_sentences():
    """The windows of a chunk reach beyond it: where chunks end changes nothing."""
    rng = np.random.default_rng(6)
    settings = {"architecture": "skipgram", "subsample_threshold": 1e-2, "epochs": 1}
    compare(rng, vector_size=8, tokens=5000, chunk=1024, **settings)


def test_sentences_of_one_word_train_nothing():
    settings = Hyperparameters(threads=1, vector_size=8)
    vocabulary = Vocabulary([f"w{i}" for i in range(WORDS)], np.ones(WORDS, np.int64))
    corpus = EncodedCorpus(vocabulary, np.arange(WORDS, dtype=np.int32), np.arange(WORDS + 1), WORDS)
    start = start_of(np.random.default_rng(0), plan_training(settings, corpus), 8)
    (record, *_), found = train(settings, corpus, start, CpuBackend(1))
    assert record.pairs == 0
    assert np.isnan(record.loss)
    for one, other in zip(found, start, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_more_threads_train_the_same_examples(architecture, objective):
    rng = np.random.default_rng(7)
    corpus = make_corpus(rng, tokens=60_000)
    records = []
    for threads in (1, 2, 5):
        settings = Hyperparameters(
            architecture=architecture, objective=objective, threads=threads, vector_size=16, epochs=1,
            learning_rate=1e-7, final_learning_rate=1e-8, subsample_threshold=1e-2,
        )  # fmt: skip
        start = start_of(np.random.default_rng(8), plan_training(settings, corpus), 16)
        (record,), _ = train(settings, corpus, start, CpuBackend(threads))
        records.append(record)
    # With hardly any learning, the loss depends on the examples alone.
    assert {record.pairs for record in records} == {records[0].pairs}
    assert [record.loss for record in records] == pytest.approx([records[0].loss] * 3, rel=1e-5)
