"""Items that are composed of rows: their own and those of their attributes' values, which learn together.

The shares of an item's rows add up to 2 where it has values, so that its own row counts as much as all values together.

Source     Wang et al. 2018, arXiv:1803.02349, section 3.2 (EGES), where shares add up to 1.
Reference  firth.illustrated.next_item.compose
Shapes     parts: ItemParts; the rows of `matrix` are flat, (rows * stride,); items (slots,) those of a batch.
           composed, slopes (slots * stride,), one row for each slot.
"""

import math

from numpy import float32, int64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.recommend.row_steps import add_scaled, clear_row, move_rows, product_of_rows

__all__ = ["compose_items", "index_parts", "move_logits", "move_parts", "set_shares"]


@kernel
def compose_items(parts, matrix, items, count, stride, composed):
    """composed[slot] = the sum of the rows of items[slot], each times its share."""
    for slot in range(count):
        clear_row(composed, slot * stride, stride)
        item = items[slot]
        for p in range(parts.starts[item], parts.starts[item + 1]):
            add_scaled(composed, slot * stride, parts.shares[p], matrix, int64(parts.rows[p]) * stride, stride)


@kernel
def index_parts(parts, items, count, slots, index):
    """Number the rows that the items of a batch are made of, and list the slots of items with each; PartIndex.

    slots : (rows,) int32 of -1, and so again afterwards.    Returns how many rows there are.
    """
    n_rows = 0
    for slot in range(count):
        item = items[slot]
        for p in range(parts.starts[item], parts.starts[item + 1]):
            row = parts.rows[p]
            if slots[row] < 0:
                slots[row] = n_rows
                index.rows[n_rows] = row
                index.starts[n_rows + 1] = 0
                n_rows += 1
            index.starts[slots[row] + 1] += 1
    begin = 0
    for s in range(1, n_rows + 1):
        number = index.starts[s]
        index.starts[s] = begin
        begin += number
    for slot in range(count):
        item = items[slot]
        for p in range(parts.starts[item], parts.starts[item + 1]):
            s = slots[parts.rows[p]] + 1
            index.slots[index.starts[s]] = slot
            index.shares[index.starts[s]] = parts.shares[p]
            index.starts[s] += 1
    for s in range(n_rows):
        slots[index.rows[s]] = -1
    return n_rows


@kernel
def move_parts(index, slopes, some, part_slopes, learned, numbers, rate):
    """The slopes of the loss by a range (first, stop) of the rows of a PartIndex, and their steps.

    slopes : by the items.    learned : the matrix of rows and its squares.    numbers : D.
    """
    stride = learned[0].shape[0] // learned[1].shape[0]
    for s in range(some[0], some[1]):
        clear_row(part_slopes, s * stride, stride)
        for e in range(index.starts[s], index.starts[s + 1]):
            add_scaled(part_slopes, s * stride, index.shares[e], slopes, int64(index.slots[e]) * stride, stride)
    move_rows(learned, index.rows, some, part_slopes, numbers, rate)


@step
def sum_of_shares(n_parts):
    """What the shares of an item add up to."""
    return float32(2) if n_parts > 1 else float32(1)


@kernel
def move_logits(parts, matrix, batch, composed, slopes, learned, rate):
    """One step of Adagrad for the logits of the items of a batch, whose shares are their softmax.

    batch : the items, their number and the stride.    learned : the logits and their state, (P,) each.
    """
    items, count, stride = batch
    logits, squares = learned
    for slot in range(count):
        item = items[slot]
        start = slot * stride
        total = sum_of_shares(parts.starts[item + 1] - parts.starts[item])
        mean = product_of_rows(composed, start, slopes, start, stride) / total
        for p in range(parts.starts[item], parts.starts[item + 1]):
            row = int64(parts.rows[p]) * stride
            slope = parts.shares[p] * (product_of_rows(matrix, row, slopes, start, stride) - mean)
            squares[p] += slope * slope
            logits[p] -= rate * slope / math.sqrt(squares[p])


@kernel
def set_shares(parts, items, count, logits):
    """Make the shares of some items the softmax of their logits, times what they add up to."""
    for slot in range(count):
        item = items[slot]
        first, stop = parts.starts[item], parts.starts[item + 1]
        highest = logits[first]
        for p in range(first, stop):
            highest = max(highest, logits[p])
        total = float32(0)
        for p in range(first, stop):
            parts.shares[p] = math.exp(logits[p] - highest)
            total += parts.shares[p]
        factor = sum_of_shares(stop - first) / total
        for p in range(first, stop):
            parts.shares[p] *= factor
