"""Interactions.read: tables of every kind, and what is said about bad ones."""

import datetime
import gzip
import lzma

import duckdb
import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

from firth.errors import CorpusError, FirthWarning, FormatError, SettingError
from firth.recommend import Interactions

USERS = ["ann", "bob", "ann", "cid"]
ITEMS = ["tea", "cup", "cup", "tea"]
TIMES = [1_600_000_000, 1_600_000_060, 1_600_000_030, 1_600_000_090]
KINDS = ["click", "buy", "buy", "click"]
CSV = "when,user,item,kind\n" + "".join(
    f"{time},{user},{item},{kind}\n" for user, item, time, kind in zip(USERS, ITEMS, TIMES, KINDS, strict=True)
)
COLUMNS = {"when": TIMES, "user": USERS, "item": ITEMS, "kind": KINDS}


class Stream:
    """Only an Arrow stream, as DuckDB and others hand it out."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


CONNECTION = duckdb.connect()  # queries of some versions do not keep theirs open


def queried(table):
    """A query of DuckDB's."""
    CONNECTION.register("events", table)
    return CONNECTION.sql("select * from events where true")


def read(source, **options):
    return Interactions.read(source, progress=False, **options)


def check(events):
    assert [events.user_names[user] for user in events.users] == USERS
    assert events.items.list_of(events.ids) == ITEMS
    assert events.times.tolist() == TIMES
    assert [events.event_names[kind] for kind in events.events] == KINDS
    assert events.ids.dtype == events.users.dtype == np.int32 and events.events.dtype == np.int16
    assert events.rows_left_out == 0 and len(events) == 4


@pytest.mark.parametrize(
    "make",
    [
        dict,
        pandas.DataFrame,
        lambda columns: pandas.DataFrame(columns).astype({"user": "category"}),
        pyarrow.table,
        polars.DataFrame,
        lambda columns: queried(pyarrow.table(columns)),
        lambda columns: Stream(pyarrow.table(columns)),
        lambda columns: Stream(pyarrow.table(columns).combine_chunks()),
        lambda columns: {name: np.array(values) for name, values in columns.items()},
        lambda columns: {name: pandas.Series(values) for name, values in columns.items()},
        lambda columns: {name: pyarrow.array(values) for name, values in columns.items()},
    ],
)
def test_tables_in_memory(make):
    check(read(make(COLUMNS), time="when", event="kind"))


@pytest.mark.parametrize("rows", [list, iter, lambda rows: [list(row) for row in rows]])
def test_rows(rows):
    check(read(rows(list(zip(USERS, ITEMS, TIMES, KINDS, strict=True)))))


def test_rows_with_columns_by_number():
    rows = list(zip(TIMES, ITEMS, USERS, strict=True))
    events = read(rows, user=2, item=1, time=0)
    assert events.times.tolist() == TIMES and events.items.list_of(events.ids) == ITEMS


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz", "events.txt.xz"])
def test_text_files(tmp_path, separator, name):
    pack = {".gz": gzip.compress, ".xz": lzma.compress}.get((tmp_path / name).suffix, bytes)
    (tmp_path / name).write_bytes(pack(b"\xef\xbb\xbf" + CSV.replace(",", separator).replace("\n", "\r\n").encode()))
    check(read(tmp_path / name, time="when", event="kind"))


def test_parquet_files(tmp_path):
    path = tmp_path / "events.anything"
    pyarrow.parquet.write_table(pyarrow.table(COLUMNS), path, row_group_size=3)
    check(read(str(path), time="when", event="kind"))


def test_a_folder_is_read_file_after_file(tmp_path):
    for number, part in enumerate(np.array_split(np.arange(4), 3)):
        frame = pandas.DataFrame(COLUMNS).iloc[part]
        frame.to_csv(tmp_path / f"{number}.csv", index=False)
    check(read(tmp_path, time="when", event="kind"))


def test_lines_of_user_and_item_without_a_header(tmp_path):
    path = tmp_path / "games.txt"
    path.write_text("1 6393\n1 13504\n2 6393\n")
    events = read(path, user=0, item=1)
    assert events.items.list_of(events.ids) == [6393, 13504, 6393] and events.user_names.tolist() == [1, 2]
    assert list(events.sequences()) == [[6393, 13504]]
    assert len(read(path, user=0, item=1, header=True)) == 2
    assert list(read(path, header=False).sequences()) == [[6393, 13504]]


def test_integers_stay_integers_and_texts_stay_texts(tmp_path):
    assert read([(1, 7), (1, 7.0)]).items.item(0) == 7
    assert read([("1", "7"), ("1", "7")]).items.item(0) == "7"
    path = tmp_path / "events.csv"
    path.write_text("user,item\n1,007\n1,8\n")
    events = read(path)
    assert events.items.list_of(events.ids) == ["007", "8"] and events.user_names.tolist() == [1]


