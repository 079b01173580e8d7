"""The compiled epoch against its slow twins, with the same draws, for many shapes."""

import dataclasses

import numpy as np
import pytest

from firth.illustrated.chance import Chance, positions
from firth.illustrated.hierarchical_softmax import huffman_paths, path_questions
from firth.illustrated.nce import contrast_questions, contrast_shifts
from firth.illustrated.questions import ask_each, ask_mean, noise_questions
from firth.illustrated.softmax import softmax_step
from firth.kernels.cpu.training.softmax import TILE
from firth.simd.lanes import LANES
from firth.training import trainer as trainer_module
from firth.training.hyperparameters import OBJECTIVES, Hyperparameters
from firth.training.sampling_tables import noise_probabilities
from firth.training.trainer import Trainer, allocate_weights

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


def make_weights(rng, settings, words=WORDS):
    weights = allocate_weights(settings, words)
    # dot products of about -4 .. 4, so that every part of the sigmoid is met
    scale = np.sqrt(2.0 / settings.vector_size)
    start = [(rng.normal(size=(n, settings.vector_size)) * scale).astype(np.float32) for n in (words, words)]
    if settings.objective == "hierarchical_softmax":
        start[1] = start[1][:-1]
    weights.set(*start)
    return weights, [matrix.astype(np.float64) for matrix in start]


def questions_of(settings, counts):
    """What is asked at a position."""
    if settings.objective == "hierarchical_softmax":
        paths = huffman_paths(counts.tolist())
        return lambda position: path_questions(paths[position.center])
    if settings.objective == "nce":
        shifts = contrast_shifts(noise_probabilities(counts, settings.noise_power), settings.noise_words)
        return lambda position: contrast_questions(position.center, position.negatives, shifts)
    return lambda position: noise_questions(position.center, position.negatives)


