"""fit(initial=…): where words start; and frozen=…: what stays there."""

import numpy as np
import pytest

import firth
from firth import FormatError, SettingError, Word2Vec, WordVectors
from firth.formats.stored import StoredVectors
from firth.subwords.ngrams import Subwords

SETTINGS = {"vector_size": 12, "min_count": 1, "threads": 1, "subsample_threshold": 0, "epochs": 1}
RNG = np.random.default_rng(0)
TEXT = [[f"w{int(word)}" for word in row] for row in RNG.random((100, 8)) ** 2 * 30]
GIVEN = WordVectors([f"w{i}" for i in range(5, 60)], RNG.normal(0, 2, (55, 12)).astype(np.float32))
NO_STEPS = {"learning_rate": 1e-30, "final_learning_rate": 0.0}


def started(initial, text=TEXT, **settings):
    """Where words are before the first step."""
    return Word2Vec(**{**SETTINGS, **NO_STEPS, **settings}).fit(text, initial=initial, progress=False)


@pytest.mark.parametrize("kind", ["vectors", "path", "text file"])
def test_words_in_common_start_at_the_given_vectors(kind, tmp_path):
    initial = GIVEN
    if kind != "vectors":
        initial = tmp_path / ("given.firth" if kind == "path" else "given.txt")
        GIVEN.save(initial)
    model = started(str(initial) if kind == "path" else initial)
    common = [word for word in model.vectors if word in GIVEN]
    others = [word for word in model.vectors if word not in GIVEN]
    assert (len(common), len(others)) == (25, 5)
    for word in common:
        np.testing.assert_allclose(model.vectors[word], GIVEN[word], rtol=1e-5)
    drawn = np.array([model.vectors[word] for word in others])
    assert 0 < abs(drawn).min() <= abs(drawn).max() <= 1 / 12 * (1 + 1e-5), "short, as without given vectors"
    assert abs(model.context_vectors).max() < 1e-20
    again = started(GIVEN, seed=1).vectors
    np.testing.assert_allclose(again.matrix, model.vectors.matrix, rtol=1e-5)


def test_the_vocabulary_is_that_of_the_text():
    model = started(GIVEN, min_count=20)
    assert list(model.vocabulary.words) == list(
        Word2Vec(**{**SETTINGS, "min_count": 20}).fit(TEXT, progress=False).vectors
    )


@pytest.mark.parametrize("as_file", [False, True])
def test_a_model_gives_its_contexts_too(as_file, tmp_path):
    first = Word2Vec(**SETTINGS).fit(TEXT[:50], progress=False)
    initial = first
    if as_file:
        initial = tmp_path / "first.firth"
        first.save(initial)
    model = started(initial)
    for word in first.vocabulary.words:
        assert (model.vectors[word] == first.vectors[word]).all()
        row, theirs = model.vocabulary.id_of(word), first.vocabulary.id_of(word)
        assert (model.context_vectors[row] == first.context_vectors[theirs]).all()
    assert len(model.history) == 1, "a new training"
    other = started(initial, objective="nce")
    assert abs(other.context_vectors).max() < 1e-20, "contexts of another objective have another scale"
    assert (other.vectors["w0"] == first.vectors["w0"]).all()
    nodes = started(initial, objective="hierarchical_softmax")
    assert (nodes.vectors["w0"] == first.vectors["w0"]).all()
    assert abs(nodes.node_vectors).max() < 1e-20
    assert abs(started(nodes).context_vectors).max() < 1e-20


def test_unknown_words_start_at_their_ngrams():
    subwords = Subwords(RNG.normal(size=(50, 12)).astype(np.float32), 2, 3)
    given = WordVectors.from_stored(StoredVectors(GIVEN.words, GIVEN.matrix, subwords=subwords))
    model = started(given)
    for word in model.vectors:
        expected = GIVEN[word] if word in GIVEN else subwords.vector(word)
        np.testing.assert_allclose(model.vectors[word], expected, rtol=1e-6)


@pytest.mark.parametrize("kind", ["same n-grams", "other n-grams", "none"])
def test_a_model_with_subwords_starts_there(kind):
    """The mean of a word's parts is the given vector; other words have the n-grams of the given ones."""
    lengths = {"same n-grams": (2, 3), "other n-grams": (3, 4), "none": None}[kind]
    given = GIVEN
    if lengths is not None:
        subwords = Subwords(RNG.normal(size=(500, 12)).astype(np.float32), *lengths)
        given = WordVectors.from_stored(StoredVectors(GIVEN.words, GIVEN.matrix, subwords=subwords))
    model = started(given, subwords=(2, 3), subword_buckets=500)
    for word in model.vectors:
        if word in GIVEN:
            np.testing.assert_allclose(model.vectors[word], GIVEN[word], atol=1e-5)
        elif kind == "other n-grams":
            np.testing.assert_allclose(model.vectors[word], subwords.vector(word), atol=1e-5)
    if kind == "same n-grams":
        np.testing.assert_allclose(model.vectors.subwords.vector("w3"), subwords.vector("w3"), atol=1e-5)


