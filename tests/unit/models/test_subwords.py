"""Models whose words are made of character n-grams."""

import dataclasses

import numpy as np
import pytest

from firth import SettingError, Word2Vec
from firth.corpus import encode
from firth.subwords.ngrams import ngram_rows
from firth.training.inputs import rows_of_words
from firth.training.plan import NO_EXTRAS, plan_training
from reference.numpy_backend import NumpyBackend

TEXT = ["the baker bakes bread", "a baker baked the bread", "cats chase dogs", "dogs chased a cat"] * 20
QUICK = {"vector_size": 12, "subsample_threshold": 0, "min_count": 1, "epochs": 2, "threads": 1, "subwords": (3, 5)}


def fitted(**settings):
    return Word2Vec(**QUICK | settings).fit(TEXT, progress=False)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_a_word_is_the_mean_of_its_parts(architecture):
    model = fitted(architecture=architecture, subword_buckets=50)
    vectors = model.vectors
    by_bucket = dict(zip(vectors.subwords.buckets.tolist(), vectors.subwords.matrix, strict=True))
    for word in vectors.words:
        parts = [by_bucket[bucket] for bucket in ngram_rows(word.encode(), 3, 5, 50)]
        expected = np.mean([model._own_vectors[model.vocabulary.id_of(word)], *parts], axis=0)
        np.testing.assert_allclose(vectors[word], expected, atol=1e-6)
    assert vectors.subwords.n_buckets == 50


def test_words_that_share_parts_are_similar_and_unknown_words_have_vectors():
    vectors = fitted(epochs=30).vectors
    vectors.fallback = "subword"
    assert vectors.similarity("bakers", "baker") > vectors.similarity("bakers", "cats")


def test_only_ngrams_that_occur_have_rows():
    model = fitted()
    assert model.hyperparameters.subword_buckets == 2_000_000
    assert len(model.vectors.subwords.matrix) < 200


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "nce", "softmax"])
def test_every_objective_learns(objective):
    history = fitted(objective=objective, epochs=10).history
    assert history[-1].loss < 0.95 * history[0].loss


def test_a_saved_model_is_the_same(tmp_path):
    model = fitted()
    model.save(tmp_path / "model.firth")
    again = Word2Vec.load(tmp_path / "model.firth")
    assert again.hyperparameters == model.hyperparameters
    np.testing.assert_array_equal(again.vectors.matrix, model.vectors.matrix)
    np.testing.assert_array_equal(again._own_vectors, model._own_vectors)
    np.testing.assert_array_equal(again.vectors.subwords.vector("bakers"), model.vectors.subwords.vector("bakers"))


def test_one_thread_repeats_every_bit_and_more_learn_the_same():
    first, second, threads = fitted(), fitted(), fitted(threads=3, epochs=2)
    np.testing.assert_array_equal(first.vectors.matrix, second.vectors.matrix)
    assert threads.history[-1].pairs == first.history[-1].pairs
    assert threads.history[-1].loss == pytest.approx(first.history[-1].loss, rel=0.02)


def test_the_loss_of_a_text_is_that_of_the_composed_vectors():
    model = fitted(epochs=5)
    assert model.score(TEXT).loss == pytest.approx(model.history[-1].loss, rel=0.05)


def test_ngrams_of_no_word_are_no_error():
    """All words are shorter than the shortest n-gram."""
    model = Word2Vec(**QUICK | {"subwords": (900, 1000)}).fit(TEXT, progress=False)
    assert len(model.vectors.subwords.matrix) == 0
    np.testing.assert_array_equal(model.vectors.matrix, model._own_vectors)


def test_lengths_that_make_no_sense():
    with pytest.raises(SettingError, match=r"subwords=\(5, 3\): must be two whole numbers"):
        Word2Vec(subwords=(5, 3))


def test_the_mean_of_a_window_is_that_of_all_rows_of_its_words():
    """As in fastText: a long word weighs more than a short one."""
    model = fitted(architecture="cbow")
    window = ["the", "baker", "chased"]
    counts = [1 + len(ngram_rows(word.encode(), 3, 5, 2_000_000)) for word in window]
    trace = model.trace("bakes", window, ["cats", "dogs"])
    expected = np.average(model.vectors[window], axis=0, weights=counts)
    np.testing.assert_allclose(trace.hidden, expected, atol=1e-6)
    assert len(set(counts)) == 3
    plain = fitted(architecture="cbow", subwords=None).trace("bakes", window, ["cats", "dogs"])
    np.testing.assert_allclose(plain.hidden, np.mean([before for _, _, before, _ in plain.inputs], axis=0), atol=1e-6)


def test_held_out_text_is_scored_with_the_means_of_training():
    """By the reference implementation, which moves nothing at a rate of 0."""
    model = fitted(architecture="cbow", epochs=5)
    settings = dataclasses.replace(model.hyperparameters, seed=3)
    corpus = encode(TEXT, vocabulary=model.vocabulary, progress=False)
    rows = rows_of_words(settings, model.vocabulary)
    plan = plan_training(settings, corpus, NO_EXTRAS._replace(rows_of_words=rows))
    reference = NumpyBackend()
    reference.start(plan, model.vectors.matrix, model.context_vectors)
    totals = reference.train_epoch(0, (0.0, 0.0), range(len(corpus.ids)), lambda totals: None)
    assert model.score(TEXT, seed=3).loss == pytest.approx(totals.mean_loss, rel=1e-5)
