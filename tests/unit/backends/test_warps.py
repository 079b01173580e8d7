"""The rule for how many warps train at a time: no row is in use too often, whatever the text."""

from dataclasses import replace

import numpy as np
import pytest

from firth.backends.warps import Warps, mean_inputs, uses_of_hottest_row, warps_for_documents, warps_in_flight
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.arguments import Composition, Documents, GroupNoise, Sampling, SessionTargets
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import NO_EXTRAS, Extras, plan_training
from firth.training.sampling_tables import noise_table


def sampling(window, shrink):
    return Sampling(np.zeros(1, np.uint32), np.zeros(1, np.uint64), window, shrink, 5, np.uint64(0))


@pytest.mark.parametrize(
    ("window", "shrink", "length", "expected"),
    [
        ((5, 5), True, 1e9, 6.0),  # 1 + 0.8 + 0.6 + 0.4 + 0.2 on each side
        ((5, 5), False, 1e9, 10.0),
        ((5, 0), True, 1e9, 3.0),
        ((2, 2), False, 3.0, 2.0),  # of three words the middle one has two neighbours, and so have the others
        ((5, 5), True, 1.0, 0.0),
    ],
)
def test_inputs_of_a_center(window, shrink, length, expected):
    assert mean_inputs(sampling(window, shrink), length) == pytest.approx(expected, abs=1e-6)


def test_inputs_are_those_of_a_count():
    """A sentence of seven words, counted pair by pair with the chance that the drawn window reaches so far."""
    expected = (
        sum(max(0, 1 - (abs(a - b) - 1) / 3) for a in range(7) for b in range(7) if a != b and abs(a - b) <= 3) / 7
    )
    assert mean_inputs(sampling((3, 3), True), 7.0) == pytest.approx(expected)


def plan_with(counts, extras=NO_EXTRAS, **settings):
    ids = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    np.random.default_rng(0).shuffle(ids)
    vocabulary = Vocabulary([f"w{i}" for i in range(len(counts))], np.array(counts))
    corpus = EncodedCorpus(vocabulary, ids, np.array([0, len(ids)]), len(ids))
    return plan_training(Hyperparameters(subsample_threshold=0, **settings), corpus, extras)


def test_the_hottest_row_is_an_input_or_a_noise_word():
    even = plan_with([1000] * 4, window=1, negative_samples=1)
    # Each word is a quarter of the text: an input of two positions for each of its occurrences.
    assert uses_of_hottest_row(even) == pytest.approx(0.5, rel=1e-2)
    noisy = plan_with([4000, 1000, 1000], window=(1, 0), negative_samples=2, noise_exponent=8)
    # The first word is two thirds of the text, and nearly both noise words.
    assert uses_of_hottest_row(noisy) == pytest.approx(2 / 3 + 2, rel=1e-2)


def test_every_position_uses_the_root_of_a_tree():
    plan = plan_with([10] * 100, objective="hierarchical_softmax")
    assert uses_of_hottest_row(plan) == 1
    assert warps_in_flight(132, 1, "skipgram", 0.025) == 180
    wide = {"objective": "hierarchical_softmax", "window": 15, "shrink_window": False}
    assert uses_of_hottest_row(plan_with([100] * 100, **wide)) == pytest.approx(30 / 6, rel=1e-2)
    assert uses_of_hottest_row(plan_with([100] * 100, architecture="cbow", **wide)) == 1


def test_further_targets_are_uses():
    """A group of three of four words, of which each is drawn; half of the text is in the session with a target."""
    even, half = plan_with([1000] * 4, window=1, negative_samples=1), np.array([0, 2000, 4000])
    before = uses_of_hottest_row(even)
    of_word = np.array([0, 0, 0, -1], np.int32)
    groups = GroupNoise(of_word, np.array([0, 3]), np.arange(3, dtype=np.int32), noise_table(np.ones(3), 1), 3)
    assert uses_of_hottest_row(replace(even, groups=groups)) == pytest.approx(before + 0.75, rel=1e-2)
    corpus, sessions = even.corpus._replace(sentence_offsets=half), SessionTargets(np.array([2, -1], np.int32), 3.0)
    assert uses_of_hottest_row(replace(even, corpus=corpus, sessions=sessions)) == pytest.approx(2, rel=1e-2)


def test_as_many_warps_as_keep_the_uses_of_a_row_below_the_limit():
    assert warps_in_flight(132, 0.0857, "skipgram", 0.025) == 2100
    assert warps_in_flight(132, 0.01, "skipgram", 0.025) == 16 * 132
    assert warps_in_flight(132, 0.27, "skipgram", 0.025) == 666
    assert warps_in_flight(132, 0.27, "skipgram", 0.05) == 333
    assert warps_in_flight(132, 0.27, "cbow", 0.05) == 666
    assert warps_in_flight(132, 0.27, "cbow", 0.001) == 666
    assert warps_in_flight(132, 1e6, "cbow", 0.05) == 1
    assert warps_in_flight(1, 0.0, "cbow", 0.05) == 16


