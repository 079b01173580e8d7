"""Full softmax: every word of the vocabulary is a target, at every position.

Source      Mikolov et al. 2013, arXiv:1310.4546, equation 2.
Slow twin   firth.illustrated.softmax
Shapes      up to TILE hidden vectors by V targets (context vectors), all float32; weights change in place.

    score(k, w) = hidden vector k . context vector w          prediction(k, w) = exp(score) / sum over all words
    loss = -log prediction(k, true word)                      error(k, w) = 1 if w is the true word else 0, - prediction

A hidden vector of skip-gram is the vector of one word read, which has to foretell all words around it: its prediction
is made once for all of them. Of CBOW it is the mean of a window. The hidden vectors of TILE words are scored together,
so that each context vector, once loaded, serves all of them; then each matrix moves by learning rate x the sum of their
gradients, all taken before the step. The matrices are multiplied in blocks of 8 words, as with the other objectives.
"""

from math import log

from numpy import float32, float64, int64

from firth.kernels.compile import step
from firth.kernels.cpu.training.activation import exp_of_minus
from firth.kernels.cpu.training.batches import gather_window
from firth.kernels.cpu.training.cbow import average_inputs, move_inputs, share_of
from firth.kernels.cpu.training.skipgram import multiply_pairs
from firth.simd.lanes import LANES
from firth.simd.operations import add, load, maximum, mul, splat, store, sub
from firth.simd.rows import BLOCK_ROWS, fma_rows, load_rows, splat_row, store_rows, take, weighted_sum

__all__ = ["TILE", "train_softmax_batch"]

TILE = 16  # hidden vectors scored together
_NOWHERE = float32(-1e30)  # the score of a word that is not there
_BLOCK = (0, 0, 0, 0, 0, 0, 0, 0)


@step
def _add_pairs(place, row, n_pairs, centers, stop, batch, sampling, cbow, whole):
    """List what hidden vector `row`, that of word `place` of the batch, has to foretell; returns the new n_pairs."""
    words, _, lefts, rights = batch
    if cbow is None:
        for i in range(max(centers, place - sampling.window), min(stop, place + sampling.window + 1)):
            if i != place and lefts[i] <= place < rights[i]:
                whole.askers[n_pairs] = row
                whole.answers[n_pairs] = words[i]
                n_pairs += 1
    elif rights[place] - lefts[place] > 1:
        whole.askers[n_pairs] = row
        whole.answers[n_pairs] = words[place]
        n_pairs += 1
    return n_pairs


@step
def _gather(place, batch, room, cbow):
    """Set room.inputs to the rows of the words whose mean is the hidden vector of a place; returns how many."""
    if cbow is None:
        room.inputs[0] = room.word_rows[place]
        return int64(1)
    return gather_window(place, batch, room)


@step
def _look_up(n, batch, weights, room, cbow, whole):
    """Set the n hidden vectors, and their gradients to 0."""
    for k in range(n):
        n_inputs = _gather(whole.places[k], batch, room, cbow)
        average_inputs(weights, room, n_inputs, whole.hidden, whole.gradient, k * weights.stride)
        whole.vectors_at[k] = k * weights.stride
    whole.vectors_at[n] = whole.vectors_at[n - 1]  # so that they pair up


@step
def _cells(n):
    """Numbers in a block of scores: 8 for each hidden vector, an even number of times."""
    return (n + n % 2) * BLOCK_ROWS


@step
def _clear_padding(value, whole, n):
    """Set the scores of words that only fill up the last block."""
    blocks = len(whole.rows) // BLOCK_ROWS
    first = (blocks - 1) * TILE * BLOCK_ROWS
    for k in range(n + n % 2):
        for j in range(BLOCK_ROWS - (len(whole.rows) - whole.words), BLOCK_ROWS):
            whole.scores[first + k * BLOCK_ROWS + j] = value


@step
def _score(n, weights, whole):
    """Fill scores with all dot products, and highest with the greatest of each hidden vector, in all its cells."""
    blocks = len(whole.rows) // BLOCK_ROWS
    for b in range(blocks):
        rows = take(_BLOCK, whole.rows, b * BLOCK_ROWS)
        first = b * TILE * BLOCK_ROWS
        multiply_pairs(whole.hidden, whole.vectors_at, n, weights.context, rows, weights.columns, whole.scores, first)
    _clear_padding(_NOWHERE, whole, n)
    cells = _cells(n)
    for cell in range(0, cells, LANES):
        store(whole.highest, cell, splat(_NOWHERE))
    for b in range(blocks):
        first = b * TILE * BLOCK_ROWS
        for cell in range(0, cells, LANES):
            store(whole.highest, cell, maximum(load(whole.highest, cell), load(whole.scores, first + cell)))
    for k in range(n):
        highest = _NOWHERE
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            highest = max(highest, whole.highest[cell])
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            whole.highest[cell] = highest


