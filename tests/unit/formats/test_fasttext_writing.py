"""Files of fastText's format that are written: what the fastText program and gensim make of them, and every byte."""

import os
import shutil
import struct
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth.errors import FormatError
from firth.formats import fasttext_writer
from firth.formats.detect import read_any
from firth.formats.packed_words import PackedWords
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors
from firth.kernels.arguments import WordBytes
from firth.subwords.ngrams import Subwords
from firth.subwords.parts import composed, word_parts

needs_fasttext = pytest.mark.skipif(
    find_spec("fasttext") is None and os.environ.get("CI") != "true", reason="the package fasttext-wheel is not here"
)
WORDS = ["the", "naïve", "東京都", "a", "ß", "größte", "<>", "the_the_the_the", "😀x"]
UNSEEN = ["unseen", "ñandú", "größten", "東京", "thethe", "b", "x" * 20]
D = 5


def compact(words=WORDS, lengths=(3, 6), n_buckets=499, **more):
    """A model with rows for the n-grams that occur, as training makes it."""
    packed = PackedWords.pack(words)
    parts = word_parts(WordBytes(packed.text, packed.ends), *lengths, n_buckets)
    rows = np.random.default_rng(len(words)).normal(size=(len(words) + len(parts.buckets), D)).astype(np.float32)
    own, ngrams = np.split(rows, [len(words)])
    counts = np.arange(len(words), 0, -1) * 3
    subwords = Subwords(ngrams, *lengths, parts.buckets, n_buckets)
    parts_of_it = {"context_vectors": -own, "subwords": subwords, "own_vectors": own} | more
    return StoredVectors(words, composed(parts, rows), counts, **parts_of_it)


def plain(**more):
    matrix = np.random.default_rng(3).normal(size=(len(WORDS), D)).astype(np.float32)
    return StoredVectors(WORDS, matrix, np.arange(len(WORDS), 0, -1) * 3, **more)


def test_every_byte(tmp_path):
    """Also n-grams that share a bucket, and buckets without a row."""
    own = np.arange(4, dtype=np.float32).reshape(2, 2)
    subwords = Subwords(np.array([[7, 8]], np.float32), 3, 4, np.array([1], np.uint32), 3)
    trained = {
        "architecture": "cbow", "objective": "hierarchical_softmax", "vector_size": 2, "window": (4, 2), "epochs": 9,
        "min_count": 2, "negative_samples": None, "subsample_threshold": 0.25, "subwords": (3, 4), "subword_buckets": 3,
    }  # fmt: skip
    stored = StoredVectors(
        ["é", "b"], own, np.array([6, 4]), None, {"hyperparameters": trained, "total_words": 17},
        node_vectors=np.array([[5, 6]], np.float32), subwords=subwords, own_vectors=own,
    )  # fmt: skip
    write_as(tmp_path / "a.bin", stored, "fasttext")
    expected = struct.pack("<2i", 793712314, 12) + struct.pack("<12id", 2, 4, 9, 2, 5, 1, 1, 1, 3, 3, 4, 100, 0.25)
    expected += struct.pack("<3i2q", 2, 2, 0, 17, -1)
    expected += "é".encode() + struct.pack("<bqb", 0, 6, 0) + b"b" + struct.pack("<bqb", 0, 4, 0)
    expected += struct.pack("<b2q", 0, 5, 2) + struct.pack("<10f", 0, 1, 2, 3, 0, 0, 7, 8, 0, 0)
    expected += struct.pack("<b2q", 0, 2, 2) + struct.pack("<4f", 5, 6, 0, 0)
    assert (tmp_path / "a.bin").read_bytes() == expected


MODELS = [
    compact(),
    compact(lengths=(2, 2)),
    compact(lengths=(1, 4)),
    compact(n_buckets=3),  # every n-gram shares its bucket
    compact(lengths=(40, 41)),  # no word has an n-gram
    plain(),
    plain(context_vectors=np.ones((len(WORDS), D), np.float32)),
]


@needs_fasttext
@pytest.mark.parametrize("stored", MODELS)
def test_the_program_has_the_same_vectors(tmp_path, stored):
    import fasttext

    write_as(tmp_path / "a.bin", stored, "fasttext")
    model = fasttext.load_model(str(tmp_path / "a.bin"))
    words, counts = model.get_words(include_freq=True)
    assert words == WORDS
    assert counts.tolist() == stored.counts.tolist()
    np.testing.assert_allclose([model.get_word_vector(word) for word in words], stored.matrix, atol=1e-6)
    outputs = np.zeros_like(stored.matrix) if stored.context_vectors is None else stored.context_vectors
    assert model.get_output_matrix().tobytes() == outputs.tobytes()
    for word in UNSEEN:
        ours = None if stored.subwords is None else stored.subwords.vector(word)
        np.testing.assert_allclose(model.get_word_vector(word), np.zeros(D) if ours is None else ours, atol=1e-6)


