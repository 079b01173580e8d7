"""Word2Vec trains as gensim's does: what users of gensim rely on, and what is better here."""

import copy
import logging
import pickle

import numpy as np
import pytest

pytest.importorskip("gensim")

import gensim.models

import firth
from firth.errors import FirthWarning, FormatError
from firth.gensim import CallbackAny2Vec, FastText, KeyedVectors, LineSentence, PathLineSentences, Word2Vec

OBJECTIVES = [{"sg": sg, "hs": hs, "negative": negative} for sg in (0, 1) for hs, negative in ((0, 5), (1, 0), (1, 5))]


def sentences(topics: int = 4, count: int = 400, words: int = 8) -> list[list[str]]:
    """Words of a topic are near each other."""
    rng = np.random.default_rng(7)
    return [[f"{topic}-{word}" for word in rng.integers(0, words, 10)] for topic in rng.integers(0, topics, count)]


def purity(vectors: KeyedVectors) -> float:
    """How many of the five nearest neighbours are of the word's own topic."""
    found = [other[0] == word[0] for word in vectors.index_to_key for other, _ in vectors.most_similar(word, topn=5)]
    return sum(found) / len(found)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
def test_topics_are_learned(objective) -> None:
    model = Word2Vec(sentences(), vector_size=16, min_count=1, epochs=20, sample=0, workers=1, alpha=0.05, **objective)
    assert purity(model.wv) > 0.9
    assert model.get_latest_training_loss() > 0
    for name, is_trained in (("syn1", objective["hs"]), ("syn1neg", objective["negative"])):
        assert hasattr(model, name) == bool(is_trained)
        if is_trained:
            assert getattr(model, name).shape == model.wv.vectors.shape
            assert np.any(getattr(model, name) != 0)


def test_vocabulary_is_that_of_gensim() -> None:
    text = sentences() + [["rare"], ["rare", "rarer"]]
    for options in ({"min_count": 1}, {"min_count": 2}, {"min_count": 1, "max_final_vocab": 9}, {"sorted_vocab": 0}):
        theirs, ours = (
            kind(text, vector_size=4, epochs=1, workers=1, **options) for kind in (gensim.models.Word2Vec, Word2Vec)
        )
        assert ours.wv.index_to_key == theirs.wv.index_to_key
        assert ours.wv.expandos["count"].tolist() == theirs.wv.expandos["count"].tolist()
        assert (ours.corpus_count, ours.corpus_total_words) == (theirs.corpus_count, theirs.corpus_total_words)
        assert ours.effective_min_count == theirs.effective_min_count


def test_training_starts_where_gensims_does() -> None:
    theirs, ours = (kind(vector_size=6, min_count=1, seed=3) for kind in (gensim.models.Word2Vec, Word2Vec))
    for model in (theirs, ours):
        model.build_vocab(sentences())
    assert np.array_equal(theirs.wv.vectors, ours.wv.vectors)
    text = [["0-1", "0-2", "1-3"], ["unknown", "0-1"]]
    theirs.syn1neg[:] = ours.syn1neg[:] = np.random.default_rng(1).standard_normal(ours.syn1neg.shape)
    found = [model.predict_output_word(text[0], topn=5) for model in (theirs, ours)]
    assert [word for word, _ in found[0]] == [word for word, _ in found[1]]
    assert np.allclose([share for _, share in found[0]], [share for _, share in found[1]], atol=1e-6)


