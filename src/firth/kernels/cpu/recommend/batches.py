"""The batches of the vectors that predict the next item: the items that are drawn, and the rows that are used.

Reference  firth.illustrated.next_item for the draws; the index is a sort of the entries by their rows.
Shapes     as in next_item_arguments.py.
"""

import math

from numpy import float32, float64, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.random import draw
from firth.simd.memory import prefetch

__all__ = ["draw_items", "index_batch"]

_LOWEST = float32(-3e38)
_SCALE = 2.0**-64
_AHEAD = 16  # examples between prefetching one and reading it


@kernel
def draw_items(cumulated, key, first, count, drawn):
    """Draw `count` items, one in each of as many equal shares of the noise distribution; DrawnItems.

    An item is drawn as often as with independent draws on average, and the numbers vary less. Items that are drawn more
    than once are there once, with the logarithm of how often in their shift.

    cumulated : (N,) float64, sums of the weights of the items up to each.
    key, first : the random bits of draw k are those of counter first + k.
    """
    total = cumulated[len(cumulated) - 1]
    item = 0
    n_drawn = 0
    last = -1
    times = 0
    for k in range(count):
        wanted = (float64(k) + float64(draw(key, uint64(first + k))) * _SCALE) / count * total
        item = first_above(cumulated, item, wanted)
        if item == last:
            times += 1
        else:
            times = 1
            last = item
            drawn.items[n_drawn] = item
            n_drawn += 1
        before = cumulated[item - 1] if item > 0 else 0.0
        expected = count * (cumulated[item] - before) / total
        drawn.shifts[n_drawn - 1] = math.log(times / expected)
    drawn.items[n_drawn:] = 0
    drawn.shifts[n_drawn:] = _LOWEST
    drawn.count[0] = n_drawn


@step
def first_above(cumulated, low, wanted):
    """The first item from `low` on whose sum is above; the last one that has a weight if rounding leaves none."""
    high = len(cumulated) - 1
    while low < high:
        middle = (low + high) // 2
        if cumulated[middle] > wanted:
            high = middle
        else:
            low = middle + 1
    while low > 0 and cumulated[low] == cumulated[low - 1]:
        low -= 1
    return low


@step
def begin_parts(counts_to_starts, n):
    """Replace counts, in elements 1 … n, by where the entries of each begin: element s + 1 for row s."""
    begin = 0
    for s in range(1, n + 1):
        count = counts_to_starts[s]
        counts_to_starts[s] = begin
        begin += count


@kernel
def index_batch(examples, batch, drawn, weights, slots, index, groups):
    """Number the rows of inputs and outputs that a batch uses, and list the entries of each; BatchIndex.

    batch : (b,) int64, indices of examples, at most B.    weights : HistoryWeights.
    groups : GroupDraws or None.
    slots : two arrays (N,) int32 of -1, for inputs and outputs; they are so again afterwards.
    """
    history = index.input_slots.shape[0] // index.lengths.shape[0]
    n_inputs = 0
    for r in range(len(batch)):
        if r + _AHEAD < len(batch):
            prefetch(examples.positions, batch[r + _AHEAD])
            prefetch(examples.lengths, batch[r + _AHEAD])
            prefetch(examples.answers, batch[r + _AHEAD])
        example = batch[r]
        end = examples.positions[example]
        length = examples.lengths[example]
        index.lengths[r] = length
        for lag in range(length):
            item = examples.ids[end - 1 - lag]
            slot = slots[0][item]
            if slot < 0:
                slot = n_inputs
                slots[0][item] = slot
                index.input_rows[slot] = item
                index.input_starts[slot + 1] = 0
                n_inputs += 1
            index.input_starts[slot + 1] += 1
            index.input_slots[r * history + lag] = slot
    begin_parts(index.input_starts, n_inputs)
    for r in range(len(batch)):
        length = index.lengths[r]
        for lag in range(length):
            slot = index.input_slots[r * history + lag]
            place = index.input_starts[slot + 1]
            index.input_examples[place] = r
            index.input_weights[place] = weights.powers[lag] * weights.inverse_sums[length]
            index.input_starts[slot + 1] += 1
    for slot in range(n_inputs):
        slots[0][index.input_rows[slot]] = -1
    index.sizes[0] = n_inputs
    draw_own(examples, batch, index, groups)
    index.sizes[1] = index_outputs(batch, drawn, slots[1], index)


@step
def draw_own(examples, batch, index, groups):
    """own_slots = the items (not yet slots) of the own targets of each example: its answer, and those of its group."""
    n_own = index.own_slots.shape[0] // index.lengths.shape[0]
    for r in range(len(batch)):
        index.answers[r] = examples.answers[batch[r]]
        index.own_slots[r * n_own] = index.answers[r]
        index.own_shifts[r * n_own] = 0
    draw_from_groups(batch, index, groups)


@step
def draw_from_groups(batch, index, groups):
    """The further targets of draw_own."""
    if groups is not None:
        n_own = index.own_slots.shape[0] // index.lengths.shape[0]
        for r in range(len(batch)):
            answer = index.answers[r]
            group = groups.of_item[answer]
            for c in range(1, n_own):
                own = r * n_own + c
                index.own_slots[own] = answer
                index.own_shifts[own] = _LOWEST
                if group >= 0:
                    first, stop = groups.starts[group], groups.starts[group + 1]
                    low = groups.cumulated[first - 1] if first > 0 else 0.0
                    share = float64(draw(groups.key, uint64(groups.first + own))) * _SCALE
                    wanted = low + share * (groups.cumulated[stop - 1] - low)
                    place = min(first_above(groups.cumulated, first, wanted), stop - 1)
                    item = groups.items[place]
                    if item != answer:
                        index.own_slots[own] = item
                        index.own_shifts[own] = groups.item_shifts[place] + groups.shifts[group]


@step
def index_outputs(batch, drawn, slots, index):
    """The outputs of index_batch, from the items in own_slots; returns how many are used."""
    n_own = index.own_slots.shape[0] // index.lengths.shape[0]
    n_outputs = drawn.count[0]
    for slot in range(n_outputs):
        slots[drawn.items[slot]] = slot
        index.output_rows[slot] = drawn.items[slot]
        index.output_starts[slot + 1] = 0
    for own in range(len(batch) * n_own):
        item = index.own_slots[own]
        slot = slots[item]
        if slot < 0:
            slot = n_outputs
            slots[item] = slot
            index.output_rows[slot] = item
            index.output_starts[slot + 1] = 0
            n_outputs += 1
        index.output_starts[slot + 1] += 1
        index.own_slots[own] = slot
    begin_parts(index.output_starts, n_outputs)
    for r in range(len(batch)):
        for own in range(r * n_own, (r + 1) * n_own):
            place = index.output_starts[index.own_slots[own] + 1]
            index.output_entries[place] = own
            index.output_examples[place] = r
            index.output_starts[index.own_slots[own] + 1] += 1
    for slot in range(n_outputs):
        slots[index.output_rows[slot]] = -1
    return n_outputs
