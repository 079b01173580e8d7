"""Checkpoints from the command line."""

import json
import random
import sys

import pytest

from firth import Word2Vec, load

QUICK = ("--vector-size", 20, "--min-count", 1, "--threads", 1, "--seed", 3)


@pytest.fixture
def corpus(tmp_path):
    rng, path = random.Random(1), tmp_path / "corpus.txt"
    words = [f"w{i}" for i in range(100)]
    path.write_text("\n".join(" ".join(rng.choices(words, k=20)) for _ in range(2_000)), encoding="utf-8")
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_goes_on_after_ctrl_c_as_it_says(firth, interrupted, corpus, tmp_path):
    arguments = "train", corpus, "-o", "m.firth", *QUICK, "--epochs", 60
    says = interrupted(*arguments, "--checkpoint", "c.firth", epoch=3)
    assert says[-2] == "firth: stopped early; the vectors so far are in m.firth"
    assert says[-1] == f"firth: to go on: firth train --resume c.firth {corpus} -o m.firth"
    assert len(load(tmp_path / "c.firth")) == len(load(tmp_path / "m.firth")) == 100
    (answer,) = json.loads(firth("similar", "c.firth", "w2", "--json").stdout)
    assert len(answer["neighbours"]) == 10

    done = firth(*says[-1].split()[5:], "--json")
    assert json.loads(done.stdout)["interrupted"] is False
    one = Word2Vec.load(tmp_path / "m.firth")
    other = Word2Vec(vector_size=20, min_count=1, threads=1, seed=3, epochs=60).fit(corpus, progress=False)
    assert (one.vectors.matrix == other.vectors.matrix).all()
    assert [record.loss for record in one.history] == [record.loss for record in other.history]
    found = firth("train", "--resume", "c.firth", corpus, "-o", "m.firth", code=2)
    assert "is finished, all 60 epochs" in found.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_learning_a_new_text_goes_on_as_it_says(firth, interrupted, corpus, tmp_path):
    """With an old text and phrases, which have to be given again."""
    lines = corpus.read_text().splitlines()
    (tmp_path / "new.txt").write_text("\n".join(line.replace("w9", "x") for line in lines[:1_000]), encoding="utf-8")
    (tmp_path / "table.tsv").write_text("w1 w2\n", encoding="utf-8")
    firth("train", corpus, "-o", "m.firth", "--phrases", "table.tsv", *QUICK, "--epochs", 1, "--quiet")
    texts = {"replay": corpus, "replay_words": 1, "phrases": tmp_path / "table.tsv"}
    whole = Word2Vec.load(tmp_path / "m.firth")
    whole.continue_training(tmp_path / "new.txt", epochs=50, progress=False, **texts)
    arguments = "--continue", "m.firth", "--replay", corpus, "--replay-words", 1, "--phrases", "table.tsv"
    run = "train", "new.txt", "-o", "n.firth", *arguments, "--epochs", 50, "--checkpoint", "c.firth"
    says = interrupted(*run, epoch=4)
    command = f"firth train --resume c.firth --phrases table.tsv --replay {corpus} new.txt -o n.firth"
    assert says[-1] == f"firth: to go on: {command}"
    firth(*command.split()[1:], "--quiet")
    found = Word2Vec.load(tmp_path / "n.firth")
    assert (found.vectors.matrix == whole.vectors.matrix).all()
    assert (found.context_vectors == whole.context_vectors).all()
    assert found.history.last_epoch == 51
    done = firth("train", "--resume", "c.firth", "new.txt", "-o", "n.firth", "--replay-words", 2, code=2)
    assert "--replay-words: applies only with --replay" in done.stderr


def test_what_resuming_refuses(firth, corpus, tmp_path):
    Word2Vec(vector_size=5, min_count=1, epochs=1).fit(corpus, progress=False).save(tmp_path / "m.firth")
    found = firth("train", "--resume", "m.firth", corpus, "-o", "n.firth", "--window", 3, code=2)
    assert found.stderr == "firth: --window with --resume: the settings are those of m.firth; leave it out\n"
    found = firth("train", "--resume", "m.firth", corpus, "-o", "n.firth", code=2)
    assert "m.firth is a model, not a checkpoint" in found.stderr
    assert len(found.stderr.splitlines()) == 1
    found = firth("train", corpus, "-o", "n.firth", "--checkpoint", "missing/c.firth", code=2)
    assert "there is no folder" in found.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "m.firth"]


def test_a_checkpoint_in_the_folder_of_the_texts_is_no_text(firth, corpus, tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    corpus.rename(texts / "corpus.txt")
    (texts / "c.firth").write_text("of an earlier run")
    firth("train", "texts", "-o", "texts/m.firth", "--checkpoint", "texts/c.firth", *QUICK, "--epochs", 1)
    assert Word2Vec.load(texts / "c.firth").vocabulary.total_words == 40_000
