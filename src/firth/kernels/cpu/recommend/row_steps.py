"""The slopes of the rows that a batch used, each the sum over all examples with it, and their steps of Adagrad.

One number of state per row: the mean squares of its slopes, summed over the steps.

Source     Duchi, Hazan & Singer 2011, JMLR 12.
Reference  firth.illustrated.next_item
Shapes     matrix flat, (rows * stride,); squares (rows,). slots: a range (first, stop) of those of a BatchIndex.
           slopes (slots * stride,), flat, one row for each slot; padding is 0.
"""

import math

from numpy import float32

from firth.kernels.compile import kernel, step
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, prefetch
from firth.simd.operations import add, fma, load, mul, splat, store, sub, sum_lanes

__all__ = ["add_scaled", "clear_row", "learn_inputs", "learn_outputs", "move_rows", "product_of_rows"]

_SMALLEST = float32(1e-8)  # added to the state, so that nothing is divided by 0
_AHEAD = 4  # rows between prefetching one and moving it


@step
def add_scaled(out, out_start, weight, source, start, stride):
    """Add to a row: out += weight * source, for rows that begin at out_start and at start."""
    times = splat(weight)
    for column in range(0, stride, LANES):
        total = fma(times, load(source, start + column), load(out, out_start + column))
        store(out, out_start + column, total)


@step
def product_of_rows(a, a_start, b, b_start, stride):
    """The product of two rows."""
    total = splat(float32(0))
    for column in range(0, stride, LANES):
        total = fma(load(a, a_start + column), load(b, b_start + column), total)
    return sum_lanes(total)


@step
def clear_row(out, start, stride):
    """Fill a row with zeros."""
    for column in range(0, stride, LANES):
        store(out, start + column, splat(float32(0)))


@step
def slopes_of_inputs(index, vectors, stride, slots, slopes):
    """The slopes of the loss by the inputs in a range of slots."""
    for slot in range(slots[0], slots[1]):
        clear_row(slopes, slot * stride, stride)
        for e in range(index.input_starts[slot], index.input_starts[slot + 1]):
            example = index.input_examples[e]
            add_scaled(slopes, slot * stride, index.input_weights[e], vectors.back, example * stride, stride)


@step
def slopes_of_outputs(n_drawn, index, vectors, layout, slots, slopes):
    """The slopes of the loss by the outputs in a range of slots, of which the first n_drawn are the drawn items."""
    stride = layout.stride
    for slot in range(slots[0], slots[1]):
        clear_row(slopes, slot * stride, stride)
        if slot < n_drawn:
            for part in range(vectors.losses.shape[0]):
                start = (part * layout.padded + slot) * stride
                for column in range(0, stride, LANES):
                    place = slot * stride + column
                    store(slopes, place, add(load(slopes, place), load(vectors.drawn_slopes, start + column)))
        for e in range(index.output_starts[slot], index.output_starts[slot + 1]):
            error = vectors.own_errors[index.output_entries[e]]
            example = index.output_examples[e]
            add_scaled(slopes, slot * stride, error, vectors.hidden, example * stride, stride)


@step
def move_rows(learned, rows, slots, slopes, numbers, rate):
    """One step of the rows of a matrix, rows[slot] for each slot in a range, against the slopes of the slots.

    learned : the matrix and its squares; None for no step.
    numbers : D; the stride is that of the slopes.
    """
    if learned is not None:
        matrix, squares = learned
        stride = matrix.shape[0] // squares.shape[0]
        for slot in range(slots[0], slots[1]):
            if slot + _AHEAD < slots[1]:
                ahead = rows[slot + _AHEAD] * stride
                for column in range(0, stride, CACHE_LINE):
                    prefetch(matrix, ahead + column)
            total = splat(float32(0))
            for column in range(0, stride, LANES):
                part = load(slopes, slot * stride + column)
                total = fma(part, part, total)
            row = rows[slot]
            squares[row] += sum_lanes(total) / numbers
            factor = splat(rate / math.sqrt(squares[row] + _SMALLEST))
            start = row * stride
            for column in range(0, stride, LANES):
                change = mul(factor, load(slopes, slot * stride + column))
                store(matrix, start + column, sub(load(matrix, start + column), change))


@kernel
def learn_inputs(index, vectors, layout, slots, slopes, learned, rate):
    """The slopes of the inputs in a range of slots, and a step of their rows; `learned` as in move_rows."""
    slopes_of_inputs(index, vectors, layout.stride, slots, slopes)
    move_rows(learned, index.input_rows, slots, slopes, layout.numbers, rate)


@kernel
def learn_outputs(index, vectors, layout, slots, slopes, learned, rate):
    """The same of the outputs. slots : the range, and how many of the first ones are the drawn items."""
    some = slots[0], slots[1]
    slopes_of_outputs(slots[2], index, vectors, layout, some, slopes)
    move_rows(learned, index.output_rows, some, slopes, layout.numbers, rate)
