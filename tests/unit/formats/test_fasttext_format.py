"""Files written by the fastText program itself and by gensim: every vector is the one the program answers with."""

import bz2
import contextlib
import gzip
import io
import lzma
import os
from importlib.util import find_spec

import numpy as np
import pytest
import zstandard

import firth
from firth.errors import FormatError
from firth.formats import byte_cursor
from firth.formats import fasttext as format
from firth.formats.detect import read_any
from firth.subwords import word_means

needs_fasttext = pytest.mark.skipif(
    find_spec("fasttext") is None and os.environ.get("CI") != "true", reason="the package fasttext-wheel is not here"
)
UNSEEN = ["unseen", "ñandú", "東京都", "😀", "a", "ß", "<>", "__label__0", "x" * 300]
DIMENSIONS = 7


def random_lines(count=120):
    """Lines of made-up words of several scripts."""
    rng = np.random.default_rng(8)
    letters = list("abcdeéñ東ßЖ😀")
    words = ["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(150)]
    return [" ".join(rng.choice(words, 12)) for _ in range(count)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train and save a model with the program, each kind once; gives the model and its file."""
    folder = tmp_path_factory.mktemp("fasttext")
    plain, labelled = folder / "plain.txt", folder / "labelled.txt"
    lines = random_lines()
    plain.write_text("\n".join(lines) + "\n", encoding="utf-8")
    labelled.write_text("".join(f"__label__{i % 3} {line}\n" for i, line in enumerate(lines)), encoding="utf-8")
    models = {}

    def train(kind="skipgram", **settings):
        import fasttext

        key = (kind, *settings.items())
        if key not in models:
            settings = {"minn": 3, "maxn": 6, "bucket": 97} | settings
            settings |= {"dim": DIMENSIONS, "epoch": 1, "minCount": 1, "thread": 1, "verbose": 0}
            if kind == "supervised":
                model = fasttext.train_supervised(str(labelled), **settings)
            else:
                model = fasttext.train_unsupervised(str(plain), model=kind, **settings)
            path = folder / f"{len(models)}.bin"
            model.save_model(str(path))
            models[key] = model, path
        return models[key]

    return train


VARIANTS = [
    ("skipgram", {}),
    ("cbow", {"minn": 1, "maxn": 3}),
    ("skipgram", {"minn": 0, "maxn": 2}),
    ("skipgram", {"minn": 2, "maxn": 2, "loss": "hs"}),
    ("skipgram", {"minn": 4, "maxn": 3}),
    ("cbow", {"minn": 0, "maxn": 0}),
    ("skipgram", {"bucket": 1}),
    ("supervised", {"loss": "softmax", "minn": 0, "maxn": 0}),
    ("supervised", {"loss": "ova", "wordNgrams": 2}),
    ("supervised", {"loss": "ns", "minn": 0, "maxn": 0, "wordNgrams": 3}),
    ("supervised", {"loss": "hs", "minn": 2, "maxn": 40}),
]


@needs_fasttext
@pytest.mark.parametrize(("kind", "settings"), VARIANTS)
def test_words_and_unseen_words_are_those_of_the_program(trained, kind, settings):
    model, path = trained(kind, **settings)
    words, counts = model.get_words(include_freq=True)
    vectors = firth.load(path)
    assert vectors.words == words
    assert "</s>" in vectors
    assert vectors.counts.tolist() == counts.tolist()
    np.testing.assert_allclose(vectors.matrix, [model.get_word_vector(word) for word in words], atol=1e-6)
    has_ngrams = 0 < model.f.getArgs().maxn >= model.f.getArgs().minn
    assert (vectors.subwords is not None) == has_ngrams
    for word in UNSEEN:
        theirs = model.get_word_vector(word)
        ours = vectors.subwords.vector(word) if has_ngrams else None
        if word == "__label__0" and kind == "supervised":
            continue  # to the program a label, for which it answers with the row of an n-gram
        if ours is None:
            assert not theirs.any()
        else:
            np.testing.assert_allclose(ours, theirs, atol=1e-5)


@needs_fasttext
@pytest.mark.parametrize(("kind", "settings"), VARIANTS)
def test_context_vectors_are_kept_where_there_is_one_for_each_word(trained, kind, settings):
    model, path = trained(kind, **settings)
    context = read_any(path).context_vectors
    if kind == "supervised" or settings.get("loss") == "hs":
        assert context is None
    else:
        assert context.tobytes() == model.get_output_matrix().tobytes()


@needs_fasttext
def test_settings_are_metadata_under_the_names_of_the_program(trained):
    _, path = trained("supervised", loss="ova", wordNgrams=2)
    found = firth.load(path).metadata["fasttext"]
    assert found["model"] == "supervised"
    assert found["loss"] == "ova"
    assert [found[name] for name in ("dim", "minn", "maxn", "bucket", "wordNgrams", "labels")] == [7, 3, 6, 97, 2, 3]
    assert found["t"] == 1e-4


@needs_fasttext
def test_compiled_and_plain_means_are_equal(trained, monkeypatch):
    _, path = trained("cbow", minn=1, maxn=3)
    in_python = read_any(path)
    monkeypatch.setattr(word_means, "SMALL", 0)
    monkeypatch.setattr(byte_cursor, "SMALL", 0)
    monkeypatch.setattr(word_means, "WORDS_AT_ONCE", 64)
    compiled = read_any(path)
    assert compiled.matrix.tobytes() == in_python.matrix.tobytes()


@needs_fasttext
@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress],
    ids=["gz", "bz2", "xz", "zst"],
)
def test_compressed_models_are_opened_as_they_are(trained, tmp_path, pack):
    _, path = trained()
    (tmp_path / "packed").write_bytes(pack(path.read_bytes()))
    plain, packed = firth.load(path), firth.load(tmp_path / "packed")
    assert packed.words == plain.words
    assert packed.matrix.tobytes() == plain.matrix.tobytes()
    assert packed.subwords.matrix.tobytes() == plain.subwords.matrix.tobytes()


@needs_fasttext
@pytest.mark.parametrize("cutoff", [0, 300])  # n-grams kept; 0 for all
def test_a_quantised_model_is_refused(trained, tmp_path, cutoff):
    _, path = trained("supervised", loss="softmax", minn=2, maxn=3, bucket=600)
    (tmp_path / "copy").write_bytes(path.read_bytes())
    import fasttext

    with contextlib.redirect_stderr(io.StringIO()):
        copy = fasttext.load_model(str(tmp_path / "copy"))
    copy.quantize(cutoff=cutoff)
    copy.save_model(str(tmp_path / "a.ftz"))
    with pytest.raises(FormatError, match=r"quantised fastText model.*open the \.bin"):
        read_any(tmp_path / "a.ftz")


@needs_fasttext
def test_the_native_file_keeps_all_parts_of_a_model(trained, tmp_path):
    _, path = trained()
    vectors = firth.load(path)
    vectors.save(tmp_path / "a.firth")
    back = firth.load(tmp_path / "a.firth")
    assert back.words == vectors.words
    assert back.matrix.tobytes() == vectors.matrix.tobytes()
    assert back.counts.tolist() == vectors.counts.tolist()
    assert back.metadata == vectors.metadata
    for word in UNSEEN:
        assert back.subwords.vector(word).tobytes() == vectors.subwords.vector(word).tobytes()
    vectors.save(tmp_path / "a.txt")
    assert firth.load(tmp_path / "a.txt").subwords is None


@needs_fasttext
def test_the_program_reads_the_vec_file_that_is_written(trained, tmp_path):
    import fasttext

    model, path = trained()
    vectors = firth.load(path)
    vectors.save(tmp_path / "a.vec", format="fasttext-vec")
    (tmp_path / "labelled.txt").write_text("__label__a " + " ".join(vectors.words[:50]) + "\n", encoding="utf-8")
    settings = {"dim": DIMENSIONS, "minCount": 1, "epoch": 1, "lr": 0.0, "thread": 1, "verbose": 0, "maxn": 0}
    learned = fasttext.train_supervised(
        str(tmp_path / "labelled.txt"), pretrainedVectors=str(tmp_path / "a.vec"), **settings
    )
    assert set(vectors.words) <= set(learned.get_words())
    for word in vectors.words:
        np.testing.assert_allclose(learned.get_word_vector(word), vectors[word], rtol=1e-4)
    back = firth.load(tmp_path / "a.vec")
    assert back.words == vectors.words
    np.testing.assert_allclose(back.matrix, vectors.matrix, rtol=1e-4)


def test_the_vec_file_has_five_digits_and_a_space_at_each_end(tmp_path):
    matrix = [[0.123456, -1234567, 1e-7], [1, 0, 123.4567]]
    firth.WordVectors(["naïve", "b"], matrix).save(tmp_path / "a.vec", format="fasttext-vec")
    lines = (tmp_path / "a.vec").read_text(encoding="utf-8").split("\n")
    assert lines == ["2 3", "naïve 0.12346 -1.2346e+06 1e-07 ", "b 1 0 123.46 ", ""]


@pytest.mark.parametrize("word", ["", "new york", "a\vb", "a\0b", "a\fb"])
def test_words_that_a_vec_file_cannot_hold(tmp_path, word):
    with pytest.raises(FormatError, match="fastText's .vec cannot hold"):
        firth.WordVectors([word], [[1]]).save(tmp_path / "a.vec", format="fasttext-vec")


GENSIM_VARIANTS = [
    {},
    {"sg": 1, "min_n": 1, "max_n": 2},
    {"max_n": 0},
    {"bucket": 0},
    {"hs": 1, "negative": 0},
]


@pytest.mark.parametrize("settings", GENSIM_VARIANTS)
def test_files_of_gensim_are_the_same_in_gensim_and_firth(tmp_path, settings):
    fasttext = pytest.importorskip("gensim.models.fasttext")
    sentences = [line.split() for line in random_lines()]
    settings = {"vector_size": 6, "bucket": 90, "min_count": 2, "epochs": 1, "workers": 1, "seed": 1} | settings
    model = fasttext.FastText(sentences, **settings)
    path = str(tmp_path / "a.bin")
    fasttext.save_facebook_model(model, path)
    theirs, ours = fasttext.load_facebook_vectors(path), read_any(path)
    assert list(ours.words) == theirs.index_to_key
    assert ours.counts.tolist() == [theirs.get_vecattr(word, "count") for word in ours.words]
    np.testing.assert_allclose(ours.matrix, theirs.vectors, atol=1e-6)
    if "hs" not in settings:
        assert ours.context_vectors.tobytes() == model.syn1neg.tobytes()
    if ours.subwords:
        for word in UNSEEN:
            np.testing.assert_allclose(ours.subwords.vector(word), theirs[word], atol=1e-6)
    else:
        assert theirs.bucket == 0


# A small model made by hand (see conftest.py), and what can be wrong with it


@pytest.fixture
def read(tmp_path):
    def read_content(content):
        (tmp_path / "a.bin").write_bytes(content)
        return read_any(tmp_path / "a.bin")

    return read_content


def test_every_byte_is_where_the_documentation_says(read, made_by_hand):
    stored = read(made_by_hand())
    assert list(stored.words) == ["one", "twö"]
    assert stored.counts.tolist() == [4, 3]
    assert stored.subwords.matrix.tolist() == [[4, 5], [6, 7], [8, 9]]
    assert (stored.subwords.min_length, stored.subwords.max_length) == (2, 3)
    assert stored.context_vectors.tolist() == [[20, 21], [22, 23]]
    rows = stored.subwords.rows("one")
    assert len(rows) == 7  # <o on ne e> <on one ne>
    expected = np.mean([[0, 1], *stored.subwords.matrix[rows].tolist()], axis=0)
    np.testing.assert_allclose(stored.matrix[0], expected, rtol=1e-6)


def test_the_end_of_a_sentence_has_no_ngrams(read, made_by_hand):
    stored = read(made_by_hand(entries=((b"</s>", 4, 0), (b"</b>", 3, 0))))
    assert stored.matrix[0].tolist() == [0, 1]
    assert stored.matrix[1].tolist() != [2, 3]


def test_words_need_not_be_utf8(read, made_by_hand, monkeypatch):
    monkeypatch.setattr(word_means, "SMALL", 0)
    stored = read(made_by_hand(entries=((b"\xb6\xff", 4, 0), (b"caf\xc3", 3, 0))))
    compiled = stored.matrix.copy()
    assert list(stored.words) == ["\\xb6\\xff", "caf\\xc3"]
    monkeypatch.setattr(word_means, "SMALL", 1000)
    assert read(made_by_hand(entries=((b"\xb6\xff", 4, 0), (b"caf\xc3", 3, 0)))).matrix.tobytes() == compiled.tobytes()


def test_labels_are_not_words(read, made_by_hand):
    entries = ((b"one", 4, 0), (b"two", 3, 0), (b"__label__a", 5, 1), (b"__label__b", 2, 1))
    stored = read(made_by_hand(settings={"model": 3}, entries=entries))
    assert list(stored.words) == ["one", "two"]
    assert stored.counts.tolist() == [4, 3]
    assert stored.context_vectors is None
    assert stored.metadata["fasttext"]["labels"] == 2


def test_version_11_has_the_same_layout(read, made_by_hand):
    stored, older = read(made_by_hand()), read(made_by_hand(version=11))
    assert older.matrix.tobytes() == stored.matrix.tobytes()
    assert older.subwords.matrix.tobytes() == stored.subwords.matrix.tobytes()
    assert older.metadata == stored.metadata


def test_supervised_models_of_version_11_have_no_ngrams_of_characters(read, made_by_hand):
    """Their rows of buckets are for n-grams of words; the program does the same (FastText::loadModel)."""
    entries = ((b"one", 4, 0), (b"two", 3, 0), (b"__label__a", 5, 1), (b"__label__b", 2, 1))
    stored = read(made_by_hand(version=11, settings={"model": 3}, entries=entries))
    assert stored.subwords is None
    assert stored.own_vectors is None
    assert stored.matrix.tolist() == [[0, 1], [2, 3]]
    assert stored.metadata["fasttext"]["maxn"] == 0


@needs_fasttext
@pytest.mark.parametrize("kind", ["skipgram", "supervised"])
def test_the_program_reads_version_11_alike(trained, tmp_path, kind):
    import fasttext

    _, path = trained(kind, minn=2, maxn=3)
    content = bytearray(path.read_bytes())
    content[4] = 11
    (tmp_path / "a.bin").write_bytes(content)
    model, vectors = fasttext.load_model(str(tmp_path / "a.bin")), firth.load(tmp_path / "a.bin")
    assert (vectors.subwords is None) == (kind == "supervised")
    np.testing.assert_allclose(vectors.matrix, [model.get_word_vector(word) for word in vectors.words], atol=1e-6)


DICTIONARY = 64  # the byte where the dictionary begins
ENTRIES = DICTIONARY + 28
INPUT = ENTRIES + 27 + 1  # the size of the input matrix

WRONG = [
    (dict(version=10), 4, "version 10, but only 11 and 12 can be read: open it in fastText"),
    (dict(version=13), 4, "version 13.*too new"),
    (dict(settings={"dim": 0}), 8, "setting dim is 0"),
    (dict(settings={"dim": -5}), 8, "setting dim is -5"),
    (dict(settings={"loss": 9}), 32, "setting loss is 9"),
    (dict(settings={"model": 0}), 36, "setting model is 0"),
    (dict(settings={"bucket": -1}), 40, "setting bucket is -1"),
    (dict(settings={"minn": -1}), 44, "setting minn is -1"),
    (dict(settings={"maxn": 1 << 30}), 48, "setting maxn is 1073741824"),
    (dict(sizes=(3, 2, 0, 7)), DICTIONARY, "3 entries with 2 words, 0 labels"),
    (dict(sizes=(2, 3, -1, 7)), DICTIONARY, "makes no sense"),
    (dict(sizes=(2, 2, 0, -7)), DICTIONARY, "-7 tokens"),
    (dict(sizes=(2**31 - 1, 2**31 - 1, 0, 7)), DICTIONARY, "2,147,483,647 words and labels.*cannot fit"),
    (dict(pruned=-2), DICTIONARY, "-2 pruned"),
    (dict(pruned=1), None, "fastText itself refuses"),
    (dict(pruned=0), None, "fastText itself refuses"),
    (dict(quantised=1), INPUT - 1, "quantised fastText model"),
    (dict(quantised=7), INPUT - 1, "is 7 instead of 0 or 1"),
    (dict(entries=((b"one", -1, 0), (b"two", 3, 0))), ENTRIES, "'one', has count -1"),
    (dict(entries=((b"one", 4, 0), (b"two", 3, 2)), sizes=(2, 2, 0, 7)), ENTRIES + 13, "'two'.*type 2"),
    (dict(entries=((b"one", 4, 1), (b"two", 3, 0))), ENTRIES, "'one'.*type 1, instead of .* type 0"),
    (dict(entries=((b"one", 4, 0), (b"one", 3, 0))), ENTRIES + 13, "word 1 is 'one', like word 0"),
    (dict(input_shape=(4, 2)), INPUT, "input matrix is 4 × 2, but 2 words and 3 rows .* make 5 × 2"),
    (dict(input_shape=(2, 5)), INPUT, "input matrix is 2 × 5"),
    (dict(input_shape=(-5, 2)), INPUT, "-5 rows"),
    (dict(input_shape=(5, 0)), INPUT, "5 rows of 0 numbers"),
    (dict(input_shape=(10**12, 300)), INPUT, "1,000,000,000,000 rows of 300 numbers, which cannot fit"),
    (dict(input_shape=(2**62, 2**62)), INPUT, "cannot fit"),
    (dict(output_shape=(1, 4)), INPUT + 16 + 40 + 1, "output matrix is 1 × 4 instead of 2 × 2"),
    (dict(output_shape=(3, 2)), INPUT + 16 + 40 + 1, "cannot fit"),
    (dict(numbers=[*range(9), np.nan]), INPUT + 16 + 32, "row 4 of the input matrix is not finite"),
    (dict(numbers=[0, np.inf, *range(8)]), INPUT + 16, "row 0 of the input matrix is not finite"),
    (dict(numbers=[3e38] * 10), INPUT + 16, "'one', with its n-grams added, is not finite"),
    (dict(end=b"\0"), None, "1 bytes too many at the end"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "byte", "problem"), WRONG)
def test_errors_name_the_line(read, made_by_hand, changes, byte, problem):
    with pytest.raises(FormatError, match=problem) as caught:
        read(made_by_hand(**changes))
    assert caught.value.byte == byte or byte is None


def test_wherever_a_file_is_cut_it_is_refused(read, made_by_hand):
    content = made_by_hand()
    for length in range(4, len(content)):
        with pytest.raises(FormatError):
            read(content[:length])


def test_a_word_without_an_end(tmp_path, made_by_hand):
    start = made_by_hand()[:ENTRIES]
    (tmp_path / "a.bin").write_bytes(start + b"x" * 3_000_000)
    with pytest.raises(FormatError, match="longer than 1,048,576 bytes") as caught:
        read_any(tmp_path / "a.bin")
    assert caught.value.byte == ENTRIES


def test_a_few_very_long_words(read, made_by_hand):
    entries = ((b"x" * 50_000, 4, 0), (b"two", 3, 0))
    stored = read(made_by_hand(settings={"minn": 1, "maxn": 1000}, entries=entries))  # 50 million n-grams
    assert np.isfinite(stored.matrix).all()


def test_a_dictionary_larger_than_a_block(read, made_by_hand, monkeypatch):
    monkeypatch.setattr("firth.formats.fasttext_dictionary.BLOCK", 40)
    entries = [(f"word{i}".encode(), i, 0) for i in range(20)] + [(b"__label__1", 1, 1), (b"__label__2", 2, 1)]
    content = made_by_hand(settings={"model": 3}, entries=entries, input_shape=(23, 2), numbers=range(46))
    stored = read(content)
    assert list(stored.words) == [f"word{i}" for i in range(20)]
    assert stored.counts.tolist() == list(range(20))
    repeated = [*entries[:19], entries[4], *entries[20:]]
    content = made_by_hand(settings={"model": 3}, entries=repeated, input_shape=(23, 2), numbers=range(46))
    with pytest.raises(FormatError, match="word 19 is 'word4', like word 4") as caught:
        read(content)
    assert content[caught.value.byte :].startswith(b"word4\0")


def test_a_file_that_is_not_fasttexts_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"no model at all")
    with pytest.raises(FormatError, match="does not begin like a fastText model"):
        format.read(tmp_path / "a")
