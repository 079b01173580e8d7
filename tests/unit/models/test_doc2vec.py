"""Doc2Vec: what it learns, infers, saves and refuses."""

import dataclasses
import inspect
import io
import json
import struct

import numpy as np
import pytest

import firth
from firth import (
    CorpusError,
    DivergenceError,
    Doc2Vec,
    FirthWarning,
    FormatError,
    NotFittedError,
    SettingError,
    Word2Vec,
)
from firth.training.document_settings import DocumentSettings

KINDS = {
    "dbow": {},
    "dbow-alone": {"train_words": False},
    "dm": {"architecture": "dm", "window": 2},
    "tree": {"architecture": "dm", "window": 2, "objective": "hierarchical_softmax"},
}
QUICK = {"min_count": 1, "vector_size": 20, "subsample_threshold": 0, "epochs": 40, "threads": 1}


def two_topics(documents=40, length=50):
    """Documents of one of two topics, and of words that both have; tags begin with their topic."""
    rng = np.random.default_rng(0)
    topics = {topic: [f"{topic}{i}" for i in range(20)] + [f"common{i}" for i in range(10)] for topic in "ab"}
    return {f"{'ab'[i % 2]}:{i}": rng.choice(topics["ab"[i % 2]], length).tolist() for i in range(documents)}


