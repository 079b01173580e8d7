"""gensim's own files: what gensim wrote is read without gensim, in the layouts of all its versions."""

import builtins
import collections
import gzip
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import firth
from firth.errors import FormatError
from firth.formats.detect import read_any

gensim = pytest.importorskip("gensim")
FastText, KeyedVectors, Word2Vec = (getattr(gensim.models, name) for name in ("FastText", "KeyedVectors", "Word2Vec"))

SENTENCES = [["the", "cat", "sat", "naïve"], ["the", "dog", "sat", "東京", "the"]] * 10
WORDS = ["the", "naïve", "new york", "東京"]
MATRIX = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def model():
    return Word2Vec(SENTENCES, vector_size=6, min_count=1, epochs=1, workers=1, sg=1, negative=3)


@pytest.mark.parametrize("name", ["a.model", "a.model.gz", "a.model.bz2"])
@pytest.mark.parametrize("sep_limit", [10**7, 5])
def test_models_with_their_counts_and_context_vectors(tmp_path, model, name, sep_limit):
    path = tmp_path / name
    model.save(str(path), sep_limit=sep_limit)
    assert (len(list(tmp_path.iterdir())) > 1) == (sep_limit == 5)
    ours = read_any(path)
    assert list(ours.words) == model.wv.index_to_key
    assert ours.matrix.tobytes() == model.wv.vectors.tobytes()
    assert ours.counts.tolist() == [model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]
    assert ours.context_vectors.tobytes() == model.syn1neg.tobytes()
    assert ours.metadata["gensim"]["class"] == "gensim.models.word2vec.Word2Vec"
    assert ours.metadata["gensim"]["negative"] == 3


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("sep_limit", [10**7, 5])
def test_vectors_alone_in_every_protocol(tmp_path, model, protocol, sep_limit):
    path = tmp_path / "a.kv"
    model.wv.save(str(path), pickle_protocol=protocol, sep_limit=sep_limit)
    vectors = firth.load(path)
    assert list(vectors) == model.wv.index_to_key
    assert vectors.matrix.tobytes() == model.wv.vectors.tobytes()
    assert vectors.matrix.flags.aligned
    assert vectors.most_similar("cat", 3)[0].word == model.wv.most_similar("cat")[0][0]


def test_models_with_hierarchical_softmax(tmp_path):
    model = Word2Vec(SENTENCES, vector_size=6, min_count=1, epochs=1, workers=1, hs=1, negative=0)
    model.save(str(tmp_path / "a"))
    ours = read_any(tmp_path / "a")
    assert ours.matrix.tobytes() == model.wv.vectors.tobytes()
    assert ours.context_vectors is None


@pytest.fixture(scope="module")
def fasttext_model():
    return FastText(SENTENCES, vector_size=6, min_count=1, epochs=1, workers=1, bucket=50, min_n=2, max_n=4)


@pytest.mark.parametrize("sep_limit", [10**7, 5])
@pytest.mark.parametrize("part", ["model", "kv"])
def test_fasttext_models_and_words_nobody_has_seen(tmp_path, fasttext_model, part, sep_limit):
    path = tmp_path / "a"
    keyed = fasttext_model.wv
    (keyed if part == "kv" else fasttext_model).save(str(path), sep_limit=sep_limit)
    ours = read_any(path)
    assert list(ours.words) == keyed.index_to_key
    np.testing.assert_allclose(ours.matrix, keyed.vectors, atol=1e-7)
    assert ours.subwords.matrix.tobytes() == keyed.vectors_ngrams.tobytes()
    for word in ("dogs", "naïvely", "東", "x"):
        np.testing.assert_allclose(ours.subwords.vector(word), keyed[word], atol=1e-7)
    assert (ours.context_vectors is None) == (part == "kv")


def test_fasttext_models_without_ngrams(tmp_path):
    model = FastText(SENTENCES, vector_size=6, min_count=1, epochs=1, workers=1, max_n=0, bucket=0)
    model.save(str(tmp_path / "a"))
    ours = read_any(tmp_path / "a")
    np.testing.assert_allclose(ours.matrix, model.wv.vectors, atol=1e-7)
    assert ours.subwords is None


@pytest.mark.parametrize("changes", [{"compatible_hash": False}, {"min_n": None}, {"max_n": 10**9}])
def test_fasttext_vectors_of_older_versions_come_without_their_ngrams(tmp_path, old, changes):
    """Before 4.0 the means were saved; before 3.8 n-grams were hashed in ways of gensim's own."""
    ngrams = {"vectors_vocab": MATRIX * 3, "vectors_ngrams": MATRIX, "min_n": 3, "max_n": 6, "compatible_hash": True}
    (tmp_path / "a").write_bytes(pickle.dumps(version_3(old, wv=ngrams | changes)))
    ours = read_any(tmp_path / "a")
    assert ours.matrix.tobytes() == MATRIX.tobytes()
    assert ours.subwords is None


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_vectors_of_other_types_and_words_with_blanks(tmp_path, dtype):
    theirs = KeyedVectors(3, dtype=dtype)
    theirs.add_vectors(WORDS, MATRIX.astype(dtype))
    theirs.save(str(tmp_path / "a"))
    ours = read_any(tmp_path / "a")
    assert ours.words == WORDS
    assert ours.matrix.tolist() == theirs.vectors.astype(np.float32).tolist()
    assert ours.counts is None


