"""CBOW on a GPU: the mean of the words around a position predicts the word there; its document counts as one of them.

Source      Mikolov et al. 2013, arXiv:1301.3781, section 3.1; negative sampling as in arXiv:1310.4546, equation 4;
            the exact gradient: Irsoy et al. 2020, arXiv:2012.15332.
Reference   firth.illustrated.cbow

One warp trains a position.
"""

from numpy import float32

from firth.kernels.cuda.compile import device
from firth.kernels.cuda.training.inputs import add_to_input, count_inputs, sum_inputs
from firth.kernels.cuda.training.rows import add_row, load_row, sum_over_lanes
from firth.kernels.cuda.training.targets import target_error, target_row
from firth.kernels.cuda.warp import from_lane

__all__ = ["train_cbow"]


@device
def _average(center, sources, weights, registers, lane, shape):
    """Set the hidden vector to the mean of the inputs, and its gradient to 0; several loads are under way at a time."""
    _, hidden, inputs, gradient, _, _ = registers
    for q in range(4 * shape.vectors):
        hidden[q] = float32(0)
        gradient[q] = float32(0)
    share = float32(1) / sum_inputs(center, sources, weights, (hidden, inputs), lane, shape)
    for q in range(4 * shape.vectors):
        hidden[q] *= share


@device
def _score_block(center, block, weights, registers, lane, shape):
    """Errors of a block of targets; returns this lane's part of their loss.

    block   PositionTargets, the first of them, how many
    """
    rows, hidden, _, _, dots, given = registers
    targets, first, n_targets = block
    width = 4 * shape.vectors
    for j in range(shape.targets):
        if j < n_targets:
            row = target_row(targets, first + j, shape)
            load_row(weights.output, row, weights.stride, rows, j * width, lane, shape.vectors)
    for p in range(shape.sums):
        dots[p] = float32(0)
    for j in range(shape.targets):
        if j < n_targets:
            total = float32(0)
            for q in range(width):
                total += hidden[q] * rows[j * width + q]
            dots[j] = total
    sum_over_lanes(dots, given, shape.sums, lane)
    j = lane % shape.sums
    error, loss = target_error(dots[0], targets, first + j, center[3], shape)
    is_used = j < n_targets
    dots[0] = error if is_used else float32(0)
    return loss if is_used and lane < shape.sums else float32(0)


@device
def _move_block(block, weights, registers, lane, shape):
    """Move a block of targets along the hidden vector, and add their part to its gradient."""
    rows, hidden, change, gradient, dots, _ = registers
    targets, first, n_targets = block
    width = 4 * shape.vectors
    for j in range(shape.targets):
        error = from_lane(dots[0], j)
        if j < n_targets:
            for q in range(width):
                gradient[q] += error * rows[j * width + q]
                change[q] = error * hidden[q]
            add_row((weights.output, target_row(targets, first + j, shape), weights.stride), change, 0, lane, shape)


@device
def train_cbow(center, sources, targets, weights, registers, lane, shape):
    """Train a position that has inputs; returns this lane's part of the loss. For the arguments see train_skipgram."""
    gradient, n = registers[3], count_inputs(center)
    loss = float32(0)
    _average(center, sources, weights, registers, lane, shape)
    for first in range(0, targets.count, shape.targets):
        block = targets, first, min(targets.count - first, shape.targets)
        loss += _score_block(center, block, weights, registers, lane, shape)
        _move_block(block, weights, registers, lane, shape)
    if shape.exact:
        share = float32(1) / float32(n)
        for q in range(4 * shape.vectors):
            gradient[q] *= share
    for k in range(n):
        add_to_input(k, center, sources, weights, gradient, lane, shape)
    return loss
