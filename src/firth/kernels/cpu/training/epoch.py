"""One thread's part of an epoch: take a chunk of the corpus, train on it, until none is left.

Reference   firth.illustrated.skipgram, firth.illustrated.cbow
Threads     share the weights without locks (Hogwild); the hottest rows have copies (hot_rows.py). Chunks are handed out
            by an atomic counter. What is trained does not depend on which thread takes which chunk: see batches.py.
"""

from numpy import float32, float64, int64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.arguments import NEXT_CHUNK, STOP
from firth.kernels.cpu.training.batches import add_documents, gather_window, read_batch, sentence_of, shares_of_window
from firth.kernels.cpu.training.cbow import move_cbow, score_cbow
from firth.kernels.cpu.training.composition import compose_rows, return_changes
from firth.kernels.cpu.training.hot_rows import exchange_hot_rows, input_row, rows_to_exchange
from firth.kernels.cpu.training.skipgram import move_skipgram, score_skipgram
from firth.kernels.cpu.training.softmax import train_softmax_batch
from firth.kernels.cpu.training.targets import list_targets
from firth.kernels.cpu.training.tree import prefetch_paths
from firth.kernels.cpu.training.workspace import AHEAD, prefetch_row, target_slot
from firth.simd.memory import add_atomically, read_atomically
from firth.simd.operations import splat, sum_lanes

__all__ = ["train_epoch"]


@step
def _find_inputs(n_words, rows, e, composition):
    """Set the input rows of a batch; returns how many private rows there are, of which there were `rows`."""
    batch = e.workspace.batch
    if composition is not None:
        return compose_rows(n_words, rows, batch, e.weights, composition, e.composed)
    for c in range(n_words):
        batch.rows[c] = input_row(batch.words[c], e.weights, e.hot)
    return int64(0)


@step
def _return_changes(rows, batches, e, composition):
    """Free the private rows at the end of a period; returns how many there are then. batches : of the chunk so far."""
    if composition is None:
        return int64(0)
    if batches % e.composed.period != 0:
        return rows
    return_changes(rows, e.weights, composition, e.composed)
    return int64(0)


@step
def _list(i, e):
    list_targets(i, e, e.objective.tree, e.objective.contrast_shifts, e.objective.groups, e.objective.sessions)


@step
def _look_ahead(i, centers, e):
    """List and prefetch what a later center needs."""
    later = i + AHEAD
    if later < centers.stop:
        _list(later, e)
    reached = later + e.sampling.window[1]
    if reached < centers.n_words:
        prefetch_row(e.weights.input, e.workspace.batch.rows[reached], e.weights.columns)


@step
def _score(weights, workspace, window, slot, rate, loss, mean):
    """Errors of all inputs and targets of a position; returns how many pairs there are, and loss + theirs.

    window   how many inputs there are, and their shares of the mean
    """
    n, _ = window
    if mean is None:
        return n, score_skipgram(weights, workspace, n, slot, rate, loss)
    return int64(1), score_cbow(weights, workspace, window, slot, rate, loss, mean)


@step
def _move(weights, workspace, window, slot, mean):
    if mean is None:
        move_skipgram(weights, workspace, window[0], slot)
    else:
        move_cbow(weights, workspace, window, slot, mean)


@step
def _train_batch(centers, rate, e, softmax):
    """Train every center of a batch; returns the number of pairs and the sum of their losses.

    Looking ahead stands between scoring and moving: it fills the time until the last sigmoid is known (7 %).
    """
    if softmax is not None:
        return train_softmax_batch(centers, e.weights, e.workspace, softmax, rate, e.mean)
    pairs = int64(0)
    loss = splat(float32(0))  # in float32 within a batch only; the epoch's sum is float64
    prefetch_paths(e.workspace.batch.words, centers.first, centers.stop, e.objective.tree)
    for i in range(centers.first, min(centers.first + AHEAD, centers.stop)):
        _list(i, e)
    for i in range(centers.first, centers.stop):
        slot = target_slot(i, e.workspace.targets)  # listed AHEAD positions ago
        n = gather_window(i, e.workspace.batch, e.workspace.inputs)
        n = add_documents(i, n, e.workspace.batch, e.workspace.inputs, e.weights.stride, e.documents)
        window = n, shares_of_window(i, n, e.workspace, e.mean)
        if n > 0:
            trained, loss = _score(e.weights, e.workspace, window, slot, rate, loss, e.mean)
            pairs += trained
        _look_ahead(i, centers, e)
        if n > 0:
            _move(e.weights, e.workspace, window, slot, e.mean)
    return pairs, sum_lanes(loss)


@kernel
def train_epoch(e):
    """Train until the chunks of this epoch are used up or STOP is set.

    e   EpochArguments
    """
    schedule, control, counters, batch = e.schedule, e.state.control, e.state.counters, e.workspace.batch
    batches = int64(0)
    while True:
        # Chunks are small next to an epoch, so that threads finish together, and large next to the cost of the counter.
        position = schedule.first + add_atomically(control, NEXT_CHUNK, 1) * schedule.chunk
        if position >= schedule.stop:
            break
        chunk_end = min(position + schedule.chunk, schedule.stop)
        sentence = sentence_of(position, e.corpus.sentence_offsets)  # once a chunk; batches continue from there
        rows = int64(0)
        in_chunk = int64(0)
        while position < chunk_end and read_atomically(control, STOP) == 0:
            exchange_hot_rows(e.weights, e.hot, rows_to_exchange(batches, e.hot), e.composition)
            batches += 1
            last = min(position + schedule.batch, chunk_end)
            of_sentences = e.objective.sessions, e.documents
            centers = read_batch(e.corpus, e.sampling, position, last, sentence, batch, of_sentences)
            sentence = centers.sentence
            rows = _find_inputs(centers.n_words, rows, e, e.composition)
            # One rate for the whole batch: epochs have millions of tokens, over 1,024 of them it hardly changes.
            rate = float32(schedule.first_rate + schedule.slope * position)
            pairs, loss = _train_batch(centers, rate, e, e.softmax)
            in_chunk += 1
            rows = _return_changes(rows, in_chunk, e, e.composition)
            counters.pairs[0] += pairs
            counters.loss[0] += float64(loss)
            counters.tokens[0] += last - position
            position = last
        _return_changes(rows, int64(0), e, e.composition)  # what is left: the weights are complete after each chunk
