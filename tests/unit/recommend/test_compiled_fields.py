"""Lines cut by compiled code are those that Python's csv cuts."""

import csv
import gzip
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FirthWarning, FormatError
from firth.recommend import Interactions
from firth.recommend.tables.columns import value_at
from firth.recommend.tables.compiled_fields import CompiledFields

line = st.text(alphabet='ab1,é" \t-.', max_size=12)


@given(st.lists(line, min_size=1, max_size=6), st.sampled_from([",", " ", "\t"]), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=100)
def test_regular_lines_are_cut_as_by_csv(lines, separator, end):
    text = "".join(line + end for line in lines)
    columns, n_rows, size = CompiledFields(separator, 2, [0, 1], time=-1).cut(text.encode())
    done = text.encode()[:size].decode()
    expected = list(csv.reader(io.StringIO(done, newline=""), delimiter=separator, skipinitialspace=True))
    assert len(expected) == n_rows and done.count("\n") == n_rows
    assert all(len(row) == 2 for row in expected)
    for column, name in enumerate(("first", "second")):
        wanted = [row[column] if row[column].strip() else None for row in expected]
        assert [value_at(columns[column], row) for row in range(n_rows)] == wanted, name
    if size < len(text.encode()):  # the next line has another number of fields, or quotation marks
        line = text.encode()[size:].decode().split("\n")[0]
        row = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
        assert len(row) != 2 or '"' in line


def test_values_are_numbered_through_all_blocks():
    cutter = CompiledFields(",", 3, [2, -1, 0], time=-1)
    long = "x" * 300_000  # more than the table of values has place for
    (first, missing, _), n_rows, _ = cutter.cut(f"a,b,c\nd,e,{long}\n".encode())
    (again, _, _), _, _ = cutter.cut(f"a,b,{long}\n".encode())
    assert missing is None and n_rows == 2
    assert first.indices.tolist() == [0, 1] and again.indices.tolist() == [1]
    assert first.numbering.values == ["c", long]


digits = st.text(alphabet="0123456789", max_size=20)


@given(st.lists(st.builds("{}{}{}{}".format, st.sampled_from(["", "-"]), digits, st.sampled_from(["", "."]), digits)))
@settings(max_examples=50)
def test_numbers_are_those_of_float(texts):
    block = "".join(f"a,{text}\n" for text in ["1.5", *texts]).encode()
    (_, times), n_rows, _ = CompiledFields(",", 2, [0, 1], time=1).cut(block)
    if isinstance(times, np.ndarray):
        assert times.tolist() == [1.5, *map(float, texts)]
    else:
        assert times == ["1.5", *texts]
        assert any(sum(map(str.isdigit, text)) > 15 or not text.strip("-.") for text in texts)


def long_table(path, n_rows, odd_lines):
    """A file of more than one block; some lines are replaced."""
    lines = [f"user-{row % 7},item-{row % 1001},{row}\n" for row in range(n_rows)]
    for row, text in odd_lines.items():
        lines[row] = text
    path.write_bytes(gzip.compress(("user,item,time\n" + "".join(lines)).encode(), 1))


def test_long_files_with_odd_lines(tmp_path):
    path = tmp_path / "events.csv.gz"
    n_rows = 420_000
    odd = {10: 'user-1,"item-""5""",10\n', 200_000: "\n", 200_001: "user-1\n", 210_000: ",item-1,5\n"}
    long_table(path, n_rows, odd)
    with pytest.warns(FirthWarning) as caught:
        events = Interactions.read(path, time="time", progress=False)
    assert "first line 200003: 1, not 3" in str(caught[0].message).replace(",", "", 1).replace("200,", "200")
    assert "without a user (first line 210,002)" in str(caught[0].message)
    assert len(events) == n_rows - 3 and events.times[-1] == n_rows - 1
    assert events.items.item(int(events.ids[10])) == 'item-"5"'
    assert len(events.items) == 1002 and len(events.user_names) == 7
    assert events.user_names[events.users[-1]] == f"user-{(n_rows - 1) % 7}"


def test_fields_over_many_lines_of_long_files(tmp_path):
    path = tmp_path / "events.csv.gz"
    long_table(path, 300_000, {1: 'user-1,"a\nb",1\n', 200_000: 'user-2,"a\nb",2\n'})
    events = Interactions.read(path, time="time", progress=False)
    assert len(events) == 300_000 and np.count_nonzero(events.ids == events.items.number("a\nb")) == 2


def test_long_files_in_another_encoding(tmp_path):
    path = tmp_path / "events.csv"
    path.write_bytes(b"user,item\n" + b"ann,tea\n" * 600_000 + b"ann,caf\xe9\n")
    with pytest.raises(FormatError, match="is not a text in UTF-8"):
        Interactions.read(path, progress=False)
