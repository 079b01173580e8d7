"""Vectors of documents that a model was not trained on: gradient descent in which nothing but their own vectors moves.

Source      Le & Mikolov 2014, arXiv:1405.4053, section 2.2 ("the inference stage").
Reference   firth.illustrated.documents
Threads     each takes the next document and works on it until its last epoch: documents share nothing that moves, and
            draws are functions of the position in the document. So every bit of a vector follows from the document,
            the model and the seed, whatever the threads and whatever other documents are inferred with it.

The input of a position is the mean or sum of the words around it and the document; with skip-gram the document alone,
since pairs with other words would not move it.
"""

from numpy import float32, int64, uint64

from firth.kernels.arguments import Sampling
from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.arguments import NEXT_CHUNK, STOP
from firth.kernels.cpu.training.batches import gather_window, read_batch
from firth.kernels.cpu.training.cbow import score_cbow
from firth.kernels.cpu.training.inputs import gradient_share, move_inputs
from firth.kernels.cpu.training.random import GOLDEN
from firth.kernels.cpu.training.targets import list_targets
from firth.kernels.cpu.training.tree import prefetch_paths
from firth.kernels.cpu.training.workspace import AHEAD, target_slot
from firth.simd.lanes import LANES
from firth.simd.memory import add_atomically, read_atomically
from firth.simd.operations import load, splat, store
from firth.simd.rows import BLOCK_ROWS, load_rows, splat_row, take, weighted_sum

__all__ = ["infer_documents"]


@step
def _inputs_of(i, row, e, mean):
    """Set the input rows of word i of a batch, the document's last; returns how many."""
    n = int64(0)
    if mean is not None:
        n = gather_window(i, e.workspace.batch, e.workspace.inputs)
    e.workspace.inputs[n] = row
    return n + 1


@step
def _add_gradient(weights, workspace, rows, first):
    """Add the part of a block of targets, which stay where they are, to the gradient of the mean."""
    errors = splat_row(rows, workspace.steps, first)
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.output, rows, column)
        store(workspace.gradient, column, weighted_sum(errors, before, load(workspace.gradient, column)))


@step
def _add_tail(weights, workspace, slot, tail):
    if tail is not None and slot.tail:
        rows = take(tail, workspace.targets.rows, slot.first + slot.blocks * BLOCK_ROWS)
        _add_gradient(weights, workspace, rows, slot.blocks * BLOCK_ROWS)


@step
def _move_document(weights, workspace, n, slot, mean):
    """Move the last of the n inputs by its share of the gradient."""
    targets = workspace.targets
    for b in range(slot.blocks):
        rows = take(targets.block, targets.rows, slot.first + b * len(targets.block))
        _add_gradient(weights, workspace, rows, b * BLOCK_ROWS)
    _add_tail(weights, workspace, slot, targets.tail)
    workspace.inputs[0] = workspace.inputs[n - 1]
    move_inputs(weights, workspace.inputs, int64(1), workspace.gradient, int64(0), gradient_share((n, None), mean))


@step
def _list(i, e):
    list_targets(i, e, e.objective.tree, e.objective.contrast_shifts, e.objective.groups, e.objective.sessions)


@step
def _train_batch(centers, row, rate, e):
    """Move the document along all centers of a batch."""
    loss = splat(float32(0))
    prefetch_paths(e.workspace.batch.words, centers.first, centers.stop, e.objective.tree)
    for i in range(centers.first, min(centers.first + AHEAD, centers.stop)):
        _list(i, e)
    for i in range(centers.first, centers.stop):
        slot = target_slot(i, e.workspace.targets)
        n = _inputs_of(i, row, e, e.mean)
        loss = score_cbow(e.weights, e.workspace, (n, None), slot, rate, loss, e.mean)
        if i + AHEAD < centers.stop:
            _list(i + AHEAD, e)
        _move_document(e.weights, e.workspace, n, slot, e.mean)


@step
def _infer(document, e, inference, row):
    """Train one document, whose vector is at `row` of the input matrix, for all epochs."""
    batch, offsets = e.workspace.batch, e.corpus.sentence_offsets
    first_sentence = inference.sentences[document]
    begin, end = offsets[first_sentence], offsets[inference.sentences[document + 1]]
    epochs = len(inference.keys)
    first_rate, last_rate = inference.rates
    slope = (last_rate - first_rate) / max(epochs * (end - begin), 1)
    keep_thresholds, noise_table, window, shrink_window, negative_samples, _ = e.sampling
    for epoch in range(epochs):
        # The draw of position `begin` is that of counter 0: draws do not depend on the documents before.
        key = inference.keys[epoch] - uint64(begin) * GOLDEN
        sampling = Sampling(keep_thresholds, noise_table, window, shrink_window, negative_samples, key)
        sentence = first_sentence
        position = begin
        while position < end and read_atomically(e.state.control, STOP) == 0:
            last = min(position + e.schedule.batch, end)
            centers = read_batch(e.corpus, sampling, position, last, sentence, batch, (None, None))
            sentence = centers.sentence
            for c in range(centers.n_words):
                batch.rows[c] = int64(batch.words[c]) * e.weights.stride
            rate = float32(first_rate + slope * (epoch * (end - begin) + position - begin))
            _train_batch(centers, row, rate, e)
            position = last


@kernel
def infer_documents(e, inference):
    """Infer documents until none is left or STOP is set.

    e           EpochArguments, with hot rows and composition left out, and the schedule's batch alone in use
    inference   Inference; its vectors change in place
    """
    weights = e.weights
    row = inference.row * weights.stride
    while read_atomically(e.state.control, STOP) == 0:
        document = add_atomically(e.state.control, NEXT_CHUNK, 1)
        if document >= len(inference.sentences) - 1:
            break
        stored = document * weights.stride
        for column in range(0, weights.columns, LANES):
            store(weights.input, row + column, load(inference.vectors, stored + column))
        _infer(document, e, inference, row)
        for column in range(0, weights.columns, LANES):
            store(inference.vectors, stored + column, load(weights.input, row + column))
        e.state.counters.tokens[0] += 1
