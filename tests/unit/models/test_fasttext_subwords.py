"""Models with n-grams, of the fastText program and of gensim, that are loaded; and ours, that gensim trains on."""

import os
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from firth import Word2Vec
from firth.errors import FormatError
from firth.formats import native
from firth.models.fasttext_file import read_fasttext_model
from firth.models.word2vec_file import read_model

needs_fasttext = pytest.mark.skipif(
    find_spec("fasttext") is None and os.environ.get("CI") != "true", reason="the package fasttext-wheel is not here"
)
WORDS = ["rose", "größe", "東京", "a", "daisy", "the", "😀x", "ß"]
UNSEEN = ["roses", "größer", "東京都", "unseen"]


def text():
    """Nine sentences in which word i occurs 2^(7 - i) times: no node of the tree weighs as much as a word."""
    tokens = np.repeat(WORDS, 2 ** np.arange(8)[::-1])
    return [" ".join(part) for part in np.array_split(np.random.default_rng(1).permutation(tokens), 9)]


def fitted(**changes):
    options = {"tokenizer": "whitespace", "min_count": 1, "vector_size": 5, "subsample_threshold": 0, "epochs": 2}
    options |= {"subwords": (2, 4), "subword_buckets": 1000, "threads": 1}
    return Word2Vec(**options | changes).fit(text(), progress=False)


@needs_fasttext
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": "cbow", "minn": 2, "maxn": 2, "ws": 3, "neg": 7},
        {"minn": 1, "maxn": 2, "loss": "softmax"},
        {"maxn": 0},
        {"loss": "hs", "bucket": 5},
    ],
)
def test_a_model_of_the_program_is_loaded_whole(tmp_path, changes):
    import fasttext

    (tmp_path / "text").write_text("\n".join(text()), encoding="utf-8")
    options = {"dim": 5, "epoch": 2, "minCount": 1, "bucket": 99, "thread": 1, "verbose": 0} | changes
    theirs = fasttext.train_unsupervised(str(tmp_path / "text"), **options)
    theirs.save_model(str(tmp_path / "a.bin"))
    model = Word2Vec.load(tmp_path / "a.bin")
    words, counts = theirs.get_words(include_freq=True)
    assert list(model.vocabulary) == words
    assert model.vocabulary.counts.tolist() == counts.tolist()
    np.testing.assert_allclose(model.vectors.matrix, [theirs.get_word_vector(word) for word in words], atol=1e-6)
    for word in UNSEEN if model.vectors.subwords is not None else []:
        np.testing.assert_allclose(model.vectors.subwords.vector(word), theirs.get_word_vector(word), atol=1e-6)
    outputs = theirs.get_output_matrix()
    if "loss" in changes and changes["loss"] == "hs":
        assert model.node_vectors.tobytes() == outputs[-2::-1].tobytes()
    else:
        assert model.context_vectors.tobytes() == outputs.tobytes()
    model.save(tmp_path / "b.bin", format="fasttext")
    assert (tmp_path / "b.bin").read_bytes() == (tmp_path / "a.bin").read_bytes()
    model.save(tmp_path / "c.firth")
    native = Word2Vec.load(tmp_path / "c.firth")
    assert native.vectors.matrix.tobytes() == model.vectors.matrix.tobytes()
    for word in UNSEEN if model.vectors.subwords is not None else []:
        assert native.vectors.subwords.vector(word).tobytes() == model.vectors.subwords.vector(word).tobytes()


@pytest.mark.parametrize("settings", [{}, {"sg": 1, "min_n": 2, "max_n": 2}, {"bucket": 0}, {"max_n": 0}])
def test_a_model_of_gensim_is_loaded_whole(tmp_path, settings):
    gensim = pytest.importorskip("gensim.models.fasttext")
    settings = {"vector_size": 5, "bucket": 90, "min_count": 1, "epochs": 2, "workers": 1, "seed": 1} | settings
    theirs = gensim.FastText([line.split() for line in text()], **settings)
    gensim.save_facebook_model(theirs, str(tmp_path / "a.bin"))
    model = Word2Vec.load(tmp_path / "a.bin")
    assert list(model.vocabulary) == theirs.wv.index_to_key
    assert model.hyperparameters.architecture == ("skipgram" if settings.get("sg") else "cbow")
    np.testing.assert_allclose(model.vectors.matrix, theirs.wv.vectors, atol=1e-6)
    assert model.context_vectors.tobytes() == theirs.syn1neg.tobytes()
    for word in UNSEEN if model.vectors.subwords is not None else []:
        np.testing.assert_allclose(model.vectors.subwords.vector(word), theirs.wv[word], atol=1e-6)
    model.save(tmp_path / "b.bin", format="fasttext")
    assert (tmp_path / "b.bin").read_bytes() == (tmp_path / "a.bin").read_bytes()


