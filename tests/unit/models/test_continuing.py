"""Going on with new text: what is kept, what grows, what is refused."""

import numpy as np
import pytest

from firth import CorpusError, DivergenceError, NotFittedError, Phrases, SettingError, Word2Vec
from firth.corpus import encode
from firth.training.new_text import NEW_WORDS

SETTINGS = {"vector_size": 16, "min_count": 2, "threads": 1, "subsample_threshold": 0, "epochs": 2}
RNG = np.random.default_rng(0)
OLD = [[f"a{int(word)}" for word in row] for row in RNG.random((300, 8)) ** 2 * 30]
NEW = [[f"{'ab'[int(word) % 2]}{int(word)}" for word in row] for row in RNG.random((150, 8)) ** 2 * 40]
OLD_COUNTS, NEW_COUNTS = (
    {word: sum(sentence.count(word) for sentence in text) for word in {word for line in text for word in line}}
    for text in (OLD, NEW)
)


def model_of(text=OLD, **settings):
    return Word2Vec(**{**SETTINGS, **settings}).fit(text, progress=False)


@pytest.fixture
def model():
    return model_of()


def state(model):
    """Everything that a model has learned, as values."""
    outputs = model.node_vectors if model.hyperparameters.has_nodes else model.context_vectors
    vocabulary = model.vocabulary
    return (
        list(vocabulary.words), vocabulary.counts.tolist(), vocabulary.total_words, list(model.history),
        model.vectors.matrix.tobytes(), outputs.tobytes(), model.hyperparameters,
    )  # fmt: skip


def unmoved(model, corpus, **options):
    """The same with steps of nothing: what is left is where the rows are."""
    tiny = {"learning_rate": 1e-30, "final_learning_rate": 0.0, "epochs": 1, "progress": False}
    return model.continue_training(corpus, **{**tiny, **options})


# ---------------------------------------------------------------- words and rows


def expected_words(new_words):
    """The vocabulary by the rule, in plain Python."""
    old = {word: count for word, count in OLD_COUNTS.items() if count >= 2}
    new = {word: count for word, count in NEW_COUNTS.items() if count >= 2}
    if new_words == "only":
        return new
    merged = {word: count + NEW_COUNTS.get(word, 0) for word, count in old.items()}
    return {**new, **merged} if new_words == "add" else merged


@pytest.mark.parametrize("new_words", NEW_WORDS)
@pytest.mark.parametrize("encoded", [False, True])
def test_rows_go_with_their_words(model, new_words, encoded):
    before = {word: (model.vectors[word], model.context_vectors[i]) for i, word in enumerate(model.vocabulary.words)}
    corpus = encode(NEW, min_count=2) if encoded else NEW
    assert unmoved(model, corpus, new_words=new_words) is model
    vocabulary = model.vocabulary
    assert dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)) == expected_words(new_words)
    assert (np.diff(vocabulary.counts) <= 0).all()
    fresh = [word for word in vocabulary.words if word not in before]
    assert bool(fresh) == (new_words != "ignore")
    for row, word in enumerate(vocabulary.words):
        if word in before:
            assert (model.vectors[word] == before[word][0]).all()
            assert (model.context_vectors[row] == before[word][1]).all()
        else:
            assert 0 < abs(model.vectors[word]).max() <= 1 / 16
            assert abs(model.context_vectors[row]).max() < 1e-25, "contexts start at zero"
    assert len({model.vectors[word].tobytes() for word in vocabulary.words}) == len(vocabulary)


def test_ties_keep_the_old_order_then_that_of_the_new_text():
    model = model_of([["a", "b", "c", "a", "b", "c", "c"]], min_count=1, objective="nce")
    unmoved(model, [["e", "d", "a", "e", "d", "f"]])
    assert list(model.vocabulary.words) == ["c", "a", "b", "e", "d", "f"]
    assert model.vocabulary.counts.tolist() == [3, 3, 2, 2, 2, 1]


def test_the_limit_of_the_vocabulary_drops_the_rarest():
    model = model_of([["a"] * 5 + ["b"] * 3 + ["c"] * 2], min_count=1, max_vocabulary=3, objective="nce")
    unmoved(model, [["d"] * 4 + ["a", "e", "e"]])
    assert list(model.vocabulary.words) == ["a", "d", "b"]