@pytest.fixture(scope="module")
def models():
    return {name: Doc2Vec(**QUICK, **kind).fit(two_topics(), progress=False) for name, kind in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_documents_of_one_topic_are_near_each_other(models, kind):
    documents = models[kind].documents
    assert documents.words == list(two_topics())
    assert documents.counts.tolist() == [50] * 40
    same = [near.word[0] == tag[0] for tag in documents for near in documents.most_similar(tag, 10)]
    assert np.mean(same) > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_document_is_nearest_to_its_own_vector(models, kind):
    topics = two_topics()
    found = models[kind].most_similar_documents(topics.values(), 1)
    assert [best.word for (best,) in found] == list(topics)


@pytest.mark.parametrize("kind", KINDS)
def test_new_documents_are_near_their_topic(models, kind):
    long = list(two_topics(2, 80).values())
    new = [" ".join(long[0]), [*long[1], "B3"]]
    vectors = models[kind].infer(new)
    assert vectors.shape == (2, 20)
    assert vectors.dtype == np.float32
    for topic, near in zip("ab", models[kind].documents.most_similar(vectors, 10), strict=True):
        assert np.mean([found.word[0] == topic for found in near]) >= 0.9
    np.testing.assert_array_equal(models[kind].infer(new[0]), vectors[0])
    np.testing.assert_array_equal(models[kind].infer(new[::-1], threads=2), vectors[::-1])


def test_words_are_near_documents_of_their_topic(models):
    for kind in ("dbow", "dm"):
        model = models[kind]
        near = model.documents.most_similar(model.vectors["a3"], 10)
        assert {found.word[0] for found in near} == {"a"}
        assert model.vectors.most_similar("b4", 1)[0].word[0] == "b"


def test_without_trained_words_there_are_no_word_vectors(models):
    with pytest.raises(SettingError, match="train_words=False learns no word vectors"):
        _ = models["dbow-alone"].vectors
    assert models["dbow-alone"].context_vectors.shape == (50, 20)


@pytest.mark.parametrize("kind", KINDS)
def test_one_thread_repeats_every_bit(models, kind):
    again = Doc2Vec(**QUICK, **KINDS[kind]).fit(two_topics(), progress=False)
    np.testing.assert_array_equal(again.documents.matrix, models[kind].documents.matrix)
    assert [record.loss for record in again.history] == [record.loss for record in models[kind].history]
    other = Doc2Vec(**QUICK, **KINDS[kind], seed=2).fit(two_topics(), progress=False)
    assert (other.documents.matrix != models[kind].documents.matrix).any()


def test_tags_may_be_several_and_shared():
    topics = two_topics()
    tags = [[tag, f"topic {tag[0]}"] for tag in topics]
    model = Doc2Vec(**QUICK).fit(list(topics.values()), tags, progress=False)
    assert len(model.documents) == 42
    assert model.documents.counts[model.documents.word_id("topic a")] == 20 * 50
    near = model.documents.most_similar("topic a", 20)
    assert {found.word[0] for found in near} == {"a"}


def test_every_way_to_give_documents_gives_the_same_vectors(tmp_path):
    texts = ["One two, three.", "", "two\nthree four", "5 one"]
    tokens = [["one", "two", "three"], [], ["two", "three", "four"], ["5", "one"]]
    path = tmp_path / "documents.txt"
    path.write_text("One two, three.\n\ntwo three four\n5 one\n", encoding="utf-8")
    ways = {
        "texts": (texts, None),
        "an iterator": (iter(texts), None),
        "tokens": (tokens, None),
        "tags": (tokens, range(4)),
        "pairs": (list(enumerate(texts)), None),
        "a mapping": (dict(enumerate(tokens)), None),
        "a file": (path, None),
        "an open file": (io.BytesIO(path.read_bytes()), None),
    }
    found = {}
    for name, (documents, tags) in ways.items():
        with pytest.warns(FirthWarning, match="1 of 4 tags have no word"):
            found[name] = Doc2Vec(**QUICK).fit(documents, tags, progress=False)
    for name, model in found.items():
        assert model.documents.words == ["0", "1", "2", "3"], name
        np.testing.assert_array_equal(model.documents.matrix, found["texts"].documents.matrix)
    assert not found["texts"].documents["1"].any()
    assert found["texts"].documents.counts.tolist() == [3, 0, 3, 2]


def test_a_file_may_be_fitted_by_several_threads():
    model = Doc2Vec(**QUICK | {"threads": 2}).fit(two_topics(), progress=False)
    assert model.documents.most_similar("a:0", 1)[0].word[0] == "a"


@pytest.mark.parametrize(
    ("documents", "tags", "error", "message"),
    [
        (["a b", "b a"], ["x"], CorpusError, "fewer tags than documents: 1"),
        (["a b"], ["x", "y"], CorpusError, "fewer documents than tags: 1"),
        (["a b"], "x", SettingError, "must be a list with a tag"),
        ({"x": "a b"}, ["x"], SettingError, "a mapping from tags to documents already"),
        ([("x", "a b")], ["x"], SettingError, "pairs of a tag and a document already"),
        ([("x", "a b"), "b a"], None, CorpusError, "document 1 is 'b a'"),
        ([("", "a b")], None, CorpusError, "document 0: its tag is ''"),
        ([(1.5, "a b")], None, CorpusError, "document 0: its tag is 1.5"),
        ([([], "a b")], None, CorpusError, "document 0 has no tag"),
        ([("x", 3)], None, CorpusError, "document 0 is 3: must be a text or a list of tokens"),
        ([("x", ["a", 3])], None, CorpusError, "document 0, token 1 is 3"),
        (["a b", ["a"], 7], None, CorpusError, "document 2 is 7"),
        ([], None, CorpusError, "empty"),
        (["", ""], None, CorpusError, "no words"),
        ("missing.txt", None, CorpusError, "missing.txt"),
    ],
)
def test_malformed_documents_are_named(documents, tags, error, message):
    with pytest.raises(error, match=message):
        Doc2Vec(min_count=1).fit(documents, tags, progress=False)


def test_a_tokenizer_gets_lines():
    model = Doc2Vec(**QUICK, tokenizer=lambda line: line.split(","))
    model.fit({"x": "a b,c\nd,a b", "y": "c,d,c"}, progress=False)
    assert sorted(model.vocabulary.words) == ["a b", "c", "d"]
    with pytest.raises(SettingError, match="a list of tokens already"):
        model.fit([["a"]], progress=False)


def test_documents_without_known_words(models):
    assert not models["dm"].infer(["zzz", ""]).any()
    assert models["dm"].infer([]).shape == (0, 20)
    with pytest.raises(CorpusError, match="document 1: none of its words"):
        models["dm"].most_similar_documents(["a1", "zzz"])
    with pytest.raises(CorpusError, match="document 0, token 1 is 3"):
        models["dm"].infer([["a1", 3]])
    with pytest.raises(CorpusError, match="of type int"):
        models["dm"].infer(3)


@pytest.mark.parametrize("options", [{"epochs": 0}, {"learning_rate": -1}, {"seed": 1.5}, {"threads": 0}])
def test_impossible_options_of_inference(models, options):
    with pytest.raises(SettingError, match=f"{next(iter(options))}="):
        models["dm"].infer("a1", **options)


# ---------------------------------------------------------------- settings


def test_the_signature_is_that_of_the_settings():
    parameters = inspect.signature(Doc2Vec).parameters
    assert {name: one.default for name, one in parameters.items()} == {
        field.name: field.default for field in dataclasses.fields(DocumentSettings)
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"architecture": "cbow"}, "'dbow' or 'dm'"),
        ({"objective": "softmax"}, "must be 'negative_sampling', 'hierarchical_softmax' or 'nce'"),
        ({"architecture": "dm", "train_words": True}, "train_words=True: applies only with architecture='dbow'"),
        ({"cbow_gradient": "exact"}, "applies only with architecture='dm'"),
        ({"final_learning_rate": 1.0}, "must be at most learning_rate=0.025"),
        ({"dm_concat": 1}, "architecture='dm' takes their mean"),
        ({"dbow_words": 1}, "it is train_words here"),
        ({"alpha": 0.1}, "it is learning_rate here"),
    ],
)
def test_impossible_settings_are_named(settings, message):
    with pytest.raises(SettingError, match=message):
        Doc2Vec(**settings)