def test_quoted_fields_may_hold_separators_and_lines(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text('user,item\nann,"tea, green"\nann,"a\nb"\n\nann\nann,\n')
    with pytest.warns(
        FirthWarning, match=r"2 of 4 rows .* \(first line 6: 1, not 2\); 1 without an item \(first line 7\)"
    ):
        events = read(path)
    assert events.items.list_of(events.ids) == ["tea, green", "a\nb"] and events.rows_left_out == 2


BAD = "user,item,when\nann,tea,1\n,tea,2\nann, ,3\nann,tea,soon\nann,cup,\nbob,tea,9\nbob,tea\n"


def test_bad_rows_are_counted_by_kind(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(BAD)
    with pytest.warns(FirthWarning) as caught:
        events = read(path, time="when")
    assert str(caught[0].message) == (
        f"{path}: 5 of 7 rows are left out: "
        "1 with another number of fields than the first line (first line 8: 2, not 3); "
        "1 without a user (first line 3); 1 without an item (first line 4); 2 whose time cannot be read (first line 5: "
        "'soon'); correct them, or give on_error='raise' to stop at the first"
    )
    assert events.times.tolist() == [1, 9] and events.rows_left_out == 5


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("user,item,when\nann,tea,1\n,tea,2\n", 3, "a line without a user; correct it"),
        ("user,item,when\nann,tea,1\nann,tea,soon\n", 3, r"a line whose time cannot be read \('soon'\)"),
        ("user,item,when\nann,tea\n", 2, r"another number of fields than the first line \(2, not 3\)"),
    ],
)
def test_or_the_first_one_is_an_error(tmp_path, text, line, problem):
    path = tmp_path / "events.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=problem) as caught:
        read(path, time="when", on_error="raise")
    assert caught.value.line == line


def test_the_earliest_bad_row_is_raised():
    rows = [("ann", "tea", 1), ("ann", "tea", None), (None, "tea", 1)]
    with pytest.raises(CorpusError, match="the rows, row 2: a row whose time cannot be read"):
        read(rows, on_error="raise")


def test_bad_values_of_tables_in_memory():
    rows = [
        ("ann", "tea"),
        (None, "tea"),
        ("ann", float("nan")),
        ("ann", 7.5),
        ("ann", True),
        (pandas.NA, "x"),
        ("ann",),
    ]
    with pytest.warns(
        FirthWarning, match=r"the table: 6 of 7 rows.*neither text nor a whole number \(first row 4: 7.5\)"
    ):
        assert len(read([*rows])) == 1
    frame = pandas.DataFrame({"user": [1, 1, 2], "item": [7, 8, np.nan]})  # the integers have become floats
    for table in (frame, pyarrow.Table.from_pandas(frame), pyarrow.table({"user": [1, 1, 2], "item": [7, 8, None]})):
        with pytest.warns(FirthWarning, match="1 of 3 rows are left out: 1 without an item .first row 3"):
            assert list(read(table).sequences()) == [[7, 8]]


@pytest.mark.parametrize(
    ("table", "options", "problem"),
    [
        ({"user": [], "item": []}, {}, "the table: has no rows"),
        ([], {}, "there are none"),
        (["ann", "bob"], {}, "row 1 is 'ann' of type str: must be"),
        ([{"user": 1, "item": 2}], {}, "rows are mappings"),
        ({"user": [1], "item": [1, 2]}, {}, "differ in length .user: 1, item: 2"),
        ({"user": [1], "thing": [1]}, {}, "the table: there is no column 'item'; the columns are user, thing"),
        ([(1, 2)], {"user": "user"}, "rows have no names of columns"),
        ([(1, 2)], {"item": 2}, "there is no column 2, only 2"),
        ([(1, 2)], {"user": 0, "time": "when"}, "all of them by name, or all by number"),
        ([(1, 2), (2, "x")], {}, "all strings or all integers"),
        ([(1, [2])], {}, "values of type list"),
        (7, {}, "a table of type int"),
        ([(1, 2)], {"separator": ","}, "for text files"),
        ({"user": [""], "item": [1]}, {}, "1 of 1 rows are left out: 1 without a user .*: nothing is left"),
        ([(1, 2)], {"on_error": "ignore"}, "on_error='ignore': must be"),
        ([(1, 2)], {"time_unit": "h"}, "time_unit='h'"),
        ([(1, 2)], {"columns": "age"}, "must be a list"),
    ],
)
def test_impossible_tables(table, options, problem):
    with pytest.raises((CorpusError, SettingError), match=problem):
        read(table, **options)