def test_room_that_was_never_used(tmp_path):
    theirs = KeyedVectors(3, count=6)
    for word, vector in zip(WORDS, MATRIX, strict=True):
        theirs.add_vector(word, vector)
    theirs.save(str(tmp_path / "a"))
    ours = read_any(tmp_path / "a")
    assert ours.words == WORDS
    assert ours.matrix.tobytes() == MATRIX.tobytes()


# Layouts of older versions


@pytest.fixture
def old(monkeypatch):
    """Classes under the names of older versions, and a way to make objects of them."""

    def make(module, name, **attributes):
        kind = type(name, (), {"__module__": module.__name__})
        monkeypatch.setattr(module, name, kind, raising=False)
        thing = kind()
        thing.__dict__.update(attributes)
        return thing

    return make


def vocabulary(old):
    entry = old(gensim.models.keyedvectors, "Vocab")
    vocab = {}
    for i in (2, 0, 3, 1):
        vocab[WORDS[i]] = type(entry)()
        vocab[WORDS[i]].__dict__.update(index=i, count=100 - i, sample_int=2**32)
    return vocab


SPECIALS = {"__numpys": [], "__scipys": [], "__ignoreds": ["vectors_norm"], "__recursive_saveloads": []}


def version_3(old, **changes):
    """gensim 3.8: vectors in `wv`, the output side in `trainables`."""
    keyed = {"vectors": MATRIX, "vocab": vocabulary(old), "index2word": WORDS, "vector_size": 3, "vectors_norm": None}
    wv = old(gensim.models.keyedvectors, "Word2VecKeyedVectors", **(SPECIALS | keyed | changes.get("wv", {})))
    side = {"syn1neg": MATRIX * 2, "layer1_size": 3, "hashfxn": hash, "vectors_lockf": np.ones(4, np.float32)}
    trainables = old(gensim.models.word2vec, "Word2VecTrainables", **(SPECIALS | side | changes.get("trainables", {})))
    raw = collections.defaultdict(int)
    known = old(gensim.models.word2vec, "Word2VecVocab", **SPECIALS, raw_vocab=raw, cum_table=np.arange(4))
    random = np.random.RandomState(1)
    return old(
        gensim.models.word2vec, "Word2Vec", **SPECIALS,
        wv=wv, trainables=trainables, vocabulary=known, random=random, window=5, sg=1,
    )  # fmt: skip


def version_1(old):
    """gensim 1.0 to 3.2: vectors named syn0, the output side in the model itself."""
    keyed = {"syn0": MATRIX, "vocab": vocabulary(old), "index2word": WORDS, "syn0norm": None}
    wv = old(gensim.models.keyedvectors, "KeyedVectors", **keyed)
    return old(gensim.models.word2vec, "Word2Vec", wv=wv, syn1neg=MATRIX * 2, window=5)


def version_0(old):
    """Before 1.0: everything in the model."""
    keyed = {"syn0": MATRIX, "vocab": vocabulary(old), "index2word": WORDS}
    return old(gensim.models.word2vec, "Word2Vec", **keyed, syn1neg=MATRIX * 2, window=5)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("layout", [version_3, version_1, version_0])
def test_layouts_of_older_versions(tmp_path, old, layout, protocol):
    (tmp_path / "a.model").write_bytes(pickle.dumps(layout(old), protocol))
    ours = read_any(tmp_path / "a.model")
    assert ours.words == WORDS
    assert ours.matrix.tobytes() == MATRIX.tobytes()
    assert ours.counts.tolist() == [100, 99, 98, 97]
    assert ours.context_vectors.tobytes() == (MATRIX * 2).tobytes()
    assert ours.metadata["gensim"]["window"] == 5


def test_arrays_of_version_3_in_other_files(tmp_path, old):
    changes = {
        "wv": {"vectors": None, "__numpys": ["vectors"]},
        "trainables": {"__numpys": ["syn1neg"], "syn1neg": None},
    }
    (tmp_path / "a.model").write_bytes(pickle.dumps(version_3(old, **changes)))
    np.save(tmp_path / "a.model.wv.vectors.npy", MATRIX)
    np.save(tmp_path / "a.model.trainables.syn1neg.npy", MATRIX * 2)
    ours = read_any(tmp_path / "a.model")
    assert ours.matrix.tobytes() == MATRIX.tobytes()
    assert ours.context_vectors.tobytes() == (MATRIX * 2).tobytes()