def test_the_text_may_have_any_form(model, tmp_path):
    lines = [" ".join(sentence) for sentence in NEW]
    (tmp_path / "new.txt").write_text("\n".join(lines), encoding="utf-8")
    states = []
    for corpus in (NEW, iter(lines), tmp_path / "new.txt", encode(NEW, min_count=2)):
        model = model_of().continue_training(corpus, progress=False)
        model.history.clear()
        states.append(state(model))
    assert states[0] == states[1] == states[2]
    assert states[0][4:] == states[3][4:], "an encoded text has lost its rare words, which are only counted"


# ---------------------------------------------------------------- training


def test_one_thread_decides_every_bit():
    def going_on(**settings):
        return model_of(**settings).continue_training(NEW, replay=OLD, replay_words=1, progress=False)

    one, same, other = going_on(), going_on(), going_on(seed=2)
    assert one.vectors.matrix.tobytes() == same.vectors.matrix.tobytes()
    assert one.context_vectors.tobytes() == same.context_vectors.tobytes()
    assert (one.vectors.matrix != other.vectors.matrix).mean() > 0.99


def test_epochs_rates_and_history_go_on(model):
    model.continue_training(NEW, epochs=3, progress=False)
    assert [record.epoch for record in model.history] == [1, 2, 3, 4, 5]
    rates = [record.learning_rate for record in model.history[2:]]
    first, last = 0.0125, 1e-4
    np.testing.assert_allclose(rates, [first + (last - first) * share for share in (1 / 3, 2 / 3, 1)], rtol=1e-12)
    assert model.hyperparameters == Word2Vec(**SETTINGS).hyperparameters, "the settings are those of the model"
    model.continue_training(NEW, epochs=1, learning_rate=5e-5, progress=False)
    assert model.history[-1].learning_rate == 5e-5, "the final rate is at most the first one"
    model.continue_training(NEW, epochs=1, learning_rate=0.01, final_learning_rate=0.01, progress=False)
    assert [record.epoch for record in model.history] == [1, 2, 3, 4, 5, 6, 7]


def test_draws_do_not_repeat(model):
    same_text = [model_of(epochs=1).continue_training(OLD, epochs=1, progress=False).history[i].pairs for i in (0, 1)]
    assert same_text[0] != same_text[1]
    assert same_text == [record.pairs for record in model.history], "the epochs that a longer training would have had"


def test_going_on_where_training_ended_is_training_on():
    """With the rates of one training of two epochs, the same text and the old words, each bit is that of fit()."""
    longer = model_of(epochs=2, learning_rate=0.02, final_learning_rate=0.01)
    half = model_of(epochs=1, learning_rate=0.02, final_learning_rate=0.015)
    half.continue_training(OLD, epochs=1, learning_rate=0.015, final_learning_rate=0.01, progress=False)
    assert half.vectors.matrix.tobytes() == longer.vectors.matrix.tobytes()
    assert half.context_vectors.tobytes() == longer.context_vectors.tobytes()


@pytest.mark.parametrize("objective", ["negative_sampling", "nce"])
def test_only_words_that_are_read_are_noise(objective):
    model = model_of(objective=objective)
    lacking = [word for word in model.vocabulary.words if word not in NEW_COUNTS]
    before = {word: (model.vectors[word], model.context_vectors[model.vocabulary.id_of(word)]) for word in lacking}
    model.continue_training(NEW, epochs=20, learning_rate=0.05, progress=False)
    assert len(lacking) > 5
    for word in lacking:
        row = model.vocabulary.id_of(word)
        assert (model.vectors[word] == before[word][0]).all()
        assert (model.context_vectors[row] == before[word][1]).all(), "neither noise nor the next word to one"


@pytest.mark.parametrize(
    ("text", "objective"),
    [([["a1", "a2"] * 3], "negative_sampling"), ([["a1", "a2"] * 3], "nce"), ([["a1", "a1", "a1"]], "nce")],
)
def test_texts_of_very_few_words(text, objective):
    model = model_of(objective=objective)
    model.continue_training(text, progress=False)
    assert np.isfinite(model.vectors.matrix).all()
    assert np.isfinite(model.context_vectors).all()
    assert np.isfinite(model.history[-1].loss)


