"""firth.gensim.Doc2Vec on documents of two topics: tags, files, growing, and what is refused."""

import numpy as np
import pytest

pytest.importorskip("gensim")

import gensim.models

from firth import FirthWarning, FormatError, SettingError
from firth.gensim import Doc2Vec, TaggedDocument, TaggedLineDocument

QUICK = {"vector_size": 20, "min_count": 1, "epochs": 40, "sample": 0, "workers": 1}


def two_topics(n=40):
    """Tags: a number, and the topic."""
    rng = np.random.default_rng(0)
    for number in range(n):
        topic = "ab"[number % 2]
        words = [f"{topic}{i}" for i in rng.integers(0, 20, 40)] + [f"common{i}" for i in rng.integers(0, 10, 20)]
        yield TaggedDocument(words, [number, f"topic-{topic}"])


@pytest.fixture(scope="module")
def model():
    return Doc2Vec(two_topics(), dm=0, **QUICK)


def test_numbers_are_rows_and_strings_are_behind_them(model):
    assert model.dv.index_to_key == [*range(40), "topic-a", "topic-b"]
    assert model.dv.key_to_index == {"topic-a": 40, "topic-b": 41}
    assert model.dv.get_vecattr("topic-a", "doc_count") == 20
    assert model.dv.get_vecattr("topic-a", "word_count") == 20 * 60
    assert (model["topic-a"] == model.dv[40]).all()
    assert (model[["a1", "topic-a"]] == np.vstack([model.wv["a1"], model.dv[40]])).all()
    assert not hasattr(model, "no_such_name")


def test_documents_of_one_topic_are_near_and_inferred_near_their_own(model):
    for number in (0, 1, 8, 17):
        numbers = [tag for tag, _ in model.dv.most_similar(number, topn=12) if isinstance(tag, int)]
        assert {tag % 2 for tag in numbers} == {number % 2}
    for number, document in zip(range(5), two_topics(), strict=False):
        vector = model.infer_vector(document.words)
        assert model.dv.most_similar([vector], topn=1)[0][0] == number
        assert (model.infer_vector(document.words) == vector).all()
    with pytest.raises(TypeError, match="must be a list of strings"):
        model.infer_vector("a1 a2")
    unknown = model.infer_vector(["zzz"])
    assert unknown.any() and (unknown == model.infer_vector(["zzz"])).all()


@pytest.mark.parametrize("dm_mean", [0, 1])
def test_documents_and_words_are_summed_or_averaged_as_by_gensim(dm_mean):
    """Without noise words, subsampling and random windows nothing is drawn. gensim's dm_mean=0 must be set again."""
    counts = np.arange(40, 400, 30)  # different: both trees are the same but for the sign of a node
    stream = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    words = [[f"w{word}" for word in part] for part in np.split(stream, np.arange(20, len(stream), 20))]
    documents, learned = [TaggedDocument(part, [number]) for number, part in enumerate(words)], []
    for kind in (gensim.models.Doc2Vec, Doc2Vec):
        options = {"hs": 1, "negative": 0, "alpha": 0.05, "min_alpha": 0.05, "shrink_windows": False, "window": 2}
        model = kind(dm_mean=dm_mean, **QUICK | options)
        model.cbow_mean = dm_mean
        model.build_vocab(documents)
        rows = len(model.wv) + len(model.dv)
        start = np.random.default_rng(1).standard_normal((rows, 20)).astype(np.float32) / 3
        model.wv.vectors[:], model.dv.vectors[:] = start[: len(model.wv)], start[len(model.wv) :]
        model.train(documents, total_examples=len(documents), epochs=1)
        learned.append(model.dv.vectors - start[len(model.wv) :])
        assert ("dm/s" in str(model)) == (dm_mean == 0)
    theirs, ours = learned
    assert np.linalg.norm(ours - theirs) < 0.1 * np.linalg.norm(theirs)