def test_how_many_words_were_found_is_reported(capfd):
    Word2Vec(**SETTINGS).fit(TEXT, initial=GIVEN, progress=None)
    assert "25 of 30 words start at the given vectors; contexts at zero" in capfd.readouterr().err


@pytest.mark.parametrize("subwords", [None, (2, 3)])
@pytest.mark.parametrize(
    ("architecture", "objective"),
    [("skipgram", "negative_sampling"), ("cbow", "negative_sampling"), ("skipgram", "hierarchical_softmax")],
)
def test_frozen_vectors_keep_every_bit(architecture, objective, subwords):
    settings = {**SETTINGS, "architecture": architecture, "objective": objective, "epochs": 3, "subwords": subwords}
    moved = Word2Vec(**settings).fit(TEXT, initial=GIVEN, progress=False)
    held = Word2Vec(**settings).fit(TEXT, initial=GIVEN, frozen=0, progress=False)
    two = Word2Vec(**settings).fit(TEXT, initial=GIVEN, frozen=["w7", "w8", "not in the text"], progress=False)
    for word in moved.vectors:
        if word in GIVEN:
            assert (held.vectors[word] == GIVEN[word]).all()
            assert (moved.vectors[word] != GIVEN[word]).any()
            assert (two.vectors[word] == GIVEN[word]).all() == (word in ("w7", "w8"))
    outputs = held.node_vectors if objective == "hierarchical_softmax" else held.context_vectors
    assert abs(outputs).max() > 0, "contexts learn"
    start = started(GIVEN, subwords=subwords).vectors
    assert all((held.vectors[f"w{i}"] != start[f"w{i}"]).any() for i in range(5)), "new words learn"


def mean_of_parts(model, word):
    """The vector of a word from its own row and those of its n-grams."""
    own, ngrams = model.stored().own_vectors[model.vocabulary.id_of(word)], model.vectors.subwords
    return np.vstack([own[None], ngrams.matrix[ngrams.rows(word)]]).mean(axis=0)


def test_n_grams_learn_where_words_are_held():
    """A held vector stays the mean of its rows, also of n-grams that other words have moved."""
    model = Word2Vec(**{**SETTINGS, "epochs": 3}, subwords=(2, 3)).fit(TEXT, initial=GIVEN, frozen=0, progress=False)
    before = started(GIVEN, subwords=(2, 3)).vectors.subwords.vector("w3w")
    assert (model.vectors.subwords.vector("w3w") != before).any(), "the parts of w3, which moves"
    for word in ("w3", "w13", "w25"):
        np.testing.assert_allclose(mean_of_parts(model, word), model.vectors[word], atol=1e-5)


def test_observers_see_held_vectors_of_n_grams():
    seen = []

    def look(observation):
        seen.append((observation.rows(["w7", "w3"]), observation.vectors()))

    model = Word2Vec(**SETTINGS, subwords=(2, 3))
    model.fit(TEXT, initial=GIVEN, frozen=0, observers=[look], progress=False)
    for rows, vectors in seen:
        assert (rows[0] == GIVEN["w7"]).all()
        assert (vectors["w7"] == GIVEN["w7"]).all()
    rows, vectors = seen[-1]
    np.testing.assert_allclose(rows[1], model.vectors["w3"], atol=1e-6)
    assert (vectors.subwords.matrix == model.vectors.subwords.matrix).all()


def test_held_vectors_of_n_grams_survive_files_and_more_training(tmp_path):
    model = Word2Vec(**SETTINGS, subwords=(2, 3)).fit(TEXT, initial=GIVEN, frozen=["w7", "w8"], progress=False)
    model.save(tmp_path / "m.firth")
    model.save(tmp_path / "m.bin", format="fasttext")
    loaded = Word2Vec.load(tmp_path / "m.firth")
    assert (loaded.vectors["w7"] == GIVEN["w7"]).all()
    np.testing.assert_allclose(firth.load(tmp_path / "m.bin")["w7"], GIVEN["w7"], atol=1e-5)
    loaded.continue_training(TEXT, frozen={"w7"}, progress=False)
    assert (loaded.vectors["w7"] == GIVEN["w7"]).all()
    assert (loaded.vectors["w8"] != GIVEN["w8"]).any()
    loaded.continue_training(TEXT, learning_rate=1e-30, final_learning_rate=0, progress=False)
    np.testing.assert_allclose(loaded.vectors["w7"], GIVEN["w7"], atol=1e-5)


@pytest.mark.parametrize("subwords", [None, (2, 3)])
def test_a_share_moves_words_by_that_much(subwords):
    """In a step so small that nothing else changes, each word and n-gram moves by its share of what it learned."""
    small = {**SETTINGS, "learning_rate": 1e-4, "final_learning_rate": 1e-4, "subwords": subwords}
    first = Word2Vec(**SETTINGS, subwords=subwords).fit(TEXT, progress=False)
    full, fifth = (Word2Vec(**small).fit(TEXT, initial=first, frozen=frozen, progress=False) for frozen in (None, 0.2))
    pairs = [(first.vectors.matrix, full.vectors.matrix, fifth.vectors.matrix)]
    if subwords:
        pairs.append(tuple(model.vectors.subwords.matrix for model in (first, full, fifth)))
    for before, after, after_fifth in pairs:
        moved, fifth_moved = after - before, after_fifth - before
        assert np.linalg.norm(fifth_moved - 0.2 * moved) < 0.02 * np.linalg.norm(moved)