@step
def _true_scores(n_pairs, whole):
    """The sum of the scores of all true words."""
    total = float64(0)
    for pair in range(n_pairs):
        total += whole.scores[_cell(pair, whole)]
    return total


@step
def _cell(pair, whole):
    """Where the score of a pair is."""
    word = int64(whole.answers[pair])
    block, lane = word // BLOCK_ROWS, word % BLOCK_ROWS
    return (block * TILE + whole.askers[pair]) * BLOCK_ROWS + lane


@step
def _raise(n, whole):
    """Replace scores by exp(score - highest), and set totals to their sums in parts of 8."""
    cells = _cells(n)
    for cell in range(0, cells, LANES):
        store(whole.totals, cell, splat(float32(0)))
    for b in range(len(whole.rows) // BLOCK_ROWS):
        first = b * TILE * BLOCK_ROWS
        for cell in range(0, cells, LANES):
            raised = exp_of_minus(sub(load(whole.highest, cell), load(whole.scores, first + cell)))
            store(whole.scores, first + cell, raised)
            store(whole.totals, cell, add(load(whole.totals, cell), raised))


@step
def _normalise(n, whole, rate):
    """Set totals to -rate x words to foretell / sum of exponentials; returns the sum of the logarithms of the sums."""
    logarithms = float64(0)
    for k in range(n):
        total = float64(0)
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            total += whole.totals[cell]
        logarithms += whole.asked[k] * (log(total) + whole.highest[k * BLOCK_ROWS])
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            whole.totals[cell] = -rate * whole.asked[k] / float32(total)
    return logarithms


@step
def _turn_into_steps(n, n_pairs, whole, rate):
    """Replace exponentials by learning rate x error, summed over the words that a hidden vector has to foretell."""
    cells = _cells(n)
    for b in range(len(whole.rows) // BLOCK_ROWS):
        first = b * TILE * BLOCK_ROWS
        for cell in range(0, cells, LANES):
            store(whole.scores, first + cell, mul(load(whole.scores, first + cell), load(whole.totals, cell)))
    for pair in range(n_pairs):
        whole.scores[_cell(pair, whole)] += rate
    _clear_padding(float32(0), whole, n)


@step
def _move_block(n, rows, weights, whole, first):
    """Move a block of context vectors along all hidden vectors, and add what they want of those to the gradients."""
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.context, rows, column)
        after = before
        for k in range(n):
            sizes = splat_row(_BLOCK, whole.scores, first + k * BLOCK_ROWS)
            at = whole.vectors_at[k] + column
            after = fma_rows(load(whole.hidden, at), sizes, after)
            store(whole.gradient, at, weighted_sum(sizes, before, load(whole.gradient, at)))
        store_rows(weights.context, rows, column, after)


@step
def _move(n, batch, weights, room, cbow, whole):
    """Move all context vectors, then the words that the hidden vectors stem from.

    Every thread begins elsewhere: two that move the same rows in step would overwrite each other.
    """
    blocks = len(whole.rows) // BLOCK_ROWS
    for turn in range(blocks):
        b = (whole.begin + turn) % blocks
        rows = take(_BLOCK, whole.rows, b * BLOCK_ROWS)
        _move_block(n, rows, weights, whole, b * TILE * BLOCK_ROWS)
    for k in range(n):
        n_inputs = _gather(whole.places[k], batch, room, cbow)
        move_inputs(weights, room, n_inputs, whole.gradient, k * weights.stride, share_of(n_inputs, cbow))


@step
def train_softmax_batch(centers, stop, n_words, batch, sampling, weights, room, cbow, whole, rate):
    """Train every center of a batch, TILE hidden vectors at a time; returns its pairs and its loss."""
    pairs = int64(0)
    loss = float64(0)
    place = int64(0) if cbow is None else int64(centers)
    last = n_words if cbow is None else stop
    while place < last:
        n = int64(0)
        n_pairs = int64(0)
        while place < last and n < TILE:
            found = _add_pairs(place, n, n_pairs, centers, stop, batch, sampling, cbow, whole)
            if found > n_pairs:
                whole.places[n] = place
                whole.asked[n] = float32(found - n_pairs)
                n += 1
            n_pairs = found
            place += 1
        if n > 0:
            _look_up(n, batch, weights, room, cbow, whole)
            _score(n, weights, whole)
            loss -= _true_scores(n_pairs, whole)
            _raise(n, whole)
            loss += _normalise(n, whole, rate)
            _turn_into_steps(n, n_pairs, whole, rate)
            _move(n, batch, weights, room, cbow, whole)
        pairs += n_pairs
    return pairs, loss
