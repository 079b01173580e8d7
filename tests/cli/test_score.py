"""firth score: the loss of a held-out text."""

import json

import pytest

from firth import Word2Vec

LINES = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog met"]


def test_score_for_people_and_programs(firth, model, tmp_path):
    trained = Word2Vec(vector_size=8, min_count=1, threads=1, subsample_threshold=0, epochs=2)
    trained.fit(LINES * 9, progress=False).save(tmp_path / "model.firth")
    (tmp_path / "held-out.txt").write_text("the cat sat on the log with zebras\n")
    found = json.loads(firth("score", "model.firth", "held-out.txt", "--seed", 3, "--json").stdout)
    expected = trained.score(["the cat sat on the log with zebras"], seed=3)
    assert found["loss"] == pytest.approx(expected.loss, rel=1e-6)
    assert [found[name] for name in ("pairs", "words", "unknown_words", "coverage")] == [expected.pairs, 6, 2, 0.75]
    shown = firth("score", "model.firth", "held-out.txt", "--seed", 3).stdout.splitlines()
    assert f"{expected.loss:.4f} nats per pair" in shown[1]
    assert "not the whole model" in firth("score", model, "held-out.txt", code=2).stderr