@pytest.mark.parametrize("sg", [0, 1])
def test_sentences_are_scored_as_by_gensim(sg) -> None:
    """With counts that differ both make the same tree; codes are exchanged. gensim's logarithms are off by 2 %."""
    counts = {word: 2**number for number, word in enumerate("abcdefg")}
    pair = [
        kind(vector_size=5, min_count=1, hs=1, negative=0, sg=sg, window=2)
        for kind in (gensim.models.Word2Vec, Word2Vec)
    ]
    for model in pair:
        model.build_vocab_from_freq(counts)
    theirs, ours = pair
    for word in counts:
        assert ours.wv.get_vecattr(word, "code").tolist() == (1 - theirs.wv.get_vecattr(word, "code")).tolist()
        for node, their_node in zip(
            ours.wv.get_vecattr(word, "point"), theirs.wv.get_vecattr(word, "point"), strict=True
        ):
            vector = np.random.default_rng(int(their_node)).standard_normal(5)
            ours.syn1[node], theirs.syn1[their_node] = vector, -vector
    theirs.wv.vectors[:] = ours.wv.vectors
    text = [list("abcdef"), list("ggax"), ["a"], []]
    assert np.allclose(ours.score(text, len(text)), theirs.score(text, len(text)), rtol=0.025)


@pytest.mark.parametrize("cbow_mean", [0, 1])
def test_windows_are_summed_or_averaged_as_by_gensim(cbow_mean) -> None:
    """Without noise words, subsampling and random windows nothing is drawn. gensim's sigmoid is a table."""
    rng = np.random.default_rng(3)
    counts = np.arange(40, 400, 30)  # different: both trees are the same but for the sign of a node
    stream = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    text = [[f"w{word}" for word in part] for part in np.split(stream, np.arange(5, len(stream), 5))]
    start = rng.standard_normal((len(counts), 16)).astype(np.float32) / 3
    learned = []
    for kind in (gensim.models.Word2Vec, Word2Vec):
        model = kind(
            vector_size=16, min_count=1, hs=1, negative=0, window=3, shrink_windows=False, sample=0, workers=1,
            alpha=0.05, min_alpha=0.05, cbow_mean=cbow_mean,
        )  # fmt: skip
        model.build_vocab(text)
        model.wv.vectors[:] = start
        model.train(text, total_examples=len(text), epochs=1)
        learned.append(model.wv.vectors - start)
    theirs, ours = learned
    assert np.linalg.norm(ours - theirs) < 0.1 * np.linalg.norm(theirs)


@pytest.mark.parametrize("objective", [{"hs": 0, "negative": 5}, {"hs": 1, "negative": 0}], ids=str)
@pytest.mark.parametrize("kind", [Word2Vec, FastText])
def test_topics_are_learned_from_sums(kind, objective, tmp_path) -> None:
    options = {"vector_size": 16, "min_count": 1, "epochs": 20, "sample": 0, "workers": 1, "alpha": 0.05} | objective
    model = kind(sentences(), cbow_mean=0, **options)
    assert purity(model.wv) > 0.9
    assert not np.allclose(model.wv.vectors, kind(sentences(), **options).wv.vectors, atol=1e-3)
    model.save(tmp_path / "sums.model")
    assert kind.load(tmp_path / "sums.model").cbow_mean == 0
    with pytest.raises(FormatError, match="not the whole model"):
        firth.Word2Vec.load(tmp_path / "sums.model")


def test_rows_may_be_written_and_held() -> None:
    text = sentences()
    model = Word2Vec(vector_size=8, min_count=1, workers=2)
    model.build_vocab(text)
    matrix = model.wv.vectors
    matrix[0] = 0.25
    model.wv.vectors_lockf = np.ones(len(model.wv), np.float32)
    model.wv.vectors_lockf[0] = 0
    before = matrix.copy()
    model.train(text, total_examples=len(text), epochs=2)
    assert model.wv.vectors is matrix
    assert np.array_equal(matrix[0], before[0])
    assert np.all(np.any(matrix[1:] != before[1:], axis=1))


def test_results_repeat_with_the_default_settings() -> None:
    pair = [Word2Vec(sentences(), min_count=1, vector_size=8, epochs=2) for _ in range(2)]
    assert np.array_equal(pair[0].wv.vectors, pair[1].wv.vectors)
    other = Word2Vec(sentences(), min_count=1, vector_size=8, epochs=2, seed=2)
    assert not np.array_equal(pair[0].wv.vectors, other.wv.vectors)
    steps = Word2Vec(min_count=1, vector_size=8)
    steps.build_vocab(sentences())
    assert steps.train(sentences(), total_examples=steps.corpus_count, epochs=2)[1] == 2 * steps.corpus_total_words
    assert np.array_equal(steps.wv.vectors, pair[0].wv.vectors)


