"""One step of Adagrad for the rows that a batch used, each with the sum of all its slopes.

One number of state per row: the mean squares of its slopes, summed over the steps.

Source     Duchi, Hazan & Singer 2011, JMLR 12; one number per row as in Kingma's and others' sparse embeddings.
Reference  firth.illustrated.next_item
Shapes     matrix flat, (N * stride,); squares (N,); slots first … stop - 1 of a BatchIndex.
"""

import math

from numpy import float32

from firth.kernels.compile import kernel, step
from firth.simd.lanes import LANES
from firth.simd.operations import add, fma, load, mul, splat, store, sub, sum_lanes

__all__ = ["move_inputs", "move_outputs"]

_SMALLEST = float32(1e-8)  # added to the state, so that nothing is divided by 0


@step
def move_row(matrix, squares, row, slope, layout, rate):
    """One step of a row against a slope (stride,), whose padding is 0."""
    stride = layout.stride
    total = splat(float32(0))
    for column in range(0, stride, LANES):
        part = load(slope, column)
        total = fma(part, part, total)
    squares[row] += sum_lanes(total) / layout.numbers
    factor = splat(rate / math.sqrt(squares[row] + _SMALLEST))
    start = row * stride
    for column in range(0, stride, LANES):
        store(matrix, start + column, sub(load(matrix, start + column), mul(factor, load(slope, column))))


@step
def add_scaled(slope, weight, source, start, stride):
    """Slope += weight * source[start : start + stride]"""
    times = splat(weight)
    for column in range(0, stride, LANES):
        store(slope, column, fma(times, load(source, start + column), load(slope, column)))


@step
def clear(slope, stride):
    """Slope = 0"""
    for column in range(0, stride, LANES):
        store(slope, column, splat(float32(0)))


@kernel
def move_inputs(weights, index, vectors, layout, slots, step_of, slope):
    """Move the inputs in a range of slots.

    step_of : the matrix, its squares, and the learning rate.    slope : (stride,) workspace.
    """
    matrix, squares, rate = step_of
    history = weights.powers.shape[0]
    for slot in range(slots[0], slots[1]):
        clear(slope, layout.stride)
        for e in range(index.input_starts[slot], index.input_starts[slot + 1]):
            entry = index.input_entries[e]
            example = entry // history
            weight = weights.powers[entry - example * history] * weights.inverse_sums[index.lengths[example]]
            add_scaled(slope, weight, vectors.back, example * layout.stride, layout.stride)
        move_row(matrix, squares, index.input_rows[slot], slope, layout, rate)


@kernel
def move_outputs(n_drawn, index, vectors, layout, slots, step_of, slope):
    """Move the outputs in a range of slots; the first n_drawn are drawn items.    As move_inputs."""
    matrix, squares, rate = step_of
    stride = layout.stride
    n_own = vectors.own_errors.shape[0] // vectors.weights.shape[0]
    for slot in range(slots[0], slots[1]):
        clear(slope, stride)
        if slot < n_drawn:
            for part in range(vectors.losses.shape[0]):
                start = (part * layout.padded + slot) * stride
                for column in range(0, stride, LANES):
                    store(slope, column, add(load(slope, column), load(vectors.drawn_slopes, start + column)))
        for e in range(index.output_starts[slot], index.output_starts[slot + 1]):
            entry = index.output_entries[e]
            add_scaled(slope, vectors.own_errors[entry], vectors.hidden, entry // n_own * stride, stride)
        move_row(matrix, squares, index.output_rows[slot], slope, layout, rate)