@pytest.mark.parametrize(
    ("architecture", "objective"),
    [("skipgram", "negative_sampling"), ("cbow", "negative_sampling"), ("skipgram", "nce")],
)
def test_every_objective_learns_the_new_words(architecture, objective):
    rng = np.random.default_rng(1)
    topics = [[[f"{topic}{int(word)}" for word in row] for row in rng.integers(0, 6, (300, 6))] for topic in "xyz"]
    first = [line for pair in zip(topics[0], topics[1], strict=True) for line in pair]
    model = model_of(first, objective=objective, architecture=architecture, epochs=20, learning_rate=0.05)
    model.continue_training(topics[2] + topics[1], epochs=20, learning_rate=0.05, progress=False)
    for word, among in [("x0", "xy"), ("y0", "xy"), ("y0", "yz"), ("z0", "yz")]:  # what is read together
        others = [other for other in model.vocabulary.words if other[0] in among]
        neighbours = model.vectors.most_similar(word, count=5, restrict=others)
        assert {neighbour.word[0] for neighbour in neighbours} == {word[0]}


def test_hierarchical_softmax_keeps_counts_and_tree():
    model = model_of(objective="hierarchical_softmax")
    before = state(model)
    for new_words in ("add", "only"):
        with pytest.raises(SettingError, match=f"new_words='{new_words}': .* the tree of words follows from"):
            model.continue_training(NEW, new_words=new_words, progress=False)
    assert state(model) == before
    unmoved(model, NEW, new_words="ignore")
    assert state(model)[:3] == before[:3]
    assert model.vectors.matrix.tobytes() == before[4]
    model.continue_training(encode(NEW, min_count=1), new_words="ignore", progress=False)
    assert state(model)[:3] == before[:3]
    assert model.vectors.matrix.tobytes() != before[4]


def test_replay_keeps_what_was_learned():
    """Words that are neighbours in the old text alone, and elsewhere in the new one."""
    rng = np.random.default_rng(2)
    old = [[f"x{int(word)}" for word in row] for row in rng.integers(0, 6, (400, 6))]
    old += [[f"y{int(word)}" for word in row] for row in rng.integers(0, 6, (400, 6))]
    new = [[f"{'xy'[int(word) % 2]}{int(word) // 2}" for word in row] for row in rng.integers(0, 12, (400, 6))]

    def lift(**options):
        model = model_of(old, epochs=10, learning_rate=0.05)
        model.continue_training(new, epochs=10, learning_rate=0.05, progress=False, **options)
        return model.vectors.similarity("x0", "x1") - model.vectors.similarity("x0", "y1")

    assert lift(replay=old, replay_words=4) > lift() + 0.1


def test_replay_is_counted_and_reported(model):
    messages = []
    model.continue_training(
        NEW, replay=OLD, replay_words=1, epochs=1, progress=lambda progress: messages.append(progress)
    )
    n_new = sum(map(len, NEW))
    assert n_new * 2 - 20 <= model.history[-1].words <= n_new * 2 + 8
    assert model.vocabulary.total_words == n_new + sum(map(len, OLD)), "a replayed word is not counted again"
    assert {progress.stage for progress in messages} == {"reading", "training"}
    encoded = encode(OLD, min_count=1)
    same = model_of().continue_training(NEW, replay=encoded, replay_words=1, epochs=1, progress=False)
    assert same.vectors.matrix.tobytes() == model.vectors.matrix.tobytes()


def test_less_to_replay_than_wanted_is_said(model, capfd):
    model.continue_training(NEW, replay=OLD[:10], epochs=1, progress=None)
    assert "replay_words=3 would be" in capfd.readouterr().err
    assert model.history[-1].words <= sum(map(len, NEW)) + 80


# ---------------------------------------------------------------- n-grams


