"""Vectors, neighbours and scores as data frames, and vectors from them."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import firth
from firth.errors import SettingError
from firth.evaluation import evaluate_similarity
from firth.vectors.word_vectors import WordVectors

WORDS = ["king", "queen", "naïve", "東京"]
MATRIX = np.random.default_rng(3).normal(size=(4, 3)).astype(np.float32)
COUNTS = [9, 5, 2, 1]


@pytest.fixture
def vectors():
    return WordVectors(WORDS, MATRIX, COUNTS)


def check(vectors, counts=COUNTS):
    assert list(vectors) == WORDS
    assert vectors.matrix.tobytes() == MATRIX.tobytes()
    assert (vectors.counts if counts is None else vectors.counts.tolist()) == counts


def test_pandas_has_the_words_as_index_and_a_column_for_each_number(vectors):
    frame = vectors.to_pandas()
    assert frame.index.tolist() == WORDS and frame.index.name == "word" and frame.columns.tolist() == [0, 1, 2]
    assert (frame.dtypes == np.float32).all() and frame.loc["queen"].to_numpy().tobytes() == MATRIX[1].tobytes()
    frame.loc["queen"] = 0.0  # a copy, which can be written to
    assert vectors["queen"].tobytes() == MATRIX[1].tobytes()
    check(WordVectors.from_pandas(vectors.to_pandas()), None)


def test_names_of_columns_go_there_and_back():
    people = firth.read_table([("name", "warmth", "order"), ("Jay", 38, 5), ("Ann", 70, 6)])
    frame = people.to_pandas()
    assert frame.columns.tolist() == ["warmth", "order"] and frame.loc["Ann", "order"] == 6
    assert WordVectors.from_pandas(frame).metadata == {"columns": ["warmth", "order"]}


def test_polars_and_arrow_have_a_list_in_each_row(vectors):
    frame, table = vectors.to_polars(), vectors.to_arrow()
    assert frame.schema == {"word": pl.String, "vector": pl.Array(pl.Float32, 3), "count": pl.Int64}
    assert table.schema.field("vector").type == pa.list_(pa.float32(), 3)
    assert frame["vector"].to_numpy().tobytes() == MATRIX.tobytes()
    assert pl.from_arrow(table).equals(frame)
    assert WordVectors(WORDS, MATRIX).to_polars().columns == ["word", "vector"]
    for back in (WordVectors.from_polars(frame), WordVectors.from_arrow(table), WordVectors.from_arrow(frame)):
        check(back)


def test_frames_and_queries_of_other_libraries_are_read(vectors):
    connection = duckdb.connect()
    connection.register("table", vectors.to_arrow())
    check(WordVectors.from_arrow(connection.sql('select * from "table"')))
    check(WordVectors.from_arrow(connection.sql('select word as text, vector as embedding from "table"')), None)
    check(WordVectors.from_pandas(vectors.to_arrow().to_pandas()))
    check(WordVectors.from_pandas(vectors.to_pandas().rename_axis(None)), None)
    check(WordVectors.from_pandas(vectors.to_pandas().reset_index()), None)
    check(WordVectors.from_arrow(vectors.to_arrow().to_reader(max_chunksize=3)))
    lists = vectors.to_arrow().set_column(1, "vector", pa.array(MATRIX.astype(np.float64).tolist()))
    check(WordVectors.from_arrow(lists.slice(0, 4)))
    check(WordVectors.from_arrow(lists.set_column(0, "word", lists["word"].dictionary_encode())))


def test_a_slice_of_a_table_has_its_own_rows(vectors):
    part = WordVectors.from_arrow(vectors.to_arrow().slice(1, 2))
    assert list(part) == WORDS[1:3] and part.matrix.tobytes() == MATRIX[1:3].tobytes()
    assert list(WordVectors.from_arrow(pa.table({"word": ["", ""], "vector": [[1], [2]]}))) == ["", ""]


def arrow(**columns):
    return lambda: WordVectors.from_arrow(pa.table(columns))


def pandas(*arguments, **options):
    return lambda: WordVectors.from_pandas(pd.DataFrame(*arguments, **options))


TWO = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (arrow(word=["a", None], vector=TWO), "row 2: the word is missing"),
        (arrow(word=["a", "b"], vector=[[1.0], None]), "row 2: the vector is missing"),
        (arrow(word=["a", "b"], vector=[[1.0, 2.0], [3.0]]), "row 2: 1 numbers in the vector, instead of 2"),
        (arrow(word=["a", "b"], vector=[[], [3.0]]), "row 1: 0 numbers in the vector, must be 1 or more"),
        (arrow(word=["a", "b"], vector=[[1.0], [None]]), "row 2: a number that is missing, or not finite"),
        (arrow(word=["a", "b"], vector=[[1.0], [1e300]]), "row 2: a number that is missing, or not finite"),
        (arrow(word=["a", "b"], vector=TWO, count=[1, None]), "row 2: the count is missing"),
        (arrow(word=["a", "b"], vector=TWO, count=[1, -1]), "row 2: count -1: must be 0 or more"),
        (arrow(word=["a", "b"], vector=TWO, count=["1", "2"]), "'count' has the type string: must be whole numbers"),
        (arrow(word=["a"], vector=[["b"]]), "'vector' has the type list<.*string>: must be lists of numbers"),
        (arrow(word=[1], vector=[[1.0]]), "'word' has the type int64: must be strings"),
        (arrow(a=["a"], b=["b"], vector=[[1.0]]), "no column 'word', and 2 columns of strings; .*rename one to 'word'"),
        (arrow(word=["a"], x=[1.0]), r"no column of lists of numbers.*from_pandas\(pandas.read_parquet"),
        (lambda: WordVectors.from_arrow(pa.table({"word": ["a"], "vector": [[1]]}).slice(1)), "has no rows"),
        (lambda: WordVectors.from_arrow([1]), "table of type list: must be a frame of Polars"),
        (lambda: WordVectors.from_polars(pl.LazyFrame({"word": ["a"]})), r"frame.collect\(\)"),
        (pandas({"a": [1.0]}), r"row 1: the index has 0 of type int.*frame.set_index\(column\)"),
        (pandas({"a": [1.0, np.nan]}, index=["a", "b"]), "row 2: a number that is missing"),
        (pandas({"a": ["x"]}, index=["a"]), "column 'a' has the type .*: must be numbers"),
        (pandas(index=["a"]), "has no rows or no columns"),
        (pandas({"word": ["a", "b"], "vector": [[1.0], [2.0, 3.0]]}), "row 2: 2 numbers in the vector, instead of 1"),
        (pandas({"word": ["a", "b"], "vector": [[1.0], "x"]}), "the frame cannot be read"),
        (lambda: WordVectors.from_pandas(pl.DataFrame()), "must be a data frame of pandas"),
        (lambda: WordVectors(["\ud800"], [[1]]).to_arrow(), "cannot be encoded in UTF-8"),
    ],
)
def test_tables_that_are_no_vectors_are_refused_with_the_row(make, message):
    with pytest.raises(SettingError, match=message):
        make()


def test_neighbours_and_other_results_are_rows_of_frames(vectors):
    found = vectors.most_similar("king", 2)
    frame = pd.DataFrame(found)
    assert frame.columns.tolist() == ["word", "similarity"] and list(frame.itertuples(index=False, name=None)) == found
    assert pl.DataFrame(found).rows() == [tuple(neighbour) for neighbour in found]
    queries = ["king", "queen"]
    many = zip(queries, vectors.most_similar(queries, 2), strict=True)
    rows = [(query, *neighbour) for query, neighbours in many for neighbour in neighbours]
    assert pd.DataFrame(rows, columns=["query", "word", "similarity"]).shape == (4, 3)
    between = pd.DataFrame(vectors.between("king", "queen"))
    assert between.empty or between.columns.tolist() == ["word", "similarity", "position"]


def test_scores_are_rows_of_frames(vectors):
    pairs = [("king", "queen", 8.0), ("king", "東京", 1.0), ("queen", "naïve", 3.0), ("king", "cup", 2.0)]
    score = evaluate_similarity(vectors, pairs)
    frame = pd.DataFrame([score.record()])
    assert frame.columns.tolist() == ["spearman", "pearson", "low", "high", "covered", "total", "coverage"]
    assert frame.loc[0, ["covered", "total", "coverage"]].tolist() == [3, 4, 0.75]
    assert frame.loc[0, "spearman"] == score.spearman and frame.loc[0, "low"] == score.interval().low
    cosines = pd.DataFrame(score.pairs).assign(cosine=score.cosines)
    assert cosines.columns.tolist() == ["first", "second", "judgement", "cosine"] and cosines.cosine.isna().sum() == 1
