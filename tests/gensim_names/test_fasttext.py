"""FastText is trained, queried, written and read as gensim's."""

import numpy as np
import pytest

pytest.importorskip("gensim")

import gensim.models.fasttext as theirs

import firth
from firth.errors import FormatError
from firth.gensim import (
    FastText,
    FastTextKeyedVectors,
    KeyedVectors,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)
from firth.gensim.models.fasttext import ft_ngram_hashes

SMALL = {"vector_size": 12, "min_count": 1, "bucket": 5000, "epochs": 10, "workers": 1}


def sentences() -> list[list[str]]:
    """Verbs in several forms: what is similar shares n-grams."""
    rng = np.random.default_rng(2)
    verbs, ends = ["walk", "climb", "paint", "laugh", "whisper"], ["", "s", "ed", "ing"]
    return [[rng.choice(verbs) + end for end in rng.choice(ends, 8)] for _ in range(300)]


@pytest.fixture(scope="module")
def trained() -> FastText:
    return FastText(sentences(), sg=1, **SMALL)


def test_vectors_are_means_of_rows(trained) -> None:
    vectors = trained.wv
    assert vectors.vectors_ngrams.shape == (5000, 12)
    for word in ("walking", "climbs"):
        rows = vectors.vectors_ngrams[ft_ngram_hashes(word, 3, 6, 5000)]
        own = vectors.vectors_vocab[vectors.get_index(word)]
        assert np.allclose(vectors[word], (rows.sum(axis=0) + own) / (len(rows) + 1), atol=1e-6)
    unknown = vectors.vectors_ngrams[ft_ngram_hashes("walkers", 3, 6, 5000)]
    assert np.allclose(vectors["walkers"], unknown.mean(axis=0), atol=1e-6)
    assert np.linalg.norm(vectors.get_vector("walkers", norm=True)) == pytest.approx(1)
    assert "walkers" in vectors
    assert not vectors.has_index_for("walkers")
    assert not np.any(vectors[""])
    assert np.allclose(vectors.get_sentence_vector(["walks"]), vectors.get_vector("walks", norm=True))
    with pytest.raises(ValueError, match="read-only"):
        vectors.vectors_ngrams[0] = 1


def test_cbow_is_the_mean_of_all_rows_of_a_window(trained) -> None:
    rows = FastText(sentences(), **SMALL | {"epochs": 1})._extras().rows_of_words
    expected = [1 + len(ft_ngram_hashes(word, 3, 6, 5000)) for word in trained.wv.index_to_key]
    assert rows.tolist() == expected
    assert trained._extras().rows_of_words is None


def test_hashes_are_those_of_gensim() -> None:
    for word in ("walking", "žluťoučký", "日本語", "a"):
        assert ft_ngram_hashes(word, 3, 6, 10_000) == theirs.ft_ngram_hashes(word, 3, 6, 10_000)


@pytest.mark.parametrize("options", [{"sg": 1}, {"sg": 0}, {"sg": 1, "hs": 1, "negative": 0}], ids=str)
def test_models_are_saved_and_go_on(tmp_path, options) -> None:
    model = FastText(sentences(), **SMALL, **options)
    model.save(tmp_path / "model")
    read = FastText.load(str(tmp_path / "model"))
    assert (read.wv.min_n, read.wv.max_n, read.wv.bucket) == (3, 6, 5000)
    before = read.wv.vectors_vocab.copy()
    for one in (model, read):
        one.build_vocab([["walkable", "walks"]] * 10, update=True)
        one.train(sentences(), total_examples=300, epochs=1)
        assert one.wv.has_index_for("walkable")
    assert not np.array_equal(read.wv.vectors_vocab[: len(before)], before)
    assert np.allclose(read.wv["walks"], model.wv["walks"], atol=1e-6)
    assert KeyedVectors.load(tmp_path / "model").has_index_for("walks")
    assert firth.Word2Vec.load(tmp_path / "model").hyperparameters.subwords == (3, 6)


def test_vectors_are_saved(trained, tmp_path) -> None:
    trained.wv.save(tmp_path / "vectors")
    read = FastTextKeyedVectors.load(tmp_path / "vectors")
    assert np.array_equal(read["walkers"], trained.wv["walkers"])
    assert np.array_equal(read.vectors_ngrams, trained.wv.vectors_ngrams)
    with pytest.raises(AttributeError):
        FastText.load(tmp_path / "vectors")


def test_files_of_fasttext_are_exchanged_with_gensim(trained, tmp_path) -> None:
    save_facebook_model(trained, tmp_path / "ours.bin")
    other = theirs.load_facebook_model(str(tmp_path / "ours.bin"))
    assert set(other.wv.index_to_key) == set(trained.wv.index_to_key)
    for word in ("walks", "walkers"):
        assert np.allclose(other.wv[word], trained.wv[word], atol=1e-6)
    assert (other.sg, other.hs, other.negative, other.window) == (1, 0, 5, 5)
    theirs.save_facebook_model(other, str(tmp_path / "theirs.bin"))
    read, vectors = load_facebook_model(tmp_path / "theirs.bin"), load_facebook_vectors(str(tmp_path / "theirs.bin"))
    for word in ("walks", "walkers"):
        assert np.allclose(read.wv[word], trained.wv[word], atol=1e-6)
        assert np.allclose(vectors[word], trained.wv[word], atol=1e-6)
    read.train(sentences(), total_examples=300, epochs=1)
    assert not np.allclose(read.wv["walks"], trained.wv["walks"], atol=1e-6)
    with pytest.raises(ValueError, match="UTF-8"):
        load_facebook_model(tmp_path / "theirs.bin", encoding="latin-1")


def test_gensims_own_files_are_read(tmp_path) -> None:
    model = theirs.FastText(sentences(), sg=1, **SMALL)
    model.save(str(tmp_path / "theirs"))
    read = FastText.load(tmp_path / "theirs")
    for word in ("walks", "walkers"):
        assert np.allclose(read.wv[word], model.wv[word], atol=1e-5)
    assert np.allclose(read.wv.vectors_vocab, model.wv.vectors_vocab, atol=1e-4)
    read.train(sentences(), total_examples=300, epochs=1)


def test_without_ngrams() -> None:
    model = FastText(sentences(), **(SMALL | {"bucket": 0}))
    assert model.wv.vectors_ngrams.shape == (0, 12)
    assert "walkers" not in model.wv
    with pytest.raises(KeyError):
        model.wv["walkers"]
    assert FastText(sentences(), max_n=2, **SMALL).wv.bucket == 0


def test_impossible_settings(trained, tmp_path) -> None:
    with pytest.raises(NotImplementedError, match="word_ngrams"):
        FastText(word_ngrams=2)
    model = FastText(sentences(), **SMALL)
    model.wv.vectors_ngrams_lockf = np.zeros(5000, np.float32)
    with pytest.raises(ValueError, match="vectors_lockf"):
        model.train(sentences(), total_examples=300, epochs=1)
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b"], np.eye(2))
    vectors.save(tmp_path / "plain")
    with pytest.raises(FormatError, match="n-grams"):
        FastTextKeyedVectors.load(tmp_path / "plain")
