"""Models that go on with a new text, or start at vectors from elsewhere, from the command line."""

import json

import pytest

from firth import Word2Vec, load

OLD = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog met"] * 40
NEW = ["the fox sat on the mat", "a fox met a dog on the log"] * 30
QUICK = ("--vector-size", 8, "--min-count", 1, "--threads", 1, "--seed", 3)


@pytest.fixture
def texts(firth, tmp_path):
    (tmp_path / "old.txt").write_text("\n".join(OLD), encoding="utf-8")
    (tmp_path / "new.txt").write_text("\n".join(NEW), encoding="utf-8")
    firth("train", "old.txt", "-o", "old.firth", *QUICK, "--quiet")
    return tmp_path


def test_a_model_goes_on(firth, texts):
    arguments = ("--replay", "old.txt", "--replay-words", 1, "--epochs", 2, "--learning-rate", 0.01)
    done = firth("train", "new.txt", "--continue", "old.firth", "-o", "both.firth", *arguments, "--json")
    found = Word2Vec.load(texts / "both.firth")
    model = Word2Vec.load(texts / "old.firth")
    model.continue_training(
        texts / "new.txt", replay=texts / "old.txt", replay_words=1, epochs=2, learning_rate=0.01, progress=False
    )
    assert (found.vectors.matrix == model.vectors.matrix).all()
    assert (found.context_vectors == model.context_vectors).all()
    summary = json.loads(done.stdout)
    assert [record["epoch"] for record in summary["history"]] == [1, 2, 3, 4, 5, 6, 7]
    assert summary["words"] == 720 + 30 * 14
    assert "fox" in found.vectors
    firth("train", "new.txt", "--continue", "old.firth", "-o", "old.firth", "--new-words", "ignore", "--quiet")
    assert "fox" not in load(texts / "old.firth"), "in place of the model that went on"
    firth("train", "-", "--continue", "both.firth", "-o", "n.firth", "--new-words", "only", input="\n".join(NEW))
    assert set(load(texts / "n.firth")) == set(" ".join(NEW).split())


def test_frozen_words_and_shares(firth, texts):
    (texts / "held.txt").write_text("cat\ndog\n", encoding="utf-8")
    before = load(texts / "old.firth")
    firth("train", "new.txt", "--continue", "old.firth", "-o", "c.firth", "--frozen", "held.txt", "--quiet")
    after = load(texts / "c.firth")
    assert (after["dog"] == before["dog"]).all()
    assert (after["the"] != before["the"]).any()
    firth("train", "new.txt", "--initial", "old.firth", "-o", "i.firth", "--frozen", 0, *QUICK, "--quiet")
    after = load(texts / "i.firth")
    assert all((after[word] == before[word]).all() for word in after if word in before)
    assert set(after) == set(" ".join(NEW).split())


def test_any_file_of_vectors_is_a_start(firth, texts):
    load(texts / "old.firth").save(texts / "old.txt.vec")
    done = firth("train", "new.txt", "--initial", "old.txt.vec", "-o", "i.firth", *QUICK)
    assert "8 of 9 words start at the given vectors; contexts at zero." in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--continue", "old.firth", "--window", 3), "--window with --continue: the settings are those of old.firth"),
        (("--continue", "old.firth", "--initial", "old.firth"), "--continue with --initial"),
        (("--continue", "old.firth", "--resume", "c.firth"), "--continue with --resume: c.firth knows what its"),
        (("--resume", "old.firth", "--replay", "old.txt", "--replay-words", 2), "--replay-words with --resume"),
        (("--continue", "none.firth"), "none.firth"),
        (("--continue", "new.txt"), "new.txt"),
        (("--continue", "old.firth", "--new-words", "all"), "new_words='all': must be 'add', 'ignore' or 'only'"),
        (("--continue", "old.firth", "--frozen", "nothing.txt"), "must be a number from 0 to 1, or a file"),
        (("--continue", "old.firth", "--replay-words", 2), "--replay-words: applies only with --replay"),
        (("--resume", "old.firth", "--initial", "old.firth"), "--initial with --resume"),
        (("--new-words", "add"), "--new-words: applies only with --continue MODEL"),
        (("--replay", "old.txt"), "--replay: applies only with --continue MODEL"),
        (("--frozen", 0), "--frozen: applies only with --continue or --initial"),
        (("--initial", "old.firth"), "its vectors have 8 numbers, those of the model 100; set vector_size=8"),
    ],
)
def test_what_does_not_go_together(firth, texts, arguments, message):
    done = firth("train", "new.txt", "-o", "m.firth", *arguments, code=2)
    assert message in " ".join(done.stderr.split())
    assert not (texts / "m.firth").exists()
