"""CBOW on a GPU: the mean of the words around a position predicts the word at that position. One warp a position.

Source      Mikolov et al. 2013, arXiv:1301.3781, section 3.1; negative sampling as in arXiv:1310.4546, equation 4;
            the exact gradient: Irsoy et al. 2020, arXiv:2012.15332.
Reference   firth.illustrated.cbow
"""

from numpy import float32

from firth.kernels.cuda.compile import device
from firth.kernels.cuda.training.rows import add_row, load_row, sum_over_lanes
from firth.kernels.cuda.training.skipgram import input_word
from firth.kernels.cuda.training.targets import target_error, target_row
from firth.kernels.cuda.warp import from_lane

__all__ = ["train_cbow"]


@device
def _average(center, words, weights, registers, lane, shape):
    """Set the hidden vector to the mean of the inputs, and its gradient to 0; several loads are under way at a time."""
    _, hidden, inputs, gradient, _, _ = registers
    n, width = center[2] - center[1], 4 * shape.vectors
    for q in range(width):
        hidden[q] = float32(0)
        gradient[q] = float32(0)
    for k in range(0, n, shape.inputs):
        for i in range(shape.inputs):
            if i < n - k:
                word = input_word(words, center, k + i)
                load_row(weights.input, word, weights.stride, inputs, i * width, lane, shape.vectors)
        for i in range(shape.inputs):
            if i < n - k:
                for q in range(width):
                    hidden[q] += inputs[i * width + q]
    share = float32(1) / float32(n)
    for q in range(width):
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
def train_cbow(center, words, targets, weights, registers, lane, shape):
    """Train a position that has inputs; returns this lane's part of the loss. For the arguments see train_skipgram."""
    gradient, n = registers[3], center[2] - center[1]
    loss = float32(0)
    _average(center, words, weights, registers, lane, shape)
    for first in range(0, targets.count, shape.targets):
        block = targets, first, min(targets.count - first, shape.targets)
        loss += _score_block(center, block, weights, registers, lane, shape)
        _move_block(block, weights, registers, lane, shape)
    if shape.exact:
        share = float32(1) / float32(n)
        for q in range(4 * shape.vectors):
            gradient[q] *= share
    for k in range(n):
        add_row((weights.input, input_word(words, center, k), weights.stride), gradient, 0, lane, shape)
    return loss
