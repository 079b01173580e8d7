"""One step, number by number: the document's, and the one that the compiled kernel makes."""

import json

import numpy as np
import pytest

import firth
from firth.backends.cpu import CpuBackend
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.formats import native
from firth.formats.stored import StoredVectors
from firth.illustrated.draws import Draws, positions
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import plan_training
from firth.training.trace import trace_step

WORDS = ["not", "thou", "aaron", "taco", "shalt", "make"]
DOTS = [0.2, -1.11, 0.74]


@pytest.fixture
def model_of(tmp_path):
    """A function that makes a whole model from two matrices."""

    def make(word_vectors, context_vectors, **settings):
        hyperparameters = Hyperparameters(vector_size=word_vectors.shape[1], min_count=1, **settings)
        counts = np.arange(len(WORDS), 0, -1) ** 2
        metadata = {"hyperparameters": hyperparameters.to_json(), "history": [], "total_words": int(counts.sum())}
        path = tmp_path / "model.firth"
        native.write(path, StoredVectors(WORDS, word_vectors, counts, context_vectors, metadata))
        return firth.Word2Vec.load(path)

    return make


@pytest.fixture
def document(model_of):
    """A model in which "not" meets thou, aaron and taco with the document's dot products."""
    word_vectors, context_vectors = np.random.default_rng(7).normal(size=(2, len(WORDS), 20))
    vector = word_vectors[0]
    for row, dot in enumerate(DOTS, start=1):
        context_vectors[row] += (dot - context_vectors[row] @ vector) / (vector @ vector) * vector
    return model_of(word_vectors.astype(np.float32), context_vectors.astype(np.float32))


def test_the_documents_numbers(document):
    trace = document.trace("not", "thou", negatives=["aaron", "taco"], learning_rate=0.1)
    assert [(found.word, found.row) for found in trace.inputs] == [("not", 0)]
    assert [(found.word, found.row) for found in trace.outputs] == [("thou", 1), ("aaron", 2), ("taco", 3)]
    assert trace.targets.tolist() == [1, 0, 0]
    np.testing.assert_allclose(trace.dot_products, DOTS, atol=1e-6)
    assert trace.sigmoids.round(2).tolist() == [0.55, 0.25, 0.68]
    assert trace.errors.round(2).tolist() == [0.45, -0.25, -0.68]
    assert (np.sign(trace.dot_products_after - trace.dot_products) == [1, -1, -1]).all()


def test_what_moves_and_that_the_model_stays(document):
    before = document.vectors.matrix.copy(), document.context_vectors.copy()
    trace = document.trace("not", "thou", ["aaron", "taco"], learning_rate=0.5)
    vector, outputs = before[0][0].astype(np.float64), before[1][1:4].astype(np.float64)
    np.testing.assert_array_equal(trace.hidden, vector)
    np.testing.assert_allclose(trace.inputs[0].change, 0.5 * trace.errors @ outputs, atol=1e-12)
    for found, error, output in zip(trace.outputs, trace.errors, outputs, strict=True):
        np.testing.assert_array_equal(found.before, output)
        np.testing.assert_allclose(found.after, output + 0.5 * error * vector, atol=1e-12)
    np.testing.assert_array_equal(document.vectors.matrix, before[0])
    np.testing.assert_array_equal(document.context_vectors, before[1])
    stored = json.loads(json.dumps(trace.to_json()))
    assert stored["outputs"][2]["word"] == "taco"
    assert stored["inputs"][0]["after"] == trace.inputs[0].after.tolist()


def test_negatives_can_be_drawn(document):
    drawn = [found.word for found in document.trace("not", "thou", 3, seed=5).outputs]
    assert len(set(drawn)) == 4
    assert drawn == [found.word for found in document.trace("shalt", "thou", 3, seed=5).outputs]
    assert len({document.trace("not", "thou", 1, seed=seed).outputs[1].word for seed in range(40)}) >= 4
    assert len(document.trace("not", "thou").outputs) == 1 + 5
    assert document.trace("not", "thou").learning_rate == 0.025
    assert document.trace("not", "thou", 0).loss == document.trace("not", "thou", []).loss


@pytest.mark.parametrize(
    ("step", "settings", "problem"),
    [
        (("not", "thou", ["aaron", "aaron"]), {}, "different words"),
        (("not", "thou", ["thou"]), {}, "none of them 'thou'"),
        (("not", "thou", "aaron"), {}, "must be a list"),
        (("not", "thou", 6), {}, "from 0 to 5"),
        (("not", "thou", True), {}, "from 0 to 5"),
        (("not", ["thou", "shalt"]), {}, "only CBOW looks at several"),
        (("not", []), {}, "must be one word"),
        (("not", "thou"), {"learning_rate": -1}, "at least 0"),
        (("not", "thou"), {"learning_rate": float("nan")}, "at least 0"),
    ],
)
def test_what_cannot_be_traced(document, step, settings, problem):
    with pytest.raises(firth.SettingError, match=problem):
        document.trace(*step, **settings)