@pytest.mark.parametrize("new_words", NEW_WORDS)
def test_rows_of_ngrams_go_with_their_buckets(new_words):
    model = model_of(subwords=(2, 3), subword_buckets=1000)
    before, own = model.vectors, dict(zip(model.vocabulary.words, model.stored().own_vectors, strict=True))
    rows = dict(zip(before.subwords.buckets.tolist(), before.subwords.matrix, strict=True))
    unmoved(model, NEW, new_words=new_words)
    after, own_after = model.vectors, dict(zip(model.vocabulary.words, model.stored().own_vectors, strict=True))
    fresh = 0
    for bucket, row in zip(after.subwords.buckets.tolist(), after.subwords.matrix, strict=True):
        if bucket in rows:
            np.testing.assert_allclose(row, rows[bucket], atol=1e-7)
        else:
            fresh += 1
            assert 0 < abs(row).max() <= 1 / 16 + 1e-7
    assert bool(fresh) == (new_words != "ignore"), "new words bring n-grams of their own"
    for word in after:
        if word in before:
            np.testing.assert_allclose(after[word], before[word], atol=1e-7)
            np.testing.assert_allclose(own_after[word], own[word], atol=1e-7)
    if new_words != "only":  # which drops n-grams that no word has
        np.testing.assert_allclose(after.subwords.vector("a7a8"), before.subwords.vector("a7a8"), atol=1e-7)


def test_a_loaded_model_of_ngrams_goes_on(tmp_path):
    model = model_of(subwords=(2, 3), subword_buckets=1000)
    model.save(tmp_path / "model.firth")
    loaded = Word2Vec.load(tmp_path / "model.firth")
    for one in (model, loaded):
        one.continue_training(NEW, progress=False)
    assert loaded.vectors.matrix.tobytes() == model.vectors.matrix.tobytes()
    assert loaded.vectors.subwords.matrix.tobytes() == model.vectors.subwords.matrix.tobytes()


@pytest.mark.parametrize("frozen", [0.0, {"a1", "b3"}])
def test_words_of_ngrams_are_held(frozen):
    model = model_of(subwords=(2, 3), subword_buckets=1000)
    before = model.vectors
    model.continue_training(NEW, frozen=frozen, progress=False)
    assert (model.vectors["a1"] == before["a1"]).all()
    assert (model.vectors["a2"] == before["a2"]).all() == (frozen == 0)
    assert abs(model.vectors["b5"] - before.subwords.vector("b5")).max() > 0.01, "new words learn"
    assert (model.vectors.subwords.vector("a1b") != before.subwords.vector("a1b")).any(), "their n-grams, too"
    model.continue_training(NEW, learning_rate=0.1, final_learning_rate=0.1, progress=False)
    assert (model.vectors["a1"] != before["a1"]).any(), "once only"


# ---------------------------------------------------------------- phrases


PHRASES = Phrases.from_table([(("a1", "a2"),), (("b1", "a0"),)])


@pytest.mark.parametrize("new_words", NEW_WORDS)
def test_phrases_are_joined_in_both_texts(new_words):
    """As if they had been joined beforehand."""
    joined_old, joined_new = list(PHRASES.join(OLD)), list(PHRASES.join(NEW))
    options = {"new_words": new_words, "replay_words": 1, "progress": False}
    one = Word2Vec(**SETTINGS).fit(OLD, phrases=PHRASES, progress=False)
    other = model_of(joined_old)
    assert "a1_a2" in one.vectors
    one.continue_training(NEW, replay=OLD, phrases=PHRASES, **options)
    other.continue_training(joined_new, replay=joined_old, **options)
    assert state(one)[4:6] == state(other)[4:6]
    assert state(one)[:3] == state(other)[:3]
    assert ("b1_a0" in one.vectors) == (new_words != "ignore")


def test_phrases_in_any_form(tmp_path):
    PHRASES.save(tmp_path / "table.tsv")
    states = []
    for corpus, phrases in [(NEW, PHRASES), (encode(NEW, min_count=1), tmp_path / "table.tsv")]:
        model = Word2Vec(**SETTINGS).fit(OLD, phrases=PHRASES, progress=False)
        states.append(state(model.continue_training(corpus, phrases=phrases, progress=False))[4:6])
    assert states[0] == states[1]
    with pytest.raises(SettingError, match="phrases=3: must be Phrases"):
        model.continue_training(NEW, phrases=3, progress=False)


# ---------------------------------------------------------------- models from files; tokenizers; errors


