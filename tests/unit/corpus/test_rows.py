"""Tables, mappings, sets and rows are refused: what iterating them gives is not their text."""

import enum
import sqlite3
from collections import ChainMap, namedtuple
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from firth.corpus import encode
from firth.errors import CorpusError, FirthWarning

ROWS = [{"text": "green tea with milk", "label": "drink"}] * 50
FRAME = pd.DataFrame(ROWS)
WORDS = ["green", "tea", "with", "milk"]
Row = namedtuple("Row", ["text", "label"])


class Dataset(list):
    """Behaves as datasets.Dataset does: a sequence of dicts that knows its columns."""

    column_names = ("text", "label")
    features = column_names


class Polars(list):
    """Behaves as a frame of Polars does: iterating gives its columns."""

    columns = ("text", "label")

    def iter_rows(self):
        return iter(ROWS)


def database_rows():
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    return connection.execute("select 'green tea' as text, 'drink' as label")


@pytest.mark.parametrize(
    ("corpus", "advice"),
    [
        (ROWS, r"\(row\['text'\] for row in rows\)"),
        (iter(ROWS), r"\(row\['text'\] for row in rows\)"),
        ([ChainMap(ROWS[0])], r"\(row\['text'\] for row in rows\)"),
        (database_rows(), r"\(row\['text'\] for row in rows\)"),
        ([Row("green tea", "drink")], r"\(row.text for row in rows\)"),
        (FRAME.itertuples(index=False), r"\(row.text for row in rows\)"),
        (FRAME, r"table\['text'\]; the columns are \['text', 'label'\]"),
        (pa.Table.from_pylist(ROWS), r"table\['text'\]; the columns are"),
        (Dataset(ROWS), r"table\['text'\]; the columns are"),
        (Polars(), r"table\['text'\]; the columns are"),
        ({"d1": "green tea"}, r"mapping.values\(\)"),
        ({"green tea", "black tea"}, "order changes from run to run"),
        ([{"green", "tea"}], "order changes from run to run"),
        (["green tea", {"text": "black tea"}], "item 1 of the corpus is a row"),
        ([["green", "tea"], {"text": "black tea"}], "item 1 of the corpus is a row"),
        (["tea", pd.NA], r"item 1 .*series.dropna\(\)"),
        (["tea", b"tea"], r"item 1 .*item.decode\(\)"),
        (np.array("tea"), "of type ndarray"),
        (np.ones((2, 2)), r"sentence 0, token 0 is .*1.0.* of type float64"),
        (SimpleNamespace(text="tea"), "of type SimpleNamespace"),
    ],
)
def test_what_has_no_text_of_its_own_is_refused(corpus, advice):
    with pytest.raises(CorpusError, match=advice):
        encode(corpus, min_count=1)


@pytest.mark.parametrize(
    "corpus",
    [
        FRAME["text"],
        FRAME["text"].to_numpy(),
        FRAME["text"].str.split(),
        np.array([WORDS]),
        {"d1": WORDS}.values(),
        {"d1": "green tea with milk"}.values(),
        (row["text"] for row in ROWS),
        [pd.Series(WORDS)],
        [dict.fromkeys(WORDS).keys()],
    ],
)
def test_ordered_texts_and_token_lists_are_read(corpus):
    assert encode(corpus, min_count=1).vocabulary.words == WORDS


def test_rows_without_names_are_read_with_a_warning():
    for rows in (
        [("drink", "green tea with milk")] * 9,
        np.array([["a tea with milk or so"], ["another tea with milk or so"]]),
        [["1", "a tea with milk or so"]] * 9,
    ):
        with pytest.warns(FirthWarning, match=r"is one word.*give the texts: \(row\[[01]\] for row in rows\)"):
            encode(rows, min_count=1)
    encode([("New York", "Los Angeles"), ("Rome", "San Francisco")], min_count=1)
    encode([["Let It Be", "Yesterday"], ["Help!"]], min_count=1)


class Colour(str, enum.Enum):  # noqa: UP042  (its str() is not its value)
    RED = "red"


class Odd(str):
    def __str__(self):
        return "odd"


def test_subclasses_of_str_are_their_characters():
    for corpus in ([[Colour.RED, Odd("tea"), np.str_("cup")]], [Odd("red tea cup")]):
        words = encode(corpus, min_count=1).vocabulary.words
        assert [(type(word), word) for word in words] == [(str, "red"), (str, "tea"), (str, "cup")]
    assert encode(["x"], tokenizer=lambda line: [Colour.RED], min_count=1).vocabulary.words == ["red"]


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (str.lower, "the tokenizer returned 'green tea', a string, for the line 'Green Tea': it must return a list of"),
        (lambda line: {"input_ids": [1, 2]}, r"returned {'input_ids': \[1, 2\]}, of type dict"),
        (lambda line: set(line.split()), "of type set"),
        (lambda line: None, "returned None"),
        (lambda line: b"tea", "returned b'tea'"),
        (lambda line: [1, 2], "line 0, token 0 is 1 of type int"),
    ],
)
def test_tokenizers_return_lists_of_words(tokenizer, message):
    from firth.corpus.tokenizers import tokenize_line

    with pytest.raises(CorpusError, match=message):
        encode(["Green Tea"], min_count=1, tokenizer=tokenizer)
    if "int" not in message:
        with pytest.raises(CorpusError, match=message):
            tokenize_line("Green Tea", tokenizer)


def test_an_error_of_a_tokenizer_names_the_line():
    with pytest.raises(ZeroDivisionError) as error:
        encode(["green tea\nblack tea"], tokenizer=lambda line: [line] if line == "green tea" else 1 / 0)
    assert error.value.__notes__ == ["Firth called the tokenizer with the line 'black tea'"]


@pytest.mark.parametrize(
    "text",
    ["我喜欢喝茶。\n他也喜欢喝茶。", "お茶を飲むのが好きです。\n彼もそうです。"]
    + ["ฉันชอบดื่มชามากๆทุกวัน\nเขาก็ชอบดื่มชาเช่นกัน"],
)
def test_scripts_without_blanks_need_another_tokenizer(text):
    with pytest.raises(CorpusError, match="none of the . distinct words.*script without blanks between words"):
        encode([text])
    with pytest.warns(FirthWarning, match="script without blanks between words"):
        encode([text], min_count=1)
    encode([text], min_count=1, tokenizer=list)
    encode(["我 喜欢 喝茶 。 他 也 喜欢 喝茶 。", "안녕하세요 여러분 반갑습니다"], min_count=1)
