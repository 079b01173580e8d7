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

__all__ = ["add_noise_of_group", "add_session_target", "list_with_extras"]


@step
def add_noise_of_group(bits, n, sampling, words, groups):
    """Append noise words of the group of a center, words[0], to the n targets, all different; returns the new n.

    `bits` are the random bits that belong to the center's position.
    """
    if groups is None:
        return n
    group = groups.of_word[words[0]]
    if group < 0:
        return n
    first, stop = groups.starts[group], groups.starts[group + 1]
    for k in range(groups.negative_samples):
        drawn = draw(bits, sampling.negative_samples + 1 + k)
        at = draw_from(drawn, groups.noise_table, first, stop - first)
        for _ in range(stop - first):  # a word that is taken is replaced by the next one of the group
            word = int64(groups.words[first + at])
            if index_of(word, n, words) == n:
                words[n] = word
                n += 1
                break
            at = at + 1 if first + at + 1 < stop else int64(0)
    return n


@step
def add_session_target(sentence, n, words, sessions):
    """Append the target of a sentence unless it is among the n targets; returns the new n, and its index.

    The index is -1 if there is none.
    """
    if sessions is None:
        return n, int64(-1)
    word = int64(sessions.targets[sentence])
    if word < 0:
        return n, int64(-1)
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
    batch, words = workspace.batch, targets.words
    draw_targets(batch.words[i], batch.draws[i], sampling, words)
    n_noise = add_noise_of_group(batch.draws[i], int64(sampling.negative_samples + 1), sampling, words, groups)
    n, of_session = add_session_target(batch.sentences[i], n_noise, words, sessions)
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
