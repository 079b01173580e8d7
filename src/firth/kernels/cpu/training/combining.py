"""Copies of a matrix that were trained apart become one again.

Each copy has moved from the same start. Where a copy has only begun to close its gaps, the changes of all copies are to
be added; where each has closed them by itself, they are to be averaged. How far a row has come differs by direction:
fast along what the rows of the other matrix have in common, slowly elsewhere. So the sum of the changes of a row is
scaled in each of the leading directions of the curvature, and by one more factor in the rest.

Source      Firth; the alternatives that lose quality are in docs/engine.md
Reference   firth.illustrated.combining
"""

from numpy import float32, int64, sqrt, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.activation import exp_of_minus, sigmoid_and_softplus
from firth.kernels.cpu.training.random import draw
from firth.kernels.cpu.training.sampling import draw_word
from firth.simd.lanes import LANES
from firth.simd.operations import (
    absolute,
    add,
    choose,
    div,
    fma,
    lanes_above,
    load,
    maximum,
    mul,
    splat,
    store,
    sub,
    sum_lanes,
)
from firth.simd.rows import BLOCK_ROWS, load_rows, splat_row, weighted_sum

__all__ = ["DIRECTIONS", "add_curvature", "combine_rows", "count_words", "find_directions"]

DIRECTIONS = 16  # how many leading directions of the curvature are told apart: a multiple of LANES
_ITERATIONS = 8  # of orthogonal iteration, from the directions of the last meeting on
_SERIES_BELOW = float32(0.1)


@kernel
def count_words(ids, counts):
    """counts[w] += the number of times that w occurs in ids."""
    for word in ids:
        counts[word] += 1


@step
def _mean_of_rows(drawn, random_bits, mean, at):
    """mean[at : at + columns] = the mean of as many drawn rows as a vector is made of."""
    share = splat(float32(1.0 / drawn.mean_of))
    for column in range(0, drawn.columns, LANES):
        store(mean, at + column, splat(float32(0)))
    for i in range(drawn.mean_of):
        row = int64(draw_word(draw(random_bits, i), drawn.table)) * drawn.stride
        for column in range(0, drawn.columns, LANES):
            store(mean, at + column, fma(share, load(drawn.matrix, row + column), load(mean, at + column)))


@step
def _dot(one, at, other, other_at, columns):
    total = splat(float32(0))
    for column in range(0, columns, LANES):
        total = fma(load(one, at + column), load(other, other_at + column), total)
    return sum_lanes(total)


@step
def _draw_block(mine, theirs, random_bits, first, share, scratch):
    """Draw the pairs of a block: c of pair p at p * stride, and behind all rows share s (1 - s) c[i] at 8 i + p."""
    columns, stride = mine.columns, mine.stride
    row = BLOCK_ROWS * stride
    weights = row + stride
    for p in range(BLOCK_ROWS):
        at = p * stride
        bits = draw(random_bits, first + p)
        _mean_of_rows(mine, bits, scratch, row)
        _mean_of_rows(theirs, bits ^ uint64(1), scratch, at)
        s, _ = sigmoid_and_softplus(splat(_dot(scratch, row, scratch, at, columns)))
        weight = mul(mul(s, sub(splat(float32(1)), s)), splat(share))
        for column in range(0, columns, LANES):
            store(scratch, row + column, mul(weight, load(scratch, at + column)))
        for i in range(columns):
            scratch[weights + BLOCK_ROWS * i + p] = scratch[row + i]


