"""`firth phrases` as a process; tests/unit/cli/test_phrases.py has the rest."""

import json

from firth import Phrases

LINES = ["in New York the bank of England reads the New York Times", "the end of the day in the town"] * 20


def test_a_table_and_a_joined_text_from_standard_input(firth, tmp_path):
    options = ["--threshold", "0.3,0.2", "--passes", 2, "--connectors", "of,the", "--json", "-n", 2]
    done = firth("phrases", "-", "-o", "t.tsv", "--text", "joined.txt", *options, input="\n".join(LINES))
    expected = Phrases(threshold=(0.3, 0.2), passes=2, connectors=["of", "the"]).fit(LINES, progress=False)
    table = Phrases.load(tmp_path / "t.tsv")
    assert table.table == expected.table
    assert table.settings == expected.settings
    joined = [" ".join(sentence) for sentence in expected.join(LINES)]
    assert (tmp_path / "joined.txt").read_text() == "\n".join(joined) + "\n"
    record = json.loads(done.stdout)
    assert (record["table"], record["text"], record["phrases"]) == ("t.tsv", "joined.txt", len(expected))
    assert [set(best) for best in record["best"]] == [{"words", "count", "score", "pass"}] * 2


def test_phrase_analogies_of_a_model_with_phrases(firth, tmp_path):
    lines = ["in New York the New York Times", "in Baltimore the Baltimore Sun"] * 20
    (tmp_path / "text.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "t.tsv").write_text("new york\nbaltimore sun\nnew_york times\t40\t1.0\t2\n", encoding="utf-8")
    questions = [": newspapers", "Baltimore Baltimore_Sun New_York New_York_Times", "Albany Albany_Sun New_York York"]
    (tmp_path / "q.txt").write_text("\n".join(questions), encoding="utf-8")
    quick = ("--vector-size", 8, "--epochs", 1, "--threads", 1, "--subsample-threshold", 0, "--quiet")
    firth("train", "text.txt", "-o", "m.firth", "--phrases", "t.tsv", *quick)
    found = json.loads(firth("evaluate", "m.firth", "--analogies", "q.txt", "--json").stdout)
    score = found["models"][0]["scores"]["q.txt"]
    assert (score["covered"], score["total"]) == (1, 2)
