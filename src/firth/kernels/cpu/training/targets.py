"""A position's targets, and the way from dot products to steps: what all objectives but full softmax share.

A position asks a few yes-or-no questions, each of one row of the context matrix, its target: "is this word the center
here?" with noise words, "does the path to the center go on this way?" in a tree. Blocks of up to 8 target rows stay in
registers together, so the targets are padded to whole blocks with a row of zeros.
"""

from numpy import empty, float32, int64, zeros

from firth.kernels.arguments import Asked, Contrast, Room
from firth.kernels.compile import scratch, step
from firth.kernels.cpu.training.activation import sigmoid_and_softplus
from firth.kernels.cpu.training.batches import BATCH
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, prefetch
from firth.simd.operations import absolute, fma, load, mul, splat, store, sub
from firth.simd.rows import BLOCK_ROWS, load_eights

__all__ = ["AHEAD", "NO", "PAIR", "RING", "YES", "asked_of", "new_room", "prefetch_row"]
__all__ += ["steps_from_dots"]

AHEAD = 2  # centers between asking for rows and using them; 4 measured alike
RING = 4  # centers whose targets are kept: a power of two above AHEAD
PAIR = 2 * BLOCK_ROWS  # dot products of two inputs with a block
YES = float32(-1)  # the signs of answers
NO = float32(1)


@step
def prefetch_row(matrix, row, columns):
    """Ask for all cache lines of a row."""
    for column in range(0, columns, CACHE_LINE):
        prefetch(matrix, row + column)


@scratch
def _most_targets(sampling, tree):
    if tree is None:
        return int64(1 + sampling.negative_samples)
    return int64(tree.longest)


@scratch
def _new_contrast(size, contrast_shifts):
    if contrast_shifts is None:
        return None
    return Contrast(zeros(size, float32), zeros(size, float32))


@scratch
def _new_signs(n_targets, n_block, n_blocks):
    """The first target of a position is the true one; room for RING positions, and eight zeros."""
    signs = zeros(RING * n_blocks * BLOCK_ROWS + 2 * BLOCK_ROWS, float32)
    for target in range(n_targets):
        signs[target // n_block * BLOCK_ROWS + target % n_block] = YES if target == 0 else NO
    return signs


@scratch
def new_room(n_block, sampling, weights, hot, contrast_shifts, tree):
    """A thread's scratch arrays. What a block has too many stays at the row of zeros, without a sign."""
    n_targets = _most_targets(sampling, tree)
    n_blocks = (n_targets + n_block - 1) // n_block
    n_inputs = 2 * sampling.window + 2
    target_rows = empty(RING * n_blocks * n_block, int64)
    target_rows[:] = hot.spare * weights.stride
    asked = zeros((RING, 3), int64)
    asked[:, 0] = n_blocks
    signs = _new_signs(n_targets, n_block, n_blocks)
    return Room(
        empty(n_inputs, int64),
        empty(BATCH + 2 * sampling.window, int64),
        empty(n_targets, int64),
        target_rows,
        asked,
        zeros(n_blocks * n_inputs * BLOCK_ROWS + 2 * LANES, float32),
        signs,
        _new_contrast(len(signs), contrast_shifts),
        n_blocks * n_block,
    )


@step
def asked_of(i, room):
    """Where the targets of word i of a batch are."""
    slot = i % RING
    blocks, tail, signs_at = room.asked[slot, 0], room.asked[slot, 1], room.asked[slot, 2]
    return Asked(slot * room.padded, blocks, tail, signs_at, len(room.signs) - BLOCK_ROWS)


@step
def _answers(dots, at, sign, rate, loss):
    sigmoid, softplus = sigmoid_and_softplus(mul(sign, load(dots, at)))
    store(dots, at, mul(mul(sign, splat(-rate)), sigmoid))
    return fma(absolute(sign), softplus, loss)


@step
def _contrasted_answers(dots, at, label, weight, shift, rate, loss):
    shifted = sub(load(dots, at), shift)
    sigmoid, softplus = sigmoid_and_softplus(shifted)
    store(dots, at, mul(splat(rate), sub(label, mul(weight, sigmoid))))
    return sub(fma(weight, softplus, loss), mul(label, shifted))


@step
def steps_from_dots(room, at, n, first, second, rate, loss):
    """Replace n dot products at steps[at:] by learning rate x (label - sigmoid(dot)); return loss + their losses.

    With z = -dot where the answer is yes and z = dot where it is no, the loss of a question is softplus(z) in both
    cases, and label - sigmoid(dot) is -sign * sigmoid(z). Where the sign is 0 there is no step and no loss.
    With a contrast, dot products are shifted, and signs are labels: a target that is asked about `weight` times, with
    yes the answer `label` times, has the loss weight x softplus(z) - label x z.

    first, second   where the signs of the first and the second eight of them are
    """
    return _steps(room.steps, at, n, room.signs, first, second, room.contrast, rate, loss)


@step
def _steps(dots, at, n, signs, first, second, contrast, rate, loss):
    for part in range(0, n, LANES):
        sign = load_eights(signs, first, second, part)
        if contrast is None:
            loss = _answers(dots, at + part, sign, rate, loss)
        else:
            weight = load_eights(contrast.weights, first, second, part)
            shift = load_eights(contrast.shifts, first, second, part)
            loss = _contrasted_answers(dots, at + part, sign, weight, shift, rate, loss)
    return loss
