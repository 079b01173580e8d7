"""Skip-gram on a GPU: every word around a position predicts the word at that position, and so does its document.

Source      Mikolov et al. 2013, arXiv:1310.4546, equation 4; noise words shared by the window: Ji et al. 2016,
            arXiv:1604.04661. The errors of a position are computed from the rows as they were read, then added.
Reference   firth.illustrated.skipgram

One warp trains a position. A block of targets stays in registers while the inputs pass by, a few at a time. Where there
are more targets than a block holds, the inputs pass by once more, with what the blocks before have added to them.
"""

from numpy import float32

from firth.kernels.cuda.compile import device
from firth.kernels.cuda.training.inputs import add_to_input, count_inputs, load_input
from firth.kernels.cuda.training.rows import add_row, load_row, sum_over_lanes
from firth.kernels.cuda.training.targets import target_error, target_row
from firth.kernels.cuda.warp import from_lane

__all__ = ["train_skipgram"]


@device
def _errors(dots, center, part, loss, lane, shape):
    """Dot products become learning rate x error; returns loss + this lane's part of theirs.

    part   PositionTargets, first target of the block, its targets, and inputs of the group
    """
    targets, first, n_targets, n_inputs = part
    rate = center[3]
    per_lane = max(shape.sums // 32, 1)
    for r in range(per_lane):
        p = (lane * per_lane + r) % shape.sums
        i, j = p // shape.targets, p % shape.targets
        error, one_loss = target_error(dots[r], targets, first + j, rate, shape)
        is_used = i < n_inputs and j < n_targets
        dots[r] = error if is_used else float32(0)
        if is_used and lane < shape.sums:
            loss += one_loss
    return loss


@device
def _multiply(registers, n_inputs, shape):
    """All dot products of a group with a block, this lane's columns of them."""
    targets, _, inputs, _, dots, _ = registers
    width = 4 * shape.vectors
    for p in range(shape.sums):
        dots[p] = float32(0)
    for i in range(shape.inputs):
        if i < n_inputs:
            for j in range(shape.targets):
                total = float32(0)
                for q in range(width):
                    total += inputs[i * width + q] * targets[j * width + q]
                dots[i * shape.targets + j] = total


@device
def _move_input(i, registers, shape):
    """The change of input i of a group, and its part in the changes of the targets."""
    targets, changes, inputs, change, dots, _ = registers
    width = 4 * shape.vectors
    per_lane = max(shape.sums // 32, 1)
    for q in range(width):
        change[q] = float32(0)
    for j in range(shape.targets):
        p = i * shape.targets + j
        error = from_lane(dots[p % per_lane], p // per_lane)
        for q in range(width):
            change[q] += error * targets[j * width + q]
            changes[j * width + q] += error * inputs[i * width + q]


@device
def _load_block(targets, first, n_targets, weights, registers, lane, shape):
    rows, changes, _, _, _, _ = registers
    width = 4 * shape.vectors
    for j in range(shape.targets):
        for q in range(width):
            rows[j * width + q] = float32(0)
            changes[j * width + q] = float32(0)
        if j < n_targets:
            row = target_row(targets, first + j, shape)
            load_row(weights.output, row, weights.stride, rows, j * width, lane, shape.vectors)


@device
def _train_block(center, sources, block, weights, registers, lane, shape):
    """Train a block of targets. block : PositionTargets, and the first of them."""
    targets, first = block
    n, width = count_inputs(center), 4 * shape.vectors
    n_targets = min(targets.count - first, shape.targets)
    loss = float32(0)
    _load_block(targets, first, n_targets, weights, registers, lane, shape)
    for k in range(0, n, shape.inputs):
        n_inputs = min(n - k, shape.inputs)
        for i in range(shape.inputs):
            if i < n_inputs:
                load_input(k + i, center, sources, weights, (registers[2], i * width), lane, shape)
        _multiply(registers, n_inputs, shape)
        sum_over_lanes(registers[4], registers[5], shape.sums, lane)
        loss = _errors(registers[4], center, (targets, first, n_targets, n_inputs), loss, lane, shape)
        for i in range(shape.inputs):
            if i < n_inputs:
                _move_input(i, registers, shape)
                add_to_input(k + i, center, sources, weights, registers[3], lane, shape)
    for j in range(shape.targets):
        if j < n_targets:
            row = weights.output, target_row(targets, first + j, shape), weights.stride
            add_row(row, registers[1], j * width, lane, shape)
    return loss


@device
def train_skipgram(center, sources, targets, weights, registers, lane, shape):
    """Train a position that has inputs; returns this lane's part of the loss.

    center, sources   see load_input()
    targets     PositionTargets
    registers   targets, their changes, inputs, change of an input, dot products, scratch
    """
    loss = float32(0)
    for first in range(0, targets.count, shape.targets):
        loss += _train_block(center, sources, (targets, first), weights, registers, lane, shape)
    return loss
