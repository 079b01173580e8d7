"""The neural language model, compared with its reference implementation, and what it learns."""

import random

import numpy as np
import pytest

import firth
from firth.errors import DivergenceError, FirthWarning, SettingError
from firth.illustrated.language_model import Network, compute_prediction, error_gradients, look_up, project
from firth.language_models.load import load_language_model
from firth.language_models.neural import NeuralModel
from firth.language_models.neural_network import Examples, Workspace, initial_network

SMALL = {"order": 3, "vector_size": 8, "hidden_size": 16, "min_count": 1, "batch_size": 16, "epochs": 20}


def phrases(n, seed=1):
    """What comes next depends on the word before the last."""
    rng = random.Random(seed)
    ends = {"red": "wine", "black": "tea", "cold": "water"}
    return [[colour, rng.choice(["and", "then", "or"]), ends[colour]] for colour in rng.choices(list(ends), k=n)]


@pytest.fixture(scope="module")
def model():
    return NeuralModel(**SMALL).fit(phrases(300), phrases(50, seed=2), progress=False)


@pytest.mark.parametrize("direct", [False, True])
def test_batches_give_the_gradients_of_the_reference(direct):
    net = initial_network(9, 3, (4, 5), direct, seed=3)
    rng = np.random.default_rng(1)
    if direct:
        net.direct[:] = rng.normal(size=net.direct.shape)
    histories = rng.integers(0, 10, (6, 3)).astype(np.int32)
    following = rng.integers(0, 9, 6).astype(np.int32)
    workspace = Workspace(8, 9)
    found, loss = workspace.gradients(net, Examples(histories, following))
    exact = Network(*(None if weights is None else weights.astype(np.float64) for weights in net))
    ones = [error_gradients(exact, list(h), w) for h, w in zip(histories, following, strict=True)]
    assert loss == pytest.approx(sum(one.loss for one in ones), rel=1e-5)
    for name in Network._fields[1:]:
        if getattr(found, name) is not None:
            expected = sum(getattr(one.network, name) for one in ones) / 6  # of the mean loss
            np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-4, atol=1e-6)
    embeddings = np.zeros_like(net.embeddings)
    np.add.at(embeddings, histories.ravel(), found.embeddings)
    np.testing.assert_allclose(embeddings, sum(one.network.embeddings for one in ones) / 6, rtol=1e-4, atol=1e-6)
    predicted = workspace.probabilities(net, histories).astype(np.float64)
    for row, history in zip(predicted, histories, strict=True):
        x = look_up(exact, list(history))
        np.testing.assert_allclose(row, project(exact, x, compute_prediction(exact, x)), rtol=1e-5)
    nats = workspace.losses(net, Examples(histories, following))
    np.testing.assert_allclose(np.exp(-nats), predicted[np.arange(6), following], rtol=1e-5)


def test_it_learns_what_is_two_words_back(model):
    for colour, drink in (("red", "wine"), ("black", "tea"), ("cold", "water")):
        best = model.next_words([colour, "and"], count=1)[0]
        assert best.word == drink
        assert best.probability > 0.9
    assert model.perplexity(phrases(50, seed=3)) < 2.2  # sqrt(3 * 3): a third of nine words is free to choose
    assert model.distribution(["red"]).sum() == pytest.approx(1)
    assert [score.epoch for score in model.history] == list(range(1, len(model.history) + 1))


def test_training_stops_when_the_held_out_perplexity_does_not_fall():
    held_out = [["wine", "red", "or", "tea"]] * 5  # nothing like the training text
    with pytest.warns(FirthWarning, match="the held-out text differs from the corpus"):
        model = NeuralModel(**SMALL | {"patience": 1}).fit(phrases(300), held_out, progress=False)
    perplexities = [score.held_out_perplexity for score in model.history]
    assert len(perplexities) < 20
    assert model.perplexity(held_out) == pytest.approx(min(perplexities), rel=1e-4)


def test_results_depend_on_the_seed_alone():
    small = SMALL | {"epochs": 2}
    one, two, other = (NeuralModel(**small, seed=seed).fit(phrases(100), progress=False) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.network.output, two.network.output)
    assert not np.array_equal(one.network.output, other.network.output)


