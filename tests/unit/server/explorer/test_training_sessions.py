"""Trainings in the background: paused, resumed, stopped, and ended with the server."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from firth.errors import SettingError
from firth.models.word2vec import Word2Vec
from firth.server.explorer import training_sessions
from firth.server.explorer.training_sessions import Source, TrainingSessions
from firth.training.hyperparameters import Hyperparameters

WORDS = ["king queen rules the land of cats and dogs", "a cat hunts the mouse in the house of the king"]
SHORT = Source("short", WORDS)
LONG = Source("long", WORDS * 200)


def settings(**given):
    """Settings of a small model."""
    return Hyperparameters(**{"vector_size": 16, "min_count": 1, "threads": 1, "epochs": 3, **given})


@pytest.fixture
def sessions():
    sessions = TrainingSessions()
    yield sessions
    sessions.close()


def until(session, condition):
    """Wait until a snapshot is as wanted."""
    end = time.monotonic() + 60
    while not condition(snapshot := session.snapshot()):
        assert time.monotonic() < end, snapshot
        time.sleep(0.01)
    return snapshot


def is_training(snapshot):
    return snapshot.state == "training" and snapshot.progress.get("done", 0) > 0


def test_a_training_runs_to_its_end(sessions):
    session = sessions.begin(SHORT, settings(), ["king", "taco"])
    assert session.wait(60)
    seen = session.snapshot()
    assert (seen.state, seen.is_active, seen.name) == ("done", False, "short")
    assert seen.progress["done"] == seen.progress["total"]
    assert seen.progress["epoch"] == 3
    assert seen.words == 15
    assert seen.losses[-1][0] == 3
    assert seen.watched.unknown == ["taco"]
    assert seen.watched.words[0].neighbours == session.finished_model().vectors.most_similar("king", 6)


def test_after_a_pause_the_result_is_that_without_one(sessions):
    session = sessions.begin(LONG, settings(epochs=400), [])
    until(session, is_training)
    session.pause()
    paused = until(session, lambda seen: not seen.is_active)
    assert paused.state == "paused"
    assert 0 < paused.progress["done"] < paused.progress["total"]
    middle = session.finished_model().vectors.matrix.copy()
    session.start()
    assert session.wait(60)
    assert session.snapshot().state == "done"
    whole = Word2Vec.from_hyperparameters(settings(epochs=400)).fit(LONG.corpus, progress=False)
    assert np.array_equal(session.finished_model().vectors.matrix, whole.vectors.matrix)
    assert not np.array_equal(middle, whole.vectors.matrix)


def test_a_stopped_training_keeps_its_model_and_cannot_go_on(sessions, tmp_path):
    session = sessions.begin(LONG, settings(epochs=100_000), [])
    until(session, is_training)
    with pytest.raises(SettingError, match="no model yet"):
        session.finished_model()
    session.stop()
    assert session.wait(60)
    assert session.snapshot().state == "stopped"
    assert len(Word2Vec.load(session.saved()).vocabulary) == 15
    with pytest.raises(SettingError, match="is over"):
        session.start()


def test_what_fails_says_why(sessions):
    session = sessions.begin(Source("rare", ["one two three"]), settings(min_count=5), [])
    assert session.wait(60)
    seen = session.snapshot()
    assert seen.state == "failed"
    assert "min_count=5" in seen.message


def test_two_compute_at_a_time_and_a_third_waits(sessions):
    three = [sessions.begin(LONG, settings(epochs=100_000, seed=seed), []) for seed in range(3)]
    for session in three[:2]:
        until(session, is_training)
    assert three[2].snapshot().state == "waiting"
    three[0].stop()
    until(three[2], is_training)
    three[2].stop()
    assert three[2].wait(60)


def test_one_that_waits_can_be_stopped(sessions):
    three = [sessions.begin(LONG, settings(epochs=100_000), []) for _ in range(3)]
    three[2].stop()
    assert three[2].wait(60)
    assert three[2].snapshot().state == "stopped"


def test_the_end_of_the_server_stops_all_and_leaves_no_file():
    sessions = TrainingSessions()
    running = [sessions.begin(LONG, settings(epochs=100_000), []) for _ in range(2)]
    for session in running:
        until(session, is_training)
    running[0].pause()
    assert running[0].wait(60)
    folder = sessions.new_upload()[1].parent
    assert list(folder.glob("*-checkpoint.firth"))
    sessions.close()
    assert not folder.exists()
    assert [session.snapshot().state for session in running] == ["stopped", "stopped"]
    with pytest.raises(SettingError, match="ending"):
        sessions.begin(SHORT, settings(), [])


def test_old_trainings_are_forgotten_with_their_files(sessions):
    first = sessions.begin(SHORT, settings(), [])
    assert first.wait(60)
    saved = first.saved()
    assert saved.exists()
    for _ in range(training_sessions.KEPT):
        assert sessions.begin(SHORT, settings(), []).wait(60)
    assert not saved.exists()
    with pytest.raises(SettingError, match="no such training"):
        sessions.find(first.id)


def test_the_oldest_file_goes(sessions):
    paths = []
    for number in range(training_sessions.UPLOADS + 1):
        id, path = sessions.new_upload()
        path.write_text("x")
        sessions.add_upload(id, Source(str(number), path))
        paths.append((id, path))
    assert [path.exists() for _, path in paths] == [False] + [True] * training_sessions.UPLOADS
    with pytest.raises(SettingError, match="no such file"):
        sessions.upload(paths[0][0])
    assert sessions.upload(paths[1][0]).name == "1"


def test_watching_other_words_needs_no_training(sessions):
    session = sessions.begin(SHORT, settings(), ["king"])
    assert session.wait(60)
    before = session.snapshot().version
    session.watch(["cat", "taco"])
    seen = session.snapshot()
    assert seen.version > before
    assert [one.word for one in seen.watched.words] == ["cat"]
    assert seen.watched.unknown == ["taco"]


def test_threads_end_with_their_trainings(sessions):
    session = sessions.begin(SHORT, settings(), [])
    assert session.wait(60)
    end = time.monotonic() + 10
    while any(thread.name == "firth" and thread._target == session._run for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert isinstance(session.saved(), Path)
