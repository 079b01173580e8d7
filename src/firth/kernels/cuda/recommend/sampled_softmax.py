"""One batch of the vectors that predict the next item on a GPU: means of histories, softmax, slopes, steps of Adagrad.

A block has one example, or one row that moves; every sum is made in one order, so that equal seeds give equal bits.

Source, reference   kernels/cpu/recommend/sampled_softmax.py and row_steps.py
"""

import math

from numba import cuda
from numpy import float32, float64, int64

from firth.kernels.cuda.compile import device, gpu_kernel

__all__ = ["ROW_THREADS", "add_own_slopes", "average_histories", "errors_of_examples", "gather_drawn"]
__all__ += ["move_inputs", "move_outputs"]

ROW_THREADS = 64
_HALF = ROW_THREADS // 2
_LOWEST = float32(-3e38)
_SMALLEST = float32(1e-8)  # added to the state of Adagrad


@device
def _sum_of_two(one, other):
    return one + other


def _over_threads(of_two):
    """What a function of two numbers makes of a number of each thread of a block."""

    @device
    def combined(mine, numbers, me):
        numbers[me] = mine
        cuda.syncthreads()
        half = _HALF
        while half > 0:
            if me < half:
                numbers[me] = of_two(numbers[me], numbers[me + half])
            cuda.syncthreads()
            half //= 2
        result = numbers[0]
        cuda.syncthreads()
        return result

    return combined


_total, _highest = _over_threads(_sum_of_two), _over_threads(max)


def _gather_drawn(outputs, size, batch):
    """The vectors of the drawn items, behind one another."""
    slot = cuda.blockIdx.x
    row = int64(batch.output_rows[slot]) * size
    for d in range(cuda.threadIdx.x, size, ROW_THREADS):
        batch.drawn[slot * size + d] = outputs.numbers[row + d]


def _average_histories(inputs, size, batch):
    example, history = cuda.blockIdx.x, len(batch.powers)
    length = batch.lengths[example]
    for d in range(cuda.threadIdx.x, size, ROW_THREADS):
        mean = float32(0)
        for lag in range(length):
            row = int64(batch.input_rows[batch.input_slots[example * history + lag]])
            mean += batch.powers[lag] * batch.inverse_sums[length] * inputs.numbers[row * size + d]
        batch.hidden[example * size + d] = mean


def _errors_of_examples(outputs, size, n_drawn, batch):
    """Replace the scores of an example by the slopes of its loss."""
    numbers = cuda.shared.array(ROW_THREADS, float32)
    example, me = cuda.blockIdx.x, cuda.threadIdx.x
    slot = batch.own_slots[example]
    row, first, start = int64(batch.output_rows[slot]) * size, example * size, example * n_drawn
    mine = float32(0)
    for d in range(me, size, ROW_THREADS):
        mine += batch.hidden[first + d] * outputs.numbers[row + d]
    own = _total(mine, numbers, me)
    mine = own
    for j in range(me, n_drawn, ROW_THREADS):
        score = _LOWEST if j == slot else batch.scores[start + j] + batch.shifts[j]
        batch.scores[start + j] = score
        mine = max(mine, score)
    highest = _highest(mine, numbers, me)
    mine = float32(0)
    for j in range(me, n_drawn, ROW_THREADS):
        part = float32(math.exp(batch.scores[start + j] - highest))
        batch.scores[start + j] = part
        mine += part
    of_own = float32(math.exp(own - highest))
    total = _total(mine, numbers, me) + of_own
    weight = batch.weights[example]
    factor = weight / total
    for j in range(me, n_drawn, ROW_THREADS):
        batch.scores[start + j] *= factor
    if me == 0:
        batch.own_errors[example] = of_own * factor - weight
        loss = math.log(float64(total)) + float64(highest) - float64(own)
        batch.losses[example] = float64(weight) * loss


def _add_own_slopes(outputs, size, batch):
    """Back += the error of an example's answer x its vector."""
    example = cuda.blockIdx.x
    row = int64(batch.output_rows[batch.own_slots[example]]) * size
    for d in range(cuda.threadIdx.x, size, ROW_THREADS):
        batch.back[example * size + d] += batch.own_errors[example] * outputs.numbers[row + d]


@device
def _move(matrix, row, slopes, start, size, rate, numbers):
    """One step of a row against the slopes that this block has written from `start` on."""
    me, mine = cuda.threadIdx.x, float32(0)
    for d in range(me, size, ROW_THREADS):
        mine += slopes[start + d] * slopes[start + d]
    state = matrix.squares[row] + _total(mine, numbers, me) / float32(size)
    factor = rate / float32(math.sqrt(state + _SMALLEST))
    for d in range(me, size, ROW_THREADS):
        matrix.numbers[int64(row) * size + d] -= factor * slopes[start + d]
    if me == 0:
        matrix.squares[row] = state


def _move_inputs(inputs, size, batch, rate):
    numbers = cuda.shared.array(ROW_THREADS, float32)
    slot, me = cuda.blockIdx.x, cuda.threadIdx.x
    for d in range(me, size, ROW_THREADS):
        slope = float32(0)
        for e in range(batch.input_starts[slot], batch.input_starts[slot + 1]):
            slope += batch.input_weights[e] * batch.back[int64(batch.input_examples[e]) * size + d]
        batch.slopes[slot * size + d] = slope
    _move(inputs, batch.input_rows[slot], batch.slopes, slot * size, size, float32(rate), numbers)


def _move_outputs(outputs, size, n_drawn, batch, rate):
    """The first n_drawn slots are the drawn items."""
    numbers = cuda.shared.array(ROW_THREADS, float32)
    slot, me = cuda.blockIdx.x, cuda.threadIdx.x
    for d in range(me, size, ROW_THREADS):
        slope = batch.drawn_slopes[slot * size + d] if slot < n_drawn else float32(0)
        for e in range(batch.output_starts[slot], batch.output_starts[slot + 1]):
            example = int64(batch.output_examples[e])
            slope += batch.own_errors[example] * batch.hidden[example * size + d]
        batch.slopes[slot * size + d] = slope
    _move(outputs, batch.output_rows[slot], batch.slopes, slot * size, size, float32(rate), numbers)


gather_drawn = gpu_kernel(_gather_drawn)
average_histories, errors_of_examples = gpu_kernel(_average_histories), gpu_kernel(_errors_of_examples)
add_own_slopes = gpu_kernel(_add_own_slopes)
move_inputs, move_outputs = gpu_kernel(_move_inputs), gpu_kernel(_move_outputs)