@pytest.mark.parametrize(
    "corpus",
    [
        lambda text: iter(text),
        lambda text: (tuple(sentence) for sentence in text),
        lambda text: [np.array(sentence) for sentence in text],
    ],
    ids=["iterator", "generator of tuples", "arrays"],
)
def test_a_corpus_is_read_once(corpus) -> None:
    text = sentences()
    model = Word2Vec(corpus(text), min_count=1, vector_size=8, epochs=2)
    assert np.array_equal(model.wv.vectors, Word2Vec(text, min_count=1, vector_size=8, epochs=2).wv.vectors)
    assert all(type(word) is str for word in model.wv.index_to_key)


def test_files_are_a_corpus(tmp_path) -> None:
    text = sentences()
    (tmp_path / "corpus").mkdir()
    path = tmp_path / "corpus" / "a.txt"
    path.write_text("\n".join(map(" ".join, text)) + "\n\n", encoding="utf8")
    wanted = Word2Vec(text, min_count=1, vector_size=8, epochs=2).wv
    for corpus in (LineSentence(str(path)), PathLineSentences(str(path.parent)), LineSentence(path.open("rb"))):
        assert [sentence for sentence in corpus if sentence] == text
        found = Word2Vec(corpus, min_count=1, vector_size=8, epochs=2).wv
        assert sorted(found.index_to_key) == sorted(wanted.index_to_key)
        assert purity(found) == pytest.approx(purity(wanted), abs=0.2)
    model = Word2Vec(corpus_file=str(path), min_count=1, vector_size=8, epochs=2)
    assert model.corpus_count == len(text)
    assert model.corpus_total_words == sum(map(len, text))
    corpus.source.close()


def test_tokens_may_be_whole_numbers(tmp_path) -> None:
    text = [[int(word.replace("-", "")) + 100 for word in sentence] for sentence in sentences()]
    model = Word2Vec(text, min_count=1, vector_size=16, epochs=10, sample=0, alpha=0.05)
    assert set(model.wv.index_to_key) == {token for sentence in text for token in sentence}
    assert model.wv.most_similar(100, topn=1)[0][0] < 110
    model.save(tmp_path / "numbers.model")
    assert Word2Vec.load(tmp_path / "numbers.model").wv.index_to_key == model.wv.index_to_key


class Recorder(CallbackAny2Vec):
    def __init__(self) -> None:
        self.events: list[str] = []
        self.vectors: list[np.ndarray] = []
        self.losses: list[float] = []

    def on_train_begin(self, model) -> None:
        self.events.append("begin")

    def on_epoch_begin(self, model) -> None:
        self.events.append("epoch begins")

    def on_epoch_end(self, model) -> None:
        self.events.append("epoch ends")
        self.vectors.append(model.wv.vectors.copy())
        self.losses.append(model.get_latest_training_loss())

    def on_train_end(self, model) -> None:
        self.events.append("end")


def test_callbacks_see_each_epoch() -> None:
    recorder = Recorder()
    model = Word2Vec(sentences(), min_count=1, vector_size=8, epochs=3, callbacks=[recorder], compute_loss=True)
    assert recorder.events == ["begin", *(["epoch begins", "epoch ends"] * 3), "end"]
    assert np.array_equal(recorder.vectors[-1], model.wv.vectors)
    assert not np.array_equal(recorder.vectors[0], recorder.vectors[1])
    losses = np.diff([0, *recorder.losses])
    assert (losses > 0).all()
    assert np.array_equal(model.wv.vectors, Word2Vec(sentences(), min_count=1, vector_size=8, epochs=3).wv.vectors)


