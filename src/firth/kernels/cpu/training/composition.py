"""Inputs that are composed of rows: the vector of a word is the mean of its own row and those of its n-grams.

Source      Bojanowski et al. 2017, arXiv:1607.04606, section 3.2. As in fastText, each part moves by what the mean
            learned, so that the mean itself moves by that, too.
Reference   firth.illustrated.composition
Threads     have private rows; what those learned is added to the shared rows without locks, as all updates are.

fastText and gensim gather and scatter all n-grams of a word for every pair that it is in. Here each different word of a
few batches is composed once, in a private row that is trained like any other; what it learned goes to its parts when
these batches are done: two visits of each part for each word and period instead of each pair (docs/subwords.md).

Frozen words are compositions of themselves that return nothing: their rows keep every bit.
"""

from numpy import float32, int32, int64

from firth.kernels.compile import step
from firth.kernels.cpu.training.workspace import prefetch_row
from firth.simd.lanes import LANES
from firth.simd.operations import add, load, mul, splat, store, sub
from firth.simd.rows import add_rows, fma_rows, load_rows, store_rows, zero_rows

__all__ = ["compose_rows", "return_changes"]

_ONE = (0,)
_FOUR = (0, LANES, 2 * LANES, 3 * LANES)  # registers of a row that are worked on together
_WORDS_AHEAD = 1  # words whose parts are prefetched before they are summed or moved; 0 to 4 are alike within noise


@step
def _prefetch_parts(row, n_rows, weights, composition, composed):
    """Prefetch the parts of the word of a private row, if there is one."""
    if row < n_rows:
        word = composed.words[row]
        for k in range(composition.starts[word], composition.starts[word + 1]):
            prefetch_row(weights.input, int64(composition.parts[k]) * weights.stride, weights.columns)


@step
def _average_columns(lanes, weights, composition, word, into, column):
    composed, row = into
    first, stop = composition.starts[word], composition.starts[word + 1]
    total = load_rows(weights.input, lanes, int64(composition.parts[first]) * weights.stride + column)
    for k in range(first + 1, stop):
        total = add_rows(total, load_rows(weights.input, lanes, int64(composition.parts[k]) * weights.stride + column))
    mean = fma_rows(splat(float32(1) / float32(stop - first)), total, zero_rows(lanes))
    store_rows(weights.input, lanes, (composed.first + row) * weights.stride + column, mean)
    store_rows(composed.composed, lanes, row * weights.stride + column, mean)


@step
def compose_rows(n_words, before, batch, weights, composition, composed):
    """Compose a private row for each of the first n_words of a batch that has none, and set batch.rows to them.

    before   how many private rows there are already
    Returns how many there are then.
    """
    n_rows = before
    for c in range(n_words):
        word = batch.words[c]
        row = int64(composed.slots[word])
        if row < 0:
            row = n_rows
            composed.slots[word] = int32(row)
            composed.words[row] = word
            n_rows += 1
        batch.rows[c] = (composed.first + row) * weights.stride
    for row in range(before, before + _WORDS_AHEAD):
        _prefetch_parts(row, n_rows, weights, composition, composed)
    whole = weights.columns - weights.columns % (4 * LANES)
    for row in range(before, n_rows):
        _prefetch_parts(row + _WORDS_AHEAD, n_rows, weights, composition, composed)
        word = composed.words[row]
        for column in range(0, whole, 4 * LANES):
            _average_columns(_FOUR, weights, composition, word, (composed, row), column)
        for column in range(whole, weights.columns, LANES):
            _average_columns(_ONE, weights, composition, word, (composed, row), column)
    return n_rows


@step
def return_changes(n_rows, weights, composition, composed):
    """Add to the parts of each word its share of what its private row has learned; the private rows are free then."""
    for row in range(_WORDS_AHEAD):
        _prefetch_parts(row, n_rows, weights, composition, composed)
    for row in range(n_rows):
        _prefetch_parts(row + _WORDS_AHEAD, n_rows, weights, composition, composed)
        word = composed.words[row]
        composed.slots[word] = int32(-1)
        share = composition.shares[word]
        if share != 0:
            own, before = (composed.first + row) * weights.stride, row * weights.stride
            for column in range(0, weights.columns, LANES):
                change = sub(load(weights.input, own + column), load(composed.composed, before + column))
                store(composed.composed, before + column, mul(splat(share), change))
            for k in range(composition.starts[word], composition.starts[word + 1]):
                part = int64(composition.parts[k]) * weights.stride
                for column in range(0, weights.columns, LANES):
                    moved = add(load(weights.input, part + column), load(composed.composed, before + column))
                    store(weights.input, part + column, moved)