def run_twin(trainer, sentences, counts, word_vectors, output_vectors):
    """The same epochs in NumPy; returns (loss, pairs) of the last."""
    settings = trainer.hyperparameters
    questions = questions_of(settings, counts)
    total = sum(map(len, sentences))
    exact = settings.cbow_gradient == "exact"
    for epoch in range(settings.epochs):
        _, sampling, schedule, *_ = trainer._arguments(trainer.corpus, epoch, None, 0)
        chance = Chance(*sampling[:5], int(sampling.key), different=settings.objective == "negative_sampling")
        loss = pairs = 0.0
        found = list(positions(sentences, chance))
        rates = [trainer.rate_at(epoch + p.place // schedule.batch * schedule.batch / total) for p in found]
        if settings.objective == "softmax":
            for inputs, true_words, rate in softmax_batches(settings, sentences, chance, schedule.batch, rates):
                loss += softmax_step(word_vectors, output_vectors, inputs, true_words, rate, exact=exact)
                pairs += len(inputs)
            continue
        for position, rate in zip(found, rates, strict=True):
            asked = word_vectors, output_vectors, position.context, questions(position), rate
            if settings.architecture == "skipgram":
                loss += ask_each(*asked, targets_at_once=trainer.block_size)
                pairs += len(position.context)
            else:
                loss += ask_mean(*asked, exact=exact)
                pairs += 1
    return loss, pairs


def softmax_batches(settings, sentences, chance, batch, rates):
    """What the kernel trains together: TILE hidden vectors, each once for all that it has to foretell."""
    starts = np.cumsum([0, *map(len, sentences)])
    by_batch = {}
    for position, rate in zip(positions(sentences, chance), rates, strict=True):
        by_batch.setdefault((position.place // batch, rate), []).append(position)
    for (_, rate), found in by_batch.items():
        asked = {}  # place of the hidden vector: its inputs, and what they foretell
        for position in found:
            if settings.architecture == "cbow":
                asked[position.place] = position.context, [position.center]
                continue
            sentence = np.searchsorted(starts, position.place, side="right") - 1
            places = range(starts[sentence], starts[sentence + 1])
            read = [p for p in places if chance.is_read(sentences[sentence][p - starts[sentence]], p)]
            here, reach = read.index(position.place), chance.reach(position.place)
            around = read[max(0, here - reach) : here] + read[here + 1 : here + 1 + reach]
            for place, word in zip(around, position.context, strict=True):
                asked.setdefault(place, ([word], []))[1].append(position.center)
        rows = [asked[place] for place in sorted(asked)]
        for first in range(0, len(rows), TILE):
            examples = [(inputs, word) for inputs, words in rows[first : first + TILE] for word in words]
            yield *zip(*examples, strict=True), rate


def compare(rng, *, vector_size, words=WORDS, tokens=260, **settings):
    hyperparameters = Hyperparameters(
        vector_size=vector_size, threads=1, min_count=1, final_learning_rate=0.01, learning_rate=0.05, **settings
    )
    sentences, corpus = make_corpus(rng, words, tokens)
    counts = np.bincount(corpus[0], minlength=words) + 1
    weights, (word_vectors, output_vectors) = make_weights(rng, hyperparameters, words)
    trainer = Trainer(hyperparameters, corpus, counts, weights, lambda progress: None)
    record = trainer.run()[-1]
    loss, pairs = run_twin(trainer, sentences, counts, word_vectors, output_vectors)
    outputs = weights.context[: len(output_vectors), :vector_size]
    # float32 against float64 over a few hundred steps that feed on one another
    np.testing.assert_allclose(weights.word_vectors(), word_vectors, atol=3e-4)
    np.testing.assert_allclose(outputs, output_vectors, atol=3e-4)
    assert record.pairs == pairs
    if pairs:
        assert record.loss == pytest.approx(loss / pairs, rel=1e-4, abs=1e-6)
    assert not weights.word[:, vector_size:].any(), "padding must stay zero"
    assert not weights.context[:, vector_size:].any(), "padding must stay zero"
    assert not weights.context[len(output_vectors) :].any(), "the row of zeros must stay zero"


OTHER_OBJECTIVES = [objective for objective in OBJECTIVES if objective != "negative_sampling"]
ARCHITECTURES = [("skipgram", "word2vec"), ("cbow", "word2vec"), ("cbow", "exact")]


@pytest.mark.parametrize(("architecture", "gradient"), ARCHITECTURES)
@pytest.mark.parametrize("vector_size", [1, 7, 16, 50, 100, 300, 512])
def test_every_vector_size(architecture, gradient, vector_size):
    rng = np.random.default_rng(vector_size)
    compare(rng, vector_size=vector_size, architecture=architecture, cbow_gradient=gradient, epochs=2)


@pytest.mark.parametrize("objective", OTHER_OBJECTIVES)
@pytest.mark.parametrize(("architecture", "gradient"), ARCHITECTURES)
@pytest.mark.parametrize("vector_size", [7, 100])
def test_every_objective(objective, architecture, gradient, vector_size):
    rng = np.random.default_rng(vector_size)
    settings = {"architecture": architecture, "cbow_gradient": gradient, "objective": objective}
    compare(rng, vector_size=vector_size, epochs=2, **settings)


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


def test_paths_of_many_lengths():
    """Counts that double with every word make a tree that is a chain: paths of 1 to 39 nodes, 1 to 5 blocks."""
    words = 40
    rng = np.random.default_rng(1)
    settings = Hyperparameters(objective="hierarchical_softmax", vector_size=8, threads=1, epochs=1, min_count=1)
    sentences, corpus = make_corpus(rng, words, 500)
    counts = 2 ** np.arange(words)
    for architecture in ("skipgram", "cbow"):
        chosen = dataclasses.replace(settings, architecture=architecture, learning_rate=0.05)
        weights, (word_vectors, node_vectors) = make_weights(rng, chosen, words)
        trainer = Trainer(chosen, corpus, counts, weights, lambda progress: None)
        record = trainer.run()[0]
        loss, pairs = run_twin(trainer, sentences, counts, word_vectors, node_vectors)
        np.testing.assert_allclose(weights.word_vectors(), word_vectors, atol=3e-4)
        np.testing.assert_allclose(weights.node_vectors(), node_vectors, atol=3e-4)
        assert record.loss == pytest.approx(loss / pairs, rel=1e-4)


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
    settings = Hyperparameters(threads=1, vector_size=8)
    weights, (word_vectors, _) = make_weights(np.random.default_rng(0), settings)
    corpus = np.arange(WORDS, dtype=np.int32), np.arange(WORDS + 1, dtype=np.int64)
    trainer = Trainer(settings, corpus, np.ones(WORDS, np.int64), weights, lambda p: None)
    record = trainer.run()[0]
    assert record.pairs == 0
    assert np.isnan(record.loss)
    np.testing.assert_array_equal(weights.word_vectors(), word_vectors.astype(np.float32))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_more_threads_train_the_same_examples(architecture, objective):
    rng = np.random.default_rng(7)
    _, corpus = make_corpus(rng, tokens=60_000)
    counts = np.bincount(corpus[0], minlength=WORDS)
    records = []
    for threads in (1, 2, 5):
        settings = Hyperparameters(
            architecture=architecture, objective=objective, threads=threads, vector_size=16, epochs=1,
            learning_rate=1e-7, final_learning_rate=1e-8, subsample_threshold=1e-2,
        )  # fmt: skip
        weights, _ = make_weights(np.random.default_rng(8), settings)
        records.append(Trainer(settings, corpus, counts, weights, lambda p: None).run()[0])
    # With hardly any learning, the loss depends on the examples alone.
    assert {record.pairs for record in records} == {records[0].pairs}
    assert [record.loss for record in records] == pytest.approx([records[0].loss] * 3, rel=1e-5)


def test_lanes_are_those_of_this_processor():
    assert LANES in (4, 8, 16)
