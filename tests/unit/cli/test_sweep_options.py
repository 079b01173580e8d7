"""Every hyperparameter is an option of `firth sweep`, whatever its type: values are read, wrong ones are one line."""

import dataclasses

import pytest

from firth.cli.main import main
from firth.cli.settings import read_values
from firth.errors import SettingError
from firth.experiments.sweep import make_grid
from firth.training.hyperparameters import OF_THE_TEXT, Hyperparameters

VALUES = {
    "architecture": "skipgram,cbow",
    "objective": "negative_sampling,nce",
    "vector_size": "4, 8",
    "window": "1,2-0",
    "shrink_window": False,
    "subwords": "3-6,2-4",
    "subword_buckets": "100,200",
    "min_count": "1",
    "max_vocabulary": "5",
    "subsample_threshold": "0,1e-3",
    "negative_samples": "2,3",
    "noise_exponent": "0.5,-1",
    "cbow_gradient": "word2vec,exact",
    "learning_rate": "0.05,0.1",
    "final_learning_rate": "0,0.001",
    "epochs": "1,2",
    "threads": "1,2",
    "backend": "auto,cpu",
    "seed": "-1,7",
    "tokenizer": "whitespace",
}


def test_every_setting_is_here():
    assert list(VALUES) == [field.name for field in dataclasses.fields(Hyperparameters)]


@pytest.mark.parametrize("name", VALUES)
def test_values_become_those_of_the_setting(name):
    others = {"cbow_gradient": {"architecture": "cbow"}, "subword_buckets": {"subwords": "3-6"}}.get(name, {})
    grid = make_grid(read_values({"window": "2", **others, name: VALUES[name]}))
    found = [getattr(settings, name) for _, settings in grid]
    text = VALUES[name]
    expected = [part.strip() for part in text.split(",")] if isinstance(text, str) else [text]
    for value, part in zip(found, expected, strict=True):
        assert part == "-".join(map(str, value)) if isinstance(value, tuple) else value == type(value)(part)


@pytest.mark.parametrize("name", [name for name in VALUES if name != "shrink_window"])
def test_impossible_values_are_refused(name):
    with pytest.raises(SettingError, match=name.replace("_", "[-_]")):
        make_grid(read_values({name: "nonsense"}))


@pytest.mark.parametrize("name", OF_THE_TEXT)
def test_one_value_for_what_decides_the_vocabulary(name):
    wrong = {"tokenizer": "words,whitespace"}.get(name, "1,2")
    with pytest.raises(SettingError, match=f"{name}=.*must be one value"):
        make_grid(read_values({name: wrong}))


def test_a_sweep_with_a_tokenizer(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.txt").write_text("the King drinks Tea and the Queen drinks milk\n" * 30)
    arguments = ["sweep", "t.txt", "--window", "2", "--min-count", "1", "--vector-size", "4", "-q", "--threads", "1"]
    for tokenizer, word in ("whitespace", "King"), ("words", "king"):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--tokenizer", tokenizer, "--words", word])
        printed = capsys.readouterr()
        assert ended.value.code == 0, printed.err
        assert printed.out.splitlines()[0] == word
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--tokenizer", "sentences"])
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert line.startswith("firth: tokenizer='sentences': must be 'words', 'whitespace'")