def test_gensim_trains_on_a_model_of_ours(tmp_path):
    gensim = pytest.importorskip("gensim.models.fasttext")
    model = fitted()
    model.save(tmp_path / "a.bin", format="fasttext")
    theirs = gensim.load_facebook_model(str(tmp_path / "a.bin"))
    np.testing.assert_allclose(theirs.wv.vectors, model.vectors.matrix, atol=1e-6)
    for word in UNSEEN:
        np.testing.assert_allclose(theirs.wv[word], model.vectors.subwords.vector(word), atol=1e-6)
    more = [line.replace("daisy", "tulip").split() for line in text()]
    theirs.build_vocab(more, update=True)
    theirs.train(more, total_examples=len(more), epochs=1)
    assert "tulip" in theirs.wv
    assert np.isfinite(theirs.wv.vectors).all()
    assert not np.allclose(theirs.wv["rose"], model.vectors["rose"], atol=1e-6)


@pytest.mark.parametrize(
    "changes", [{}, {"architecture": "cbow", "subwords": (3, 3)}, {"objective": "hierarchical_softmax"}]
)
def test_a_model_of_ours_comes_back(tmp_path, changes):
    """Of the rows of all buckets those that do not occur are zeros, and the input of more training is what it was."""
    model = fitted(**changes)
    model.save(tmp_path / "a.firth")
    model.save(tmp_path / "a.bin", format="fasttext")
    native, read = read_model(tmp_path / "a.firth"), read_fasttext_model(tmp_path / "a.bin")
    assert read.own_vectors.tobytes() == native.own_vectors.tobytes()
    ngrams = native.vectors.subwords
    assert read.vectors.subwords.vectors_of(ngrams.buckets).tobytes() == ngrams.matrix.tobytes()
    assert read.output_vectors.tobytes() == native.output_vectors.tobytes()
    np.testing.assert_allclose(read.vectors.matrix, model.vectors.matrix, atol=1e-6)
    rows = read.vectors.subwords.matrix.any(axis=1)
    assert np.isin(np.flatnonzero(rows), model.vectors.subwords.buckets).all()
    for word in [*UNSEEN, "zzz"]:
        np.testing.assert_allclose(read.vectors.subwords.vector(word), model.vectors.subwords.vector(word), atol=1e-6)
    ours, theirs = model.hyperparameters, read.hyperparameters
    assert (theirs.subwords, theirs.subword_buckets) == (ours.subwords, ours.subword_buckets)
    assert (theirs.architecture, theirs.objective) == (ours.architecture, ours.objective)
    Word2Vec.load(tmp_path / "a.bin").save(tmp_path / "b.bin", format="fasttext")
    assert (tmp_path / "b.bin").read_bytes() == (tmp_path / "a.bin").read_bytes()


@needs_fasttext
def test_the_program_has_the_vectors_of_a_model_of_ours(tmp_path):
    import fasttext

    model = fitted()
    model.save(tmp_path / "a.bin", format="fasttext")
    theirs = fasttext.load_model(str(tmp_path / "a.bin"))
    np.testing.assert_allclose([theirs.get_word_vector(word) for word in WORDS], model.vectors[WORDS], atol=1e-6)
    for word in UNSEEN:
        np.testing.assert_allclose(theirs.get_word_vector(word), model.vectors.subwords.vector(word), atol=1e-6)


def test_explicit_ngrams_have_too_many_buckets_for_fasttext(tmp_path):
    model = fitted(subword_buckets=2**32 - 1)
    with pytest.raises(FormatError, match="4,294,967,295 buckets"):
        model.save(tmp_path / "a.bin", format="fasttext")
    model.save(tmp_path / "a.firth")
    back = Word2Vec.load(tmp_path / "a.firth")
    assert back.vectors.subwords.vector("roses").tobytes() == model.vectors.subwords.vector("roses").tobytes()


def test_a_native_file_without_the_rows_of_words_is_no_whole_model(tmp_path):
    path = tmp_path / "a.firth"
    fitted().save(path)
    native.write(path, replace(native.read(path), own_vectors=None))
    with pytest.raises(FormatError, match="not the whole model"):
        Word2Vec.load(path)
