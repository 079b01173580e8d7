"""What nodes make of their changes, against the reference implementation."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firth.backends.cpu import CpuBackend
from firth.backends.meeting import safety_factor, update_counts
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.distributed.combining import Changes, Combiner, Measured, blocks_of, packed, unpacked
from firth.illustrated.combining import combined, leading_directions
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import plan_training

WORDS, SIZE, NODES = 40, 16, 3


@given(arrays(np.float32, (5, 7), elements=st.floats(-100, 100, width=32)))
@example(np.full((5, 7), 2e-43, np.float32))
def test_changes_travel_with_half_a_step_of_error(changes):
    travelled = packed(changes, "int8")
    assert travelled.numbers.dtype == np.int8
    assert (abs(unpacked(travelled) - changes)[travelled.places] <= 0.501 * travelled.steps[:, None]).all()
    assert (unpacked(packed(changes, "float32")) == changes).all()


@given(
    st.lists(st.sampled_from([0.0, -0.0, 1.0, 1e-44]), min_size=1, max_size=30),
    st.sampled_from(["int8", "float32"]),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_rows_that_have_not_changed_do_not_travel(firsts, wire, start, stop):
    changes = np.zeros((len(firsts), 3), np.float32)
    changes[:, 1] = firsts
    travelled, rows = packed(changes, wire), slice(start, max(start, stop))
    assert len(travelled.numbers) == len(travelled.places) == np.count_nonzero(changes[:, 1])
    np.testing.assert_array_equal(unpacked(travelled.some(rows)), unpacked(travelled)[rows])
    np.testing.assert_allclose(unpacked(travelled), changes, atol=1e-44)


@pytest.mark.parametrize("damage", [np.nan, np.inf])
def test_what_is_not_finite_stays_so(damage):
    changes = np.ones((3, 4), np.float32)
    changes[1, 2] = damage
    found = unpacked(packed(changes, "int8"))
    assert not np.isfinite(found[1]).all() and (found[[0, 2]] == 1).all()


@given(st.integers(0, 1000), st.integers(1, 40))
def test_blocks_are_all_rows(rows, nodes):
    assert [row for block in blocks_of(rows, nodes) for row in block] == list(range(rows))


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(1)
    ids = np.sort(rng.integers(0, WORDS, 4000)).astype(np.int32)
    rng.shuffle(ids)
    corpus = EncodedCorpus(Vocabulary([f"w{i}" for i in range(WORDS)], np.bincount(ids)), ids, np.arange(0, 4001, 10))
    settings = Hyperparameters(vector_size=SIZE, subsample_threshold=0)
    plan, backend = plan_training(settings, corpus), CpuBackend(1)
    scales = 0.7 ** np.arange(SIZE)  # directions that curve unlike each other
    matrices = [(rng.normal(0, 1, (WORDS, SIZE)) * scales).astype(np.float32) for _ in range(2)]
    backend.start(plan, *matrices)
    return plan, backend, corpus.vocabulary.counts, matrices, rng


@pytest.mark.parametrize("block", [range(WORDS), range(7, 19)])
def test_changes_become_one_as_in_the_reference(parts, block):
    plan, backend, counts, matrices, rng = parts
    combiner = Combiner(plan, counts, SIZE)
    measured = [combiner.measure(backend, NODES, 1000, (1, node)) for node in range(NODES)]
    reads = rng.integers(0, 9, (NODES, WORDS)).astype(np.int32)
    moved = rng.normal(0, 0.1, (NODES, 2, WORDS, SIZE)).astype(np.float32)
    rows = slice(block.start, block.stop)
    changes = [
        Changes(packed(moved[n, 0, rows], "float32"), packed(moved[n, 1, rows], "float32"), reads[n, rows])
        for n in range(NODES)
    ]
    base = matrices[0][rows], matrices[1][rows]
    found = combiner.combine(0.05, block, base, combiner.company(backend, (3,)), measured, changes)
    rate = 0.05 * safety_factor(NODES, "skipgram")
    for side, of_rows in enumerate(update_counts(plan)):
        moment = np.mean([one.curvatures[side].reshape(-1, SIZE)[:SIZE] for one in measured], axis=0)
        spectrum = leading_directions(moment.astype(np.float64), SIZE)
        updates = of_rows.factors * reads + of_rows.noise * 1000
        copies = base[side] + moved[:, side, rows]
        expected = combined(base[side], copies, updates[:, rows], spectrum, rate) - base[side]
        np.testing.assert_allclose(found[side], expected, atol=2e-4)
        assert abs(found[side] - moved[:, side, rows].sum(0)).max() > 0.02  # it is not the sum


def test_the_curvature_is_the_moment_of_drawn_rows(parts):
    """In a model whose vectors are all alike: s (1 - s) c c'."""
    plan, _, counts, _, _ = parts
    row = np.linspace(-1, 1, SIZE, dtype=np.float32)
    backend = CpuBackend(1)
    backend.start(plan, np.tile(row, (WORDS, 1)), np.tile(2 * row, (WORDS, 1)))
    measured = Combiner(plan, counts, SIZE).measure(backend, 1, 10, (1, 2))
    s = 1 / (1 + np.exp(-2 * row @ row))
    moment = measured.curvatures.reshape(2, SIZE, -1)[:, :, :SIZE]
    np.testing.assert_allclose(moment[0], s * (1 - s) * 4 * np.outer(row, row), rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(moment[1], s * (1 - s) * np.outer(row, row), rtol=1e-3, atol=1e-7)
    assert isinstance(measured, Measured) and measured.words == 10