def test_n_grams_move_with_words_that_move_by_a_share_and_with_others():
    """Half of the words are known and move n-grams by a share of nearly nothing, the others in full."""
    settings = {**SETTINGS, "subwords": (2, 3), "learning_rate": 1e-4, "final_learning_rate": 1e-4}
    first = Word2Vec(**SETTINGS, subwords=(2, 3)).fit(TEXT, progress=False)
    known = WordVectors.from_stored(
        StoredVectors(first.vectors.words[:15], first.vectors.matrix[:15], subwords=first.vectors.subwords)
    )
    little, none = (
        Word2Vec(**settings).fit(TEXT, initial=known, frozen=frozen, progress=False).vectors.subwords.matrix
        for frozen in (1e-9, 0.0)
    )
    start = started(known, subwords=(2, 3)).vectors.subwords.matrix
    assert np.linalg.norm(none - start) > 0
    assert np.linalg.norm(little - none) < 0.05 * np.linalg.norm(none - start)


def test_a_model_that_goes_on_holds_known_words():
    model = Word2Vec(**SETTINGS).fit(TEXT[:50], progress=False)
    before = model.vectors
    text = [[f"w{int(word)}" for word in row] for row in RNG.random((100, 8)) * 50]
    model.continue_training(text, frozen=0.0, epochs=3, progress=False)
    assert all((model.vectors[word] == before[word]).all() for word in before)
    fresh = [word for word in model.vectors if word not in before]
    assert len(fresh) > 10
    model.continue_training(text, frozen={"w1", "w49"}, progress=False)
    assert (model.vectors["w1"] == before["w1"]).all()
    assert (model.vectors["w2"] != before["w2"]).any()


def test_one_as_a_share_is_no_freezing():
    one, none = (
        Word2Vec(**SETTINGS).fit(TEXT, initial=GIVEN, frozen=frozen, progress=False).vectors.matrix
        for frozen in (1.0, None)
    )
    assert one.tobytes() == none.tobytes()


def test_two_threads_hold_vectors_too():
    model = Word2Vec(**{**SETTINGS, "threads": 2, "epochs": 5}).fit(TEXT * 20, initial=GIVEN, frozen=0, progress=False)
    assert all((model.vectors[word] == GIVEN[word]).all() for word in model.vectors if word in GIVEN)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"initial": 3}, "initial=3: must be the path of a file of vectors"),
        (
            {"initial": WordVectors(["w1"], [[1, 2]])},
            "vectors have 2 numbers, those of the model 12; set vector_size=2",
        ),
        ({"initial": WordVectors(["W1"], np.ones((1, 12)))}, "none of the 30 words of the text is among its 1"),
        ({"initial": WordVectors(["w1"], np.full((1, 12), np.nan))}, "infinite or NaN"),
        ({"initial": GIVEN, "frozen": 1.5}, "frozen=1.5: must be words whose vectors are held, or the share"),
        ({"initial": GIVEN, "frozen": True}, "frozen=True"),
        ({"initial": GIVEN, "frozen": "w7"}, "not one string"),
        ({"initial": GIVEN, "frozen": ["king"]}, "none of these words is among the 30"),
        ({"frozen": 0}, "frozen=0: applies only with initial="),
    ],
)
def test_what_cannot_be(options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = Word2Vec(**SETTINGS)
    with pytest.raises(SettingError, match=message):
        model.fit(TEXT, progress=False, **options)
    with pytest.raises(firth.NotFittedError):
        _ = model.vectors


def test_a_file_that_is_not_there_or_none_of_vectors(tmp_path):
    (tmp_path / "some.txt").write_text("no vectors\n", encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        Word2Vec(**SETTINGS).fit(TEXT, initial=tmp_path / "other.txt", progress=False)
    with pytest.raises(FormatError):
        Word2Vec(**SETTINGS).fit(TEXT, initial=tmp_path / "some.txt", progress=False)


def test_vectors_without_contexts_cannot_go_on(tmp_path):
    GIVEN.save(tmp_path / "given.firth")
    with pytest.raises(FormatError, match=r"fit\(corpus, initial=path\)"):
        Word2Vec.load(tmp_path / "given.firth")


def test_an_initial_start_is_reached_sooner():
    """What the given vectors know is not learned again: one epoch from them is nearer to them than one from nothing."""
    long = Word2Vec(**{**SETTINGS, "epochs": 30}).fit(TEXT * 5, progress=False)
    short, none = (Word2Vec(**SETTINGS).fit(TEXT, initial=initial, progress=False) for initial in (long, None))
    assert short.history[0].loss < none.history[0].loss - 0.1