def test_names_of_gensim_are_answered():
    with pytest.raises(AttributeError, match=r"model\.documents"):
        _ = Doc2Vec().dv
    with pytest.raises(AttributeError, match=r"model\.infer"):
        _ = Doc2Vec().infer_vector


def test_nothing_is_known_before_fit():
    model = Doc2Vec()
    for use in (lambda: model.documents, lambda: model.vectors, lambda: model.infer("a"), lambda: model.save("x")):
        with pytest.raises(NotFittedError, match=r"call fit\(documents\)"):
            use()
    assert "not fitted" in repr(model)


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mmap", [True, False])
def test_a_file_keeps_everything(models, kind, mmap, tmp_path):
    model, path = models[kind], tmp_path / "documents.firth"
    model.save(path)
    found = Doc2Vec.load(path, mmap=mmap)
    assert found.settings == model.settings
    assert found.history == model.history
    assert list(found.vocabulary.words) == list(model.vocabulary.words)
    np.testing.assert_array_equal(found.documents.matrix, model.documents.matrix)
    assert list(found.documents.words) == list(model.documents.words)
    if kind != "dbow-alone":
        np.testing.assert_array_equal(found.vectors.matrix, model.vectors.matrix)
    text = "a1 a5 common2"
    np.testing.assert_array_equal(found.infer(text), model.infer(text))
    assert repr(found) == repr(model)
    assert "40 documents" in found._repr_html_()


def test_files_of_other_kinds_are_named(models, tmp_path):
    path, words = tmp_path / "documents.firth", tmp_path / "words.firth"
    models["dm"].save(path)
    models["dm"].vectors.save(words)
    with pytest.raises(FormatError, match=r"open it with firth\.Doc2Vec\.load"):
        firth.load(path)
    with pytest.raises(FormatError, match=r"Doc2Vec\.load"):
        Word2Vec.load(path)
    with pytest.raises(FormatError, match=r"open it with firth\.load"):
        Doc2Vec.load(words)
    with pytest.raises(FileNotFoundError):
        Doc2Vec.load(tmp_path / "missing.firth")
    with pytest.raises(SettingError, match=r"ends in \.firth"):
        models["dm"].save(tmp_path / "model.bin")


def _without(name):
    def change(header):
        header["gone"] = header.pop(name)

    return change


def _metadata(name, value):
    def change(header):
        header["__metadata__"][name] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _without("tags"),
        _without("tag_words"),
        _without("word_vectors"),
        _without("context_vectors"),
        _metadata("version", "99"),
        _metadata("settings", '{"vector_size": 21, "architecture": "dm"}'),
        _metadata("settings", '{"architecture": "dbow", "train_words": false}'),
        _metadata("settings", "[]"),
        _metadata("history", "3"),
        _metadata("total_words", '"many"'),
    ],
)
def test_damaged_files_are_refused(models, change, tmp_path):
    path = tmp_path / "documents.firth"
    models["dm"].save(path)
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    change(header)
    packed = json.dumps(header).encode()
    packed += b" " * (-len(packed) % 64)
    path.write_bytes(struct.pack("<Q", len(packed)) + packed + content[8 + length :])
    with pytest.raises(FormatError, match=str(path)):
        Doc2Vec.load(path)


def test_a_file_that_is_cut_short_is_refused(models, tmp_path):
    path = tmp_path / "documents.firth"
    models["dm"].save(path)
    content = path.read_bytes()
    for length in (0, 5, 100, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError):
            Doc2Vec.load(path)


def test_observers_see_the_training():
    seen = []
    Doc2Vec(**QUICK | {"epochs": 2}).fit(two_topics(), observers=[seen.append], progress=False)
    assert seen


def test_vectors_that_are_not_finite_are_no_answer(models, tmp_path):
    path = tmp_path / "documents.firth"
    models["dm"].save(path)
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    begin, end = json.loads(content[8 : 8 + length])["context_vectors"]["data_offsets"]
    infinite = np.full((end - begin) // 4, np.inf, "<f4").tobytes()
    path.write_bytes(content[: 8 + length + begin] + infinite + content[8 + length + end :])
    with pytest.raises(DivergenceError, match="its file is damaged"):
        Doc2Vec.load(path).infer("a1 a2 a3")
