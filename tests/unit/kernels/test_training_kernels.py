"""The compiled epoch against its slow twins, with the same draws, for many shapes."""

import numpy as np
import pytest

from firth.illustrated.cbow import cbow_step
from firth.illustrated.chance import Chance, positions
from firth.illustrated.skipgram import skipgram_step
from firth.simd.lanes import LANES
from firth.training import trainer as trainer_module
from firth.training.hyperparameters import Hyperparameters
from firth.training.trainer import Trainer, target_block
from firth.training.weights import TrainingWeights

WORDS = 60


def make_corpus(rng, words=WORDS, tokens=260):
    """Sentences of many lengths, one-word ones and one of a third of the text included."""
    lengths = [1, 2, 1, tokens // 3]
    while sum(lengths) < tokens:
        lengths.append(int(rng.integers(1, 12)))
    sentences = [rng.integers(0, words, length).tolist() for length in lengths]
    ids = np.concatenate(sentences).astype(np.int32)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    return sentences, (ids, offsets)


def make_weights(rng, vector_size, words=WORDS, threads=1):
    weights = TrainingWeights.allocate(words, vector_size, threads)
    scale = np.sqrt(2.0 / vector_size)  # dot products of about -4 .. 4, so that every part of the sigmoid is met
    start = [(rng.normal(size=(words, vector_size)) * scale).astype(np.float32) for _ in range(2)]
    weights.set(*start)
    return weights, [matrix.astype(np.float64) for matrix in start]


def run_twin(trainer, sentences, word_vectors, context_vectors):
    """The same epochs in NumPy; returns (loss, pairs) of the last."""
    settings = trainer.hyperparameters
    total = sum(map(len, sentences))
    for epoch in range(settings.epochs):
        _, sampling, *_ = trainer._arguments(trainer.corpus, epoch, None, 0)
        chance = Chance(*sampling[:5], int(sampling.key))
        loss = pairs = 0.0
        for place, center, context, negatives in positions(sentences, chance):
            batch_start = place // 1024 * 1024
            rate = trainer.rate_at(epoch + batch_start / total)
            if settings.architecture == "skipgram":
                size = len(target_block(1 + len(negatives)))
                loss += skipgram_step(word_vectors, context_vectors, center, context, negatives, rate, size)
                pairs += len(context)
            else:
                exact = settings.cbow_gradient == "exact"
                loss += cbow_step(word_vectors, context_vectors, center, context, negatives, rate, exact=exact)
                pairs += 1
    return loss, pairs


def compare(rng, *, vector_size, words=WORDS, tokens=260, **settings):
    hyperparameters = Hyperparameters(
        vector_size=vector_size, threads=1, min_count=1, final_learning_rate=0.01, learning_rate=0.05, **settings
    )
    sentences, corpus = make_corpus(rng, words, tokens)
    counts = np.bincount(corpus[0], minlength=words) + 1
    weights, (word_vectors, context_vectors) = make_weights(rng, vector_size, words)
    trainer = Trainer(hyperparameters, corpus, counts, weights, lambda progress: None)
    record = trainer.run()[-1]
    loss, pairs = run_twin(trainer, sentences, word_vectors, context_vectors)
    # float32 against float64 over a few hundred steps that feed on one another
    np.testing.assert_allclose(weights.word_vectors(), word_vectors, atol=3e-4)
    np.testing.assert_allclose(weights.context_vectors(), context_vectors, atol=3e-4)
    assert record.pairs == pairs
    if pairs:
        assert record.loss == pytest.approx(loss / pairs, rel=1e-4)
    assert not weights.word[:, vector_size:].any(), "padding must stay zero"
    assert not weights.context[:, vector_size:].any(), "padding must stay zero"
    assert not weights.context[words:].any(), "the row of zeros must stay zero"


ARCHITECTURES = [("skipgram", "word2vec"), ("cbow", "word2vec"), ("cbow", "exact")]


@pytest.mark.parametrize(("architecture", "gradient"), ARCHITECTURES)
@pytest.mark.parametrize("vector_size", [1, 7, 16, 50, 100, 300, 512])
def test_every_vector_size(architecture, gradient, vector_size):
    rng = np.random.default_rng(vector_size)
    compare(rng, vector_size=vector_size, architecture=architecture, cbow_gradient=gradient, epochs=2)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("window", [1, 2, 3, 5, 10, 20])
@pytest.mark.parametrize("shrink", [True, False])
def test_every_window(architecture, window, shrink):
    rng = np.random.default_rng(window)
    compare(rng, vector_size=16, architecture=architecture, window=window, shrink_window=shrink, epochs=1)


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


def test_chunks_may_cut_sentences(monkeypatch):
    """Whoever trains a stretch, its windows reach beyond it: where chunks end changes nothing."""
    monkeypatch.setattr(trainer_module, "CHUNK", 1024)
    rng = np.random.default_rng(6)
    compare(rng, vector_size=8, tokens=5000, architecture="skipgram", subsample_threshold=1e-2, epochs=1)


def test_only_one_word_sentences_train_nothing():
    weights, (word_vectors, _) = make_weights(np.random.default_rng(0), 8)
    corpus = np.arange(WORDS, dtype=np.int32), np.arange(WORDS + 1, dtype=np.int64)
    trainer = Trainer(
        Hyperparameters(threads=1, vector_size=8), corpus, np.ones(WORDS, np.int64), weights, lambda p: None
    )
    record = trainer.run()[0]
    assert record.pairs == 0
    assert np.isnan(record.loss)
    np.testing.assert_array_equal(weights.word_vectors(), word_vectors.astype(np.float32))


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_more_threads_train_the_same_examples(architecture):
    rng = np.random.default_rng(7)
    _, corpus = make_corpus(rng, tokens=60_000)
    counts = np.bincount(corpus[0], minlength=WORDS)
    records = []
    for threads in (1, 2, 5):
        settings = Hyperparameters(
            architecture=architecture, threads=threads, vector_size=16, epochs=1, learning_rate=1e-7,
            final_learning_rate=1e-8, subsample_threshold=1e-2,
        )  # fmt: skip
        weights, _ = make_weights(np.random.default_rng(8), 16, threads=threads)
        records.append(Trainer(settings, corpus, counts, weights, lambda p: None).run()[0])
    # With hardly any learning, the loss depends on the examples alone.
    assert {record.pairs for record in records} == {records[0].pairs}
    assert [record.loss for record in records] == pytest.approx([records[0].loss] * 3, rel=1e-5)


def test_lanes_are_those_of_this_processor():
    assert LANES in (4, 8, 16)
