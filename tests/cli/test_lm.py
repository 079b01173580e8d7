"""`firth lm …` as processes, and the keyboard at a terminal of pipes."""

import inspect
import json

import pytest

from firth.language_models.keyboard import Keyboard
from firth.language_models.neural import NeuralModel
from firth.language_models.ngram import NgramModel
from firth.language_models.settings import NeuralSettings, NgramSettings

TEXT = "thou shalt not kill\nthou shalt not steal\nthou shalt love\n" * 3 + "jay was hit by a red bus\na red bus\n" * 3


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    return "text.txt"


def test_train_predict_evaluate_and_fill(firth, corpus):
    trained = firth("lm", "train", corpus, "-o", "m.lm", "--order", 3, "--min-count", 1)
    assert "firth lm predict m.lm" in trained.stdout
    found = json.loads(firth("lm", "predict", "m.lm", "thou shalt", "-n", 1, "--json").stdout)
    assert found["next_words"][0]["word"] == "not"
    assert "not" in firth("lm", "predict", "m.lm", "thou shalt").stdout
    score = json.loads(firth("lm", "evaluate", "m.lm", corpus, "--json").stdout)
    assert 1 < score["perplexity"] < 4
    filled = json.loads(firth("lm", "fill", "m.lm", "jay was hit by a ___ bus", "--json").stdout)
    assert filled["both_sides"][0]["word"] == "red"


def test_neural_models_and_mixtures(firth, corpus):
    neural = ("--model", "neural", "--order", 3, "--min-count", 1, "--epochs", 2, "--vector-size", 8, "--seed", 3)
    firth("lm", "train", corpus, "-o", "n.lm", "--order", 2, "--min-count", 1)
    trained = firth("lm", "train", corpus, "-o", "e.lm", *neural, "--held-out", corpus, "--json")
    assert "epoch 2 of 2: held-out perplexity" in trained.stderr
    assert len(json.loads(trained.stdout)["history"]) == 2
    mixed = json.loads(firth("lm", "mix", "n.lm", "e.lm", "--held-out", corpus, "-o", "both.lm", "--json").stdout)
    assert sum(model["weight"] for model in mixed["models"]) == pytest.approx(1)
    assert mixed["perplexity"] <= min(model["perplexity"] for model in mixed["models"]) + 1e-3
    assert "not" in firth("lm", "predict", "both.lm", "thou shalt", "-n", 3).stdout


def test_errors_are_one_line(firth, corpus):
    firth("train", corpus, "-o", "v.firth", "--min-count", 1, "--vector-size", 4, "-q")
    assert "firth lm train" in firth("lm", "predict", "v.firth", "a", code=2).stderr
    refused = firth("lm", "train", corpus, "-o", "m.lm", "--hidden-size", 5, code=2).stderr
    assert "--hidden-size applies only with --model neural, but here --model ngram" in refused
    assert refused.count("\n") == 1
    both = ("--model", "neural", "--held-out", corpus, "--held-out-share", 0.5)
    assert "--held-out-share applies only without" in firth("lm", "train", corpus, "-o", "m.lm", *both, code=2).stderr
    assert "no folder" in firth("lm", "train", corpus, "-o", "none/m.lm", code=2).stderr


@pytest.mark.parametrize(("settings", "model"), [(NgramSettings, NgramModel), (NeuralSettings, NeuralModel)])
def test_the_help_explains_every_setting_of_both_kinds(firth, settings, model):
    """And the signature of the model has the same names and defaults."""
    shown = "".join(firth("lm", "train", "--help").stdout.split())
    signature = {name: parameter.default for name, parameter in inspect.signature(model).parameters.items()}
    for setting in settings.describe():
        assert f"--{setting.name.replace('_', '-')}" in shown
        assert "".join(setting.help.split())[1:] in shown
        assert signature.pop(setting.name) == getattr(settings(), setting.name)
    assert set(signature) <= {"discounts"}


def test_typing_with_suggestions():
    prompt_toolkit = pytest.importorskip("prompt_toolkit.input")
    from prompt_toolkit.output import DummyOutput

    from firth.cli.lm.keyboard_screen import type_with_suggestions

    keyboard = Keyboard(NgramModel(order=3, min_count=1).fit(TEXT.splitlines()))
    with prompt_toolkit.create_pipe_input() as keys:
        # "thou sh" Tab takes "shalt"; F1 takes "not"; "ki" Tab takes "kill"; Ctrl-D ends
        keys.send_text("thou sh\t\x1bOPki\t\x04")
        assert type_with_suggestions(keyboard, input=keys, output=DummyOutput()) == "thou shalt not kill "
