"""Full softmax: every word of the vocabulary is a target, at every position.

Source      Mikolov et al. 2013, arXiv:1310.4546, equation 2.
Reference   firth.illustrated.softmax
Shapes      up to TILE hidden vectors by V targets (context vectors), all float32; weights change in place.

    score(k, w) = hidden vector k . context vector w          prediction(k, w) = exp(score) / sum over all words
    loss = -log prediction(k, true word)                      error(k, w) = label - prediction

A hidden vector of skip-gram is the vector of one word, which predicts all words around it: its prediction is computed
once for all of them. A hidden vector of CBOW is the mean of a window. The hidden vectors of TILE words are scored
together, so that each context vector, once loaded, serves all of them; then each matrix moves by learning rate x the
sum of their gradients, all computed before the step. The matrices are multiplied in blocks of 8 words, as with the
other objectives. The label is 1 for the true word and 0 for all others.
"""

from math import log

import numpy as np
from numpy import float32, float64, int64

from firth.kernels.compile import step
from firth.kernels.cpu.training.activation import exp_of_minus
from firth.kernels.cpu.training.arguments import SoftmaxWorkspace, VectorRows
from firth.kernels.cpu.training.batches import BATCH, gather_window, shares_of_window
from firth.kernels.cpu.training.inputs import average_inputs, gradient_share, move_inputs
from firth.kernels.cpu.training.skipgram import multiply_pairs
from firth.simd.lanes import LANES
from firth.simd.memory import aligned_zeros
from firth.simd.operations import add, load, maximum, mul, splat, store, sub
from firth.simd.rows import BLOCK_ROWS, fma_rows, load_rows, splat_row, store_rows, take, weighted_sum

__all__ = ["TILE", "new_softmax_workspace", "train_softmax_batch"]

TILE = 16  # hidden vectors scored together
_MINUS_INFINITY = float32(-1e30)  # the score of a row that only fills up the last block
_BLOCK = (0, 0, 0, 0, 0, 0, 0, 0)