def test_composed_words_are_used_by_all_that_share_their_rows():
    lists = [[0, 4], [1, 4], [2], [3, 4, 4]]
    starts = np.cumsum([0, *map(len, lists)])
    composition = Composition(starts, np.concatenate(lists).astype(np.int32), np.ones(4, np.float32))
    settings = {"window": 1, "negative_samples": 1, "noise_exponent": -9}  # the last word is nearly all noise
    plan = plan_with([4000, 3000, 2000, 1000], Extras(composition=composition, ngram_rows=1), **settings)
    of_rows = np.array([0.4, 0.3, 0.2, 0.1, 0.4 + 0.3 + 2 * 0.1])
    expected = max(of_rows[rows].mean() for rows in lists)  # of the fourth word: .63, and .4 without n-grams
    assert expected > 0.6
    assert uses_of_hottest_row(plan) == pytest.approx(2 * 2 * expected, rel=1e-2)  # two inputs, counted twice


def test_words_that_are_held_do_not_move_and_share_no_rows():
    shares = np.array([0, 1, 1, 1], np.float32)
    composition = Composition(np.arange(5), np.arange(4, dtype=np.int32), shares)
    settings = {"window": 1, "negative_samples": 1, "noise_exponent": -9}
    plan = plan_with([4000, 3000, 2000, 1000], Extras(composition=composition), **settings)
    assert uses_of_hottest_row(plan) == pytest.approx(1.1, rel=1e-2)  # of the last word as a target


def test_changes_of_all_words_add_up_to_no_more_than_that():
    """In a model of words that move each by a share of its error, as many at a time diverge as the rule says."""
    rng = np.random.default_rng(0)
    lists = [np.append(word, 30 + rng.integers(12, size=word % 8)) for word in range(30)]
    having = np.zeros((30, 42))
    for word, rows in enumerate(lists):
        np.add.at(having[word], rows, 1)
    shares = 1 / np.arange(1, 31) / (1 / np.arange(1, 31)).sum()
    common = having @ having.T / having.sum(1)[:, None]
    largest = np.abs(np.linalg.eigvals(common * shares)).max()
    starts = np.cumsum([0, *map(len, lists)])
    composition = Composition(starts, np.concatenate(lists).astype(np.int32), np.ones(30, np.float32))
    counts = np.round(1e6 * shares).astype(int)
    settings = {"window": 1, "negative_samples": 1, "noise_exponent": 0}
    plan = plan_with(counts, Extras(composition=composition, ngram_rows=12), **settings)
    assert largest <= uses_of_hottest_row(plan) / 4 <= 2 * largest  # two inputs, counted twice


def tagged(lengths, tags):
    starts = np.cumsum([0, *map(len, tags)])
    listed = np.concatenate(tags).astype(np.int32)
    return np.cumsum([0.0, *lengths]), Documents(starts, listed, 0, int(listed.max()) + 1, max(map(len, tags)))


@pytest.mark.parametrize(
    ("lengths", "tags", "expected"),
    [
        ([1_000] * 100, [[i] for i in range(100)], 2000),  # 16 warps train such a document at a time
        ([1_000_000], [[0]], 100),
        ([12_800] * 10, [[i] for i in range(10)], 100),  # half of what is trained at a time may be of one
        ([1_000] * 1000, [[i, 1000 + i % 10] for i in range(1000)], 1000),  # a tenth of all words each
        ([1_000] * 1000, [[i, 1000] for i in range(1000)], 100),
        ([1.0], [[]], 2000),
    ],
)
def test_no_document_is_trained_by_too_many_warps(lengths, tags, expected):
    if not tags[0]:
        offsets, documents = np.array([0.0, 1.0]), Documents(np.zeros(2, int), np.zeros(0, np.int32), 0, 1, 0)
    else:
        offsets, documents = tagged(lengths, tags)
    assert warps_for_documents(offsets, documents, 2000, 100.0) == pytest.approx(expected, rel=0.15)


def test_warps_of_a_plan():
    documents = Documents(np.array([0, 1]), np.zeros(1, np.int32), 1000, 1, 1)
    assert Warps(plan_with([100] * 1000), 132).at(0.025) == 16 * 132
    assert Warps(plan_with([100] * 1000, Extras(documents=documents)), 132).at(0.025) == 180
    assert Warps(plan_with([100] * 1000, Extras(documents=documents)), 132).at(0.05) == 90
