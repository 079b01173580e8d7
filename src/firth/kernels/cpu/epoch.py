"""One thread's part of an epoch: take a stretch of the corpus, train on it, until none is left.

Slow twins   firth.illustrated.skipgram, firth.illustrated.cbow
Threads      share the weights without locks (Hogwild); the hottest rows have copies (hot_rows.py). Stretches are
             handed out by an atomic counter. What is trained does not depend on who takes which: see batches.py.
"""

from numpy import empty, float32, float64, int64, zeros

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.batches import BATCH, new_batch, read_batch, sentence_of
from firth.kernels.cpu.cbow import move_cbow, score_cbow
from firth.kernels.cpu.hot_rows import exchange_hot_rows, row_of, rows_to_exchange
from firth.kernels.cpu.skipgram import move_skipgram, score_skipgram
from firth.kernels.cpu.targets import AHEAD, RING, new_signs, new_target_rows, prefetch_row, prepare_targets
from firth.simd.lanes import LANES
from firth.simd.memory import add_atomically, read_atomically
from firth.simd.operations import splat, sum_lanes
from firth.simd.rows import SUMS_PER_ROW

__all__ = ["train_epoch"]


@step
def _gather_window(i, batch, word_rows, inputs):
    """inputs[:n] = the rows of the words around word i; returns n."""
    _, _, lefts, rights = batch
    n = int64(0)
    for c in range(lefts[i], rights[i]):
        inputs[n] = word_rows[c]
        n += c != i
    return n


@kernel
def train_epoch(corpus, sampling, schedule, weights, hot, report, block, cbow):
    """Train until the chunks of this epoch are used up or someone asks to stop.

    block    a tuple as long as the number of target rows to hold in registers (its values are not used)
    cbow     None for skip-gram: Numba compiles a version without the other branch
    """
    n_block = len(block)
    n_targets = 1 + sampling.negative_samples
    n_blocks = (n_targets + n_block - 1) // n_block
    padded = n_blocks * n_block
    room = 2 * sampling.window + 2
    inputs = empty(room, int64)
    steps = zeros(n_blocks * room * SUMS_PER_ROW + 2 * LANES, float32)
    signs = new_signs(n_targets, n_block, n_blocks)
    targets = empty(n_targets, int64)
    target_rows = new_target_rows(n_block, n_blocks, weights, hot)
    word_rows = empty(BATCH + 2 * sampling.window, int64)
    batch = new_batch(sampling.window)
    words, draws, _, _ = batch
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
            last = min(position + BATCH, chunk_end)
            centers, stop, n_words, sentence = read_batch(corpus, sampling, position, last, sentence, batch)
            rate = float32(schedule.first_rate + schedule.slope * position)
            for c in range(n_words):
                word_rows[c] = row_of(words[c], weights, hot)
            for i in range(centers, min(centers + AHEAD, stop)):
                first = (i % RING) * padded
                prepare_targets(words[i], draws[i], sampling, weights, hot, targets, target_rows, first)
            pairs = int64(0)
            loss = splat(float32(0))
            for i in range(centers, stop):
                first = (i % RING) * padded
                n = _gather_window(i, batch, word_rows, inputs)
                if n > 0:
                    if cbow is None:
                        pairs += n
                        loss = score_skipgram(
                            weights, inputs, n, target_rows, first, n_blocks, block, steps, signs, rate, loss
                        )
                    else:
                        pairs += 1
                        loss = score_cbow(
                            weights, inputs, n, target_rows, first, n_blocks, block, cbow, steps, signs, rate, loss
                        )
                # Drawing for a later center here fills the time until the last sigmoid is known: 7 % of an epoch.
                later = i + AHEAD
                if later < stop:
                    row = (later % RING) * padded
                    prepare_targets(words[later], draws[later], sampling, weights, hot, targets, target_rows, row)
                if later + sampling.window < n_words:
                    prefetch_row(weights.word, word_rows[later + sampling.window], weights.columns)
                if n > 0:
                    if cbow is None:
                        move_skipgram(weights, inputs, n, target_rows, first, n_blocks, block, steps)
                    else:
                        move_cbow(weights, inputs, n, target_rows, first, n_blocks, block, cbow, steps)
            report.loss[0] += float64(sum_lanes(loss))
            report.pairs[0] += pairs
            report.tokens[0] += last - position
            position = last
    exchange_hot_rows(weights, hot, int64(hot.count))
