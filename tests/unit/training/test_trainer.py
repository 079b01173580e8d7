"""The loop over epochs: learning rates, history and progress, interruptions, divergence, and many threads."""

import math

import numpy as np
import pytest

from firth.backends.cpu import CHUNK, HOT_ROWS, CpuBackend
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.errors import DivergenceError, FirthWarning, TrainingInterrupted
from firth.progress import open_progress
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import plan_training
from firth.training.trainer import Trainer

WORDS = 60
VECTOR_SIZE = 16


def random_text(tokens, words=WORDS, repeats=1):
    """Sentences of 20 words; lower ids are more frequent, and each occurs `repeats` times in a row."""
    ids = (np.random.default_rng(1).random(tokens // repeats) ** 2 * words).astype(np.int32).repeat(repeats)
    offsets = np.append(np.arange(0, len(ids), 20), len(ids)).astype(np.int64)
    counts = np.sort(np.bincount(ids, minlength=words) + 1)[::-1]
    return EncodedCorpus(Vocabulary([f"w{i}" for i in range(words)], counts), ids, offsets, len(ids))


def trainer_of(tokens=4000, threads=1, words=WORDS, progress=False, repeats=1, **settings):
    """A trainer whose backend has been started."""
    settings = {"min_count": 1, "subsample_threshold": 0, "vector_size": VECTOR_SIZE, **settings}
    hyperparameters = Hyperparameters(threads=threads, **settings)
    plan, backend = plan_training(hyperparameters, random_text(tokens, words, repeats)), CpuBackend(threads)
    start = np.random.default_rng(2).normal(size=(2, words, VECTOR_SIZE)).astype(np.float32) / 3
    backend.start(plan, *start)
    return Trainer(hyperparameters, plan, backend, open_progress(progress))


def trained(**settings):
    """A trainer that has run."""
    trainer = trainer_of(**settings)
    trainer.run()
    return trainer


def test_the_learning_rate_falls_linearly():
    seen = []
    trainer = trained(epochs=4, learning_rate=0.05, final_learning_rate=0.01, progress=seen.append)
    for progress in seen:
        expected = 0.05 - 0.04 * progress.done / progress.total
        assert progress.facts["learning_rate"] == pytest.approx(expected)
    assert [record.learning_rate for record in trainer.history] == pytest.approx([0.04, 0.03, 0.02, 0.01])


def test_the_backend_is_given_that_rate():
    """Between epochs nothing jumps: two epochs from 0.05 to 0.01 are one to 0.03 and another from there."""
    trainer = trainer_of(epochs=2, learning_rate=0.05, final_learning_rate=0.01)
    train_epoch, calls = trainer.backend.train_epoch, []

    def record(epoch, rates, tokens, *others):
        calls.append((epoch, rates, tokens))
        return train_epoch(epoch, rates, tokens, *others)

    trainer.backend.train_epoch = record
    trainer.run()
    assert [(epoch, tokens) for epoch, _, tokens in calls] == [(0, range(4000)), (1, range(4000))]
    assert calls[0][1] == pytest.approx((0.05, 0.03))
    assert calls[1][1] == pytest.approx((0.03, 0.01))


@pytest.mark.parametrize("threads", [1, 2, 6])
def test_history_and_progress_agree(threads):
    seen = []
    trainer = trained(tokens=40_000, epochs=3, threads=threads, progress=seen.append)
    history = trainer.history
    assert [record.epoch for record in history] == [1, 2, 3]
    assert [record.words for record in history] == [40_000] * 3
    assert all(record.pairs > 40_000 and record.seconds > 0 and record.words_per_second > 0 for record in history)
    done = [progress for progress in seen if progress.facts["epoch_done"]]
    assert [progress.facts["epoch"] for progress in done] == [1, 2, 3]
    assert [progress.facts["loss"] for progress in done] == [record.loss for record in history]
    assert seen[-1] is done[-1]
    words = [progress.done for progress in seen]
    assert words == sorted(words)
    assert words[-1] == seen[-1].total == 3 * 40_000
    assert all(progress.stage == "training" and progress.facts["epochs"] == 3 for progress in seen)
    assert seen[-1].seconds_left == 0
    seconds = [progress.seconds for progress in seen]
    assert seconds == sorted(seconds)


def test_the_loss_falls_from_that_of_an_untrained_model():
    trainer = trainer_of(tokens=20_000, repeats=10, epochs=3)  # words next to themselves: much to learn
    trainer.backend.start(*untrained(trainer))
    history = trainer.run()
    assert history[0].loss < 6 * math.log(2), "six targets, each with probability 1/2 before the first step"
    assert history[0].loss > history[1].loss > history[2].loss


def untrained(trainer):
    plan = plan_training(trainer.hyperparameters, random_text(20_000, repeats=10))
    return plan, np.random.default_rng(0).normal(size=(WORDS, VECTOR_SIZE)), None


# ---------------------------------------------------------------- threads


@pytest.mark.parametrize("tokens", [300, 10_000])  # less than a batch; several, at whose starts copies are exchanged
@pytest.mark.parametrize("threads", [2, 4])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_what_a_thread_learned_in_its_copies_is_in_the_matrices_after_an_epoch(architecture, threads, tokens):
    """One thread takes all of a text that is one chunk, so the result is that of a single thread, rounding aside."""
    assert tokens <= CHUNK
    rate = {"learning_rate": 0.02, "final_learning_rate": 0.02}  # constant: otherwise it falls with every batch
    settings = {"words": HOT_ROWS + 100, "tokens": tokens, "epochs": 2, "architecture": architecture, **rate}
    alone = trained(threads=1, **settings).backend.matrices()
    together = trained(threads=threads, **settings).backend.matrices()
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_one_and_two_threads_reach_the_same_loss(architecture):
    losses = [
        trained(tokens=60_000, threads=threads, epochs=2, architecture=architecture).history[-1].loss
        for threads in (1, 2)
    ]
    assert losses[1] == pytest.approx(losses[0], rel=0.01)  # seeds differ by less than half of that


def test_as_many_threads_as_words():
    trainer = trained(tokens=7, words=4, threads=4, epochs=2)
    assert [record.words for record in trainer.history] == [7, 7]
    assert trainer.backend.is_finite()


# ---------------------------------------------------------------- interruptions


@pytest.mark.parametrize("when", ["between epochs", "within an epoch"])
def test_ctrl_c_keeps_the_matrices_and_the_history_so_far(when):
    seen = []

    def interrupt(progress):
        seen.append(progress)
        if progress.done and progress.facts["epoch_done"] == (when == "between epochs"):
            raise KeyboardInterrupt

    # Progress is reported every 0.1 s, and after every epoch: epochs of seconds, or of milliseconds.
    tokens = 5_000_000 if when == "within an epoch" else 50_000
    trainer = trainer_of(tokens=tokens, epochs=10, progress=interrupt)
    before = trainer.backend.matrices()[0]
    with pytest.raises(TrainingInterrupted, match=r"stopped in epoch \d"):
        trainer.run()
    assert len(trainer.history) == seen[-1].facts["epoch"]
    assert 0 < sum(record.words for record in trainer.history) <= seen[-1].facts["epoch"] * tokens
    assert trainer.backend.is_finite()
    assert (trainer.backend.matrices()[0] != before).any()


def test_another_error_of_the_callback_is_raised_as_it_is():
    def fail(progress):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        trained(progress=fail)


def test_divergence_names_the_epoch_and_the_rate():
    trainer = trainer_of(epochs=5, learning_rate=1e9)
    with pytest.raises(DivergenceError, match=r"in epoch 1: learning_rate=1e\+09 is too high"):
        trainer.run()


def test_epochs_without_a_pair_are_counted():
    """Their totals are equal: nothing in them says which epoch they are of."""
    trainer = trainer_of(epochs=3, words=1, tokens=40, negative_samples=1, subsample_threshold=1e-9)
    with pytest.warns(FirthWarning, match="nothing was learned"):
        trainer.run()
    assert [record.words for record in trainer.history] == [40, 40, 40]
