"""The inputs of a position: the words of its window, then the tags of its document.

Source      composed words: Bojanowski et al. 2017, arXiv:1607.04606, section 3.2; documents: Le & Mikolov 2014,
            arXiv:1405.4053.
Reference   firth.illustrated.composition, firth.illustrated.documents

A word is a row, or the mean of some rows (its own and those of its n-grams), which all move by what the word learned.
The warp composes it where it is loaded, and adds the change to each row at once, as fastText does. Private rows, as the
processor's threads have them, would keep changes back: with a thousand warps far too many (backends/warps.py).

Rows that are summed are loaded a few at a time, so that a warp waits for several together.
"""

from numpy import float32, int64

from firth.kernels.cuda.compile import device
from firth.kernels.cuda.training.rows import add_row, load_row

__all__ = ["add_to_input", "count_inputs", "find_tags", "load_input", "noted_tags", "sum_inputs"]


@device
def find_tags(sentence, inputs, tags, shape):
    """Note the first tag of a sentence and the one behind its last; returns how many tags there are.

    sentence   counts those that have begun in the piece
    """
    if shape.documents:
        row = inputs.first_sentence + sentence
        tags[0] = inputs.tag_starts[row]
        tags[1] = inputs.tag_starts[row + 1]
        return tags[1] - tags[0]
    return int64(0)


@device
def noted_tags(tags, shape):
    """What find_tags() noted."""
    if shape.documents:
        return tags[0], tags[1]
    return int64(0), int64(0)


@device
def count_inputs(center):
    """How many inputs a position has."""
    _, low, high, _, tag, stop = center
    return high - low + (stop - tag)


@device
def _word(k, center, words):
    """Input k of a position, if it is a word: the words of the window without the position's own."""
    c, low = center[0], center[1]
    return words[low + k if low + k < c else low + k + 1]


@device
def _is_composed(k, center, shape):
    return shape.composed and k < center[2] - center[1]


@device
def _row(k, center, sources, shape):
    """The row of an input that is one row."""
    words, inputs, _ = sources
    n_words = center[2] - center[1]
    if shape.documents and k >= n_words:
        return inputs.first_row + inputs.tags[center[4] + k - n_words]
    return _word(k, center, words)


@device
def _add_rows_of(word, factor, sources, weights, into, lane, shape):
    """registers[first :] += factor x the sum of the rows of a word. into : registers, first"""
    _, inputs, some = sources
    registers, first = into
    width = 4 * shape.vectors
    start, stop = inputs.starts[word], inputs.starts[word + 1]
    for at in range(start, stop, shape.parts):
        for i in range(shape.parts):
            if i < stop - at:
                load_row(weights.input, inputs.parts[at + i], weights.stride, some, i * width, lane, shape.vectors)
        for i in range(shape.parts):
            if i < stop - at:
                for q in range(width):
                    registers[first + q] += factor * some[i * width + q]


@device
def load_input(k, center, sources, weights, into, lane, shape):
    """Set some registers to input k of a position.

    center      index of its word, first and last index of its window, learning rate, first tag, the one behind the last
    sources     ReadWords.words, Inputs, registers for shape.parts rows
    into        registers, first
    """
    if _is_composed(k, center, shape):
        registers, first = into
        for q in range(4 * shape.vectors):
            registers[first + q] = float32(0)
        word, inputs = _word(k, center, sources[0]), sources[1]
        share = float32(1) / float32(inputs.starts[word + 1] - inputs.starts[word])
        _add_rows_of(word, share, sources, weights, into, lane, shape)
    else:
        row = _row(k, center, sources, shape)
        load_row(weights.input, row, weights.stride, into[0], into[1], lane, shape.vectors)


@device
def add_to_input(k, center, sources, weights, change, lane, shape):
    """Add a change (registers) to input k of a position: to its row, or to each row of a composed word its share."""
    if _is_composed(k, center, shape):
        _, inputs, some = sources
        word = _word(k, center, sources[0])
        share = inputs.shares[word]
        if share != float32(0):
            for q in range(4 * shape.vectors):
                some[q] = share * change[q]
            for at in range(inputs.starts[word], inputs.starts[word + 1]):
                add_row((weights.input, inputs.parts[at], weights.stride), some, 0, lane, shape)
    else:
        add_row((weights.input, _row(k, center, sources, shape), weights.stride), change, 0, lane, shape)


@device
def _sum_composed(center, sources, weights, hidden, lane, shape):
    """Add the words of a window, each with its weight, to the hidden vector; returns the sum of the weights."""
    words, inputs, _ = sources
    total = float32(0)
    for k in range(center[2] - center[1]):
        word = _word(k, center, words)
        weight = inputs.weights[word]
        share = weight / float32(inputs.starts[word + 1] - inputs.starts[word])
        _add_rows_of(word, share, sources, weights, (hidden, 0), lane, shape)
        total += weight
    return total


@device
def sum_inputs(center, sources, weights, registers, lane, shape):
    """Add all inputs of a position with their weights to the hidden vector; returns the sum of the weights.

    registers   hidden, inputs
    """
    hidden, inputs = registers
    n, width = count_inputs(center), 4 * shape.vectors
    first, total = 0, float32(n)
    if shape.composed:
        first = center[2] - center[1]
        total = _sum_composed(center, sources, weights, hidden, lane, shape) + float32(n - first)
    for k in range(first, n, shape.inputs):
        for i in range(shape.inputs):
            if i < n - k:
                row = _row(k + i, center, sources, shape)
                load_row(weights.input, row, weights.stride, inputs, i * width, lane, shape.vectors)
        for i in range(shape.inputs):
            if i < n - k:
                for q in range(width):
                    hidden[q] += inputs[i * width + q]
    return total
