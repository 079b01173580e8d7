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
