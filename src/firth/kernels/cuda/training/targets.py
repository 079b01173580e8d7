"""Which targets a position has on a GPU, what each of them counts, and its error: for each objective.

Draws       by the functions of the processor's kernels (kernels/cpu/training/sampling.py, extras.py): the same targets.
Reference   firth.illustrated.targets, firth.illustrated.hierarchical_softmax, firth.illustrated.nce

A lane lists the targets of one position in shared memory; the path of hierarchical softmax is read where it is. Then
all lanes train that position. `shape.kind` is known when a kernel is compiled, so that nothing else is left of it.
"""

from numpy import float32, int32, int64

from firth.kernels.cpu.training.batches import sentence_of
from firth.kernels.cpu.training.contrast import index_of
from firth.kernels.cpu.training.extras import add_noise_of_group, add_session_target
from firth.kernels.cpu.training.random import draw
from firth.kernels.cpu.training.sampling import draw_targets, draw_word
from firth.kernels.cuda.compile import device, of_cpu
from firth.kernels.cuda.training.arguments import CONTRAST, EXTRAS, NOISE, TREE
from firth.kernels.cuda.training.logistic import error_and_loss, weighted_error_and_loss

__all__ = ["list_targets", "target_error", "target_row"]

_draw, _draw_word, _draw_targets = of_cpu(draw), of_cpu(draw_word), of_cpu(draw_targets)
_index_of, _sentence_of = of_cpu(index_of), of_cpu(sentence_of)
_add_noise_of_group, _add_session_target = of_cpu(add_noise_of_group), of_cpu(add_session_target)


@device
def _list_contrast(center, bits, sampling, words, weights):
    """Noise words drawn independently: each word once, with the number of its draws; returns how many there are."""
    n = int64(0)
    for k in range(sampling.negative_samples + 1):
        word = center if k == 0 else _draw_word(_draw(bits, k), sampling.noise_table)
        target = _index_of(word, n, words)
        if target == n:
            n += 1
            words[target] = word
            weights[target] = float32(0)
        weights[target] += float32(1)
    return n


@device
def _list_extras(position, bits, sampling, tables, words, weights):
    """Behind the noise words those of the center's group and the target of its sentence.

    Returns how many there are, and which is the target of the sentence; -1 if none is.
    """
    n = int64(sampling.negative_samples + 1)
    if tables.groups.negative_samples > 0:
        n = _add_noise_of_group(bits, n, sampling, words, tables.groups)
    for target in range(n):
        weights[target] = float32(1)
    of_session = int64(-1)
    if tables.sessions.weight > 0:
        n_noise = n
        sentence = _sentence_of(position, tables.sentence_offsets)
        n, of_session = _add_session_target(sentence, n, words, tables.sessions)
        if n > n_noise:
            weights[of_session] = float32(0)
        if of_session >= 0:
            weights[of_session] += float32(tables.sessions.weight)
    return n, of_session


@device
def list_targets(center, drawn, sampling, tables, listed, shape):
    """List the targets of a position; returns first, count and of_session of its PositionTargets.

    center   its word
    drawn    the position in the corpus, and its random bits
    listed   words (and weights) of its targets, to be filled
    """
    position, bits = drawn
    words, weights = listed
    first, count, of_session = int64(0), int64(shape.all_targets), int64(-1)
    if shape.kind == TREE:
        first = int64(tables.tree.offsets[center])
        count = int64(tables.tree.offsets[center + 1]) - first
    elif shape.kind == CONTRAST:
        count = _list_contrast(center, bits, sampling, words, weights)
    else:
        _draw_targets(center, bits, sampling, words)
        if shape.kind == EXTRAS:
            count, of_session = _list_extras(position, bits, sampling, tables, words, weights)
    return first, count, int32(of_session)


@device
def target_row(targets, k, shape):
    """The row of target k in the output matrix."""
    entry = targets.entries[targets.first + k]
    return entry >> 1 if shape.kind == TREE else entry


@device
def target_error(dot, targets, k, rate, shape):
    """Learning rate x error, and the loss, of target k; targets behind the last one are as that."""
    if shape.kind == NOISE:
        return error_and_loss(dot, k == 0, rate)
    k = min(k, targets.count - 1)
    if shape.kind == TREE:
        return error_and_loss(dot, targets.entries[targets.first + k] & 1 == 0, rate)
    label, shift = float32(k == 0), float32(0)
    if shape.kind == CONTRAST:
        shift = targets.tables.shifts[targets.entries[k]]
    elif k == targets.of_session:
        label += float32(targets.tables.sessions.weight)
    return weighted_error_and_loss(dot - shift, label, targets.weights[k], rate)