def test_unknown_words_and_models_that_know_nothing(document):
    for step in (("nought", "thou"), ("not", "though", 2), ("not", "thou", ["tacos"])):
        with pytest.raises(firth.UnknownWordError):
            document.trace(*step)
    with pytest.raises(firth.NotFittedError):
        firth.Word2Vec().trace("not", "thou")


# ---------------------------------------------------------------- against the compiled kernel


def kernels_steps(settings, sentences, matrices):
    """(positions in order, both matrices after one epoch of the compiled kernel)."""
    ids = np.concatenate(sentences).astype(np.int32)
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    counts = np.bincount(ids, minlength=len(matrices[0]))
    corpus = EncodedCorpus(Vocabulary([f"w{i}" for i in range(len(counts))], counts), ids, offsets, len(ids))
    plan, backend = plan_training(settings, corpus), CpuBackend(1)
    backend.start(plan, *matrices)
    backend.train_epoch(0, (settings.rate, settings.final_learning_rate), range(len(ids)), watch=lambda totals: None)
    draws = Draws(*plan.sampling[:5], int(plan.sampling.key))
    return list(positions(sentences, draws)), backend.matrices()


@pytest.mark.parametrize(
    ("architecture", "gradient", "lengths"),
    [
        ("skipgram", None, [2, 2, 2]),  # pairs: every position makes one step
        ("cbow", "word2vec", [2, 5, 3]),
        ("cbow", "exact", [2, 5, 3]),
    ],
)
@pytest.mark.parametrize("vector_size", [5, 64])
def test_it_is_the_step_of_the_compiled_kernel(architecture, gradient, lengths, vector_size):
    rng = np.random.default_rng(vector_size)
    settings = Hyperparameters(
        architecture=architecture, cbow_gradient=gradient, vector_size=vector_size, window=2, shrink_window=False,
        negative_samples=5, subsample_threshold=0, epochs=1, threads=1, learning_rate=0.2, final_learning_rate=0.2,
    )  # fmt: skip
    start = (rng.normal(size=(2, 8, vector_size)) / np.sqrt(vector_size)).astype(np.float32)
    sentences = [rng.permutation(8)[:length].tolist() for length in lengths]
    sentences += [[i] for i in range(8)]  # alone, they train nothing, but every word occurs
    places, after = kernels_steps(settings, sentences, start)
    assert len(places) == sum(lengths)
    matrices = start.astype(np.float64)
    for _, center, context, negatives, _ in places:
        # The inputs of the kernel are the words of the window, their target the word in the middle; the drawing of
        # skip-gram has the other direction: the pair (context word, this word).
        inputs, outputs = ([(str(row), row) for row in rows] for rows in (context, [center, *negatives]))
        trace = trace_step(settings, tuple(matrices), (inputs, outputs), 0.2)
        for found in trace.inputs:
            matrices[0, found.row] = found.after
        for found in trace.outputs:
            matrices[1, found.row] = found.after
    np.testing.assert_allclose(after[0], matrices[0], atol=1e-6)
    np.testing.assert_allclose(after[1], matrices[1], atol=1e-6)
    assert np.abs(after[0] - start[0]).max() > 0.01


def test_cbow_shows_the_window_and_asks_for_the_center(model_of):
    word_vectors, context_vectors = np.random.default_rng(3).normal(size=(2, len(WORDS), 4)).astype(np.float32)
    model = model_of(word_vectors, context_vectors, architecture="cbow", cbow_gradient="exact")
    trace = model.trace("not", ["thou", "shalt", "thou"], ["taco"], learning_rate=0.1)
    assert [found.word for found in trace.inputs] == ["thou", "shalt", "thou"]
    assert [found.word for found in trace.outputs] == ["not", "taco"]
    np.testing.assert_allclose(trace.hidden, (2 * word_vectors[1] + word_vectors[4]) / 3, atol=1e-7)
    np.testing.assert_allclose(trace.inputs[0].change, 2 * trace.inputs[1].change, atol=1e-12)
    whole = model_of(word_vectors, context_vectors, architecture="cbow").trace(
        "not", ["thou", "shalt", "thou"], ["taco"], learning_rate=0.1
    )
    np.testing.assert_allclose(whole.inputs[1].change, 3 * trace.inputs[1].change, atol=1e-12)
