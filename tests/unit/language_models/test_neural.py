"""The neural model against its slow twin, and what it learns."""

import random

import numpy as np
import pytest

import firth
from firth.errors import DivergenceError, FormatError, NotFittedError, SettingError
from firth.illustrated.language_model import Network, compute_prediction, error_gradients, look_up, project
from firth.language_models.load import load_language_model
from firth.language_models.mixture import MixtureModel
from firth.language_models.neural import NeuralModel
from firth.language_models.neural_network import Examples, Workspace, initial_network
from firth.language_models.ngram import NgramModel

SMALL = {"order": 3, "vector_size": 8, "hidden_size": 16, "min_count": 1, "batch_size": 16, "epochs": 20}


def phrases(n, seed=1):
    """What comes next depends on the word before the last."""
    rng = random.Random(seed)
    ends = {"red": "wine", "black": "tea", "cold": "water"}
    return [[colour, rng.choice(["and", "then", "or"]), ends[colour]] for colour in rng.choices(list(ends), k=n)]


@pytest.fixture(scope="module")
def model():
    return NeuralModel(**SMALL).fit(phrases(300), phrases(50, seed=2))


@pytest.mark.parametrize("direct", [False, True])
def test_batches_give_the_gradients_of_the_twin(direct):
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


def test_training_stops_when_held_out_text_gets_no_easier():
    held_out = [["wine", "red", "or", "tea"]] * 5  # nothing like the training text
    model = NeuralModel(**SMALL | {"patience": 1}).fit(phrases(300), held_out)
    perplexities = [score.held_out_perplexity for score in model.history]
    assert len(perplexities) < 20
    assert model.perplexity(held_out) == pytest.approx(min(perplexities), rel=1e-4)


def test_the_seed_decides():
    small = SMALL | {"epochs": 2}
    one, two, other = (NeuralModel(**small, seed=seed).fit(phrases(100)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.network.output, two.network.output)
    assert not np.array_equal(one.network.output, other.network.output)


def test_scores_are_those_of_single_distributions(model):
    text = phrases(5, seed=9)
    one_by_one = []
    for sentence in text:
        for i in range(len(sentence) + 1):
            word = model.vocabulary.end if i == len(sentence) else model.vocabulary.id_of(sentence[i])
            one_by_one.append(np.log(model.distribution(sentence[:i])[word]))
    assert model.score(text).nats == pytest.approx(-np.mean(one_by_one), rel=1e-5)


def test_its_embeddings_are_word_vectors(model):
    assert isinstance(model.vectors, firth.WordVectors)
    assert set(model.vectors) == {"red", "black", "cold", "and", "then", "or", "wine", "tea", "water"}
    assert model.vectors.matrix.shape == (9, 8)


def test_vectors_to_start_from():
    vectors = firth.WordVectors(["red", "wine", "elsewhere"], np.eye(3, 8) * 5)
    start = NeuralModel(**SMALL | {"epochs": 1, "learning_rate": 1e-9}).fit(phrases(40), vectors=vectors)
    np.testing.assert_allclose(start.vectors["red"], np.eye(3, 8)[0], atol=1e-5)
    with pytest.raises(SettingError, match="vector_size"):
        NeuralModel(**SMALL | {"vector_size": 4}).fit(phrases(40), vectors=vectors)
    with pytest.raises(SettingError, match="none of the words"):
        NeuralModel(**SMALL).fit(phrases(40), vectors=firth.WordVectors(["x"], np.ones((1, 8))))


def test_a_rate_far_too_high_is_an_error():
    with np.errstate(all="ignore"), pytest.raises(DivergenceError, match="learning_rate"):
        NeuralModel(**SMALL | {"learning_rate": 1e38}).fit(phrases(100))


@pytest.mark.parametrize("direct", [False, True])
def test_a_file_keeps_everything(tmp_path, direct):
    model = NeuralModel(**SMALL | {"epochs": 2, "direct_connections": direct}).fit(phrases(60))
    model.save(tmp_path / "model.lm")
    again = load_language_model(tmp_path / "model.lm")
    assert isinstance(again, NeuralModel)
    assert (again.settings, again.history) == (model.settings, model.history)
    np.testing.assert_array_equal(again.distribution(["red", "and"]), model.distribution(["red", "and"]))


def test_a_tokenizer_that_was_a_function_is_asked_for(tmp_path):
    model = NeuralModel(**SMALL | {"epochs": 1}, tokenizer=str.split).fit(["a b", "b a", "a a"])
    model.save(tmp_path / "model.lm")
    again = NeuralModel.load(tmp_path / "model.lm")
    with pytest.raises(SettingError, match="tokenizer"):
        again.next_words("a")
    again.tokenizer = str.split
    assert again.next_words("a") == model.next_words("a")


def test_mixtures(tmp_path, model):
    held_out = phrases(50, seed=4)
    ngrams = NgramModel(order=2, min_count=1).fit(phrases(300))
    mixture = MixtureModel([model, ngrams]).fit(held_out)
    assert mixture.weights[0] > 0.9  # the bigram model cannot know the drink
    assert mixture.perplexity(held_out) <= min(model.perplexity(held_out), ngrams.perplexity(held_out)) + 1e-4
    expected = mixture.weights @ np.array([model.distribution("red"), ngrams.distribution("red")])
    np.testing.assert_allclose(mixture.distribution("red"), expected)
    nested = MixtureModel([mixture, ngrams], [3, 1])
    nested.save(tmp_path / "mixture.lm")
    again = load_language_model(tmp_path / "mixture.lm")
    np.testing.assert_allclose(again.distribution("red and"), nested.distribution("red and"), rtol=1e-6)
    with pytest.raises(SettingError, match="different words"):
        MixtureModel([model, NgramModel(min_count=1).fit([["other"]])])
    for weights in ([1], [0, 0], [1, -1], [1, float("nan")]):
        with pytest.raises(SettingError, match="weights"):
            MixtureModel([model, ngrams], weights)
    with pytest.raises(SettingError, match="two"):
        MixtureModel([model])


def test_damaged_files_are_errors_of_ours(tmp_path, model):
    path = tmp_path / "model.lm"
    MixtureModel([model, NgramModel(order=2, min_count=1).fit(phrases(300))]).save(path)
    content = path.read_bytes()
    rng = random.Random(7)
    for _ in range(300):
        data = bytearray(content)
        at = rng.randrange(min(len(data), rng.choice([2500, len(data)])))
        if rng.random() < 0.5:
            data[at] ^= 1 << rng.randrange(8)
        else:
            del data[at : at + rng.randint(1, 40)]
        path.write_bytes(data)
        try:
            again = load_language_model(path)
        except FormatError as problem:
            assert str(path) in str(problem)
        else:
            with np.errstate(all="ignore"):
                again.next_words("red and")


def test_impossible_settings():
    for wrong in (
        {"order": 1},
        {"hidden_size": 0},
        {"epochs": 0},
        {"learning_rate": 0},
        {"learning_rate": float("nan")},
        {"weight_decay": -1},
        {"held_out_share": 1},
        {"direct_connections": 1},
        {"min_count": 0},
        {"seed": -1},
    ):
        with pytest.raises(SettingError, match=next(iter(wrong))):
            NeuralModel(**wrong)
    with pytest.raises(NotFittedError):
        NeuralModel().next_words("a")
    with pytest.raises(SettingError, match="held_out"):
        NeuralModel(min_count=1).fit([["a"]])