@pytest.mark.parametrize("settings", [{"dm": 0, "dbow_words": 1}, {"dm": 1, "window": 2, "hs": 1, "negative": 0}])
def test_a_file_keeps_everything_and_training_goes_on(settings, tmp_path):
    model, path = Doc2Vec(two_topics(), **QUICK | {"epochs": 3}, **settings), str(tmp_path / "documents.model")
    model.save(path)
    for mmap in (None, "r"):
        loaded = Doc2Vec.load(path, mmap=mmap)
        assert str(loaded) == str(model)
        assert loaded.dv.index_to_key == model.dv.index_to_key
        assert loaded.dv.key_to_index == model.dv.key_to_index
        assert (loaded.dv.vectors == model.dv.vectors).all()
        assert (loaded.wv.vectors == model.wv.vectors).all()
        assert (loaded.infer_vector(["a1", "a2"]) == model.infer_vector(["a1", "a2"])).all()
        assert loaded.dv.get_vecattr("topic-b", "doc_count") == 20
        loaded.train(two_topics(), total_examples=40, epochs=1)
        assert (loaded.dv.vectors != model.dv.vectors).any()
    model.wv.save(str(tmp_path / "words"))
    with pytest.raises(AttributeError, match=r"save_word2vec_format\(doctag_vec=True\)"):
        Doc2Vec.load(str(tmp_path / "words"))
    content = (tmp_path / "documents.model").read_bytes()
    (tmp_path / "short").write_bytes(content[:-1])
    with pytest.raises(FormatError):
        Doc2Vec.load(str(tmp_path / "short"))


def test_a_vocabulary_grows_by_words_and_tags():
    model = Doc2Vec(two_topics(), **QUICK | {"epochs": 1})
    before = {tag: model.dv[tag].copy() for tag in (3, "topic-a")}
    more = [TaggedDocument(["new", "a1"] * 5, [45, "topic-a", "topic-c"])]
    model.build_vocab(more, update=True)
    assert model.dv.index_to_key == [*range(46), "topic-a", "topic-b", "topic-c"]
    for tag, vector in before.items():
        assert (model.dv[tag] == vector).all()
    assert model.dv.get_vecattr("topic-a", "doc_count") == 21
    model.train([*more, TaggedDocument(["a1", "new"], ["unknown-tag", 3])], total_examples=2, epochs=1)
    assert (model.dv["topic-a"] != before["topic-a"]).any()
    assert (model.dv[3] != before[3]).any()


def test_lines_of_a_file_are_documents(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("one two\n\nthree one\n", encoding="utf-8")
    assert list(TaggedLineDocument(path)) == [(["one", "two"], [0]), ([], [1]), (["three", "one"], [2])]
    model = Doc2Vec(corpus_file=str(path), **QUICK | {"epochs": 1})
    assert model.dv.index_to_key == [0, 1, 2]
    assert model.corpus_count == 3
    same = Doc2Vec(TaggedLineDocument(path), **QUICK | {"epochs": 1})
    assert (same.dv.vectors == model.dv.vectors).all()


def test_what_is_refused():
    with pytest.raises(SettingError, match="dm_concat=1: its inputs are concatenated"):
        Doc2Vec(two_topics(), dm_concat=1)
    with pytest.raises(TypeError, match="vector_size"):
        Doc2Vec(size=3)
    with pytest.raises(ValueError, match="must be 0 or more"):
        Doc2Vec([TaggedDocument(["a"], [-1])], min_count=1)
    with pytest.warns(FirthWarning, match="dm_tag_count=2 has no effect"):
        model = Doc2Vec(two_topics(4), dm_tag_count=2, **QUICK | {"epochs": 1})
    model.dv.vectors_lockf = np.zeros(1, np.float32)
    with pytest.warns(FirthWarning, match=r"dv\.vectors_lockf has no effect"):
        model.train(two_topics(4), total_examples=4, epochs=1)
