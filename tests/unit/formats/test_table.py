"""Tables of numbers as vectors: from files, rows and data frames; and what is wrong with them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth.illustrated.people import EXAMPLE

CSV = "name,trait 1,trait 2\nJay,30,90\nPerson 1,35,60\nPerson 2,25,30\n"


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_the_documents_people_as_word_vectors(tmp_path):
    people = firth.read_table(EXAMPLE, scale=(0, 100))
    assert people.similarity("Jay", "Person 1") == pytest.approx(0.658, abs=5e-4)
    assert people.similarity("Jay", "Person 2") == pytest.approx(-0.368, abs=5e-4)
    two = firth.read_table(written(tmp_path, CSV), scale=(0, 100))
    assert two.similarity("Jay", "Person 1") == pytest.approx(0.868, abs=5e-4)
    assert two.similarity("Jay", "Person 2") == pytest.approx(-0.2095, abs=5e-5)
    assert [name for name, _ in two.most_similar("Jay")] == ["Person 1", "Person 2"]


def test_names_of_columns_travel_in_the_file(tmp_path):
    people = firth.read_table(EXAMPLE, scale=(0, 100), columns=["trait 5", "trait 2"])
    people.save(tmp_path / "people.firth")
    opened = firth.load(tmp_path / "people.firth")
    assert opened.metadata == {"columns": ["trait 5", "trait 2"], "scale": [0, 100]}
    np.testing.assert_array_equal(opened.matrix, people.matrix)
    np.testing.assert_allclose(opened["Jay"], [0.3, 0.8], atol=1e-7)


@pytest.mark.parametrize(
    "text",
    [
        CSV,
        CSV.replace(",", "\t"),
        CSV.replace(",", ";"),
        "\ufeff" + CSV.replace("\n", "\r\n"),
        "\n" + CSV.replace("Jay,30", '"Jay", 3e1 ').replace("\n", "\n\n"),
    ],
    ids=["commas", "tabs", "semicolons", "spreadsheet", "quotes and blank lines"],
)
def test_dialects(tmp_path, text):
    people = firth.read_table(written(tmp_path, text))
    assert list(people) == ["Jay", "Person 1", "Person 2"]
    assert people.matrix.tolist() == [[30, 90], [35, 60], [25, 30]]
    assert people.metadata == {"columns": ["trait 1", "trait 2"]}


def test_data_frames():
    plain = pd.DataFrame([row[1:] for row in EXAMPLE[1:]], [row[0] for row in EXAMPLE[1:]], EXAMPLE[0][1:])
    expected = firth.read_table(EXAMPLE)
    for frame in (plain, plain.reset_index(names="who")):
        people = firth.read_table(frame)
        assert list(people) == list(expected)
        np.testing.assert_array_equal(people.matrix, expected.matrix)
        assert people.metadata == expected.metadata
    with pytest.raises(firth.SettingError, match="row 2 of the table: column 'trait 1': missing number"):
        firth.read_table(plain.mask(plain == 35))


def test_rows_may_come_from_a_generator_and_hold_numpy_numbers():
    rows = iter([("name", "a"), ("x", np.float32(0.5)), np.array(["y", "1.5"])])
    assert firth.read_table(rows).matrix.tolist() == [[0.5], [1.5]]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, None),
        ("name,a\n", 1, "has only a header"),
        ("Jay,30,90\nAnn,1,2\n", 1, "looks like data"),
        ("name\nJay\n", 1, "a column of names and one of numbers"),
        ("name,a,a\nJay,1,2\n", 1, "column 'a' occurs twice"),
        ("name,a,\nJay,1,2\n", 1, "a column has no name"),
        ("name,a\nJay,1\nAnn\n", 3, "1 cells, but the header names 2 columns"),
        ("name,a\nJay,1\nAnn,1,2\n", 3, "3 cells, but the header names 2 columns"),
        ("name,a\nJay,1\n\nJay,2\n", 4, "'Jay' is already in line 2"),
        ("name,a\n ,1\n", 2, "no name"),
        ("name,a,b\nJay,1,\n", 2, "column 'b': missing number"),
        ("name,a,b\nJay,1,NaN\n", 2, "column 'b': missing number"),
        ("name,a,b\nJay,1,1_0\n", 2, "column 'b': '1_0' is not a number"),
        ("name,a,b\nJay,inf,1\n", 2, "column 'a': 'inf' must be finite"),
        ("name,a,b\nJay,1e39,1\n", 2, "column 'a': '1e39' must be finite"),
        ('name,a\n"Jay\nSmith",1\nAnn,101\n', 4, "column 'a': 101 is outside the scale from 0 to 100"),
        ("name,a\nJay,-1\n", 2, "column 'a': -1 is outside"),
        ('name,a\nJay,"1" 2\n', 2, "cannot be read"),
    ],
)
def test_errors_name_file_line_and_column(tmp_path, text, line, problem):
    path = written(tmp_path, text)
    with pytest.raises(firth.FormatError, match=problem or "is empty") as caught:
        firth.read_table(path, scale=(0, 100))
    assert caught.value.path == path
    assert caught.value.line == (line if problem else None)


def test_text_in_another_encoding_is_an_error_that_names_the_byte(tmp_path):
    path = written(tmp_path, "name,a\nJürgen,1\n", "latin-1")
    with pytest.raises(firth.FormatError) as caught:
        firth.read_table(path)
    assert caught.value.byte == 8


@pytest.mark.parametrize(
    ("table", "settings", "problem"),
    [
        ([], {}, "a column of names and one of numbers"),
        (7, {}, "table of type int"),
        (["name,a", "Jay,1"], {}, "is not a row"),
        ([("name", "a"), "Jay"], {}, "row 2 of the table: 'Jay' is not a row"),
        ([("name", "a"), ("Jay", True)], {}, "column 'a': True is not a number"),
        ([("name", "a"), ("Jay", None)], {}, "column 'a': missing number"),
        ([("name", "a"), ("Jay", float("nan"))], {}, "column 'a': missing number"),
        ([("name", "a"), (None, 1)], {}, "no name"),
        ([("name", "a"), ("Jay", 1), ("Jay", 2)], {}, "in row 2"),
        (EXAMPLE, {"columns": ["trait 9"]}, "column 'trait 9' does not exist; the columns are trait 1, trait 2"),
        (EXAMPLE, {"columns": "trait 1"}, "must be a list"),
        (EXAMPLE, {"columns": []}, "at least one is needed"),
        (EXAMPLE, {"scale": (100, 0)}, "low below high"),
        (EXAMPLE, {"scale": (0, float("inf"))}, "low below high"),
        (EXAMPLE, {"scale": (0, 50)}, "row 2 of the table: column 'trait 2': 90 is outside"),
    ],
)
def test_impossible_rows_and_settings_are_refused(table, settings, problem):
    with pytest.raises(firth.SettingError, match=problem):
        firth.read_table(table, **settings)


@given(st.lists(st.lists(st.floats(-100, 100, width=32), min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_table_written_as_csv_is_the_same_table(tmp_path_factory, numbers):
    rows = [("name", "a", "b", "c"), *((f"n {i}", *row) for i, row in enumerate(numbers))]
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    path.write_text("\n".join(",".join(map(repr, row)).replace("'", '"') for row in rows))
    np.testing.assert_array_equal(firth.read_table(path).matrix, firth.read_table(rows).matrix)


@pytest.mark.parametrize(
    "text",
    [
        'name,"height; cm",age\nAnn,170,20\nBob,180,40\n',
        'name;"height; cm";age\nAnn;170;20\nBob;180;40\n',
        'name\t"height; cm"\tage\nAnn\t170\t20\nBob\t180\t40\n',
        '\ufeffname,"height; cm",age\r\nAnn,170,20\r\nBob,180,40\r\n',
        'name,"height; cm",age\rAnn,170,20\rBob,180,40\r',
    ],
)
def test_the_separator_is_the_one_that_cuts_all_rows_alike(tmp_path, text):
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8", newline="")
    found = firth.read_table(path)
    assert list(found.words) == ["Ann", "Bob"]
    assert found.metadata["columns"] == ["height; cm", "age"]
    assert found.matrix.tolist() == [[170, 20], [180, 40]]


def test_a_decimal_comma_is_named(tmp_path):
    (tmp_path / "p.csv").write_text("name;height;age\nAnn;1,70;20\nBob;1,80;40\n")
    with pytest.raises(firth.FormatError, match="line 2: column 'height': '1,70' is not a number .a decimal comma"):
        firth.read_table(tmp_path / "p.csv")
