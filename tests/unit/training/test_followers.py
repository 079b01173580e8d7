"""A training in parts, from the middle, and with followers: the same bits as in one go, and what followers see."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firth.backends.cpu import CpuBackend
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.errors import TrainingInterrupted
from firth.progress import open_progress
from firth.training.followers import BEGINNING
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import initial_word_vectors, plan_training
from firth.training.trainer import Trainer
from reference.numpy_backend import NumpyBackend

CHUNK, EPOCHS, WORDS = 1024, 3, 60


def random_text(tokens):
    """Sentences of 20 words; lower ids are more frequent."""
    ids = (np.random.default_rng(1).random(tokens) ** 2 * WORDS).astype(np.int32)
    offsets = np.append(np.arange(0, tokens, 20), tokens).astype(np.int64)
    counts = np.sort(np.bincount(ids, minlength=WORDS) + 1)[::-1]
    return EncodedCorpus(Vocabulary([f"w{i}" for i in range(WORDS)], counts), ids, offsets)


class Following:
    """A follower that notes what it sees, and does something at the nth moment of a kind."""

    def __init__(self, moment=None, number=0, act=lambda training: None, part_seconds=0.0):
        self.part_seconds, self.seen, self.entered = part_seconds, [], 0
        self.moment, self.number, self.act = moment, number, act

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, *error):
        self.entered -= 1

    def follow(self, training):
        assert self.entered == 1
        self.seen.append(training)
        if training.moment == self.moment:
            if self.number == 0:
                self.act(training)
            self.number -= 1

    @property
    def moments(self):
        return [training.moment for training in self.seen if training.moment != "tick"]


def trainer_of(*followers, start=BEGINNING, matrices=None, make=None, epochs_before=0, progress=False, **values):
    """A trainer of one thread and small chunks, whose backend has been started."""
    values = {"vector_size": 8, "epochs": EPOCHS, "subsample_threshold": 0.02, "threads": 1, **values}
    tokens = values.pop("tokens", 5 * CHUNK + 77)
    given = Hyperparameters(min_count=1, **values)
    plan = plan_training(given, random_text(tokens))
    backend = make() if make else CpuBackend(given.threads, chunk=CHUNK)
    inputs, outputs = matrices or (initial_word_vectors(plan.n_words, given.vector_size, given.seed), None)
    backend.start(plan, inputs, outputs)
    where = {"start": start, "epochs_before": epochs_before, "followers": followers}
    return Trainer(given, plan, backend, open_progress(progress), **where)


def outcome(trainer):
    """All bits of a training: both matrices, and the history without times."""
    return [matrix.tobytes() for matrix in trainer.backend.matrices()], [
        record._replace(seconds=0) for record in trainer.history
    ]


def stop(training):
    training.stop()


def interrupt(training):
    raise KeyboardInterrupt


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "softmax", "nce"])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_parts_are_the_epoch(architecture, objective):
    one = trainer_of(architecture=architecture, objective=objective)
    one.run()
    parts = Following()
    several = trainer_of(parts, architecture=architecture, objective=objective)
    several.run()
    assert parts.moments == ["start", *(["part"] * 5 + ["epoch"]) * EPOCHS, "end"]
    assert outcome(several) == outcome(one)


@pytest.fixture(scope="module")
def uninterrupted():
    trainer = trainer_of()
    trainer.run()
    return outcome(trainer)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(where=st.lists(st.tuples(st.sampled_from(["part", "epoch"]), st.integers(0, 6), st.booleans()), max_size=4))
def test_a_training_that_is_stopped_anywhere_and_goes_on_is_the_one_that_was_not(uninterrupted, where):
    start, matrices = BEGINNING, None
    for moment, number, is_interrupted in where:
        follower = Following(moment, number, interrupt if is_interrupted else stop)
        trainer = trainer_of(follower, start=start, matrices=matrices)
        try:
            trainer.run()
        except TrainingInterrupted:
            assert is_interrupted
        start, matrices = trainer.position, trainer.backend.matrices()
        assert follower.seen[-1].moment == "end"
        assert follower.seen[-1].position == start
        assert follower.entered == 0
    trainer = trainer_of(start=start, matrices=matrices)
    trainer.run()
    assert outcome(trainer) == uninterrupted


def test_it_goes_on_from_where_ctrl_c_stopped_one_thread():
    """It stops it between two batches, in the middle of a chunk."""
    tokens = 3_000_000
    one = trainer_of(tokens=tokens, epochs=1, make=lambda: CpuBackend(1))
    one.run()
    trainer = trainer_of(Following("tick", 0, interrupt, None), tokens=tokens, epochs=1, make=lambda: CpuBackend(1))
    with pytest.raises(TrainingInterrupted, match="stopped in epoch 1"):
        trainer.run()
    assert 0 < trainer.position.totals.words < tokens
    assert [record.words for record in trainer.history] == [trainer.position.totals.words]
    assert trainer.position.history == ()
    again = trainer_of(
        start=trainer.position, matrices=trainer.backend.matrices(), tokens=tokens, epochs=1, make=lambda: CpuBackend(1)
    )
    again.run()
    assert outcome(again) == outcome(one)


def test_the_numpy_backend_has_parts_too():
    def make():
        return NumpyBackend(batch=256)

    one = trainer_of(make=make, tokens=700, epochs=2)
    one.run()
    cut = trainer_of(Following("part", 1, stop), make=make, tokens=700, epochs=2)
    cut.run()
    assert cut.position.totals.words == 512
    with_float64 = cut.backend._rows, cut.backend._output
    again = trainer_of(start=cut.position, make=make, tokens=700, epochs=2)
    again.backend._rows, again.backend._output = with_float64
    again.run()
    assert outcome(again) == outcome(one)


def test_followers_see_where_it_is():
    following = Following()
    trainer = trainer_of(following, threads=2, tokens=40 * CHUNK)
    trainer.run()
    words = [training.progress.done for training in following.seen]
    assert words == sorted(words)
    assert words[0] == 0
    assert words[-1] == following.seen[-1].progress.total == EPOCHS * 40 * CHUNK
    for training in following.seen:
        done = training.position.epoch * 40 * CHUNK + training.position.totals.words
        assert training.progress.done == done
        assert training.n_epochs == EPOCHS
        assert len(training.history) == len(training.position.history) == training.position.epoch
    epochs = [training for training in following.seen if training.moment == "epoch"]
    assert [training.progress.facts["epoch"] for training in epochs] == [1, 2, 3]
    assert [training.progress.facts["loss"] for training in epochs] == [one.loss for one in trainer.history]
    assert following.seen[-1].history == trainer.history


def test_after_a_stop_the_history_ends_with_the_part_that_was_trained():
    following = Following("part", 7, stop)
    trainer = trainer_of(following)
    history = trainer.run()
    tokens = 5 * CHUNK + 77
    assert [record.words for record in history] == [tokens, 3 * CHUNK]
    assert following.moments[-2:] == ["part", "end"]
    assert following.seen[-1].history == history
    assert trainer.position.epoch == 1


def test_epochs_are_counted_on_and_their_draws_do_not_repeat():
    first = trainer_of(epochs=1, learning_rate=1e-30, final_learning_rate=0)
    again = trainer_of(epochs=2, learning_rate=1e-30, final_learning_rate=0, epochs_before=1)
    history = again.run()
    assert [record.epoch for record in history] == [2, 3]
    assert first.run()[0].pairs != history[0].pairs


def test_progress_goes_on_where_it_was():
    cut = trainer_of(Following("part", 7, stop))
    cut.run()
    seen = []
    trainer_of(start=cut.position, matrices=cut.backend.matrices(), progress=seen.append).run()
    assert seen[0].done >= cut.position.totals.words + 5 * CHUNK + 77
    assert seen[-1].done == seen[-1].total == EPOCHS * (5 * CHUNK + 77)
    last = seen[-1]
    trained = last.done - (cut.position.totals.words + 5 * CHUNK + 77)
    assert last.facts["words_per_second"] == pytest.approx(trained / last.seconds, rel=0.5)


@pytest.mark.parametrize("moment", ["start", "part", "epoch", "end"])
def test_an_error_of_a_follower_ends_the_training(moment):
    def fail(training):
        raise ZeroDivisionError

    following = Following(moment, 0, fail)
    with pytest.raises(ZeroDivisionError):
        trainer_of(following).run()
    assert following.entered == 0
    assert following.moments[-1] == moment


def test_the_weights_are_at_rest_between_parts():
    def compare(training):
        before = training.backend.matrices()
        after = training.backend.matrices()
        np.testing.assert_array_equal(before, after)

    trainer_of(Following("part", 2, compare), threads=2, tokens=40 * CHUNK).run()
