"""Loss on held-out text: compared with the reference implementation, and that nothing moves."""

import dataclasses

import numpy as np
import pytest

import firth
from firth.backends.cpu import HOT_ROWS, CpuBackend
from firth.backends.plan import epoch_key
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.illustrated.cbow import cbow_step
from firth.illustrated.draws import Draws, positions
from firth.illustrated.skipgram import skipgram_step
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import plan_training
from firth.training.sampling_tables import keep_thresholds, noise_table
from firth.training.scoring import score_text

WORDS = 40


def text(rng, tokens=1500, words=WORDS):
    """An encoded corpus of sentences of 1 to 30 words, and the same as lists."""
    ids = (rng.random(tokens) ** 2 * words).astype(np.int32)
    offsets = np.unique(np.append(rng.integers(0, tokens, tokens // 15), [0, tokens])).astype(np.int64)
    vocabulary = Vocabulary([f"w{i}" for i in range(words)], np.bincount(ids, minlength=words) + 3)
    sentences = [ids[a:b].tolist() for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    return EncodedCorpus(vocabulary, ids, offsets, tokens + 7), sentences


def matrices(rng, vector_size, words=WORDS):
    return (rng.normal(size=(2, words, vector_size)) * np.sqrt(2 / vector_size)).astype(np.float32)


def reference_loss(settings, counts, sentences, word_vectors, context_vectors, seed):
    """(mean loss, pairs), position by position in NumPy."""
    tables = keep_thresholds(counts, settings.subsample_threshold), noise_table(counts, settings.noise_exponent)
    shape = settings.window, settings.shrink_window, settings.negative_samples
    draws = Draws(*tables, *shape, int(epoch_key(seed, 0)))
    loss = pairs = 0
    for _, center, context, negatives, _ in positions(sentences, draws):
        step = (word_vectors, context_vectors, center, context, negatives, 0.0)
        if settings.architecture == "skipgram":
            loss, pairs = loss + skipgram_step(*step), pairs + len(context)
        else:
            loss, pairs = loss + cbow_step(*step, exact=True), pairs + 1
    return loss / pairs, pairs


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize(
    "settings",
    [
        {"vector_size": 20},
        {"vector_size": 100, "window": 2, "shrink_window": False, "negative_samples": 15, "subsample_threshold": 0},
        {"vector_size": 7, "window": 10, "negative_samples": 1, "subsample_threshold": 0.02, "noise_exponent": 0.0},
    ],
)
def test_it_is_the_loss_of_the_reference_implementation(architecture, settings):
    rng = np.random.default_rng(3)
    corpus, sentences = text(rng)
    both = matrices(rng, settings["vector_size"])
    hyperparameters = Hyperparameters(architecture=architecture, threads=1, epochs=9, **settings)
    for seed in (1, 99):
        score = score_text(hyperparameters, corpus, *both, seed)
        loss, pairs = reference_loss(
            hyperparameters, corpus.vocabulary.counts, sentences, *both.astype(np.float64), seed
        )
        assert score.loss == pytest.approx(loss, rel=1e-5)  # sums of float32
        assert (score.pairs, score.words, score.unknown_words) == (pairs, 1500, 7)
        assert score.coverage == pytest.approx(1500 / 1507)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_not_a_bit_of_the_weights_moves_whatever_the_threads(architecture, threads):
    rng = np.random.default_rng(4)
    words = HOT_ROWS + 50
    corpus, _ = text(rng, 40_000, words)
    both = matrices(rng, 24, words)
    settings = Hyperparameters(architecture=architecture, threads=threads, epochs=1, vector_size=24)
    backend = CpuBackend(threads)
    backend.start(plan_training(settings, corpus), *both)
    backend.train_epoch(0, (0.0, 0.0), range(len(corpus.ids)), watch=lambda totals: None)
    assert [matrix.tobytes() for matrix in backend.matrices()] == [matrix.tobytes() for matrix in both]
    alone = score_text(dataclasses.replace(settings, threads=1), corpus, *both, 1)
    together = score_text(settings, corpus, *both, 1)
    assert together.pairs == alone.pairs
    assert together.loss == pytest.approx(alone.loss, rel=1e-6)  # the same numbers in another order


# ---------------------------------------------------------------- of a model

LINES = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog met"] * 20
QUICK = {"vector_size": 8, "min_count": 1, "threads": 1, "subsample_threshold": 0}


@pytest.fixture(scope="module")
def model():
    return firth.Word2Vec(**QUICK, epochs=20).fit(LINES, progress=False)


def test_a_model_knows_its_own_language_better_than_shuffled_words(model):
    words = [word for line in LINES for word in line.split()]
    np.random.default_rng(0).shuffle(words)
    assert model.score(LINES).loss < model.score([words]).loss
    assert model.score(LINES).loss < model.history[0].loss


def test_the_model_stays_as_it_was_and_the_seed_decides(model, tmp_path):
    before = model.vectors.matrix.tobytes(), model.context_vectors.tobytes(), list(model.history)
    one, other = model.score(LINES, seed=1), model.score(LINES, seed=2)
    assert one == model.score(LINES) != other
    assert one.loss == pytest.approx(other.loss, rel=0.2)
    assert (model.vectors.matrix.tobytes(), model.context_vectors.tobytes(), list(model.history)) == before
    model.save(tmp_path / "model.firth")
    assert firth.Word2Vec.load(tmp_path / "model.firth").score(LINES) == one


def test_unknown_words_are_counted_and_left_out(model):
    known = model.score(["the cat sat on the mat"])
    more = model.score(["the quick cat sat on brown the mat", "zebra"])
    assert more == known._replace(unknown_words=3)
    assert more.coverage == pytest.approx(6 / 9)


def test_texts_that_say_nothing_are_errors(model):
    with pytest.raises(firth.CorpusError, match="none of its 2 words"):
        model.score(["zebra quagga"])
    with pytest.raises(firth.CorpusError, match="of 3 words the model knows 2, and no two"):
        model.score(["cat zebra", "dog"])
    with pytest.raises(firth.NotFittedError, match="fit"):
        firth.Word2Vec().score(LINES)


def test_a_tokenizer_that_was_a_function_has_to_be_given_again(tmp_path):
    model = firth.Word2Vec(**QUICK, tokenizer=str.split).fit(LINES, progress=False)
    model.save(tmp_path / "model.firth")
    again = firth.Word2Vec.load(tmp_path / "model.firth")
    with pytest.raises(firth.SettingError, match="pass it as tokenizer="):
        again.score(LINES)
    assert again.score(LINES, tokenizer=str.split) == model.score(LINES)
    assert again.score([line.split() for line in LINES], tokenizer="words") == model.score(LINES)