@kernel
def add_curvature(mine, theirs, random_bits, pairs, block, scratch, curvature):
    """Adds to curvature the mean of s (1 - s) c c' over drawn pairs of a row and a row c of the other matrix.

    s is the sigmoid of their dot product. Pairs are drawn without regard to which words really occur together: most
    pairs of training are with noise words.

    mine, theirs   DrawnRows
    pairs          a multiple of 8
    block          offsets of 8 rows in scratch: 0, stride, ...
    scratch        (9 * stride + 8 * columns,)
    curvature      (columns * stride,) row i and column j of the moment at i * stride + j
    """
    columns, stride = mine.columns, mine.stride
    weights = (BLOCK_ROWS + 1) * stride
    share = float32(1.0) / float32(max(pairs, 1))
    for first in range(0, pairs, BLOCK_ROWS):
        _draw_block(mine, theirs, random_bits, first, share, scratch)
        for column in range(0, columns, LANES):
            others = load_rows(scratch, block, column)
            for i in range(columns):
                at = i * stride + column
                factors = splat_row(block, scratch, weights + BLOCK_ROWS * i)
                store(curvature, at, weighted_sum(factors, others, load(curvature, at)))


@step
def _subtract_projection(rows, j, i, columns, stride):
    """rows[j] -= (rows[j] . rows[i]) rows[i]"""
    at, onto = j * stride, i * stride
    along = splat(-_dot(rows, at, rows, onto, columns))
    for column in range(0, columns, LANES):
        store(rows, at + column, fma(along, load(rows, onto + column), load(rows, at + column)))


@step
def _orthonormalise(rows, columns, stride):
    """Modified Gram-Schmidt, twice for each row; rows that depend on earlier ones become zero."""
    for j in range(DIRECTIONS):
        at = j * stride
        before = _dot(rows, at, rows, at, columns)
        for _ in range(2):
            for i in range(j):
                _subtract_projection(rows, j, i, columns, stride)
        length = _dot(rows, at, rows, at, columns)
        inverse = float32(0)
        if length > float32(1e-10) * before:
            inverse = float32(1) / sqrt(length)
        for column in range(0, columns, LANES):
            store(rows, at + column, mul(splat(inverse), load(rows, at + column)))


@step
def _multiply(curvature, shift, scale, rows, products, columns, stride):
    """products[j] = scale curvature rows[j] + shift rows[j]"""
    for j in range(DIRECTIONS):
        at = j * stride
        for column in range(0, columns, LANES):
            store(products, at + column, mul(splat(shift), load(rows, at + column)))
        for i in range(columns):
            weight = splat(scale * rows[at + i])
            for column in range(0, columns, LANES):
                total = fma(weight, load(curvature, i * stride + column), load(products, at + column))
                store(products, at + column, total)


@kernel
def find_directions(curvature, vector_size, spectrum, scratch):
    """The leading eigenvectors of the curvature, by orthogonal iteration from those of the last call on.

    curvature     (columns * stride,) symmetric, positive semidefinite
    spectrum      Spectrum; directions hold what to start from, and are replaced
    scratch       (DIRECTIONS * stride,)
    """
    rows, values, columns, stride = spectrum.rows, spectrum.values, spectrum.columns, spectrum.stride
    trace = float32(0)
    for i in range(vector_size):
        trace += curvature[i * stride + i]
    if not trace > float32(1e-20):
        for j in range(DIRECTIONS + 1):
            values[j] = float32(0)
        return
    scale = float32(vector_size) / trace
    # The shift keeps directions alive in which nothing curves yet: the other matrix starts as zeros.
    for _ in range(_ITERATIONS):
        _multiply(curvature, float32(1e-3), scale, rows, scratch, columns, stride)
        for at in range(0, DIRECTIONS * stride, LANES):
            store(rows, at, load(scratch, at))
        _orthonormalise(rows, columns, stride)
    _multiply(curvature, float32(0), float32(1), rows, scratch, columns, stride)
    rest = trace
    for j in range(DIRECTIONS):
        at = j * stride
        value = max(_dot(rows, at, scratch, at, columns), float32(0))
        values[j] = value
        rest -= value
        for i in range(columns):
            spectrum.transposed[i * DIRECTIONS + j] = rows[at + i]
    values[DIRECTIONS] = max(rest, float32(0)) / float32(max(vector_size - DIRECTIONS, 1))