def test_its_embeddings_are_word_vectors(model):
    assert isinstance(model.vectors, firth.WordVectors)
    assert set(model.vectors) == {"red", "black", "cold", "and", "then", "or", "wine", "tea", "water"}
    assert model.vectors.matrix.shape == (9, 8)


def test_vectors_to_start_from():
    vectors = firth.WordVectors(["red", "wine", "elsewhere"], np.eye(3, 8) * 5)
    hardly_trained = NeuralModel(**SMALL | {"epochs": 1, "learning_rate": 1e-9})
    start = hardly_trained.fit(phrases(40), vectors=vectors, progress=False)
    np.testing.assert_allclose(start.vectors["red"], np.eye(3, 8)[0], atol=1e-5)
    with pytest.raises(SettingError, match="vector_size"):
        NeuralModel(**SMALL | {"vector_size": 4}).fit(phrases(40), vectors=vectors, progress=False)
    with pytest.raises(SettingError, match="none of the words"):
        NeuralModel(**SMALL).fit(phrases(40), vectors=firth.WordVectors(["x"], np.ones((1, 8))), progress=False)


def test_divergence_is_an_error():
    with np.errstate(all="ignore"), pytest.raises(DivergenceError, match="learning_rate"):
        NeuralModel(**SMALL | {"learning_rate": 1e38}).fit(phrases(100), progress=False)


def test_divergence_that_stays_finite():
    """An error where the loss is many times that of equal probabilities, a warning where it is a few times."""
    with pytest.raises(DivergenceError, match=r"equal probabilities \d\.\d\d: take a smaller learning_rate than 1000"):
        NeuralModel(**SMALL | {"learning_rate": 1000.0}).fit(phrases(100), progress=False)
    with pytest.warns(
        FirthWarning, match=r"the lowest held-out perplexity, [\d,]+, is above.*learning_rate=6 is too high"
    ):
        NeuralModel(**SMALL | {"learning_rate": 6.0, "epochs": 1}).fit(phrases(100), progress=False)


@pytest.mark.parametrize("direct", [False, True])
def test_a_file_keeps_settings_history_and_direct_connections(tmp_path, direct):
    model = NeuralModel(**SMALL | {"epochs": 2, "direct_connections": direct}).fit(phrases(60), progress=False)
    model.save(tmp_path / "model.lm")
    again = load_language_model(tmp_path / "model.lm")
    assert isinstance(again, NeuralModel)
    assert (again.settings, again.history) == (model.settings, model.history)
    np.testing.assert_array_equal(again.distribution(["red", "and"]), model.distribution(["red", "and"]))


@pytest.mark.parametrize(
    "setting",
    [
        {"order": 1},
        {"hidden_size": 0},
        {"epochs": 0},
        {"learning_rate": 0},
        {"learning_rate": float("nan")},
        {"weight_decay": -1},
        {"held_out_share": 1},
        {"direct_connections": 1},
        {"seed": -1},
    ],
    ids=str,
)
def test_impossible_settings_are_errors(setting):
    with pytest.raises(SettingError, match=next(iter(setting))):
        NeuralModel(**setting)


def test_one_sentence_cannot_be_held_out_from_itself():
    with pytest.raises(SettingError, match="held_out"):
        NeuralModel(min_count=1).fit([["a", "b"]], progress=False)


def test_progress_reports_the_perplexity_of_each_epoch():
    records = []
    model = NeuralModel(**SMALL | {"epochs": 3}).fit(phrases(100), phrases(20, seed=2), progress=records.append)
    ends = [record for record in records if record.facts.get("epoch_done")]
    assert [record.facts["held_out_perplexity"] for record in ends] == [
        score.held_out_perplexity for score in model.history
    ]
    assert [record.facts["loss"] for record in ends] == [score.training_nats for score in model.history]
    assert [record.done for record in ends] == [400, 800, 1200]  # three words and an end for each phrase


def test_a_function_that_raises_ends_the_training():
    class Enough(Exception):
        pass

    def stop(record):
        if record.facts.get("epoch") == 2:
            raise Enough

    model = NeuralModel(**SMALL)
    with pytest.raises(Enough):
        model.fit(phrases(100), progress=stop)
    assert model.history == []
