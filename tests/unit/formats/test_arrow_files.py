"""Parquet and Arrow files: what other software makes of them, and of ours."""

import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

import firth
from firth.errors import FormatError
from firth.formats.detect import is_foreign_vectors, read_any
from firth.formats.mapped import mapping_of
from firth.formats.parquet_footer import claimed_values
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors

WORDS = ["king", "naïve", "東京"]
MATRIX = np.random.default_rng(5).normal(size=(3, 4)).astype(np.float32)
COUNTS = np.array([3, 2, 1])


@pytest.fixture(params=["parquet", "arrow", "feather"])
def path(request, tmp_path):
    """Where a sample was written, in the format of its suffix."""
    path = tmp_path / f"a.{request.param}"
    write_as(path, StoredVectors(WORDS, MATRIX, COUNTS))
    return path


def check(path, counts=True):
    back = read_any(path)
    assert list(back.words) == WORDS and back.matrix.tobytes() == MATRIX.tobytes()
    assert back.counts is None if not counts else back.counts.tolist() == COUNTS.tolist()


def frame_of(path):
    return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_ipc(path)


def test_other_software_opens_them(path):
    frame = frame_of(path)
    assert frame.schema == {"word": pl.String, "vector": pl.Array(pl.Float32, 4), "count": pl.Int64}
    assert frame["vector"].to_numpy().tobytes() == MATRIX.tobytes()
    read = pd.read_parquet if path.suffix == ".parquet" else pd.read_feather
    assert read(path)["word"].tolist() == WORDS


def test_duckdb_searches_them(tmp_path):
    firth.WordVectors(WORDS, MATRIX).save(tmp_path / "a.parquet")
    found = duckdb.sql(
        f"select b.word, array_cosine_similarity(a.vector::float[4], b.vector::float[4]) as similarity "
        f"from '{tmp_path}/a.parquet' a, '{tmp_path}/a.parquet' b where a.word = 'king' and b.word <> 'king' "
        "order by similarity desc"
    ).fetchall()
    expected = firth.WordVectors(WORDS, MATRIX).most_similar("king")
    assert [word for word, _ in found] == [near.word for near in expected]
    np.testing.assert_allclose([value for _, value in found], [near.similarity for near in expected], rtol=1e-6)


def stream_of(table, path):
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


def batches_of(table, path):
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


WRITERS = {
    "Parquet by Polars": lambda table, path: pl.from_arrow(table).write_parquet(path),
    "Parquet by pandas": lambda table, path: table.to_pandas().to_parquet(path),
    "Parquet by DuckDB": lambda table, path: duckdb.from_arrow(table).write_parquet(str(path)),
    "Parquet of lists": lambda table, path: pa.parquet.write_table(with_lists(table, pa.float64()), path),
    "small row groups": lambda table, path: pa.parquet.write_table(table, path, row_group_size=2),
    "Arrow by Polars": lambda table, path: pl.from_arrow(table).write_ipc(path),
    "Arrow by Polars, compressed": lambda table, path: pl.from_arrow(table).write_ipc(path, compression="lz4"),
    "Feather by pandas": lambda table, path: table.to_pandas().to_feather(path),
    "an Arrow stream": stream_of,
    "several batches": batches_of,
}


def with_lists(table, kind):
    return table.set_column(1, "vector", table["vector"].to_pylist() and pa.array(MATRIX.tolist(), pa.list_(kind)))


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_files_of_other_software_are_opened(tmp_path, write):
    write(firth.WordVectors(WORDS, MATRIX, COUNTS).to_arrow(), tmp_path / "a")
    check(tmp_path / "a")
    assert is_foreign_vectors(tmp_path / "a")


def test_halves_are_read_as_float32(tmp_path):
    halves = pa.FixedSizeListArray.from_arrays(pa.array(MATRIX.astype(np.float16).ravel()), 4)
    table = firth.WordVectors(WORDS, MATRIX).to_arrow().set_column(1, "vector", halves)
    pa.parquet.write_table(table, tmp_path / "a")
    assert read_any(tmp_path / "a").matrix.tobytes() == MATRIX.astype(np.float16).astype(np.float32).tobytes()