def new_softmax_workspace(
    words: int, window: tuple[int, int], stride: int, zero_row: int, thread: int, threads: int
) -> SoftmaxWorkspace:
    """The scratch arrays of one thread of several: about 260 bytes for each word of the vocabulary.

    stride : floats of a row.
    zero_row : the output row that fills up the last block.
    """
    blocks = -(-words // BLOCK_ROWS)
    rows = np.arange(blocks * BLOCK_ROWS, dtype=np.int64) * stride
    rows[words:] = zero_row * stride
    most_pairs = TILE * min(sum(window), BATCH)
    hidden, gradient = (aligned_zeros(TILE, stride).reshape(-1) for _ in range(2))
    scores, highest, totals = (aligned_zeros(n * TILE, BLOCK_ROWS).reshape(-1) for n in (blocks, 1, 1))
    return SoftmaxWorkspace(
        rows=rows,
        words=words,
        window=window,
        first_block=thread * blocks // threads,
        positions=np.zeros(TILE, np.int64),
        hidden_at=np.zeros(TILE + 1, np.int64),
        hidden=hidden,
        gradient=gradient,
        n_labels=np.zeros(TILE, np.float32),
        pair_hidden=np.zeros(most_pairs, np.int32),
        pair_word=np.zeros(most_pairs, np.int32),
        scores=scores,
        highest=highest,
        totals=totals,
    )


@step
def _add_pairs(position, k, n_pairs, centers, batch, softmax, mean):
    """List what hidden vector k, that of word `position` of the batch, predicts; returns the new n_pairs."""
    lefts, rights = batch.lefts, batch.rights
    if mean is None:
        before, after = softmax.window  # the word is before centers that it follows, and after those that follow it
        first, stop = max(centers.first, position - after), min(centers.stop, position + before + 1)
        for i in range(first, stop):
            if i != position and lefts[i] <= position < rights[i]:
                softmax.pair_hidden[n_pairs] = k
                softmax.pair_word[n_pairs] = batch.words[i]
                n_pairs += 1
    elif rights[position] - lefts[position] > 1:
        softmax.pair_hidden[n_pairs] = k
        softmax.pair_word[n_pairs] = batch.words[position]
        n_pairs += 1
    return n_pairs


@step
def _gather(position, workspace, mean):
    """Set workspace.inputs to the rows whose mean is the hidden vector of a position; returns how many."""
    if mean is None:
        workspace.inputs[0] = workspace.batch.rows[position]
        return int64(1)
    return gather_window(position, workspace.batch, workspace.inputs)


@step
def _look_up(n, weights, workspace, softmax, mean):
    """Set the n hidden vectors, and their gradients to 0."""
    for k in range(n):
        n_inputs = _gather(softmax.positions[k], workspace, mean)
        at = k * weights.stride
        window = n_inputs, shares_of_window(softmax.positions[k], n_inputs, workspace, mean)
        average_inputs(weights, workspace.inputs, window, (softmax.hidden, softmax.gradient, at), mean)
        softmax.hidden_at[k] = at
    softmax.hidden_at[n] = softmax.hidden_at[n - 1]  # so that they pair up


@step
def _cells(n):
    """Numbers in a block of scores: 8 for each hidden vector, an even number of times."""
    return (n + n % 2) * BLOCK_ROWS


@step
def _clear_padding(value, softmax, n):
    """Set the scores of words that only fill up the last block."""
    blocks = len(softmax.rows) // BLOCK_ROWS
    first = (blocks - 1) * TILE * BLOCK_ROWS
    for k in range(n + n % 2):
        for j in range(BLOCK_ROWS - (len(softmax.rows) - softmax.words), BLOCK_ROWS):
            softmax.scores[first + k * BLOCK_ROWS + j] = value


@step
def _score(n, weights, softmax):
    """Fill scores with all dot products, and highest with the greatest of each hidden vector, in all its cells."""
    blocks = len(softmax.rows) // BLOCK_ROWS
    # The highest score is subtracted before exponentials are taken, so that none overflows.
    hidden = VectorRows(softmax.hidden, softmax.hidden_at)
    for b in range(blocks):
        rows = take(_BLOCK, softmax.rows, b * BLOCK_ROWS)
        first = b * TILE * BLOCK_ROWS
        multiply_pairs(hidden, n, weights, rows, softmax.scores, first)
    _clear_padding(_MINUS_INFINITY, softmax, n)
    cells = _cells(n)
    for cell in range(0, cells, LANES):
        store(softmax.highest, cell, splat(_MINUS_INFINITY))
    for b in range(blocks):
        first = b * TILE * BLOCK_ROWS
        for cell in range(0, cells, LANES):
            store(softmax.highest, cell, maximum(load(softmax.highest, cell), load(softmax.scores, first + cell)))
    for k in range(n):
        highest = _MINUS_INFINITY
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            highest = max(highest, softmax.highest[cell])
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            softmax.highest[cell] = highest


@step
def _true_scores(n_pairs, softmax):
    """The sum of the scores of all true words."""
    total = float64(0)  # float64: it is subtracted from a sum of about the same size
    for pair in range(n_pairs):
        total += softmax.scores[_cell(pair, softmax)]
    return total


@step
def _cell(pair, softmax):
    """Where the score of a pair is."""
    word = int64(softmax.pair_word[pair])
    block, lane = word // BLOCK_ROWS, word % BLOCK_ROWS
    return (block * TILE + softmax.pair_hidden[pair]) * BLOCK_ROWS + lane


@step
def _exponentiate(n, softmax):
    """Replace scores by exp(score - highest), and set totals to their sums in parts of 8."""
    cells = _cells(n)
    for cell in range(0, cells, LANES):
        store(softmax.totals, cell, splat(float32(0)))
    for b in range(len(softmax.rows) // BLOCK_ROWS):
        first = b * TILE * BLOCK_ROWS
        for cell in range(0, cells, LANES):
            exponential = exp_of_minus(sub(load(softmax.highest, cell), load(softmax.scores, first + cell)))
            store(softmax.scores, first + cell, exponential)
            store(softmax.totals, cell, add(load(softmax.totals, cell), exponential))


@step
def _normalise(n, softmax, rate):
    """Set totals to -rate x words to predict / sum of exponentials; returns the sum of the logarithms of the sums."""
    logarithms = float64(0)
    for k in range(n):
        total = float64(0)
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            total += softmax.totals[cell]
        logarithms += softmax.n_labels[k] * (log(total) + softmax.highest[k * BLOCK_ROWS])
        for cell in range(k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS):
            softmax.totals[cell] = -rate * softmax.n_labels[k] / float32(total)
    return logarithms


@step
def _set_errors(n, n_pairs, softmax, rate):
    """Replace exponentials by learning rate x error, summed over the words that a hidden vector predicts."""
    cells = _cells(n)
    for b in range(len(softmax.rows) // BLOCK_ROWS):
        first = b * TILE * BLOCK_ROWS
        for cell in range(0, cells, LANES):
            store(softmax.scores, first + cell, mul(load(softmax.scores, first + cell), load(softmax.totals, cell)))
    for pair in range(n_pairs):  # the label of the true word; one word may be the label of several pairs
        softmax.scores[_cell(pair, softmax)] += rate
    _clear_padding(float32(0), softmax, n)


@step
def _move_block(n, rows, weights, softmax, first):
    """Move a block of context vectors along all hidden vectors, and add its part to their gradients."""
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.output, rows, column)  # all gradients are those before the step
        after = before
        for k in range(n):
            sizes = splat_row(_BLOCK, softmax.scores, first + k * BLOCK_ROWS)
            at = softmax.hidden_at[k] + column
            after = fma_rows(load(softmax.hidden, at), sizes, after)
            store(softmax.gradient, at, weighted_sum(sizes, before, load(softmax.gradient, at)))
        store_rows(weights.output, rows, column, after)


@step
def _move(n, weights, workspace, softmax, mean):
    """Move all context vectors, then the words that the hidden vectors stem from.

    Every thread begins at another block: two that move the same rows in step would overwrite each other.
    """
    blocks = len(softmax.rows) // BLOCK_ROWS
    for turn in range(blocks):
        b = (softmax.first_block + turn) % blocks
        rows = take(_BLOCK, softmax.rows, b * BLOCK_ROWS)
        _move_block(n, rows, weights, softmax, b * TILE * BLOCK_ROWS)
    for k in range(n):
        n_inputs = _gather(softmax.positions[k], workspace, mean)
        window = n_inputs, shares_of_window(softmax.positions[k], n_inputs, workspace, mean)
        share = gradient_share(window, mean)
        move_inputs(weights, workspace.inputs, n_inputs, softmax.gradient, k * weights.stride, share)


@step
def train_softmax_batch(centers, weights, workspace, softmax, rate, mean):
    """Train every center of a batch, TILE hidden vectors at a time; returns its pairs and its loss."""
    pairs = int64(0)
    loss = float64(0)
    # Skip-gram's hidden vectors are those of all words that a center's window reaches, CBOW's those of the centers.
    position = int64(0) if mean is None else int64(centers.first)
    last = centers.n_words if mean is None else centers.stop
    while position < last:
        n = int64(0)
        n_pairs = int64(0)
        while position < last and n < TILE:
            found = _add_pairs(position, n, n_pairs, centers, workspace.batch, softmax, mean)
            if found > n_pairs:
                softmax.positions[n] = position
                softmax.n_labels[n] = float32(found - n_pairs)
                n += 1
            n_pairs = found
            position += 1
        if n > 0:
            _look_up(n, weights, workspace, softmax, mean)
            _score(n, weights, softmax)
            loss -= _true_scores(n_pairs, softmax)
            _exponentiate(n, softmax)
            loss += _normalise(n, softmax, rate)
            _set_errors(n, n_pairs, softmax, rate)
            _move(n, weights, workspace, softmax, mean)
        pairs += n_pairs
    return pairs, loss
