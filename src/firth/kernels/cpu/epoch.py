"""One thread's part of an epoch: take a stretch of the corpus, train on it, until none is left.

Slow twins   firth.illustrated.skipgram, firth.illustrated.cbow
Threads      share the weights without locks (Hogwild); the hottest rows have copies (hot_rows.py). Stretches are
             handed out by an atomic counter. What is trained does not depend on who takes which: see batches.py.
"""

from numpy import float32, float64, int64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.batches import new_batch, read_batch, sentence_of
from firth.kernels.cpu.cbow import move_cbow, score_cbow
from firth.kernels.cpu.hot_rows import exchange_hot_rows, row_of, rows_to_exchange
from firth.kernels.cpu.skipgram import move_skipgram, score_skipgram
from firth.kernels.cpu.targets import AHEAD, first_target, new_room, prefetch_row, prepare_targets
from firth.simd.memory import add_atomically, read_atomically
from firth.simd.operations import splat, sum_lanes

__all__ = ["train_epoch"]


@step
def _gather_window(i, batch, room):
    """inputs[:n] = the rows of the words around word i; returns n."""
    _, _, lefts, rights = batch
    n = int64(0)
    for c in range(lefts[i], rights[i]):
        room.inputs[n] = room.word_rows[c]
        n += c != i
    return n


@step
def _prepare_batch(centers, stop, n_words, batch, sampling, weights, hot, room):
    """Find the rows of a batch's words, and the targets of its first centers."""
    words, _, _, _ = batch
    for c in range(n_words):
        room.word_rows[c] = row_of(words[c], weights, hot)
    for i in range(centers, min(centers + AHEAD, stop)):
        prepare_targets(i, batch, sampling, weights, hot, room)


@step
def _look_ahead(i, stop, n_words, batch, sampling, weights, hot, room):
    """Draw and ask for what a later center needs."""
    later = i + AHEAD
    if later < stop:
        prepare_targets(later, batch, sampling, weights, hot, room)
    if later + sampling.window < n_words:
        prefetch_row(weights.word, room.word_rows[later + sampling.window], weights.columns)


@step
def _train_batch(centers, stop, n_words, batch, sampling, weights, hot, room, block, cbow, rate):
    """Train every center of a batch; returns its pairs and its loss.

    The look ahead stands between scoring and moving: it fills the time until the last sigmoid is known (7 %).
    """
    pairs = int64(0)
    loss = splat(float32(0))
    for i in range(centers, stop):
        first = first_target(i, room)
        n = _gather_window(i, batch, room)
        if n > 0:
            if cbow is None:
                pairs += n
                loss = score_skipgram(weights, room, n, first, block, rate, loss)
            else:
                pairs += 1
                loss = score_cbow(weights, room, n, first, block, cbow, rate, loss)
        _look_ahead(i, stop, n_words, batch, sampling, weights, hot, room)
        if n > 0:
            if cbow is None:
                move_skipgram(weights, room, n, first, block)
            else:
                move_cbow(weights, room, n, first, block, cbow)
    return pairs, sum_lanes(loss)


@kernel
def train_epoch(corpus, sampling, schedule, weights, hot, report, block, cbow):
    """Train until the chunks of this epoch are used up or someone asks to stop.

    block    a tuple as long as the number of target rows to hold in registers (its values are not used)
    cbow     None for skip-gram: Numba compiles a version without the other branch
    """
    room = new_room(len(block), sampling, weights, hot)
    batch = new_batch(sampling.window)
    n_tokens = int64(len(corpus.ids))
    batches = int64(0)
    while True:
        position = add_atomically(report.control, 0, 1) * schedule.chunk
        if position >= n_tokens:
            break
        chunk_end = min(position + schedule.chunk, n_tokens)
        sentence = sentence_of(position, corpus.sentence_offsets)
        while position < chunk_end and read_atomically(report.control, 1) == 0:
            exchange_hot_rows(weights, hot, rows_to_exchange(batches, hot))
            batches += 1
            last = min(position + schedule.batch, chunk_end)
            centers, stop, n_words, sentence = read_batch(corpus, sampling, position, last, sentence, batch)
            rate = float32(schedule.first_rate + schedule.slope * position)
            _prepare_batch(centers, stop, n_words, batch, sampling, weights, hot, room)
            pairs, loss = _train_batch(centers, stop, n_words, batch, sampling, weights, hot, room, block, cbow, rate)
            report.pairs[0] += pairs
            report.loss[0] += float64(loss)
            report.tokens[0] += last - position
            position = last
