"""Words that share much are composed anew more often: otherwise their sums of changes overshoot."""

import numpy as np
import pytest

from firth import Word2Vec
from firth.backends.lag import MOST_OVERLAP, lag_of, overlap_of
from firth.corpus import encode
from firth.kernels.cpu.training.batches import BATCH
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs, extras_of, parts_of_words
from firth.training.plan import plan_training


def plan_of(corpus, **settings):
    settings = Hyperparameters(subwords=(2, 4), min_count=1, subsample_threshold=0, **settings)
    encoded = encode(corpus, min_count=1, progress=False)
    inputs = WordInputs(parts_of_words(settings, encoded.vocabulary))
    return plan_training(settings, encoded, extras_of(settings, encoded, inputs, (corpus, None, None)))


def items(n, sessions=400):
    rng = np.random.default_rng(n)
    return [[f"w{i}" for i in rng.integers(0, n, 10)] for _ in range(sessions)]


def test_the_overlap_of_words_without_common_parts_is_that_of_a_word_with_itself():
    plan = plan_of([["ab", "cd"], ["ef", "gh"]])
    assert overlap_of(plan) == pytest.approx(1 / 4)


def test_words_that_share_all_but_one_part_overlap_nearly_completely():
    assert 0.1 < overlap_of(plan_of(items(200))) < 0.3


@pytest.mark.parametrize("threads", [1, 2, 16])
def test_tokens_in_flight_are_limited(threads):
    plan = plan_of(items(200))
    lag = lag_of(plan, threads)
    assert 1 <= lag.threads <= threads
    assert lag.threads * lag.batch * lag.period * overlap_of(plan) <= 1.01 * MOST_OVERLAP or lag.batch == 16
    assert lag.period in (1, 2)


def test_different_words_are_trained_in_the_longest_batches():
    rng = np.random.default_rng(1)
    words = ["".join(chr(int(c)) for c in rng.integers(0x4E00, 0x9000, 6)) for _ in range(3000)]
    assert lag_of(plan_of([words]), 1) == (1, BATCH, 2)
    assert lag_of(plan_of([words]), 2) == (2, BATCH // 2, 2)


@pytest.mark.parametrize("threads", [1, 3])
def test_names_of_items_do_not_diverge(threads):
    """With batches as long as for words, the loss of these rises beyond all bounds in the first epoch."""
    model = Word2Vec(
        subwords=(2, 4), subword_buckets=500, threads=threads, vector_size=50, min_count=1, subsample_threshold=0,
        epochs=1,
    ).fit(items(200, 3000), progress=False)  # fmt: skip
    assert model.history[-1].loss < 2.8
