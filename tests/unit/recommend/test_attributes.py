"""Attributes.read: what is known about items."""

import lzma

import pandas
import pyarrow
import pyarrow.parquet
import pytest

from firth.errors import CorpusError, FirthWarning, SettingError
from firth.recommend import Attributes

TABLE = {"item": ["tea", "cup", "pot"], "brand": ["Acme", None, "Acme"], "kind": ["drink|hot", "dish", " dish | hot "]}
VALUES = {
    "tea": {("brand", "Acme"), ("kind", "drink"), ("kind", "hot")},
    "cup": {("kind", "dish")},
    "pot": {("brand", "Acme"), ("kind", "dish"), ("kind", "hot")},
}


def values(attributes):
    return {
        item: {attributes.names[value] for value in attributes.of(index)}
        for index, item in enumerate(attributes.item_ids)
    }


@pytest.mark.parametrize("make", [dict, pandas.DataFrame, pyarrow.table])
def test_tables_in_memory(make):
    attributes = Attributes.read(make(TABLE))
    assert values(attributes) == VALUES and len(attributes) == 3


def test_files(tmp_path):
    frame = pandas.DataFrame(TABLE)
    frame.to_csv(tmp_path / "items.csv", index=False)
    pyarrow.parquet.write_table(pyarrow.Table.from_pandas(frame), tmp_path / "items.parquet")
    for name in ("items.csv", "items.parquet"):
        assert values(Attributes.read(tmp_path / name)) == VALUES


def test_a_dictionary_of_items():
    given = {
        "tea": {"brand": "Acme", "kind": ["drink", "hot"]},
        "cup": {"kind": "dish", "brand": None},
        "pot": {"brand": "Acme", "kind": ("hot", "dish")},
    }
    assert values(Attributes.read(given)) == VALUES
    assert values(Attributes.read(given, columns=["brand"]))["cup"] == set()


def test_lines_of_an_item_and_numbers(tmp_path):
    path = tmp_path / "attributes.txt.xz"
    path.write_bytes(lzma.compress(b"1\t1 2 3\n2\t317 2\n7\t\n"))
    attributes = Attributes.read(path, item=0, within=" ")
    assert attributes.item_ids == [1, 2, 7]
    assert values(attributes)[2] == {("1", "317"), ("1", "2")} and values(attributes)[7] == set()


def test_some_columns_and_several_rows_of_an_item():
    rows = [("tea", "hot", 3), ("tea", "green", 3), ("cup", "hot", 4.0)]
    attributes = Attributes.read(rows, item=0, columns=[1])
    assert values(attributes) == {"tea": {("1", "hot"), ("1", "green")}, "cup": {("1", "hot")}}
    assert values(Attributes.read(rows, item=0, columns=[2]))["cup"] == {("2", "4")}


def test_a_cell_is_one_value_without_a_separator():
    assert ("kind", "drink|hot") in values(Attributes.read(TABLE, within=None))["tea"]


def test_measurements_are_cut_into_bins():
    table = {"item": list("abcdef"), "price": [1.5, 2, 3, 10, 20, 40]}
    with pytest.raises(SettingError, match="column 'price' has numbers such as 1.5, but values are categories"):
        Attributes.read(table)
    found = values(Attributes.read(table, bins={"price": 2}))
    assert found["a"] == found["c"] == {("price", "1.5 to 6.5")} and found["d"] == found["f"] == {
        ("price", "6.5 to 40")
    }


@pytest.mark.parametrize(
    ("table", "options", "problem"),
    [
        (TABLE, {"columns": "brand"}, "must be a list"),
        (TABLE, {"columns": ["colour"]}, "there is no column 'colour'; the columns are item, brand, kind"),
        (TABLE, {"within": ""}, "within=''"),
        (TABLE, {"bins": {"brand": 3}}, "a value that is not a number"),
        (TABLE, {"bins": {"price": 3}}, "bins: there is no column 'price'"),
        ({"item": ["a"], "price": [1]}, {"bins": {"price": 1}}, "must be a whole number from 2"),
        ({"item": [None], "kind": ["a"]}, {}, "1 of 1 rows are left out: 1 without an item"),
        ({"tea": {"kind": "a"}}, {"columns": ["brand"]}, "no item has the column 'brand'"),
        ({7.5: {"kind": "a"}}, {}, "item 7.5: must be text or a whole number"),
    ],
)
def test_impossible_tables(table, options, problem):
    with pytest.raises((SettingError, CorpusError), match=problem):
        Attributes.read(table, **options)


def test_rows_without_an_item_are_reported():
    with pytest.warns(FirthWarning, match="the table: 1 of 2 rows are left out: 1 without an item .first row 2"):
        assert len(Attributes.read({"item": ["tea", ""], "kind": ["a", "b"]})) == 1


def test_groups_of_items_for_pictures():
    attributes = Attributes.read(TABLE)
    assert attributes.groups("kind") == {"hot": ["tea", "pot"], "dish": ["cup"]}
    assert attributes.groups("brand", most=1) == {"Acme": ["tea", "pot"]}
    with pytest.raises(SettingError, match="column='colour': there is no such attribute; there are brand, kind"):
        attributes.groups("colour")
