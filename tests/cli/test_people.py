"""firth people: who is most like whom."""

import json

import pytest

from firth import load


def test_the_documents_people(firth, tmp_path):
    shown = firth("people", "-o", "people.firth").stdout.splitlines()
    assert shown[2].split() == ["Jay", "Person", "1", "0.658"]
    assert "Jay        1.000     0.658    -0.368" in shown
    assert shown[-1] == "saved people.firth"
    assert load(tmp_path / "people.firth").most_similar("Jay")[0].word == "Person 1"


def test_a_table_of_the_user(firth, tmp_path):
    (tmp_path / "people.csv").write_text("name,a,b,c\nJay,-0.4,0.8,1\nAnn,-0.3,0.2,0\nBob,-0.5,-0.4,1\n")
    scale = ("--scale", -1, 1)
    found = json.loads(firth("people", "people.csv", *scale, "--column", "a", "--column", "b", "--json").stdout)
    assert found["columns"] == ["a", "b"]
    assert found["names"] == ["Jay", "Ann", "Bob"]
    assert found["vectors"][0] == pytest.approx([-0.4, 0.8])
    assert found["similarities"][0] == pytest.approx([1, 0.868243, -0.209529], abs=1e-6)
    assert found["most_similar"][0] == {"name": "Jay", "most_similar": "Ann", "similarity": 0.868243}
    error = firth("people", "people.csv", code=2).stderr
    assert error == "firth: people.csv, line 2: column 'a': -0.4 is outside the scale from 0 to 100\n"