def test_a_loaded_model_goes_on_like_the_one_that_was_saved(model, tmp_path):
    model.save(tmp_path / "model.firth")
    loaded = Word2Vec.load(tmp_path / "model.firth")
    for one in (model, loaded):
        one.continue_training(NEW, progress=False)
    assert loaded.vectors.matrix.tobytes() == model.vectors.matrix.tobytes()
    loaded.save(tmp_path / "model.firth")
    assert Word2Vec.load(tmp_path / "model.firth").vocabulary.counts.tolist() == model.vocabulary.counts.tolist()


def test_the_tokenizer_of_a_loaded_model(tmp_path):
    lines = [" ".join(sentence) for sentence in OLD]
    model_of(iter(lines), tokenizer=str.split).save(tmp_path / "model.firth")
    loaded = Word2Vec.load(tmp_path / "model.firth")
    before = state(loaded)
    with pytest.raises(SettingError, match="tokenizer was a function, .* pass it as tokenizer="):
        loaded.continue_training(iter(lines), progress=False)
    assert state(loaded) == before
    loaded.continue_training(iter(lines), tokenizer=str.split, progress=False)
    loaded.continue_training(encode(NEW, min_count=2), progress=False)
    assert len(loaded.history) == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"new_words": "all"}, "new_words='all': must be 'add', 'ignore' or 'only'"),
        ({"replay": OLD, "replay_words": 0}, "replay_words=0: must be a number above 0"),
        ({"replay": OLD, "replay_words": True}, "replay_words=True"),
        ({"epochs": 0}, "epochs=0: must be a whole number"),
        ({"learning_rate": 0}, "learning_rate=0"),
        ({"learning_rate": "fast"}, "learning_rate='fast'"),
        ({"learning_rate": 0.01, "final_learning_rate": 0.02}, "final_learning_rate=0.02: must be at most"),
        ({"threads": 0}, "threads=0"),
        ({"tokenizer": "letters"}, "tokenizer='letters'"),
    ],
)
def test_impossible_values(model, options, message):
    before = state(model)
    with pytest.raises(SettingError, match=message):
        model.continue_training(NEW, progress=False, **options)
    assert state(model) == before


def test_errors_leave_the_model_as_it_was(model):
    before = state(model)
    for corpus, message in [
        ([["zzz", "zzzz"]], "none of its 2 words is among"),
        ([["a1"], ["a2"]], "no word has a neighbour"),
        ([], "empty"),
        ("/no/such/file.txt", "no/such"),
    ]:
        with pytest.raises(CorpusError, match=message):
            model.continue_training(corpus, progress=False)
    with pytest.raises(CorpusError, match="none of its 1 words is among|none of the"):
        model.continue_training(NEW, replay=[["zzz"]], progress=False)
    with pytest.raises(DivergenceError):
        model.continue_training(NEW, learning_rate=1e6, progress=False)
    with pytest.raises(NotFittedError, match="call fit"):
        Word2Vec().continue_training(NEW)
    assert state(model) == before


def test_as_gensim_where_no_word_is_new():
    """One epoch more of the same text at the same rates: both programs move the vectors alike, on average."""
    gensim = pytest.importorskip("gensim.models")
    ours = model_of(epochs=5)
    theirs = gensim.Word2Vec(vector_size=16, min_count=2, workers=1, sg=1, sample=0, seed=1)
    theirs.build_vocab(OLD)
    theirs.wv.vectors[:] = [ours.vectors[word] for word in theirs.wv.index_to_key]
    theirs.syn1neg[:] = [ours.context_vectors[ours.vocabulary.id_of(word)] for word in theirs.wv.index_to_key]
    before = ours.vectors.matrix.copy()
    theirs.train(OLD, total_examples=len(OLD), epochs=20, start_alpha=0.025, end_alpha=0.025)
    ours.continue_training(OLD, epochs=20, learning_rate=0.025, final_learning_rate=0.025, progress=False)
    moved = ours.vectors.matrix - before
    their_move = np.array([theirs.wv[word] for word in ours.vocabulary.words]) - before
    cosine = (moved * their_move).sum() / np.linalg.norm(moved) / np.linalg.norm(their_move)
    assert cosine > 0.8
    assert 0.8 < np.linalg.norm(moved) / np.linalg.norm(their_move) < 1.25
