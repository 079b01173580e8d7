"""Tables of the examples of a text: compared with the reference implementation, and as files."""

import csv
import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

import firth
from firth.backends.plan import epoch_key
from firth.corpus.encoding import encode
from firth.illustrated.draws import Draws
from firth.illustrated.windows import cbow_rows, language_model_rows, negative_rows, skipgram_rows
from firth.training import examples as examples_module
from firth.training.example_files import write_examples
from firth.training.examples import TrainingExamples
from firth.training.sampling_tables import keep_thresholds, noise_table

SENTENCES = [line.split() for line in ("thou shalt not make a machine", "in the likeness", "of", "a human mind")]


def slow_rows(sentences, corpus, kind, window, negative_samples=5, seed=1):
    """The table from illustrated.windows."""
    words, ids = corpus.vocabulary.words, corpus.vocabulary.ids_of
    if kind == "negative":
        counts = corpus.vocabulary.counts
        most = min(negative_samples, len(counts) - 1)
        tables = keep_thresholds(counts, 0), noise_table(counts, 0.75)
        chance = Draws(*tables, window, False, most, int(epoch_key(seed, 0)))
        rows = negative_rows([ids(sentence) for sentence in sentences], window, chance)
        return [(words[word], words[other], target) for word, other, target in rows]
    make = {"lm": language_model_rows, "cbow": cbow_rows, "skipgram": skipgram_rows}[kind]
    return [row for sentence in sentences for row in make(sentence, window)]


@given(
    st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=9), min_size=1, max_size=6),
    st.sampled_from(["lm", "cbow", "skipgram", "negative"]),
    st.integers(1, 6),
    st.integers(1, 8),
    st.integers(0, 3),
)
def test_they_are_the_rows_of_the_slow_twins(sentences, kind, window, negative_samples, seed):
    corpus = encode(sentences, min_count=1)
    at_once = examples_module._ROWS_AT_ONCE
    noise = {"negative_samples": negative_samples, "seed": seed} if kind == "negative" else {}
    found = TrainingExamples(corpus, kind=kind, window=window, **noise)
    expected = slow_rows(sentences, corpus, kind, window, negative_samples, seed)
    assert list(found.rows()) == expected
    assert all(len(row) == len(found.columns) for row in expected)
    try:
        examples_module._ROWS_AT_ONCE = 1  # place by place: where batches end changes nothing
        assert list(found.rows()) == expected
    finally:
        examples_module._ROWS_AT_ONCE = at_once


def test_noise_words_come_with_the_noise_distribution():
    rng = np.random.default_rng(1)
    words = np.repeat(np.arange(8), 2 ** np.arange(8) * 40)
    rng.shuffle(words)
    corpus = encode([[f"w{word}" for word in words]], min_count=1)
    found = TrainingExamples(corpus, kind="negative", window=1, negative_samples=1)
    drawn = np.concatenate([batch[1][batch[2] == 0] for batch in found.batches()])
    outputs = np.concatenate([batch[1][batch[2] == 1] for batch in found.batches()])
    assert not (drawn == outputs).any()
    # A word that is the neighbour itself gives its place to the next of the vocabulary.
    noise = corpus.vocabulary.counts**0.75 / (corpus.vocabulary.counts**0.75).sum()
    neighbour = np.bincount(outputs, minlength=8) / len(outputs)
    expected = noise * (1 - neighbour) + np.roll(noise * neighbour, 1)
    np.testing.assert_allclose(np.bincount(drawn, minlength=8) / len(drawn), expected, atol=0.012)  # 4 sd of 20,000


@pytest.mark.parametrize("kind", ["lm", "cbow", "skipgram", "negative"])
def test_files_hold_the_table(kind, tmp_path):
    odd = ['a,"b"', "new\nline", "wörter", "c\td", "null", "%s", "\\"]
    corpus = encode([*SENTENCES, odd], min_count=1)
    examples = TrainingExamples(corpus, kind=kind, **({"negative_samples": 2} if kind == "negative" else {}))
    expected = [dict(zip(examples.columns, row, strict=True)) for row in examples.rows()]
    for name in ("table.csv", "table.json", "table.parquet"):
        write_examples(examples, tmp_path / name)
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        shown = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in expected]
        assert list(csv.DictReader(file)) == shown
    document = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert document["examples"] == expected
    assert (document["kind"], document["window"]) == (kind, 2)
    assert document.get("negative_samples") == (2 if kind == "negative" else None)
    assert parquet.read_table(tmp_path / "table.parquet").to_pylist() == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.csv", "table.json", "table.parquet"]


def test_a_text_without_examples_is_an_empty_table_and_no_file(tmp_path):
    examples = TrainingExamples(encode([["alone"]], min_count=1), kind="negative")
    assert list(examples.rows()) == []
    for name in ("table.csv", "table.json", "table.parquet"):
        with pytest.raises(firth.CorpusError, match="there are no examples"):
            write_examples(examples, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"kind": "glove"}, "kind='glove': must be 'lm', 'cbow', 'skipgram' or 'negative'"),
        ({"window": 0}, "window=0: must be a whole number from 1 to 10,000"),
        ({"window": 1.5}, "must be a whole number"),
        ({"kind": "negative", "negative_samples": 0}, "negative_samples=0: must be a whole number from 1 to 1,000"),
        ({"negative_samples": 3}, "negative_samples=3: applies only with kind='negative'"),
        ({"kind": "lm", "seed": 3}, "seed=3: applies only with kind='negative'"),
        ({"kind": "negative", "noise_exponent": float("nan")}, "noise_exponent=nan: must be a number"),
    ],
)
def test_impossible_settings(settings, problem):
    with pytest.raises(firth.SettingError, match=problem):
        TrainingExamples(encode(SENTENCES, min_count=1), **settings)


def test_files_that_cannot_be_written_leave_nothing(tmp_path, monkeypatch):
    examples = TrainingExamples(encode([*SENTENCES, ["half", "\ud800"]], min_count=1))
    with pytest.raises(firth.FormatError, match="which is not valid text"):
        write_examples(examples, tmp_path / "table.csv")
    with pytest.raises(firth.SettingError, match="'table.xls': examples are written as csv, json, parquet"):
        write_examples(examples, tmp_path / "table.xls")
    with pytest.raises(firth.SettingError, match="format='xls'"):
        write_examples(examples, tmp_path / "table.csv", "xls")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(firth.MissingExtraError, match=r"firth\[parquet\]"):
        write_examples(examples, tmp_path / "table.parquet")
    assert list(tmp_path.iterdir()) == []
