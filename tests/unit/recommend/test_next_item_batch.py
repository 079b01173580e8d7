"""One compiled step of vectors that predict the next item, compared with the reference implementation."""

import numpy as np
import pytest

from firth.illustrated import next_item
from firth.kernels.cpu.recommend.batches import draw_items
from firth.kernels.cpu.recommend.next_item_arguments import DrawnItems
from firth.kernels.cpu.training.random import draw_many
from firth.recommend.attributes import Attributes
from firth.recommend.next_item_batch import INPUT_RATE, Batches, epoch_key
from firth.recommend.next_item_examples import Examples
from firth.recommend.next_item_groups import GROUP_NEGATIVES, ItemGroups
from firth.recommend.next_item_matrix import ComposedMatrix, LearnedMatrix
from firth.recommend.next_item_parts import Composition
from firth.recommend.next_item_settings import NextItemSettings
from firth.recommend.sequences import Sequences

N_ITEMS = 40


def drawn_items(weights, key, first, count):
    drawn = DrawnItems(np.zeros(count + 3, np.int32), np.zeros(count + 3, np.float32), np.zeros(1, np.int64))
    draw_items(np.cumsum(weights), key, first, count, drawn)
    return drawn


def sequences(n_events, seed):
    random = np.random.default_rng(seed)
    ids = (random.random(n_events) ** 2 * N_ITEMS).astype(np.int32)
    cuts = np.unique(random.integers(1, n_events, n_events // 6))
    return ids, np.concatenate([[0], cuts, [n_events]])


def uniform(key, first, count):
    bits = np.empty(count, np.uint64)
    draw_many(key, first + np.arange(count), bits)
    return bits / 2.0**64


def item_groups(random):
    """Two markets, a quarter of the items in neither."""
    items = Sequences.of([[str(number) for number in range(N_ITEMS)]]).items
    values = random.integers(0, 4, N_ITEMS).astype(np.int32)
    names = [("market", "x"), ("market", "y"), ("kind", "p"), ("kind", "q")]
    listed = [str(number) for number in range(N_ITEMS)]
    offsets = np.arange(N_ITEMS + 1)
    groups = ItemGroups.of(items, Attributes(listed, offsets, values, names), "market")
    assert groups.of_item.tolist() == np.where(values < 2, values, -1).tolist()
    return groups


def test_drawn_items_are_those_of_the_reference():
    weights = np.random.default_rng(1).random(N_ITEMS) ** 4
    weights[[0, 7, 39]] = 0
    key = epoch_key(5, 2)
    drawn = drawn_items(weights, key, 60, 30)
    expected = next_item.shares_drawn(weights, uniform(key, 60, 30))
    items, times = np.unique(expected, return_counts=True)
    n_drawn = drawn.count[0]
    assert drawn.items[:n_drawn].tolist() == items.tolist() and n_drawn < 30
    np.testing.assert_allclose(drawn.shifts[:n_drawn], np.log(times / (30 * weights[items] / weights.sum())), rtol=1e-5)
    assert (drawn.shifts[n_drawn:] < -1e38).all()


def test_shifted_exponentials_add_up_to_those_of_all_items_on_average():
    random = np.random.default_rng(3)
    exponentials = np.exp(random.normal(size=N_ITEMS))
    weights = random.random(N_ITEMS) ** 3 + 1e-3
    sums = []
    for epoch in range(4000):
        drawn = drawn_items(weights, epoch_key(1, epoch), 0, 16)
        n_drawn = drawn.count[0]
        sums.append((exponentials[drawn.items[:n_drawn]] * np.exp(drawn.shifts[:n_drawn])).sum())
    error = np.std(sums) / len(sums) ** 0.5
    assert abs(np.mean(sums) - exponentials.sum()) < 4 * error < 0.1 * exponentials.sum()


@pytest.mark.parametrize(("size", "batch", "negative_samples"), [(5, 500, 7), (64, 300, 60), (40, 17, 240)])
@pytest.mark.parametrize(("weighted", "grouped"), [(False, False), (True, False), (True, True)])
def test_a_step_is_that_of_the_reference(size, batch, negative_samples, weighted, grouped):
    random = np.random.default_rng(size)
    ids, offsets = sequences(2000, size)
    weights = random.random(2000).astype(np.float32) if weighted else None
    examples = Examples.of(ids, offsets, weights, 4)
    settings = NextItemSettings(
        vector_size=size,
        history=4,
        recency=0.7,
        negative_samples=negative_samples,
        batch_size=500,
        threads=1,
        negatives_from="market" if grouped else None,
    )
    inputs, outputs = LearnedMatrix(N_ITEMS, size, 0.1), LearnedMatrix(N_ITEMS, size, 0.1)
    for matrix in (inputs, outputs):
        matrix.rows[:] = random.normal(scale=2 / size**0.5, size=(N_ITEMS, size))
    before = [matrix.rows.astype(np.float64) for matrix in (inputs, outputs)]
    noise = random.random(N_ITEMS)
    chosen = random.permutation(len(examples))[:batch]
    groups = item_groups(random) if grouped else None
    batches = Batches(inputs, outputs, groups, settings)
    batches.begin_epoch(1, noise)
    loss = batches.train(examples, chosen, 3, 0.2)

    drawn = next_item.shares_drawn(noise, uniform(epoch_key(1, 1), 3 * negative_samples, negative_samples))
    expected_loss, gradients = 0.0, [np.zeros((N_ITEMS, size)) for _ in range(2)]
    for row, example in enumerate(chosen):
        end, length = examples.answered.positions[example], examples.answered.lengths[example]
        items = ids[end - length : end]
        one = [(items, next_item.history_weights(len(items), 4, 0.7), ids[end])]
        targets, counts = drawn, negative_samples * noise / noise.sum()
        if groups is not None and groups.of_item[ids[end]] >= 0:
            in_group = np.where(groups.of_item == groups.of_item[ids[end]], noise, 0)
            first = (3 * 500 + row) * (1 + GROUP_NEGATIVES) + 1
            shares = uniform(epoch_key(1, 1 + (1 << 40)), first, GROUP_NEGATIVES)
            further = np.searchsorted(np.cumsum(in_group), shares * in_group.sum(), side="right")
            targets = np.concatenate([drawn, further])
            counts = counts + GROUP_NEGATIVES * in_group / in_group.sum()
        weight = 1 if weights is None else weights[end]
        expected_loss += weight * next_item.batch_loss(*before, one, targets, counts[targets])
        slopes_of_one = next_item.batch_gradients(*before, one, targets, counts[targets])
        for total, slopes in zip(gradients, slopes_of_one, strict=True):
            total += weight * slopes
    np.testing.assert_allclose(loss, expected_loss, rtol=1e-5)
    for matrix, old, slopes, rate in zip((inputs, outputs), before, gradients, (0.2 * INPUT_RATE, 0.2), strict=True):
        expected, squares = next_item.adagrad_step(old, np.full(N_ITEMS, 0.1), slopes, rate)
        np.testing.assert_allclose(matrix.vectors(), expected, atol=2e-5)
        np.testing.assert_allclose(matrix.squares, squares, rtol=1e-3)
        assert not matrix.flat.reshape(N_ITEMS, -1)[:, size:].any()


@pytest.mark.parametrize("weights", ["equal", "learned"])
def test_a_step_of_composed_items_is_that_of_the_reference(weights):
    random = np.random.default_rng(4)
    parts = [[item, *(N_ITEMS + random.permutation(6)[: random.integers(0, 4)])] for item in range(N_ITEMS)]
    starts = np.concatenate([[0], np.cumsum([len(some) for some in parts])])
    composition = Composition(starts, np.concatenate(parts).astype(np.int32), N_ITEMS + 6)
    matrix = ComposedMatrix(composition, 10, 0.1, 20, weights)
    matrix.rows[:] = random.normal(size=matrix.rows.shape)
    logits = [np.array([0.0, *[-np.log(max(1, len(some) - 1))] * (len(some) - 1)]) for some in parts]
    if weights == "learned":  # a first step, so that shares differ
        first = random.normal(size=(N_ITEMS, matrix.stride)).astype(np.float32)
        first[:, 10:] = 0
        items = np.arange(20, dtype=np.int32)
        matrix.read(items, 20)
        _, slopes = next_item.part_gradients(matrix.rows.astype(float), parts, logits, first[:, :10].astype(float))
        matrix.move(items, 20, first.reshape(-1), np.float32(0.5), 1)
        for item in range(20):
            logits[item] -= 0.5 * slopes[item] / np.sqrt(slopes[item] ** 2 + 0.1)
    before = matrix.rows.astype(float)
    squares = matrix.squares.astype(float)
    np.testing.assert_allclose(matrix.vectors(), next_item.compose(before, parts, logits), atol=1e-5)

    items = np.array([5, 30, 2, 39], np.int32)
    flat, places = matrix.read(items, 4)
    read = flat.reshape(-1, matrix.stride)[places[:4], :10]
    np.testing.assert_allclose(read, next_item.compose(before, parts, logits)[items], atol=1e-5)
    slopes = np.zeros((20, matrix.stride), np.float32)
    slopes[:4, :10] = random.normal(size=(4, 10))
    matrix.move(items, 4, slopes.reshape(-1), np.float32(0.3), 2)
    gradient = np.zeros((N_ITEMS, 10))
    gradient[items] = slopes[:4, :10]
    by_rows, _ = next_item.part_gradients(before, parts, logits, gradient)
    expected, expected_squares = next_item.adagrad_step(before, squares, by_rows, 0.3)
    np.testing.assert_allclose(matrix.rows, expected, atol=1e-5)
    np.testing.assert_allclose(matrix.squares, expected_squares, rtol=1e-4)


def test_answers_that_follow_each_other_stay_together_in_a_random_order():
    lengths = np.random.default_rng(1).integers(1, 12, 400)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    examples = Examples.of(np.zeros(offsets[-1], np.int32), offsets, None, 5)
    order = examples.shuffled(np.random.default_rng(2))
    assert sorted(order.tolist()) == list(range(len(examples)))
    follows = np.diff(examples.events[order]) == 1
    runs = np.diff(np.flatnonzero(np.concatenate([[True], ~follows, [True]])))
    assert set(runs.tolist()) >= {1, 2} and 1.4 < runs.mean() < 2
    assert np.abs(np.corrcoef(order, np.arange(len(order)))[0, 1]) < 0.1
    again = examples.shuffled(np.random.default_rng(2))
    assert (again == order).all() and (examples.shuffled(np.random.default_rng(3)) != order).any()
    assert len(examples.some(np.zeros(len(examples), bool)).shuffled(np.random.default_rng(1))) == 0


def test_items_are_made_of_their_own_row_and_those_of_their_values():
    items = Sequences.of([["a", "b", "c", "a"]]).items
    attributes = Attributes(
        ["c", "unknown", "a"],
        np.array([0, 2, 3, 4]),
        np.array([1, 0, 2, 1], np.int32),
        [("k", str(i)) for i in range(4)],
    )
    composition = Composition.of(items, attributes)
    a, b, c = (items.number(item) for item in "abc")
    rows = [composition.rows[composition.starts[item] : composition.starts[item + 1]].tolist() for item in (a, b, c)]
    assert rows == [[a, 4], [b], [c, 4, 3]] and composition.n_rows == 7
    assert composition.has_values[[a, b, c]].tolist() == [True, False, True]
    assert composition.occurring_values.tolist() == [True, True, False, False]


def test_examples_are_all_events_but_the_first_of_each_sequence():
    examples = Examples.of(np.arange(6, dtype=np.int32), np.array([0, 1, 5, 6]), np.arange(6, dtype=np.float32), 2)
    assert examples.answered.answers.tolist() == [2, 3, 4] and examples.answered.lengths.tolist() == [1, 2, 2]
    assert examples.weights.tolist() == [2, 3, 4]
    booked = examples.with_targets(np.array([0, 0, 1, 0, 1, 0], bool), np.array([0, 1, 5, 6]))
    assert booked.answered.answers.tolist() == [2, 3, 4, 4, 4] and booked.events.tolist() == [2, 3, 4, 4, 4]
    assert booked.answered.positions.tolist() == [2, 3, 4, 2, 3] and booked.weights.tolist() == [2, 3, 4, 4, 4]
    assert booked.without(np.array([0, 0, 0, 0, 1, 0], bool)).answered.answers.tolist() == [2, 3]
    kept = examples.without(np.array([0, 0, 0, 0, 1, 0], bool))
    assert kept.answered.answers.tolist() == [2, 3] and len(kept) == 2
