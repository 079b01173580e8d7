"""Observers: what they see and when, that training does not wait for them, and how they end it."""

import csv
import json
import math
import threading

import numpy as np
import pytest

import firth
from firth import CorpusError, FormatError, SettingError, TrainingInterrupted, UnknownWordError, Word2Vec
from firth.corpus import EncodedCorpus, Vocabulary, encode
from firth.training.observers import LogCsv, LogJson, SaveSnapshots, StopEarly

SETTINGS = {"vector_size": 10, "min_count": 1, "subsample_threshold": 0, "threads": 1, "epochs": 4}
EPOCHS = SETTINGS["epochs"]
PATIENCE = 60  # seconds after which a test that hangs fails


def sentences(tokens=20_000, seed=1):
    ids = (np.random.default_rng(seed).random(tokens) ** 2 * 50).astype(int)
    return [[f"w{i}" for i in part] for part in np.array_split(ids, tokens // 20)]


@pytest.fixture(scope="module")
def text():
    return encode(sentences(), min_count=1)


@pytest.fixture(scope="module")
def long():
    """A text whose epochs take longer than a tick."""
    ids = (np.random.default_rng(1).random(1_000_000) ** 2 * 50).astype(np.int32)
    vocabulary = Vocabulary([f"w{i}" for i in range(50)], np.bincount(ids))
    return EncodedCorpus(vocabulary, ids, np.arange(0, len(ids) + 1, 20, dtype=np.int64))


def fitted(text, *observers, **options):
    settings = {**SETTINGS, **options.pop("settings", {})}
    return Word2Vec(**settings).fit(text, **{"progress": False, **options}, observers=observers)


# ---------------------------------------------------------------- what they see


def test_they_see_the_start_every_epoch_and_the_end(text):
    seen = []
    model = fitted(text, seen.append)
    found = [one for one in seen if one.moment != "tick"]
    assert [one.moment for one in found] == ["start", *["epoch"] * EPOCHS, "end"]
    assert [one.progress.done for one in found] == [0, 20_000, 40_000, 60_000, 80_000, 80_000]
    assert [one.progress.total for one in found] == [80_000] * 6
    assert [len(one.history) for one in found] == [0, 1, 2, 3, 4, 4]
    assert found[-1].history == model.history
    assert [one.progress.facts["loss"] for one in found[1:-1]] == [record.loss for record in model.history]
    assert found[0].hyperparameters == model.hyperparameters
    assert found[0].vocabulary is model.vocabulary


def test_they_run_in_one_thread_of_their_own(text):
    threads = set()
    fitted(
        text, lambda one: threads.add(threading.current_thread()), lambda one: threads.add(threading.current_thread())
    )
    assert len(threads) == 1
    assert threading.current_thread() not in threads


def test_they_see_the_weights_of_the_moment(text):
    found = {}

    def look(one):
        if one.moment in ("start", "end"):
            rows = one.rows(["w3", "w0", "w3"])
            vectors = one.vectors()
            np.testing.assert_array_equal(vectors[["w3", "w0", "w3"]], rows)
            rows[:] = 7  # a copy
            found[one.moment] = vectors, one.score(text)

    model = fitted(text, look)
    first, before = found["start"]
    last, after = found["end"]
    np.testing.assert_array_equal(last.matrix, model.vectors.matrix)
    assert list(last.words) == list(model.vectors.words)
    np.testing.assert_array_equal(last.counts, model.vocabulary.counts)
    assert after == model.score(sentences())
    assert after.loss < before.loss <= 6 * math.log(2) * 1.0001
    assert (first.matrix != last.matrix).all()


def test_ticks_come_while_an_epoch_is_trained(long):
    seen = []
    fitted(long, seen.append, settings={"epochs": 1, "vector_size": 100})
    words = [one.progress.done for one in seen if one.moment == "tick"]
    assert words == sorted(words)
    assert any(0 < done < 1_000_000 for done in words)


def test_unknown_words_and_other_vocabularies_are_errors(text):
    def of(act):
        def observe(one):
            if one.moment == "end":
                act(one)

        return observe

    with pytest.raises(UnknownWordError, match="w99"):
        fitted(text, of(lambda one: one.rows(["w1", "w99"])))
    with pytest.raises(SettingError, match="not one string"):
        fitted(text, of(lambda one: one.rows("w1")))
    with pytest.raises(SettingError, match="another vocabulary"):
        fitted(text, of(lambda one: one.score(encode([["x", "y"]] * 9, min_count=1))))
    with pytest.raises(CorpusError):
        fitted(text, of(lambda one: one.score("no-such-file.txt")))


# ---------------------------------------------------------------- nobody waits


def test_training_does_not_wait_for_a_slow_one(text):
    """It is busy from the start until training has ended: ticks are dropped, ends of epochs are not."""
    has_ended, seen = threading.Event(), []

    def show(progress):
        if progress.facts.get("epoch_done") and progress.facts["epoch"] == EPOCHS:
            has_ended.set()

    def observe(one):
        seen.append(one)
        if one.moment == "start":
            assert has_ended.wait(PATIENCE)

    fitted(text, observe, progress=show)
    assert [one.moment for one in seen] == ["start", *["epoch"] * EPOCHS, "end"]
    assert [len(one.history) for one in seen] == [0, 1, 2, 3, 4, 4]


def test_at_the_end_all_are_waited_for(text):
    done = []

    def observe(one):
        if one.moment == "end":
            threading.Event().wait(0.3)
            done.append(True)

    fitted(text, observe)
    assert done


def test_ctrl_c_does_not_wait_for_a_slow_one(text):
    release, begun = threading.Event(), threading.Event()

    def observe(one):
        begun.set()
        release.wait(PATIENCE)

    def interrupt(progress):
        if progress.facts.get("epoch") == 2:
            assert begun.wait(PATIENCE)
            raise KeyboardInterrupt

    model = Word2Vec(**SETTINGS)
    with pytest.raises(TrainingInterrupted):
        model.fit(text, progress=interrupt, observers=[observe])
    assert not release.is_set()
    release.set()
    assert len(model.history) == 2


def test_after_ctrl_c_they_see_the_end(text):
    seen = []

    def interrupt(progress):
        if progress.facts.get("epoch_done"):
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted):
        fitted(text, seen.append, progress=interrupt)
    assert seen[-1].moment == "end"
    assert len(seen[-1].history) == 1


# ---------------------------------------------------------------- how they end it


def test_they_can_stop_it(text):
    def observe(one):
        if one.moment == "epoch" and len(one.history) == 2:
            one.stop()

    model = fitted(text, observe)
    assert [record.epoch for record in model.history][:2] == [1, 2]
    assert len(model.history) < EPOCHS, "a part of the third epoch, if the observer was slower than a tick"
    if len(model.history) == 2:  # the vectors after two of four epochs
        rates = {"epochs": 2, "final_learning_rate": (0.025 + 1e-4) / 2}
        half = fitted(text, settings=rates)
        np.testing.assert_array_equal(model.vectors.matrix, half.vectors.matrix)


def test_a_stop_within_an_epoch_is_in_the_history(long):
    model = fitted(long, lambda one: one.moment == "tick" and one.stop(), settings={"vector_size": 100})
    assert len(model.history) == 1
    assert 0 <= model.history[-1].words < 1_000_000


def test_a_stop_at_the_start_trains_nothing(text):
    model = fitted(text, lambda one: one.stop())
    assert model.history == []
    assert len(model.vectors) == 50


@pytest.mark.parametrize("moment", ["start", "epoch", "end"])
def test_an_error_of_theirs_leaves_the_model_as_it_was(text, moment):
    def fail(one):
        if one.moment == moment:
            raise ZeroDivisionError("of an observer")

    model = fitted(text, settings={"epochs": 1})
    before, history = model.vectors, model.history
    with pytest.raises(ZeroDivisionError, match="of an observer"):
        model.fit(text, progress=False, observers=[fail])
    assert model.vectors is before
    assert model.history == history


@pytest.mark.parametrize("observers", [print, 7, ["print"], [print, None]])
def test_what_is_no_list_of_functions_is_refused_before_the_text_is_read(observers):
    with pytest.raises(SettingError, match="observers"):
        Word2Vec().fit("no text", observers=observers)


def test_where_no_thread_starts_they_run_in_the_calling_one(text, monkeypatch):
    monkeypatch.setattr("firth.threads.start_thread", lambda *call: False)
    seen = []
    fitted(text, lambda one: seen.append((one.moment, threading.current_thread())))
    assert {thread for _, thread in seen} == {threading.main_thread()}
    assert [moment for moment, _ in seen if moment != "tick"] == ["start", *["epoch"] * EPOCHS, "end"]


def test_resuming_has_observers_too(text, tmp_path):
    path, seen = tmp_path / "c.firth", []
    fitted(text, lambda one: one.moment == "epoch" and one.stop(), checkpoint=path)
    Word2Vec.resume(path, text, progress=False, observers=[seen.append])
    found = [one for one in seen if one.moment != "tick"]
    assert [one.moment for one in found] == ["start", *["epoch"] * (EPOCHS - 1), "end"]
    assert [len(one.history) for one in found] == [1, 2, 3, 4, 4]
    assert found[0].progress.done == 20_000


# ---------------------------------------------------------------- those that are ready to use


@pytest.mark.parametrize(("patience", "epochs"), [(1, 3), (2, 5)])
def test_stop_early_by_a_function(text, patience, epochs):
    scores = iter([1.0, 2.0, 1.5, 3.0, 2.0, 2.5, 2.9, 1.0] if patience == 2 else [1.0, 2.0, 1.5, 3.0])
    expected = {1: [1.0, 2.0, 1.5], 2: [1.0, 2.0, 1.5, 3.0, 2.0, 2.5]}[patience]
    early = StopEarly(lambda one: next(scores), patience)
    model = fitted(text, early, settings={"epochs": 20})
    assert early.scores == expected
    assert early.best == expected.index(max(expected))
    assert len(model.history) in (len(expected), len(expected) + 1), "if it was slow, a part of the next one"


@pytest.mark.parametrize("encoded", [False, True])
def test_stop_early_by_a_held_out_text(text, encoded):
    """Random words: the more often the text is read, the worse others are predicted."""
    held_out = sentences(4_000, seed=2)
    early = StopEarly(encode(held_out, vocabulary=text.vocabulary) if encoded else held_out)
    losses = []
    settings = {"epochs": 40, "learning_rate": 0.1}
    fitted(text, early, lambda one: losses.append(one.score(held_out).loss) if one.moment == "epoch" else None,
           settings=settings)  # fmt: skip
    assert 2 <= len(early.scores) < 40
    assert early.scores[-1] <= max(early.scores)
    assert early.best == len(early.scores) - 2


def test_stop_early_reads_its_text_at_the_start(text):
    with pytest.raises(CorpusError, match="no-such-file"):
        fitted(text, StopEarly("no-such-file.txt"))
    for patience in (0, 1.5, True, None):
        with pytest.raises(SettingError, match="patience"):
            StopEarly(print, patience)


def test_logs_have_a_line_for_each_epoch(text, tmp_path):
    for path in (tmp_path / "log.csv", tmp_path / "log.jsonl"):
        path.write_text("old\n")
    model = fitted(text, LogCsv(tmp_path / "log.csv"), LogJson(tmp_path / "log.jsonl"))
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [int(row["epoch"]) for row in rows] == [line["epoch"] for line in lines] == [1, 2, 3, 4]
    assert [float(row["loss"]) for row in rows] == [record.loss for record in model.history]
    assert [line["loss"] for line in lines] == [record.loss for record in model.history]
    assert [line["words"] for line in lines] == [20_000, 40_000, 60_000, 80_000]
    assert all(set(row) == set(line) for row, line in zip(rows, lines, strict=True))
    assert all(line["epoch_done"] is True for line in lines)


def test_a_log_of_ticks_and_of_a_training_that_was_resumed(long, tmp_path):
    path = tmp_path / "c.firth"
    settings = {"vector_size": 100, "epochs": 2}
    log = LogJson(tmp_path / "log.jsonl", ticks=True)
    fitted(long, log, lambda one: one.moment == "tick" and one.progress.done > 0 and one.stop(), settings=settings,
           checkpoint=path)  # fmt: skip
    first = (tmp_path / "log.jsonl").read_text()
    Word2Vec.resume(path, long, progress=False, observers=[log])
    both = (tmp_path / "log.jsonl").read_text()
    assert both.startswith(first)
    words = [json.loads(line)["words"] for line in both.splitlines()]
    assert words == sorted(words)
    assert len(words) > 4


def test_a_loss_that_is_not_known_is_null():
    log = object.__new__(LogJson)
    assert json.loads(log.line({"words": 0, "loss": math.nan})) == {"words": 0, "loss": None}


def test_snapshots_of_every_epoch(text, tmp_path):
    model = fitted(text, SaveSnapshots(tmp_path / "v-{epoch:02}.bin"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"v-{epoch:02}.bin" for epoch in range(1, 5)]
    last = firth.load(tmp_path / "v-04.bin")
    np.testing.assert_array_equal(last.matrix, model.vectors.matrix)
    assert (firth.load(tmp_path / "v-01.bin").matrix != last.matrix).any()


def test_what_snapshots_and_logs_cannot_write_is_found_out_when_they_are_made(tmp_path):
    for pattern in ("v.firth", "v-{number}.firth", "v-{.firth", "v-{0}.firth", "v-{epoch}.what"):
        with pytest.raises(SettingError):
            SaveSnapshots(tmp_path / pattern)
    for make in (LogCsv, LogJson, SaveSnapshots):
        with pytest.raises(FormatError, match="no folder"):
            make(tmp_path / "missing" / "v-{epoch}.firth")
