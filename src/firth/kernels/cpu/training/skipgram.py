"""Skip-gram: every word around a position predicts the word at that position.

Source      Mikolov et al. 2013, arXiv:1310.4546, equation 4. The window's words share their noise words, as in
            Ji et al. 2016, arXiv:1604.04661: all dot products of a position are one small matrix product.
Reference   firth.illustrated.skipgram
Shapes      n inputs (word vectors) by 1 + K targets (context vectors), all float32; weights change in place.

As in word2vec.c, a position trains the pairs in which its word is the target: over the whole text these are the same
pairs as with center and context exchanged.
"""

from firth.kernels.compile import step
from firth.kernels.cpu.training.arguments import VectorRows
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
    take,
    weighted_sum,
    zero_rows,
)

__all__ = ["move_skipgram", "multiply_pairs", "score_skipgram"]


@step
def multiply_pairs(inputs, n, weights, rows, products, first):
    """products[first + 8 k + j] = dot product of input k and target j of a block; two inputs at a time.

    inputs   VectorRows; if n is odd, starts[n] is that of any row
    rows     where the targets are in the output matrix
    """
    for k in range(0, n, 2):
        sums_a = zero_rows(rows)
        sums_b = zero_rows(rows)
        for column in range(0, weights.columns, LANES):
            # Each register of targets, once loaded, serves two inputs: with 8 rows that is 16 sums in registers.
            targets = load_rows(weights.output, rows, column)
            sums_a = fma_rows(load(inputs.matrix, inputs.starts[k] + column), targets, sums_a)
            sums_b = fma_rows(load(inputs.matrix, inputs.starts[k + 1] + column), targets, sums_b)
        store_pair_of_sums(products, first + k * BLOCK_ROWS, sums_a, sums_b)


@step
def _move(weights, workspace, n, rows, first):
    """Move a block of targets along every input and every input along the targets, LANES columns at a time.

    The targets act on the inputs as they were scored: each target row is loaded and stored once.
    """
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.output, rows, column)  # what the inputs move along, however many move the targets
        after = before
        for k in range(n):
            errors = splat_row(rows, workspace.steps, first + k * BLOCK_ROWS)
            at = workspace.inputs[k] + column
            vector = load(weights.input, at)
            after = fma_rows(vector, errors, after)
            store(weights.input, at, weighted_sum(errors, before, vector))
        store_rows(weights.output, rows, column, after)


@step
def _multiply_tail(weights, workspace, n, slot, first, tail):
    if tail is not None and slot.tail:
        rows = take(tail, workspace.targets.rows, slot.first + slot.blocks * BLOCK_ROWS)
        inputs = VectorRows(weights.input, workspace.inputs)
        multiply_pairs(inputs, n, weights, rows, workspace.steps, first)


@step
def _move_tail(weights, workspace, n, slot, first, tail):
    if tail is not None and slot.tail:
        rows = take(tail, workspace.targets.rows, slot.first + slot.blocks * BLOCK_ROWS)
        _move(weights, workspace, n, rows, first)


@step
def score_skipgram(weights, workspace, n, slot, rate, loss):
    """Turn all pairs of the n inputs and the targets of a position into errors; returns loss + theirs.

    All products come first, then all sigmoids: each is a long chain of operations, and many chains run side by side.
    """
    targets = workspace.targets
    workspace.inputs[n] = workspace.inputs[n - 1]  # so that inputs pair up; the extra products are never used
    inputs = VectorRows(weights.input, workspace.inputs)
    per_block = (n + 1) * BLOCK_ROWS
    for b in range(slot.blocks):
        rows = take(targets.block, targets.rows, slot.first + b * len(targets.block))
        multiply_pairs(inputs, n, weights, rows, workspace.steps, b * per_block)
    _multiply_tail(weights, workspace, n, slot, slot.blocks * per_block, targets.tail)
    for b in range(slot.blocks + slot.tail):
        labels_at = slot.labels_at + b * BLOCK_ROWS
        for k in range(0, n, 2):
            # The second half of a single last input has label and weight 0: error and loss 0.
            eights = labels_at, slot.padding_at if k + 1 == n else labels_at
            loss = errors_from_dots(workspace, b * per_block + k * BLOCK_ROWS, PAIR, eights, rate, loss)
    return loss


@step
def move_skipgram(weights, workspace, n, slot):
    """Move inputs and targets by the errors, block after block: a later block meets inputs that earlier ones moved."""
    targets = workspace.targets
    per_block = (n + 1) * BLOCK_ROWS
    for b in range(slot.blocks):
        rows = take(targets.block, targets.rows, slot.first + b * len(targets.block))
        _move(weights, workspace, n, rows, b * per_block)
    _move_tail(weights, workspace, n, slot, slot.blocks * per_block, targets.tail)