@pytest.mark.parametrize(
    ("content", "options", "problem"),
    [
        (b"", {}, "is empty"),
        (b"\n\n", {}, "is empty"),
        (b"usr,item\n1,2\n", {}, "there is no column 'user'; the columns are usr, item"),
        (b"user,item,user\n1,2,3\n", {}, "there are 2 columns 'user'"),
        (b"user,item\n\xff\xfe,2\n", {}, "is not a text in UTF-8"),
        (b'user,item\n1,"2\n' + b"3" * 200_000, {}, "is a quotation mark opened and never closed"),
        (b"PAR1 and nothing else", {}, "cannot be read as a Parquet file"),
        (b"user,item\n1,2\n", {"separator": "::"}, "separator='::': must be one character"),
        (b"user,item\n1,2\n", {"user": "user", "header": False}, "header=False"),
        (b"user,item\n", {}, "has no rows"),
        (b"1,2\n", {"user": 0, "item": 5}, "there is no column 5"),
    ],
)
def test_damaged_files(tmp_path, content, options, problem):
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    with pytest.raises((FormatError, SettingError, CorpusError), match=problem):
        read(path, **options)


@pytest.mark.parametrize("at", [30, 60, -60])
def test_damaged_parquet_files(tmp_path, at):
    """Whatever pyarrow raises for damaged pages or a damaged footer."""
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "events.parquet"
    columns = {"user": [1, 1, 2] * 50, "item": ["tea", "cup", "oil"] * 50}
    parquet.write_table(pyarrow.table(columns), path)
    content = bytearray(path.read_bytes())
    content[at : at + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"events\.parquet: cannot be read as a Parquet file .*damaged or cut short"):
        read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CorpusError, match="no such file"):
        read(tmp_path / "nothing.csv")


# ---------------------------------------------------------------- times

NOON = 1_422_705_600  # 2015-01-31 12:00 in UTC


@pytest.mark.parametrize(
    "values",
    [
        [NOON, NOON + 60],
        ["1422705600", "1422705660.0"],
        ["2015-01-31T12:00", "2015-01-31 12:01:00"],
        ["2015-01-31T12:00Z", "2015-01-31T13:01:00+01:00"],
        [datetime.datetime(2015, 1, 31, 12), datetime.datetime(2015, 1, 31, 12, 1)],
        np.array(["2015-01-31T12:00", "2015-01-31T12:01"], "datetime64[ns]"),
        pandas.Series(pandas.to_datetime(["2015-01-31T12:00", "2015-01-31T12:01"])),
        pandas.Series(pandas.to_datetime(["2015-01-31T13:00+01:00", "2015-01-31T13:01+01:00"])),
        pyarrow.array([NOON * 1000, (NOON + 60) * 1000], pyarrow.timestamp("ms", "Europe/Stockholm")),
    ],
)
def test_times_are_seconds_since_1970_in_utc(values):
    table = {"user": [1, 1], "item": [1, 2], "time": values}
    assert read(table, time="time").times.tolist() == [NOON, NOON + 60]
    if isinstance(values, pyarrow.Array):
        assert read(pyarrow.table(table), time="time").times.tolist() == [NOON, NOON + 60]


def test_missing_times_are_left_out_in_every_form():
    moments = pandas.Series(pandas.to_datetime(["2015-01-31", None]))
    for values in (moments, moments.to_numpy(), moments.tolist(), [moments[0].date(), None], ["2015-01-31", "nan"]):
        with pytest.warns(FirthWarning, match="1 whose time cannot be read"):
            assert read({"user": [1, 1], "item": [1, 2], "time": values}, time="time").times.tolist() == [1_422_662_400]
    table = pyarrow.table({"user": [1, 1], "item": [1, 2], "time": pyarrow.array(moments)})
    with pytest.warns(FirthWarning, match="1 whose time cannot be read .first row 2: "):
        assert len(read(table, time="time")) == 1


@pytest.mark.parametrize(("unit", "factor"), [("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
def test_units_of_numbers_are_guessed_and_reported(unit, factor):
    rows = [(1, 1, NOON * factor), (1, 2, (NOON + 60) * factor)]
    with pytest.warns(FirthWarning, match=f"give time_unit='{unit}' to say so"):
        guessed = read(rows)
    given = read(rows, time_unit=unit)
    assert guessed.times.tolist() == given.times.tolist() == [NOON, NOON + 60]


def test_dates_without_hyphens_are_not_taken_for_seconds():
    rows = [(1, 1, 20150131), (1, 2, 20150201)]
    with pytest.raises(CorpusError, match="write 2015-01-31 for 20150131"):
        read(rows)
    assert read(rows, time_unit="s").times.tolist() == [20150131, 20150201]