@pytest.mark.parametrize("stored", MODELS)
def test_gensim_has_the_same_vectors(tmp_path, stored):
    gensim = pytest.importorskip("gensim.models.fasttext")
    write_as(tmp_path / "a.bin", stored, "fasttext")
    for vectors in (
        gensim.load_facebook_vectors(str(tmp_path / "a.bin")),
        gensim.load_facebook_model(str(tmp_path / "a.bin")).wv,
    ):
        assert vectors.index_to_key == WORDS
        np.testing.assert_allclose(vectors.vectors, stored.matrix, atol=1e-6)
        for word in UNSEEN:
            if stored.subwords is not None and (ours := stored.subwords.vector(word)) is not None:
                np.testing.assert_allclose(vectors[word], ours, atol=1e-6)


def test_gensim_trains_on_what_is_written(tmp_path):
    gensim = pytest.importorskip("gensim.models.fasttext")
    write_as(tmp_path / "a.bin", compact(), "fasttext")
    model = gensim.load_facebook_model(str(tmp_path / "a.bin"))
    more = [[*WORDS, "tulip"]] * 20
    model.build_vocab(more, update=True)
    model.train(more, total_examples=len(more), epochs=2)
    assert model.wv.index_to_key == [*WORDS, "tulip"]
    assert np.isfinite(model.wv.vectors).all()
    assert not np.allclose(model.wv["the"], compact().matrix[0])


@pytest.mark.parametrize("stored", MODELS)
def test_what_is_read_is_written_byte_for_byte(tmp_path, stored):
    write_as(tmp_path / "a.bin", stored, "fasttext")
    back = read_any(tmp_path / "a.bin")
    np.testing.assert_allclose(back.matrix, stored.matrix, atol=1e-6)
    if stored.subwords is not None and stored.subwords.max_length < 40:
        assert back.own_vectors.tobytes() == stored.own_vectors.tobytes()
        occurring = back.subwords.vectors_of(stored.subwords.buckets)
        assert occurring.tobytes() == stored.subwords.matrix.tobytes()
    write_as(tmp_path / "b.bin", back, "fasttext")
    assert (tmp_path / "b.bin").read_bytes() == (tmp_path / "a.bin").read_bytes()


@needs_fasttext
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": "cbow", "minn": 2, "maxn": 2},
        {"maxn": 0},
        {"loss": "hs", "bucket": 7},
        {"loss": "softmax", "ws": 3},
    ],
)
def test_models_of_the_program_are_written_byte_for_byte(tmp_path, changes):
    import fasttext

    (tmp_path / "text").write_text("\n".join(" ".join(np.roll(WORDS, i)) for i in range(40)), encoding="utf-8")
    options = {"dim": D, "epoch": 2, "minCount": 1, "bucket": 99, "thread": 1, "verbose": 0} | changes
    fasttext.train_unsupervised(str(tmp_path / "text"), **options).save_model(str(tmp_path / "a.bin"))
    stored = read_any(tmp_path / "a.bin")
    write_as(tmp_path / "b.bin", stored, "fasttext")
    written, original = (tmp_path / "b.bin").read_bytes(), (tmp_path / "a.bin").read_bytes()
    if changes.get("loss") == "hs":  # the nodes of its tree are not read here
        written, original = written[: -4 * stored.matrix.size], original[: -4 * stored.matrix.size]
    assert written == original


@settings(max_examples=30)
@given(
    words=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1), unique=True),
    lengths=st.tuples(st.integers(1, 4), st.integers(0, 3)),
    n_buckets=st.integers(1, 60),
)
def test_any_words_come_back(tmp_path_factory, words, lengths, n_buckets):
    path = tmp_path_factory.mktemp("written") / "a.bin"
    stored = compact(words, (lengths[0], sum(lengths)), n_buckets)
    write_as(path, stored, "fasttext")
    back = read_any(path)
    assert list(back.words) == words
    np.testing.assert_allclose(back.matrix, stored.matrix, atol=1e-6)