def test_the_learning_rate_follows_alpha() -> None:
    """A rate of 0 changes nothing; rates may rise."""
    model = Word2Vec(sentences(), min_count=1, vector_size=8)
    before = model.wv.vectors.copy()
    model.train(sentences(), total_examples=400, epochs=1, start_alpha=1e-30, end_alpha=1e-30)
    assert np.allclose(model.wv.vectors, before, atol=1e-6)
    model.train(sentences(), total_words=4000, epochs=1, start_alpha=0.001, end_alpha=0.1)
    assert not np.allclose(model.wv.vectors, before, atol=1e-3)
    assert model.alpha == 0.001
    assert model.min_alpha_yet_reached == 0.1


def test_vocabulary_grows() -> None:
    model = Word2Vec(sentences(topics=2), min_count=1, vector_size=16, epochs=20, sample=0, alpha=0.05)
    before, words = model.wv.vectors.copy(), list(model.wv.index_to_key)
    more = [[word.replace("0-", "9-") for word in sentence] for sentence in sentences(topics=1)]
    model.build_vocab(more, update=True)
    assert model.wv.index_to_key[: len(words)] == words
    assert np.array_equal(model.wv.vectors[: len(words)], before)
    model.train(more, total_examples=model.corpus_count, epochs=20)
    assert model.wv.most_similar("9-1", topn=3)[0][0].startswith("9-")
    assert purity(model.wv) > 0.8


@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
def test_models_are_saved_and_go_on(tmp_path, objective) -> None:
    path = tmp_path / "a.model"
    model = Word2Vec(sentences(), min_count=1, vector_size=8, epochs=2, **objective)
    model.save(str(path))
    read = Word2Vec.load(str(path))
    assert str(read) == str(model)
    assert read.corpus_count == model.corpus_count
    for one in (model, read):
        one.train(sentences(), total_examples=400, epochs=1)
    assert np.array_equal(model.wv.vectors, read.wv.vectors)
    assert KeyedVectors.load(path).index_to_key == model.wv.index_to_key
    if objective["hs"] + bool(objective["negative"]) == 1:
        assert firth.Word2Vec.load(tmp_path / "a.model").hyperparameters.vector_size == 8
    mapped = Word2Vec.load(str(path), mmap="r")
    mapped.train(sentences(), total_examples=400, epochs=1)
    for other in (copy.deepcopy(read), pickle.loads(pickle.dumps(read))):
        assert np.array_equal(other.wv.vectors, read.wv.vectors)


