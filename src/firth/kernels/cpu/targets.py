"""What the objectives with noise words share: a position's targets, and the way from dot products to steps.

A position asks 1 + K questions, "is this word the center here?", and the answer is yes for the first alone. Blocks of
up to 8 target rows stay in registers together, so the targets are padded to whole blocks with a row of zeros.
"""

from numpy import empty, float32, int64, zeros

from firth.kernels.arguments import Room
from firth.kernels.compile import scratch, step
from firth.kernels.cpu.activation import sigmoid_and_softplus
from firth.kernels.cpu.batches import BATCH
from firth.kernels.cpu.hot_rows import row_of
from firth.kernels.cpu.sampling import draw_targets
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, prefetch
from firth.simd.operations import absolute, fma, load, mul, splat, store
from firth.simd.rows import SUMS_PER_ROW

__all__ = ["AHEAD", "PAIR", "first_target", "new_room", "prefetch_row", "prepare_targets", "steps_from_dots"]

AHEAD = 2  # centers between asking for rows and using them; 4 measured alike
RING = 4  # centers whose targets are kept: a power of two above AHEAD
PAIR = 2 * SUMS_PER_ROW  # dot products of two inputs with a block


@step
def prefetch_row(matrix, row, columns):
    """Ask for all cache lines of a row."""
    for column in range(0, columns, CACHE_LINE):
        prefetch(matrix, row + column)


@scratch
def _new_signs(n_targets, n_block, n_blocks):
    """For each block: the signs of its targets for two inputs, then for one input alone.

    A sign is -1 for the true target, 1 for noise, 0 for what is not there.
    """
    signs = zeros(n_blocks * 2 * PAIR, float32)
    for target in range(n_targets):
        cell = target // n_block * 2 * PAIR + target % n_block
        sign = float32(-1) if target == 0 else float32(1)
        signs[cell] = sign
        signs[cell + SUMS_PER_ROW] = sign
        signs[cell + PAIR] = sign
    return signs


@scratch
def new_room(n_block, sampling, weights, hot):
    """A thread's scratch arrays. What a block has too many stays at the row of zeros."""
    n_targets = 1 + sampling.negative_samples
    n_blocks = (n_targets + n_block - 1) // n_block
    n_inputs = 2 * sampling.window + 2
    target_rows = empty(RING * n_blocks * n_block, int64)
    target_rows[:] = hot.spare * weights.stride
    return Room(
        empty(n_inputs, int64),
        empty(BATCH + 2 * sampling.window, int64),
        empty(n_targets, int64),
        target_rows,
        zeros(n_blocks * n_inputs * SUMS_PER_ROW + 2 * LANES, float32),
        _new_signs(n_targets, n_block, n_blocks),
        n_blocks,
        n_blocks * n_block,
    )


@step
def first_target(i, room):
    """Where in room.target_rows the targets of word i of a batch begin."""
    return (i % RING) * room.padded


@step
def prepare_targets(i, batch, sampling, weights, hot, room):
    """Draw the targets of word i, note where their rows are, and ask for them."""
    words, draws, _, _ = batch
    draw_targets(words[i], draws[i], sampling, room.targets)
    first = first_target(i, room)
    for k in range(sampling.negative_samples + 1):
        row = row_of(room.targets[k], weights, hot)
        room.target_rows[first + k] = row
        prefetch_row(weights.context, row, weights.columns)


@step
def steps_from_dots(dots, at, n, signs, signs_at, rate, loss):
    """Replace n dot products by learning rate x (label - sigmoid(dot)); return loss + their losses.

    With z = -dot for the true target and z = dot for noise, the loss of a question is softplus(z) in both cases, and
    label - sigmoid(dot) is -sign * sigmoid(z). Where the sign is 0 there is no step and no loss.
    """
    for part in range(0, n, LANES):
        sign = load(signs, signs_at + part)
        sigmoid, softplus = sigmoid_and_softplus(mul(sign, load(dots, at + part)))
        store(dots, at + part, mul(mul(sign, splat(-rate)), sigmoid))
        loss = fma(absolute(sign), softplus, loss)
    return loss
