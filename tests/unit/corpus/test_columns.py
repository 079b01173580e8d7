"""Columns of data frames and Arrow arrays as corpora."""

import re

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from firth.corpus import encode
from firth.errors import CorpusError, FirthWarning

TEXTS = ["green tea", "black tea", "a cup"]
TOKENS = [["green", "tea"], ["black", "tea"], ["a", "cup"]]
SERIES = {
    "objects of pandas": lambda values: pd.Series(values, dtype=object),
    "an index of pandas that does not count": lambda values: pd.Series(values, index=[7] * len(values)),
    "pandas with Arrow": lambda values: pd.Series(values, dtype=pd.ArrowDtype(pa.array(values).type)),
    "Polars": pl.Series,
    "an Arrow array": pa.array,
    "a slice of one": lambda values: pa.array([*values[:1], *values])[1:],
    "a chunked array": lambda values: pa.chunked_array([values[:1], values[1:]], pa.array(values).type),
    "a column of a table": lambda values: pa.table({"a": values})["a"],
    "a query of DuckDB's": lambda values: duckdb.sql("select a from found", connection=connected(values)),
}


CONNECTION = duckdb.connect()  # queries of some versions do not keep theirs open


def connected(values):
    CONNECTION.register("found", pa.table({"a": values}))
    return CONNECTION


def sentences(corpus, **options):
    encoded = encode(corpus, min_count=1, **options)
    return [encoded.sentence(i) for i in range(len(encoded.sentence_offsets) - 1)]


@pytest.mark.parametrize("make", SERIES.values(), ids=SERIES)
def test_columns_of_texts_and_of_lists_of_tokens_are_read(make):
    assert sentences(make(TEXTS)) == TOKENS
    assert sentences(make(TOKENS)) == TOKENS
    assert sentences(make(TEXTS), tokenizer=str.split) == TOKENS


@pytest.mark.parametrize("make", SERIES.values(), ids=SERIES)
def test_missing_values_are_left_out_and_counted(make):
    for values in ([None, *TEXTS, None], [None, *TOKENS, None]):
        with pytest.warns(FirthWarning, match="2 of the 5 values of the column"):
            assert sentences(make(values)) == TOKENS


@pytest.mark.parametrize("values", [pd.Series(TEXTS, dtype="category"), pd.Series(TEXTS, dtype="string")])
def test_other_types_of_pandas(values):
    assert sentences(values) == TOKENS
    with pytest.warns(FirthWarning, match="1 of the 3 values"):
        assert sentences(values.where(values != "a cup")) == TOKENS[:2]


def test_missing_tokens_are_left_out_and_counted():
    column = pa.array([["green", None, "tea"], None, [None], ["a", "cup"]])
    with pytest.warns(FirthWarning, match="1 of the 4 values of the column and 2 tokens of its lists"):
        assert sentences(column) == [["green", "tea"], ["a", "cup"]]


def test_arrays_of_objects_and_arrays_in_cells():
    with pytest.warns(FirthWarning, match="1 of the 4 values"):
        assert sentences(np.array([*TEXTS, np.nan], object)) == TOKENS
    cells = pd.Series([np.array(tokens, object) for tokens in TOKENS])
    assert sentences(cells) == TOKENS


def test_a_column_without_texts_is_an_error():
    with pytest.raises(CorpusError, match=r"2 of the 2 values .* is this the column of texts"):
        encode(pd.Series([None, None]))
    with pytest.raises(CorpusError, match="is empty"):
        encode(pl.Series([], dtype=pl.String))
    with pytest.raises(CorpusError, match="item 0 of the corpus is 5"):
        encode(pa.array([5, 6]))
    with pytest.raises(CorpusError, match=r"a row \(dict\) with the fields \['a'\]"):
        encode(pa.array([{"a": "tea"}]))


def test_a_query_of_several_columns_is_refused_with_the_one_that_is_meant():
    query = duckdb.sql("select 1 as id, 'green tea' as text")
    with pytest.raises(CorpusError, match=re.escape("table.select('text'); the columns are ['id', 'text']")):
        encode(query)
    assert sentences(query.select("text")) == TOKENS[:1]


def test_columns_of_many_values_are_read_in_portions():
    texts = [f"w{i % 7}" for i in range(40_000)]
    assert encode(pl.Series(texts), min_count=1).ids.tolist() == encode(texts, min_count=1).ids.tolist()


def test_a_column_of_paths_names_files(tmp_path):
    (tmp_path / "one.txt").write_text("green tea")
    assert sentences(pl.Series([str(tmp_path / "one.txt")])) == TOKENS[:1]