def test_own_rows_are_computed_where_they_are_not_known(tmp_path):
    """`</s>` and a word of one character have none but their own."""
    words = [*WORDS, "</s>", "ab"]
    stored = compact(words, (4, 6))
    vectors = firth.WordVectors.from_stored(replace(stored, own_vectors=None, context_vectors=None))
    vectors.save(tmp_path / "a.bin", format="fasttext")
    back = read_any(tmp_path / "a.bin")
    np.testing.assert_allclose(back.own_vectors, stored.own_vectors, atol=1e-5)
    np.testing.assert_allclose(back.matrix, stored.matrix, atol=1e-6)
    assert not back.context_vectors.any()
    full = replace(stored, own_vectors=None, subwords=back.subwords)
    write_as(tmp_path / "b.bin", full, "fasttext")
    np.testing.assert_allclose(read_any(tmp_path / "b.bin").own_vectors, stored.own_vectors, atol=1e-5)


def test_words_that_are_not_utf8_keep_their_bytes(tmp_path, made_by_hand):
    content = made_by_hand(entries=((b"\xb6\xff", 4, 0), (b"caf\xc3", 3, 0)))
    (tmp_path / "a.bin").write_bytes(content)
    write_as(tmp_path / "b.bin", read_any(tmp_path / "a.bin"), "fasttext")
    assert (tmp_path / "b.bin").read_bytes() == content


def test_vectors_without_counts_have_the_count_1(tmp_path):
    firth.WordVectors(["a", "b"], np.eye(2)).save(tmp_path / "a.bin", format="fasttext")
    back = firth.load(tmp_path / "a.bin")
    assert back.counts.tolist() == [1, 1]
    assert back.subwords is None
    assert back.metadata["fasttext"]["tokens"] == 2


def test_rows_of_all_buckets_are_written_in_pieces(tmp_path, monkeypatch):
    stored = compact(n_buckets=10_000)
    write_as(tmp_path / "a.bin", stored, "fasttext")
    longest = []
    write_rows = fasttext_writer.write_rows
    monkeypatch.setattr(
        fasttext_writer, "write_rows", lambda *given: (longest.append(given[1].size), write_rows(*given))
    )
    monkeypatch.setattr(fasttext_writer, "NUMBERS_AT_ONCE", 1000)
    seen = []
    write_as(tmp_path / "b.bin", stored, "fasttext", progress=seen.append)
    assert (tmp_path / "b.bin").read_bytes() == (tmp_path / "a.bin").read_bytes()
    assert max(longest) <= 1000
    assert (seen[-1].stage, seen[-1].done, seen[-1].total) == ("writing", *[10_000 + 2 * len(WORDS)] * 2)


@pytest.mark.parametrize("word", ["", "a\0b", "\ud800", "x" * (1 << 20)])
def test_words_that_the_format_cannot_hold(tmp_path, word):
    with pytest.raises(FormatError, match=r"fastText's \.bin cannot hold"):
        firth.WordVectors(["good", word], np.eye(2)).save(tmp_path / "a.bin", format="fasttext")
    with pytest.raises(FormatError, match=r"fastText's \.bin cannot hold"):
        packed = PackedWords.pack(["good", word.replace("\ud800", "\0")])
        write_as(tmp_path / "a.bin", StoredVectors(packed, np.eye(2, dtype=np.float32)), "fasttext")
    assert not list(tmp_path.iterdir())


def test_more_buckets_or_longer_ngrams_than_the_format_has(tmp_path):
    with pytest.raises(FormatError, match=r"4,294,967,295 buckets .* at most 2,147,483,647"):
        write_as(tmp_path / "a.bin", compact(n_buckets=2**32 - 1), "fasttext")
    with pytest.raises(FormatError, match="up to 1,001 characters"):
        write_as(tmp_path / "a.bin", compact(lengths=(3, 1001)), "fasttext")


def test_a_file_that_does_not_fit_is_not_begun(tmp_path, monkeypatch):
    """Rows of 2,000,000 buckets and twice 9 words, of 5 numbers: 40.0 MB."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=39_000_000))
    with pytest.raises(OSError, match=r"40\.0 MB are needed"):
        write_as(tmp_path / "a.bin", compact(n_buckets=2_000_000), "fasttext")
    assert not list(tmp_path.iterdir())


def test_a_supervised_model_is_not_written(tmp_path, made_by_hand):
    entries = ((b"one", 4, 0), (b"two", 3, 0), (b"__label__a", 5, 1), (b"__label__b", 2, 1))
    (tmp_path / "a.bin").write_bytes(made_by_hand(settings={"model": 3}, entries=entries))
    with pytest.raises(FormatError, match="supervised fastText model.*without its labels"):
        write_as(tmp_path / "b.bin", read_any(tmp_path / "a.bin"), "fasttext")
