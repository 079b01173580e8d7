"""One batch of the vectors that predict the next item: softmax over drawn items, and the slopes of its loss.

Each example is compared with the same K drawn items, so that scores and slopes are matrix products. A drawn item's
score is shifted by -log of how often it is expected to be drawn: then the sum of the exponentials is right on average,
however items are drawn. The answer of an example counts once, with its own score: among the drawn items it is left out.

Source     Bengio & Senécal 2008, "Adaptive importance sampling to accelerate training of a neural probabilistic
           language model"; Jean et al. 2015, arXiv:1412.2007, section 3.
Reference  firth.illustrated.next_item
Shapes     as in next_item_arguments.py.
"""

import math

from numpy import float32, float64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.language_model.softmax import exponentiate_row, highest_lane
from firth.kernels.cpu.recommend.products import COLUMNS, add_slopes_of_drawn, score_drawn, slopes_of_hidden
from firth.kernels.cpu.recommend.row_steps import add_scaled, clear_row, product_of_rows
from firth.simd.lanes import LANES
from firth.simd.operations import add, fma, load, maximum, mul, splat, store

__all__ = ["CHUNK", "lay_out_drawn", "learn_parts"]

CHUNK = 48  # examples whose scores are in the cache together; whole blocks of rows
_LOWEST = float32(-3e38)  # the score of what does not count: its exponential is 0, whatever the highest score


@kernel
def lay_out_drawn(outputs, output_rows, drawn, layout, vectors):
    """Copy the vectors of the drawn items into the tiles that the products read."""
    stride, padded = layout.stride, layout.padded
    for j in range(padded):
        is_drawn = j < drawn.count[0]
        row = int64_row(output_rows, j, is_drawn) * stride
        number = (j - j % COLUMNS) * stride + j % COLUMNS
        for d in range(0, stride, LANES):
            tile = d - d % COLUMNS
            some = load(outputs, row + d) if is_drawn else splat(float32(0))
            store(vectors.drawn_by_item, tile * padded + j * COLUMNS + d - tile, some)
        for d in range(stride):
            vectors.drawn_by_number[number + d * COLUMNS] = outputs[row + d] if is_drawn else float32(0)


@step
def int64_row(rows, j, is_drawn):
    """The row of drawn item j; 0 for padding."""
    return rows[j] if is_drawn else 0


@step
def mean_of_history(inputs, index, example, weights, hidden, stride):
    """Fill a row of hidden with the weighted mean of the inputs of an example."""
    history = weights.powers.shape[0]
    length = index.lengths[example]
    start = example * stride
    clear_row(hidden, start, stride)
    for lag in range(length):
        row = index.input_rows[index.input_slots[example * history + lag]] * stride
        add_scaled(hidden, start, weights.powers[lag] * weights.inverse_sums[length], inputs, row, stride)


@step
def shift_row(scores, start, shifts, padded):
    """Shift the scores of a row; returns a register with the highest in a lane."""
    highest = splat(_LOWEST)
    for j in range(0, padded, LANES):
        score = add(load(scores, start + j), load(shifts, j))
        store(scores, start + j, score)
        highest = maximum(highest, score)
    return highest


@step
def errors_of_row(example, scores, start, drawn, index, vectors, scratch):
    """Replace the scores of an example by the slopes of its loss; returns the loss.

    own_errors holds the scores of its own targets.    scratch : (LANES,)
    """
    padded = drawn.shifts.shape[0]
    n_own = vectors.own_errors.shape[0] // vectors.weights.shape[0]
    own = example * n_own
    slot = index.own_slots[own]
    if slot < drawn.count[0]:
        scores[start + slot] = _LOWEST
    highest = highest_lane(shift_row(scores, start, drawn.shifts, padded), scratch)
    for c in range(n_own):
        vectors.own_errors[own + c] += index.own_shifts[own + c]
        highest = max(highest, vectors.own_errors[own + c])
    total = exponentiate_row(scores, start, padded, highest)
    loss = float64(highest) - float64(vectors.own_errors[own])
    for c in range(n_own):
        vectors.own_errors[own + c] = math.exp(vectors.own_errors[own + c] - highest)
        total += vectors.own_errors[own + c]
    weight = vectors.weights[example]
    factor = weight / total
    for j in range(0, padded, LANES):
        store(scores, start + j, mul(load(scores, start + j), splat(factor)))
    for c in range(n_own):
        vectors.own_errors[own + c] *= factor
    vectors.own_errors[own] -= weight
    return float64(weight) * (math.log(float64(total)) + loss)


