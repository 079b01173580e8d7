"""The targets of negative sampling for sequences: noise words of the center's own group, and a target of the sentence.

Source      Grbovic & Cheng 2018, "Real-time personalization using embeddings for search ranking at Airbnb", equations 4
            and 5: a listing is distinguished from others of its own market as well, and the listing that is booked at
            the end is a target at all positions of the session.
Reference   firth.illustrated.targets

A target of the sentence may be the center, or be drawn as noise: each word has one row in a block anyway, with a label
and a weight of its own, since two updates of one row in the same step would overwrite each other.
"""

from numpy import float32, int64

from firth.kernels.compile import step
from firth.kernels.cpu.training.contrast import index_of
from firth.kernels.cpu.training.hot_rows import output_row
from firth.kernels.cpu.training.random import draw
from firth.kernels.cpu.training.sampling import draw_from, draw_targets
from firth.kernels.cpu.training.workspace import RING, label_index, prefetch_row

__all__ = ["list_with_extras"]


@step
def _add_noise_of_group(i, n, sampling, workspace, groups):
    """Append noise words of the group of word i to the n targets, all different; returns the new n."""
    if groups is None:
        return n
    batch, words = workspace.batch, workspace.targets.words
    group = groups.of_word[batch.words[i]]
    if group < 0:
        return n
    first, stop = groups.starts[group], groups.starts[group + 1]
    for k in range(groups.negative_samples):
        bits = draw(batch.draws[i], sampling.negative_samples + 1 + k)
        at = draw_from(bits, groups.noise_table, first, stop - first)
        for _ in range(stop - first):  # a word that is taken is replaced by the next one of the group
            word = int64(groups.words[first + at])
            if index_of(word, n, words) == n:
                words[n] = word
                n += 1
                break
            at = at + 1 if first + at + 1 < stop else int64(0)
    return n


@step
def _add_session_target(i, n, workspace, sessions):
    """Append the target of the sentence of word i unless it is among the n targets; returns the new n, and its index.

    The index is -1 if there is none.
    """
    if sessions is None:
        return n, int64(-1)
    word = int64(sessions.targets[workspace.batch.sentences[i]])
    if word < 0:
        return n, int64(-1)
    words = workspace.targets.words
    index = index_of(word, n, words)
    words[index] = word
    return max(n, index + 1), index


@step
def _weight_of(sessions):
    return float32(0) if sessions is None else float32(sessions.weight)


@step
def list_with_extras(i, sampling, weights, hot, workspace, extras):
    """Draw the targets of word i, note their rows, labels and weights, and prefetch the rows."""
    groups, sessions = extras
    targets = workspace.targets
    slot = i % RING
    first = slot * targets.padded
    draw_targets(workspace.batch.words[i], workspace.batch.draws[i], sampling, targets.words)
    n_noise = _add_noise_of_group(i, int64(sampling.negative_samples + 1), sampling, workspace, groups)
    n, of_session = _add_session_target(i, n_noise, workspace, sessions)
    for target in range(targets.padded):
        index = label_index(first, target, targets)
        row = hot.zero_row * weights.stride
        label, weight = float32(0), float32(0)
        if target < n:
            row = output_row(targets.words[target], weights, hot)
            prefetch_row(weights.output, row, weights.columns)
            label, weight = float32(target == 0), float32(target < n_noise)
        if target == of_session:
            label += _weight_of(sessions)
            weight += _weight_of(sessions)
        targets.rows[first + target] = row
        targets.labels[index] = label
        targets.weights[index] = weight
    targets.slots[slot, 2] = label_index(first, 0, targets)
