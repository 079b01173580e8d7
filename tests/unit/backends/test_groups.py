"""Groups of threads with copies of their own: what they share at meetings, and how rounds and layouts are chosen."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.backends.company import company_factor, triples
from firth.backends.cpu import CpuBackend
from firth.backends.groups import GroupedBackend
from firth.backends.layout import LEAST_TOKENS, Layout, best_layout
from firth.backends.meeting import alias_probabilities, safety_factor, update_counts
from firth.backends.rounds import Rounds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.cpu.training.arguments import Spectrum
from firth.kernels.cpu.training.combining import DIRECTIONS
from firth.parallel import available_cores
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import initial_word_vectors, plan_training
from firth.training.sampling_tables import noise_probabilities

WORDS = 80


def ignore(totals):
    pass


def plan_of(tokens=20_000, words=WORDS, **settings):
    """A text in which words of the same ten follow one another."""
    rng = np.random.default_rng(1)
    starts = (rng.random(tokens // 10) ** 2 * words).astype(np.int32) // 10 * 10
    ids = np.minimum(starts[:, None] + rng.integers(0, 10, (len(starts), 10)), words - 1).astype(np.int32).reshape(-1)
    counts = np.sort(np.bincount(ids, minlength=words) + 1)[::-1]
    offsets = np.arange(0, len(ids) + 1, 10)
    corpus = EncodedCorpus(Vocabulary([f"w{i}" for i in range(words)], counts), ids, offsets, len(ids))
    return plan_training(Hyperparameters(vector_size=16, subsample_threshold=0, **settings), corpus)


def trained(backend, plan, epochs=3, rate=0.05):
    backend.start(plan, initial_word_vectors(plan.n_words, 16, 1), None)
    totals = [backend.train_epoch(e, (rate, rate), range(len(plan.corpus.ids)), ignore) for e in range(epochs)]
    return totals, backend.matrices()


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_groups_of_one_thread_repeat_bit_for_bit(architecture):
    plan = plan_of(architecture=architecture)
    results = [trained(GroupedBackend(3, 1, chunk=64), plan, epochs=2) for _ in range(2)]
    assert results[0][0] == results[1][0]
    for one, other in zip(results[0][1], results[1][1], strict=True):
        assert one.tobytes() == other.tobytes()


def test_after_an_epoch_all_groups_have_the_same_rows():
    plan, backend = plan_of(), GroupedBackend(3, 2, chunk=64)
    _, matrices = trained(backend, plan, epochs=1)
    for group in backend.groups:
        for own, common in zip(group.matrices(), matrices, strict=True):
            np.testing.assert_array_equal(own, common)


def test_one_group_learns_what_a_backend_without_groups_learns():
    plan = plan_of()
    (alone, expected), (grouped, found) = (trained(one, plan) for one in (CpuBackend(1), GroupedBackend(1, 1)))
    assert [one.pairs for one in alone] == [one.pairs for one in grouped]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("objective", ["softmax"])
def test_other_objectives_are_trained_by_one_group_of_all_threads(objective):
    plan, backend = plan_of(2000, objective=objective), GroupedBackend(2, 2)
    trained(backend, plan, epochs=1)
    assert (backend.n_groups, backend.threads) == (1, 4)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize(("groups", "threads"), [(4, 1), (3, 2)])
def test_items_that_meet_only_their_own_kind_are_learned_too(groups, threads, architecture):
    """As well as by one thread, judged by the loss of other draws; without the factor for company it is 2.5 for 1.3."""
    plan, losses = plan_of(architecture=architecture), []
    for backend in (CpuBackend(1), GroupedBackend(groups, threads, chunk=64)):
        trained(backend, plan)
        losses.append(backend.train_epoch(9, (0.0, 0.0), range(20_000), ignore).mean_loss)
    assert losses[1] < losses[0] + 0.2


def test_update_counts_are_those_of_the_examples():
    """Means over the draws of an epoch, compared with a count of what was trained."""
    plan = plan_of(window=2)
    inputs, outputs = update_counts(plan)
    reads = np.bincount(plan.corpus.ids, minlength=WORDS)
    backend = CpuBackend(1)
    totals, _ = trained(backend, plan, epochs=1)
    pairs = totals[0].pairs
    # Sentences of ten words cut some windows: three context words at most for a word in the middle.
    assert (inputs.factors * reads).sum() == pytest.approx(6 * pairs, rel=0.2)
    of_noise = outputs.noise.sum() * len(plan.corpus.ids)
    assert (outputs.factors * reads).sum() + of_noise == pytest.approx(6 * pairs, rel=0.2)
    assert of_noise == pytest.approx(5 * pairs, rel=0.2)


def test_the_distribution_of_an_alias_table_is_recovered():
    plan = plan_of()
    counts = np.sort(np.bincount(plan.corpus.ids, minlength=WORDS) + 1)[::-1]
    found = alias_probabilities(plan.sampling.noise_table)
    np.testing.assert_allclose(found, noise_probabilities(counts, 0.75), atol=1e-8)


# ---------------------------------------------------------------- rounds


@given(st.integers(0, 10**7), st.integers(0, 10**6), st.integers(10**3, 10**5), st.integers(0, 10**8))
def test_rounds_follow_one_another(first, length, words, before):
    tokens, stop = range(first, first + length), first
    rounds = Rounds(growth=0.5, least=50.0, most=1000.0)
    for part in rounds.parts(tokens, before, words):
        assert part.start == stop < part.stop
        stop = part.stop
    assert stop == tokens.stop


def test_rounds_grow_with_what_was_read():
    lengths = [len(part) for part in Rounds(0.1, 2.0, 30.0).parts(range(100_000), 0, 100)]
    assert lengths[0] == 200
    assert max(lengths[:-1]) == 3000
    assert lengths[:-1] == sorted(lengths[:-1])
    later = [len(part) for part in Rounds(0.1, 2.0, 30.0).parts(range(100_000), 10**6, 100)]
    assert set(later[:-1]) == {3000}


# ---------------------------------------------------------------- layouts

GIGABYTES = 1 << 30


@pytest.fixture(scope="module")
def large_plan():
    plan = plan_of(5000)
    ids = np.zeros(20 * LEAST_TOKENS, np.int32)
    return dataclasses.replace(plan, corpus=plan.corpus._replace(ids=ids))


@pytest.mark.parametrize(
    ("threads", "layout"),
    [
        (1, (1, 1)),
        (2, (1, 2)),
        (4, (1, 4)),
        (5, (1, 5)),
        (6, (3, 2)),
        (8, (4, 2)),
        (16, (4, 4)),
        (32, (8, 4)),
        (64, (16, 4)),
    ],
)
def test_many_threads_train_in_groups(large_plan, threads, layout):
    assert best_layout(threads, large_plan, 100, GIGABYTES) == layout


def test_without_a_wish_it_uses_what_is_of_use(large_plan):
    cores = available_cores()
    found = best_layout(None, large_plan, 100, GIGABYTES)
    assert found == (best_layout(cores, large_plan, 100, GIGABYTES) if cores > 5 else Layout(1, min(cores, 4)))


def test_small_texts_and_little_memory_allow_fewer_groups(large_plan):
    assert best_layout(16, plan_of(5000), 100, GIGABYTES) == (1, 16)
    copy = 4 * 112 * 2 * WORDS
    assert best_layout(16, large_plan, 100, 4 * 5 * copy) == (4, 4)
    assert best_layout(16, large_plan, 100, 4 * 3 * copy) == (1, 16)


def test_safety_grows_from_four_groups_to_sixteen():
    assert [safety_factor(groups, "skipgram") for groups in (2, 4, 16, 64)] == [1, 1, 4, 4]
    assert [safety_factor(groups, "cbow") for groups in (2, 4, 16, 64)] == [2, 2, 4, 4]


# ---------------------------------------------------------------- company


def spectrum_of(matrix):
    """A spectrum for rows that are drawn alike, at dot products of 0."""
    values, vectors = np.linalg.eigh(matrix.T @ matrix / (4 * len(matrix)))
    rows, kept = np.zeros((DIRECTIONS, 16), np.float32), np.zeros(DIRECTIONS + 1, np.float32)
    rows[:], kept[:DIRECTIONS] = vectors.T, values
    return Spectrum(rows.reshape(-1), np.zeros(0, np.float32), kept, 16, 16)


def test_the_company_factor_is_1_where_neighbours_have_nothing_in_common():
    rng = np.random.default_rng(1)
    theirs = rng.normal(size=(500, 16)).astype(np.float32)
    drawn = rng.integers(0, 500, (3, 20_000))
    found = company_factor(np.zeros_like(theirs), theirs, drawn, spectrum_of(theirs), 5)
    assert found == pytest.approx(1, abs=0.03)


def test_the_company_factor_counts_how_many_kinds_there_are():
    """Of 16 kinds with a direction each, the company's curves 16 times as much as the average: one target of six."""
    theirs = np.eye(16, dtype=np.float32)
    kinds = np.random.default_rng(1).integers(0, 16, 1000)
    found = company_factor(np.zeros_like(theirs), theirs, np.stack([kinds] * 3), spectrum_of(theirs), 5)
    assert found == pytest.approx((16 + 5) / 6, rel=1e-4)


def test_a_text_without_neighbours_has_no_company():
    plan = plan_of(5000)
    short = dataclasses.replace(plan, corpus=plan.corpus._replace(ids=plan.corpus.ids[:2]))
    drawn = triples(short, (1,))
    assert drawn.shape == (3, 0)
    assert company_factor(np.eye(16), np.eye(16), drawn, spectrum_of(np.eye(16)), 5) == 1.0
    ids = plan.corpus.ids
    neighbours = set(zip(ids[1:-1].tolist(), ids[:-2].tolist(), ids[2:].tolist(), strict=True))
    assert set(map(tuple, triples(plan, (1,)).T.tolist())) <= neighbours