def test_vectors_of_an_arrow_file_are_mapped_and_others_are_not(tmp_path):
    vectors = firth.WordVectors(WORDS, MATRIX, COUNTS)
    vectors.save(tmp_path / "a.arrow")
    assert mapping_of(firth.load(tmp_path / "a.arrow").matrix).path == tmp_path / "a.arrow"
    assert mapping_of(firth.load(tmp_path / "a.arrow", mmap=False).matrix) is None
    vectors.save(tmp_path / "a.arrow.gz")
    check(tmp_path / "a.arrow.gz")
    batches_of(vectors.to_arrow(), tmp_path / "b")
    assert mapping_of(read_any(tmp_path / "b").matrix) is None
    check(tmp_path / "b")
    with pa.ipc.new_file(tmp_path / "c", vectors.to_arrow().schema) as writer:  # a slice begins inside its buffers
        writer.write_table(
            firth.WordVectors(["x", *WORDS], np.vstack((MATRIX[:1], MATRIX)), [9, *COUNTS]).to_arrow()[1:]
        )
    check(tmp_path / "c")


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"word": ["a", None], "vector": [[1.0], [2.0]]}, "row 2: the word is missing"),
        ({"word": ["a", "b"], "vector": [[1.0], [2.0, 3.0]]}, "row 2: 2 numbers in the vector, instead of 1"),
        ({"word": ["a", "b"], "vector": [[1.0], [float("inf")]]}, "row 2: a number that is missing, or not finite"),
        ({"name": ["a"], "x": [1.0], "y": [2.0]}, "no column 'vector', and no column of lists of numbers"),
        ({"word": ["a"], "vector": ["1 2"]}, "column 'vector' has the type string"),
    ],
)
@pytest.mark.parametrize("write", [pa.parquet.write_table, stream_of, pa.feather.write_feather])
def test_tables_that_are_no_vectors_are_refused_with_the_row(tmp_path, columns, problem, write):
    write(pa.table(columns), tmp_path / "a")
    with pytest.raises(FormatError, match=problem) as caught:
        read_any(tmp_path / "a")
    assert caught.value.path == tmp_path / "a"


def test_damaged_bytes_are_errors_or_leave_a_table(path):
    content = path.read_bytes()
    for position in range(0, len(content), max(1, len(content) // 150)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            read_any(path)
        except FormatError as error:
            assert path.name in str(error)


def test_the_claims_of_a_parquet_file_are_those_that_pyarrow_finds(tmp_path):
    table = with_lists(firth.WordVectors(WORDS, MATRIX, COUNTS).to_arrow(), pa.float32())
    for options in ({}, {"row_group_size": 2}, {"compression": "none", "write_statistics": False}):
        pa.parquet.write_table(table, tmp_path / "a", **options)
        metadata = pa.parquet.read_metadata(tmp_path / "a")
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        expected = [group.column(i).num_values for group in groups for i in range(group.num_columns)]
        assert list(claimed_values((tmp_path / "a").read_bytes())) == expected
    pl.from_arrow(table).write_parquet(tmp_path / "a")
    assert list(claimed_values((tmp_path / "a").read_bytes())) == [3, 12, 3]


@pytest.mark.parametrize(
    ("described", "problem"),
    [
        (b"", "cut short"),
        (b"\x00", "makes no sense"),
        (b"\x49\xfc" + b"\xff" * 11, "a number of more than 64 bits|more elements than bytes"),
        (b"\x49\xfc\xff\xff\x03", "more elements than bytes"),
        (b"\x1c" * 100, "structures within each other"),
        (b"\x19\x19" * 100, "within each other"),
        (b"\x1d\x00", "cut short"),
    ],
)
def test_claims_that_make_no_sense(described, problem):
    with pytest.raises(ValueError, match=problem):
        list(claimed_values(described + len(described).to_bytes(4, "little") + b"PAR1"))
    with pytest.raises(ValueError, match="is missing"):
        list(claimed_values(described + (10**6).to_bytes(4, "little") + b"PAR1"))


def test_columns_that_expand_to_far_more_than_the_file_are_refused(tmp_path):
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(18_000_000, np.float32)), 600)
    table = pa.table({"word": ["a"] * 30_000, "vector": vectors})
    pa.parquet.write_table(table, tmp_path / "a.parquet", compression="zstd")
    with pytest.raises(FormatError, match="FIRTH_MAX_EXPANSION"):
        read_any(tmp_path / "a.parquet")
    pa.feather.write_feather(table, tmp_path / "a.feather", compression="zstd")
    with pytest.raises(FormatError, match="FIRTH_MAX_EXPANSION"):
        read_any(tmp_path / "a.feather")


def test_without_pyarrow_the_extra_is_named(tmp_path, path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for call in (lambda: read_any(path), lambda: firth.WordVectors(WORDS, MATRIX).save(path)):
        with pytest.raises(firth.MissingExtraError, match=r"firth\[parquet\]"):
            call()


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_float16_is_what_other_software_reads(tmp_path, suffix):
    path, rounded = tmp_path / f"a.{suffix}", MATRIX.astype(np.float16).astype(np.float32)
    firth.WordVectors(WORDS, MATRIX, COUNTS).save(path, numbers="float16")
    back = read_any(path)
    assert list(back.words) == WORDS and back.counts.tolist() == COUNTS.tolist()
    assert back.matrix.dtype == np.float32 and (back.matrix == rounded).all()
    if hasattr(pl, "Float16"):  # older versions of Polars read no float16
        frame = pl.read_parquet(path) if suffix == "parquet" else pl.read_ipc(path)
        assert (np.array(frame["vector"].to_list(), np.float32) == rounded).all()
    table = pa.parquet.read_table(path) if suffix == "parquet" else pa.feather.read_table(path)
    assert table.schema.field("vector").type == pa.list_(pa.float16(), 4)
    with pytest.raises(FormatError, match="row 0 has a number that float16 cannot hold"):
        firth.WordVectors(["a"], [[1e6]]).save(path, numbers="float16")
    assert path.exists() and not list(tmp_path.glob("*.tmp"))