# What goes wrong


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"vectors": None}, "holds no vectors of words"),
        ({"vectors": MATRIX[:3]}, "has 4 words, but its vectors have 3 rows"),
        ({"vectors": MATRIX.ravel()}, r"shape \(12,\): must be one row"),
        ({"vectors": np.array([[None] * 3] * 4)}, "holds no vectors of words"),
        ({"vectors": np.full((4, 3), np.inf)}, "row 0 of its vectors has a number that is not finite"),
        ({"index2word": None}, "holds no list of words"),
        ({"index2word": [*WORDS[:3], 7]}, "word 3 is a int: must be a string"),
        ({"index2word": [*WORDS[:3], "the"]}, "word 3 is 'the', like word 0"),
        (
            {"vectors": None, "__numpys": ["vectors"]},
            "a.model.wv.vectors.npy, which is missing",
        ),
        ({"vectors": None, "__numpys": ["../vectors", "x/vectors"]}, "holds no vectors of words"),
    ],
)
def test_damage_is_named(tmp_path, old, changes, problem):
    (tmp_path / "a.model").write_bytes(pickle.dumps(version_3(old, wv=changes)))
    with pytest.raises(FormatError, match=problem):
        read_any(tmp_path / "a.model")


@pytest.mark.parametrize("vectors", [MATRIX, None])
def test_ngrams_of_another_length(tmp_path, old, vectors):
    ngrams = {"vectors_vocab": MATRIX, "vectors_ngrams": np.ones((9, 5), np.float32), "min_n": 3, "max_n": 6}
    changes = ngrams | {"compatible_hash": True, "vectors": vectors}
    (tmp_path / "a").write_bytes(pickle.dumps(version_3(old, wv=changes)))
    with pytest.raises(FormatError, match="3 numbers, its vectors_ngrams 5"):
        read_any(tmp_path / "a")


def test_output_vectors_of_another_shape(tmp_path, old):
    model = version_3(old, trainables={"syn1neg": MATRIX[:3]})
    (tmp_path / "a.model").write_bytes(pickle.dumps(model))
    with pytest.raises(FormatError, match="syn1neg"):
        read_any(tmp_path / "a.model")


@pytest.mark.parametrize("name", ["a.kv", "a.kv.gz"])
def test_damaged_arrays_in_other_files(tmp_path, model, name):
    model.wv.save(str(tmp_path / name), sep_limit=5)
    (other,) = tmp_path.glob("*.vectors.np[yz]")
    content = other.read_bytes()
    for damaged in (b"", content[:20], content[:-8], b"\x80\x04N."):
        other.write_bytes(damaged)
        with pytest.raises(FormatError, match=other.name):
            read_any(tmp_path / name)


def test_arrays_of_objects_in_other_files_are_not_unpickled(tmp_path, model):
    class Attack:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'was-here'}",)

    model.wv.save(str(tmp_path / "a.kv"), sep_limit=5)
    np.save(tmp_path / "a.kv.vectors.npy", np.array([[Attack()]]), allow_pickle=True)
    with pytest.raises(FormatError, match="a.kv.vectors.npy"):
        read_any(tmp_path / "a.kv")
    assert not (tmp_path / "was-here").exists()


def test_an_attack_inside_a_real_model_is_named_and_not_run(tmp_path, model):
    """As a malicious upload would do it: a model that works, with one attribute more."""

    class Attack:
        def __reduce__(self):
            return builtins.eval, (f"open({str(tmp_path / 'was-here')!r}, 'w').close()",)

    copied = pickle.loads(pickle.dumps(model))
    copied.wv.comment = Attack()
    copied.save(str(tmp_path / "a.model"))
    with pytest.raises(FormatError, match="byte [0-9,]+: names 'builtins.eval'"):
        firth.load(tmp_path / "a.model")
    (tmp_path / "b.model.gz").write_bytes(gzip.compress((tmp_path / "a.model").read_bytes()))
    with pytest.raises(FormatError, match=r"b.model.gz, byte [0-9,]+: names 'builtins.eval'"):
        firth.load(tmp_path / "b.model.gz")
    assert not (tmp_path / "was-here").exists()
    Word2Vec.load(str(tmp_path / "a.model"))
    assert (tmp_path / "was-here").exists()  # gensim runs it


@pytest.mark.parametrize("thing", [[1, 2], "text", {"the": [1.0]}, MATRIX])
def test_other_pickles_are_refused(tmp_path, thing):
    (tmp_path / "a").write_bytes(pickle.dumps(thing))
    with pytest.raises(FormatError, match="no word vectors of gensim"):
        read_any(tmp_path / "a")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_files_cut_short_are_refused(tmp_path, model, share):
    model.save(str(tmp_path / "a"))
    content = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(content[: int(share * len(content))])
    with pytest.raises(FormatError, match="byte"):
        read_any(tmp_path / "a")


def test_neither_gensim_nor_pickle_is_imported(tmp_path, model):
    model.save(str(tmp_path / "a.model"), sep_limit=5)
    program = (
        "import sys; sys.modules['gensim'] = None\n"
        "from firth.formats.detect import read_any\n"
        f"print(len(read_any({str(tmp_path / 'a.model')!r}).words))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(model.wv)}\n"
