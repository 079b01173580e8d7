"""`firth index MODEL` and `firth similar --approximate`."""

import json

import numpy as np

from firth import WordVectors, load


def test_an_index_is_built_next_to_the_model_and_searched(firth, tmp_path):
    model = tmp_path / "words.firth"
    matrix = np.random.default_rng(3).normal(size=(800, 10))
    WordVectors([f"w{i}" for i in range(800)], matrix).save(model)

    missing = firth("similar", model, "w1", "--approximate", code=2).stderr
    assert missing.startswith("firth: there is no index in")
    assert missing.count("\n") == 1

    shown = firth("index", "words.firth")
    assert shown.stderr == "Building the index …\n"
    lines = {line[:12].strip(): line[14:].strip() for line in shown.stdout.splitlines()}
    assert lines["words"] == "800"
    assert float(lines["recall"].split()[0]) >= 0.95
    assert lines["saved"] == "words.firth.index (0.1 MB)"

    neighbours = json.loads(firth("similar", model, "w1", "w2", "-n", 3, "--approximate", "--json").stdout)
    assert [near["word"] for near in neighbours[0]["neighbours"]] == [
        near.word for near in load(model).most_similar("w1", 3, approximate=True)
    ]

    other = tmp_path / "other.index"
    printed = json.loads(firth("index", model, "-o", other, "--recall", "0.5", "--threads", 1, "--json").stdout)
    assert printed["bytes"] == other.stat().st_size
    assert printed["recall"] == (printed["recall_of_words"] + printed["recall_of_sums"]) / 2 >= 0.5
    assert load(model).open_index(other).search_width == printed["search_width"]
    assert "recall=1.5" in firth("index", model, "--recall", "1.5", code=2).stderr