def test_models_of_others_are_opened(tmp_path) -> None:
    theirs = gensim.models.Word2Vec(sentences(), min_count=1, vector_size=8, epochs=2, window=3, sg=1)
    theirs.save(str(tmp_path / "theirs.model"))
    read = Word2Vec.load(str(tmp_path / "theirs.model"))
    assert (read.window, read.sg, read.negative, read.epochs) == (3, 1, 5, 2)
    assert np.array_equal(read.syn1neg, theirs.syn1neg)
    read.train(sentences(), total_examples=400, epochs=1)
    firth.Word2Vec(min_count=1, vector_size=8, threads=1, tokenizer="whitespace").fit(sentences()).save(
        tmp_path / "ours.firth"
    )
    assert Word2Vec.load(tmp_path / "ours.firth").sg == 1
    read.wv.save(tmp_path / "vectors.kv")
    with pytest.raises(AttributeError, match="KeyedVectors"):
        Word2Vec.load(tmp_path / "vectors.kv")
    with pytest.raises(AttributeError, match="class"):
        read.load(str(tmp_path / "theirs.model"))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (TypeError, lambda: Word2Vec("a text")),
        (TypeError, lambda: Word2Vec(5)),
        (TypeError, lambda: Word2Vec(sentences(), corpus_file="both")),
        (TypeError, lambda: Word2Vec(sentences(), size=10)),
        (TypeError, lambda: Word2Vec(sentences(), iter=10)),
        (TypeError, lambda: Word2Vec().build_vocab()),
        (RuntimeError, lambda: Word2Vec([])),
        (RuntimeError, lambda: Word2Vec(sentences(), min_count=10_000)),
        (RuntimeError, lambda: Word2Vec().train(sentences(), total_examples=400, epochs=1)),
        (RuntimeError, lambda: Word2Vec().build_vocab(sentences(), update=True)),
        (RuntimeError, lambda: Word2Vec(sentences()).score([["a"]])),
        (RuntimeError, lambda: Word2Vec(sentences(), hs=1, negative=0).predict_output_word(["a"])),
        (ValueError, lambda: Word2Vec(sentences(), negative=0)),
        (ValueError, lambda: Word2Vec(sentences(), window=0)),
        (ValueError, lambda: Word2Vec(sentences()).train(sentences(), epochs=1)),
        (ValueError, lambda: Word2Vec(sentences()).train(sentences(), total_examples=1)),
        (ValueError, lambda: Word2Vec(sentences(), trim_rule=lambda word, count, least: 7)),
        (AttributeError, lambda: Word2Vec(sentences()).most_similar("0-1")),
        (AttributeError, lambda: Word2Vec(sentences()).wv.vocab),
        (FileNotFoundError, lambda: Word2Vec(corpus_file="/does/not/exist")),
    ],
)
def test_errors_are_of_the_types_of_gensim(error, call) -> None:
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("option", [{"batch_words": 100}, {"hashfxn": len}, {"null_word": 1}], ids=str)
def test_settings_without_effect_are_warned_of(option) -> None:
    with pytest.warns(FirthWarning, match=next(iter(option))):
        Word2Vec(min_count=1, **option)


def test_both_objectives_are_warned_of(caplog) -> None:
    with caplog.at_level(logging.INFO):
        Word2Vec(sentences(), hs=1, vector_size=4, epochs=1)
    assert "Both hierarchical softmax and negative sampling are activated." in caplog.text
    assert "EPOCH 0" in caplog.text


def test_vocabularies_are_trimmed_and_limited() -> None:
    text = sentences()
    kept = Word2Vec(
        text, min_count=1, epochs=1, vector_size=4, trim_rule=lambda word, count, least: 2 if word[0] == "0" else 1
    )
    assert {word[0] for word in kept.wv.index_to_key} == {"0"}
    assert len(Word2Vec(text, min_count=1, epochs=1, vector_size=4, max_vocab_size=20).wv) == 20
    model = Word2Vec(min_count=1)
    assert model.scan_vocab(text) == (4000, 400)
    assert model.prepare_vocab(min_count=10_000, dry_run=True)["num_retained_words"] == 0
    assert model.prepare_vocab()["retain_total"] == 4000
    assert model.estimate_memory(1000)["total"] == 1000 * (200 + 800)
    other = Word2Vec(text[:10], min_count=1, vector_size=100, epochs=1)
    other.reset_from(Word2Vec(text, min_count=1, vector_size=100, epochs=1))
    assert len(other.wv) == 32


def test_more_workers_than_cores_and_all_of_them() -> None:
    for workers in (-1, 1000):
        model = Word2Vec(sentences(count=4000), min_count=1, vector_size=8, epochs=3, workers=workers)
        assert purity(model.wv) > 0.5


def test_sample_may_be_a_count() -> None:
    model = Word2Vec(sentences(), min_count=1, vector_size=4, epochs=1, sample=5)
    report = Word2Vec(min_count=1, sample=5)
    report.scan_vocab(sentences())
    assert 0 < report.prepare_vocab()["downsample_total"] < 4000
    theirs = gensim.models.Word2Vec(min_count=1, sample=5)
    theirs.scan_vocab(sentences())
    reports = report.scan_vocab(sentences()), report.prepare_vocab(), theirs.prepare_vocab()
    assert reports[1] == reports[2]
    assert model.sample == 5
