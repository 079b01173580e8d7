"""One thread's part of an epoch: take a stretch of the corpus, train on it, until none is left.

Slow twins   firth.illustrated.skipgram, firth.illustrated.cbow
Threads      share the weights without locks (Hogwild); the hottest rows have copies (hot_rows.py). Stretches are
             handed out by an atomic counter. What is trained does not depend on who takes which: see batches.py.
"""

from numpy import float32, float64, int64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.batches import gather_window, new_batch, read_batch, sentence_of
from firth.kernels.cpu.training.cbow import move_cbow, score_cbow
from firth.kernels.cpu.training.contrast import ask_contrast
from firth.kernels.cpu.training.hot_rows import exchange_hot_rows, row_of, rows_to_exchange
from firth.kernels.cpu.training.noise import ask_noise
from firth.kernels.cpu.training.skipgram import move_skipgram, score_skipgram
from firth.kernels.cpu.training.softmax import train_softmax_batch
from firth.kernels.cpu.training.targets import AHEAD, asked_of, new_room, prefetch_row
from firth.kernels.cpu.training.tree import ask_path, prefetch_paths
from firth.simd.memory import add_atomically, read_atomically
from firth.simd.operations import splat, sum_lanes

__all__ = ["train_epoch"]


@step
def _ask(i, batch, sampling, weights, hot, room, n_block, contrast_shifts, tree):
    """Find the targets of word i, and ask for their rows."""
    if tree is not None:
        ask_path(i, batch, tree, weights, hot, room)
    elif contrast_shifts is not None:
        ask_contrast(i, batch, sampling, contrast_shifts, weights, hot, room, n_block)
    else:
        ask_noise(i, batch, sampling, weights, hot, room)


@step
def _ask_for_paths(words, centers, stop, tree):
    if tree is not None:
        prefetch_paths(words, centers, stop, tree)


@step
def _find_rows(n_words, batch, weights, hot, room):
    """Find the rows of a batch's words."""
    words, _, _, _ = batch
    for c in range(n_words):
        room.word_rows[c] = row_of(words[c], weights, hot)


@step
def _look_ahead(i, stop, n_words, batch, sampling, weights, hot, room, n_block, objective):
    """Draw and ask for what a later center needs."""
    later = i + AHEAD
    if later < stop:
        _ask(later, batch, sampling, weights, hot, room, n_block, objective.contrast_shifts, objective.tree)
    if later + sampling.window < n_words:
        prefetch_row(weights.word, room.word_rows[later + sampling.window], weights.columns)


@step
def _train_batch(centers, stop, n_words, batch, sampling, weights, hot, room, block, cbow, objective, rate):
    """Train every center of a batch; returns its pairs and its loss.

    The look ahead stands between scoring and moving: it fills the time until the last sigmoid is known (7 %).
    """
    pairs = int64(0)
    loss = splat(float32(0))
    _ask_for_paths(batch[0], centers, stop, objective.tree)
    for i in range(centers, min(centers + AHEAD, stop)):
        _ask(i, batch, sampling, weights, hot, room, len(block), objective.contrast_shifts, objective.tree)
    for i in range(centers, stop):
        asked = asked_of(i, room)
        n = gather_window(i, batch, room)
        if n > 0:
            if cbow is None:
                pairs += n
                loss = score_skipgram(weights, room, n, asked, block, objective.tail, rate, loss)
            else:
                pairs += 1
                loss = score_cbow(weights, room, n, asked, block, cbow, rate, loss)
        _look_ahead(i, stop, n_words, batch, sampling, weights, hot, room, len(block), objective)
        if n > 0:
            if cbow is None:
                move_skipgram(weights, room, n, asked, block, objective.tail)
            else:
                move_cbow(weights, room, n, asked, block, objective.tail, cbow)
    return pairs, sum_lanes(loss)


@step
def _train(found, sampling, weights, hot, room, block, cbow, objective, whole, rate):
    """Train every center of a batch; returns its pairs and its loss."""
    centers, stop, n_words, batch = found
    if whole is not None:
        return train_softmax_batch(centers, stop, n_words, batch, sampling, weights, room, cbow, whole, rate)
    return _train_batch(centers, stop, n_words, batch, sampling, weights, hot, room, block, cbow, objective, rate)


@kernel
def train_epoch(corpus, sampling, schedule, weights, hot, report, block, cbow, objective):
    """Train until the chunks of this epoch are used up or someone asks to stop.

    block    a tuple as long as the number of target rows to hold in registers (its values are not used)
    cbow     None for skip-gram: Numba compiles a version without the other branch
    """
    room = new_room(len(block), sampling, weights, hot, objective.contrast_shifts, objective.tree)
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
            _find_rows(n_words, batch, weights, hot, room)
            found = (centers, stop, n_words, batch)
            pairs, loss = _train(found, sampling, weights, hot, room, block, cbow, objective, objective.whole, rate)
            report.pairs[0] += pairs
            report.loss[0] += float64(loss)
            report.tokens[0] += last - position
            position = last