@step
def _share_of_sum(x, nodes):
    """(1 - exp(-x)) / (n (1 - exp(-x / n))): what is right of the sum of n changes that have each come as far as x / n.

    Near 0 the quotient of two small differences is that of their series.
    """
    one = splat(float32(1))
    each = div(x, nodes)
    exact = div(sub(one, exp_of_minus(x)), mul(nodes, sub(one, exp_of_minus(each))))
    half, sixth = splat(float32(-1 / 2)), splat(float32(1 / 6))
    series = div(fma(fma(sixth, x, half), x, one), fma(fma(sixth, each, half), each, one))
    return choose(sub(x, splat(_SERIES_BELOW)), series, exact)


@step
def _sum_changes(copies, at, total):
    """Sets total to the sum over the copies of what a row has moved; returns whether any has moved."""
    moved = splat(float32(0))
    for column in range(0, copies.columns, LANES):
        before = load(copies.common, at + column)
        changes = splat(float32(0))
        for copy in range(copies.count):
            change = sub(load(copies.all, copy * copies.size + at + column), before)
            changes = add(changes, change)
            moved = maximum(moved, absolute(change))
        store(total, column, changes)
    return lanes_above(moved, splat(float32(0))) != 0


@step
def _weigh_directions(total, pull, nodes, rest, spectrum, weights):
    """weights[j] = how much more of the sum direction j keeps than the rest does, times the sum along it."""
    for part in range(0, DIRECTIONS, LANES):
        a = b = c = d = splat(float32(0))
        for i in range(0, spectrum.columns, 4):
            at = i * DIRECTIONS + part
            a = fma(splat(total[i]), load(spectrum.transposed, at), a)
            b = fma(splat(total[i + 1]), load(spectrum.transposed, at + DIRECTIONS), b)
            c = fma(splat(total[i + 2]), load(spectrum.transposed, at + 2 * DIRECTIONS), c)
            d = fma(splat(total[i + 3]), load(spectrum.transposed, at + 3 * DIRECTIONS), d)
        along = add(add(a, b), add(c, d))
        share = _share_of_sum(mul(pull, load(spectrum.values, part)), nodes)
        store(weights, part, mul(sub(share, rest), along))


@step
def _write_row(copies, at, total, rest, spectrum, weights):
    for column in range(0, copies.columns, LANES):
        number = fma(rest, load(total, column), load(copies.common, at + column))
        for j in range(DIRECTIONS):
            number = fma(splat(weights[j]), load(spectrum.rows, j * copies.stride + column), number)
        store(copies.common, at + column, number)
        for copy in range(copies.count):
            store(copies.all, copy * copies.size + at + column, number)


@kernel
def combine_rows(first, stop, copies, updates, spectrum, rate, scratch):
    """Rows first .. stop - 1 of all copies become one row each.

    copies     Copies
    updates    Updates since the rows last met
    spectrum   Spectrum of the curvature that these rows meet
    rate       the learning rate, times the factor of safety
    scratch    (stride + DIRECTIONS,)
    """
    stride = copies.stride
    total, weights = scratch[:stride], scratch[stride:]
    for row in range(first, stop):
        together = float32(0)
        squares = float32(0)
        noise = updates.noise[row] * updates.words[row]
        for copy in range(copies.count):
            count = updates.factors[row] * float32(updates.reads[copy, row]) + noise
            together += count
            squares += count * count
        updates.words[row] = float32(0)
        at = row * stride
        if _sum_changes(copies, at, total):
            # How many copies share the row's updates evenly: 1 for a name that only one of them has read.
            nodes = splat(max(together * together / max(squares, float32(1e-9)), float32(1)))
            pull = splat(rate * together)
            rest = _share_of_sum(mul(pull, splat(spectrum.values[DIRECTIONS])), nodes)
            _weigh_directions(total, pull, nodes, rest, spectrum, weights)
            _write_row(copies, at, total, rest, spectrum, weights)
