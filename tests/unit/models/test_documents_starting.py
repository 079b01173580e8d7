"""Doc2Vec.fit(initial=…): where words, contexts and documents start; and frozen=…: what stays there."""

import numpy as np
import pytest

from firth import Doc2Vec, FormatError, SettingError, Word2Vec, WordVectors

SETTINGS = {"vector_size": 8, "min_count": 1, "threads": 1, "subsample_threshold": 0, "epochs": 2}
NO_STEPS = {"learning_rate": 1e-30, "final_learning_rate": 0.0}
RNG = np.random.default_rng(0)
TEXTS = {f"d{n}": [f"w{int(word)}" for word in row] for n, row in enumerate(RNG.random((20, 40)) ** 2 * 30)}
GIVEN = WordVectors([f"w{i}" for i in range(5, 60)], RNG.normal(0, 2, (55, 8)).astype(np.float32))
KINDS = {"dbow": {}, "dm": {"architecture": "dm"}, "alone": {"train_words": False}}


def fitted(initial, texts=TEXTS, frozen=None, progress=False, **settings):
    return Doc2Vec(**{**SETTINGS, **settings}).fit(texts, initial=initial, frozen=frozen, progress=progress)


@pytest.mark.parametrize("kind", ["dbow", "dm"])
@pytest.mark.parametrize("as_file", [False, True])
def test_words_start_at_the_given_vectors_and_all_else_as_without(kind, as_file, tmp_path):
    initial = GIVEN
    if as_file:
        initial = str(tmp_path / "given.txt.gz")
        GIVEN.save(initial, format="glove")
    model = fitted(initial, **NO_STEPS, **KINDS[kind])
    without = fitted(None, **NO_STEPS, **KINDS[kind])
    for word in model.vectors:
        expected = (GIVEN if word in GIVEN else without.vectors)[word]
        np.testing.assert_allclose(model.vectors[word], expected, rtol=1e-5)
    assert (model.documents.matrix == without.documents.matrix).all()
    assert abs(model.context_vectors).max() < 1e-20


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("as_file", [False, True])
def test_a_model_of_documents_gives_all_that_it_has(kind, as_file, tmp_path):
    first = fitted(None, dict(list(TEXTS.items())[:15]), **KINDS[kind])
    initial = first
    if as_file:
        initial = tmp_path / "first.firth"
        first.save(initial)
    model, without = (fitted(start, **NO_STEPS, **KINDS[kind]) for start in (initial, None))
    for tag in TEXTS:
        expected = (first if tag in first.documents else without).documents[tag]
        np.testing.assert_allclose(model.documents[tag], expected, rtol=1e-5)
    for word in first.vocabulary.words:
        row, theirs = model.vocabulary.id_of(word), first.vocabulary.id_of(word)
        np.testing.assert_allclose(model.context_vectors[row], first.context_vectors[theirs], rtol=1e-5)
        if kind != "alone":
            np.testing.assert_allclose(model.vectors[word], first.vectors[word], rtol=1e-5)


def test_contexts_of_a_model_of_words_are_of_use_without_words():
    words = Word2Vec(**SETTINGS).fit(TEXTS.values(), progress=False)
    model = fitted(words, **NO_STEPS, train_words=False)
    rows = [words.vocabulary.id_of(word) for word in model.vocabulary.words]
    np.testing.assert_allclose(model.context_vectors, words.context_vectors[rows], rtol=1e-5)
    tree = fitted(words, **NO_STEPS, objective="hierarchical_softmax")
    assert abs(tree.node_vectors).max() < 1e-20, "node vectors are other vectors than contexts"


@pytest.mark.parametrize("kind", ["dbow", "dm"])
def test_what_is_frozen_keeps_every_bit(kind):
    held = fitted(GIVEN, frozen=0, **KINDS[kind])
    two = fitted(GIVEN, frozen=["w7", "w8", "not in the text"], **KINDS[kind])
    for word in held.vectors:
        assert (word in GIVEN) == (word in GIVEN and bool((held.vectors[word] == GIVEN[word]).all()))
        assert (word in ("w7", "w8")) == (word in GIVEN and bool((two.vectors[word] == GIVEN[word]).all()))
    assert np.isfinite(held.documents.matrix).all()


def test_a_checkpoint_keeps_what_is_frozen(tmp_path):
    path = tmp_path / "c.firth"

    def stop(seen):
        if seen.moment == "epoch" and seen.history[-1].epoch == 1:
            seen.stop()

    whole = fitted(GIVEN, frozen=0.25, epochs=3)
    model = Doc2Vec(**{**SETTINGS, "epochs": 3})
    model.fit(TEXTS, initial=GIVEN, frozen=0.25, checkpoint=path, observers=[stop], progress=False)
    again = Doc2Vec.resume(path, TEXTS, progress=False)
    assert (again.documents.matrix == whole.documents.matrix).all()
    assert (again.vectors.matrix == whole.vectors.matrix).all()


def test_what_started_where_is_said(capsys):
    first = fitted(None, dict(list(TEXTS.items())[:15]))
    fitted(first, progress=None)
    said = capsys.readouterr().err
    assert "30 of 30 words start at the given vectors; contexts at those of the given model." in said
    assert "15 of 20 documents start at the given vectors." in said


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"initial": 3}, "initial=3: must be the path of a file of vectors"),
        ({"initial": WordVectors(["w1"], [[1, 2]])}, "set vector_size=2"),
        ({"initial": WordVectors(["W1"], np.ones((1, 8)))}, "none of the 30 words of the text is among its 1"),
        ({"initial": WordVectors(["w1"], np.full((1, 8), np.nan))}, "infinite or NaN"),
        ({"initial": GIVEN, "frozen": 1.5}, "frozen=1.5: must be words whose vectors are held"),
        ({"initial": None, "frozen": 0}, "frozen=0: applies only with initial="),
        ({"initial": GIVEN, "train_words": False}, "no context vectors of objective='negative_sampling'"),
    ],
)
def test_what_is_refused(options, problem):
    with pytest.raises(SettingError, match=problem):
        fitted(**options)


def test_words_without_vectors_are_no_start_for_those_that_have_some(tmp_path):
    alone = fitted(None, train_words=False)
    with pytest.raises(SettingError, match="trained with train_words=False; give a model with words"):
        fitted(alone)
    with pytest.raises(SettingError, match="frozen=0: train_words=False learns no words"):
        fitted(alone, frozen=0, train_words=False)
    (tmp_path / "cut.firth").write_bytes(b"\x08\0\0\0\0\0\0\0{broken}")
    with pytest.raises(FormatError):
        fitted(tmp_path / "cut.firth")


def test_documents_that_are_damaged_are_no_start(tmp_path):
    first, path = fitted(None), tmp_path / "first.firth"
    first.save(path)
    row = first.documents.matrix[3].tobytes()
    path.write_bytes(path.read_bytes().replace(row, np.full(8, np.nan, np.float32).tobytes()))
    with pytest.raises(SettingError, match="some numbers of its documents are infinite or NaN"):
        fitted(path)
