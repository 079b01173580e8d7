"""Continuous bag of words: the mean of the words around a position predicts the word at that position.

Source      Mikolov et al. 2013, arXiv:1301.3781, section 3.1; negative sampling as in arXiv:1310.4546, equation 4;
            the exact gradient: Irsoy et al. 2020, arXiv:2012.15332.
Reference   firth.illustrated.cbow
Shapes      n inputs (word vectors), 1 + K targets (context vectors), all float32; weights change in place.
"""

from numpy import int64

from firth.kernels.compile import step
from firth.kernels.cpu.training.inputs import average_inputs, gradient_share, move_inputs
from firth.kernels.cpu.training.logistic import PAIR, errors_from_dots
from firth.simd.lanes import LANES
from firth.simd.operations import load, store
from firth.simd.rows import (
    BLOCK_ROWS,
    fma_rows,
    load_rows,
    splat_row,
    store_pair_of_sums,
    store_rows,
    store_sums,
    take,
    weighted_sum,
    zero_rows,
)

__all__ = ["move_cbow", "score_cbow"]


@step
def _multiply(weights, workspace, rows, first):
    """steps[first + j] = dot product of the hidden vector and target j of a block."""
    sums = zero_rows(rows)
    for column in range(0, weights.columns, LANES):
        sums = fma_rows(load(workspace.hidden, column), load_rows(weights.output, rows, column), sums)
    store_sums(workspace.steps, first, sums)


@step
def _multiply_two(weights, workspace, rows_a, rows_b, first):
    """The same for two blocks: their sums fill a register."""
    sums_a = zero_rows(rows_a)
    sums_b = zero_rows(rows_b)
    for column in range(0, weights.columns, LANES):
        hidden = load(workspace.hidden, column)
        sums_a = fma_rows(hidden, load_rows(weights.output, rows_a, column), sums_a)
        sums_b = fma_rows(hidden, load_rows(weights.output, rows_b, column), sums_b)
    store_pair_of_sums(workspace.steps, first, sums_a, sums_b)


@step
def _move_targets(weights, workspace, rows, first):
    """Move a block of targets along the hidden vector, and add their part to its gradient."""
    errors = splat_row(rows, workspace.steps, first)
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.output, rows, column)  # the gradient is that before the step
        store(workspace.gradient, column, weighted_sum(errors, before, load(workspace.gradient, column)))
        store_rows(weights.output, rows, column, fma_rows(load(workspace.hidden, column), errors, before))


@step
def _move_tail(weights, workspace, slot, tail):
    if tail is not None and slot.tail:
        rows = take(tail, workspace.targets.rows, slot.first + slot.blocks * BLOCK_ROWS)
        _move_targets(weights, workspace, rows, slot.blocks * BLOCK_ROWS)


@step
def score_cbow(weights, workspace, window, slot, rate, loss, mean):
    """Turn the mean of the inputs and the targets of a position into errors; returns loss + theirs.

    window   how many inputs there are, and how much each weighs; None: all alike
    """
    targets = workspace.targets
    average_inputs(weights, workspace.inputs, window, (workspace.hidden, workspace.gradient, int64(0)), mean)
    blocks = slot.blocks + slot.tail  # a tail is filled up with zero rows: products cost little
    odd = blocks & 1  # an odd block is scored alone, so that the others pair up
    if odd:
        rows = take(targets.block, targets.rows, slot.first)
        _multiply(weights, workspace, rows, int64(0))
        loss = errors_from_dots(workspace, int64(0), BLOCK_ROWS, (slot.labels_at, slot.padding_at), rate, loss)
    for b in range(odd, blocks, 2):
        rows_a = take(targets.block, targets.rows, slot.first + b * len(targets.block))
        rows_b = take(targets.block, targets.rows, slot.first + (b + 1) * len(targets.block))
        _multiply_two(weights, workspace, rows_a, rows_b, b * BLOCK_ROWS)
    for b in range(odd, blocks, 2):  # after all products: the chains of several sigmoids overlap
        labels_at = slot.labels_at + b * BLOCK_ROWS
        eights = labels_at, labels_at + BLOCK_ROWS
        loss = errors_from_dots(workspace, b * BLOCK_ROWS, PAIR, eights, rate, loss)
    return loss


@step
def move_cbow(weights, workspace, window, slot, mean):
    """Move the targets along the mean, then every input by the gradient of the mean. window : as for score_cbow."""
    targets = workspace.targets
    for b in range(slot.blocks):
        rows = take(targets.block, targets.rows, slot.first + b * len(targets.block))
        _move_targets(weights, workspace, rows, b * BLOCK_ROWS)
    _move_tail(weights, workspace, slot, targets.tail)
    move_inputs(weights, workspace.inputs, window[0], workspace.gradient, int64(0), gradient_share(window, mean))