@step
def add_own_slopes(example, outputs, index, vectors, stride):
    """Back += the errors of an example's own targets x their vectors."""
    n_own = vectors.own_errors.shape[0] // vectors.weights.shape[0]
    start = example * stride
    for own in range(example * n_own, (example + 1) * n_own):
        row = index.output_rows[index.own_slots[own]] * stride
        error = splat(vectors.own_errors[own])
        for column in range(0, stride, LANES):
            slope = fma(error, load(outputs, row + column), load(vectors.back, start + column))
            store(vectors.back, start + column, slope)


@step
def shift_group(example, scores, start, index, drawn, groups):
    """Shift the scores of drawn items of the answer's group, which its own targets make more frequent."""
    if groups is not None:
        group = groups.of_item[index.answers[example]]
        if group >= 0:
            for j in range(drawn.count[0]):
                if groups.of_item[drawn.items[j]] == group:
                    scores[start + j] += groups.shifts[group]


@step
def learn_part(matrices, index, weights, drawn, layout, part, work):
    """The means, slopes and errors of the examples of a part, and the slopes of the drawn items by them.

    part : its number, its first example and the one after its last; the first is a multiple of the rows of a block.
    """
    inputs, outputs = matrices
    number, first_of_part, stop_of_part = part
    vectors, scores, scratch, groups = work
    stride, padded = layout.stride, layout.padded
    n_own = vectors.own_errors.shape[0] // vectors.weights.shape[0]
    used = min(padded, drawn.count[0] + COLUMNS - 1) // COLUMNS * COLUMNS
    loss = 0.0
    slopes = number * padded * stride
    vectors.drawn_slopes[slopes : slopes + padded * stride] = 0
    for first in range(first_of_part, stop_of_part, CHUNK):
        count = min(CHUNK, stop_of_part - first)
        for example in range(first, first + count):
            mean_of_history(inputs, index, example, weights, vectors.hidden, stride)
            for own in range(example * n_own, (example + 1) * n_own):
                row = index.output_rows[index.own_slots[own]] * stride
                vectors.own_errors[own] = product_of_rows(vectors.hidden, example * stride, outputs, row, stride)
        score_drawn(vectors, layout, first, count, scores, used)
        for example in range(first, first + count):
            start = (example - first) * padded
            shift_group(example, scores, start, index, drawn, groups)
            loss += errors_of_row(example, scores, start, drawn, index, vectors, scratch)
        slopes_of_hidden(vectors, layout, first, count, scores, drawn.count[0])
        for example in range(first, first + count):
            add_own_slopes(example, outputs, index, vectors, stride)
        add_slopes_of_drawn(vectors, layout, (first, count), scores, drawn.count[0], slopes)
    vectors.losses[number] = loss


@kernel
def learn_parts(matrices, index, weights, drawn, layout, parts, work):
    """learn_part for some of the parts of a batch.

    matrices : the inputs and the outputs, flat.
    parts : the first part, the one after the last, the examples of a part, and those of the batch.
    work : BatchVectors, the scores (CHUNK * P,) of this thread, a register (LANES,) of scratch, GroupDraws or None.
    """
    first, stop, size, n_examples = parts
    for number in range(first, stop):
        part = number, number * size, min((number + 1) * size, n_examples)
        learn_part(matrices, index, weights, drawn, layout, part, work)
