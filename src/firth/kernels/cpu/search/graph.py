"""Approximate search: from row to row along the links of a graph of near neighbours, towards each query.

Source     Malkov and Yashunin 2018, arXiv:1603.09320, algorithm 2, on the lowest layer of the graph only; the search
           starts at a few rows that are far apart.
Reference  firth.illustrated.graph_search
Shapes     V rows of D numbers; at most L links from each; Q queries; a beam of the W best rows seen so far.
           graph: Graph in kernels/arguments.py.    queries (Q, D) float32, of length 1.
           beams (Q, W) int32: the rows found, best first.
           found (Q,) int64: how many they are, or -1 where a link of the graph leads outside the matrix.
Threads    share only the graph.
"""

import numpy as np
from numpy import int64, uint8

from firth.kernels.arguments import Beam
from firth.kernels.compile import kernel, step
from firth.kernels.cpu.search.cosine import cosine
from firth.simd.memory import CACHE_LINE, prefetch

__all__ = ["search_graph"]


@step
def mark_seen(seen, row):
    """Mark a row as seen; returns whether it is new."""
    bit = uint8(1 << (row & 7))
    is_new = (seen[row >> 3] & bit) == 0
    seen[row >> 3] |= bit
    return is_new


@step
def insert(beam, length, row, value):
    """Insert a row into the sorted beam, of which `length` slots are used; returns its slot, W if it is too bad.

    Rows with equal cosines stay in the order in which they came.
    """
    width = beam.rows.shape[0]
    if length == width and value <= beam.cosines[width - 1]:
        return width
    low = 0
    high = length
    while low < high:
        middle = (low + high) >> 1
        if beam.cosines[middle] >= value:
            low = middle + 1
        else:
            high = middle
    for slot in range(min(length, width - 1), low, -1):
        beam.rows[slot] = beam.rows[slot - 1]
        beam.cosines[slot] = beam.cosines[slot - 1]
        beam.is_followed[slot] = beam.is_followed[slot - 1]
    beam.rows[low] = row
    beam.cosines[low] = value
    beam.is_followed[low] = False
    return low


@step
def list_new(graph, row, seen, new_rows):
    """List the unseen rows that a row links to; returns their number, -1 for a link outside the matrix.

    Their numbers are prefetched together, so that they arrive while the first are compared.
    """
    size = graph.numbers.shape[0] // graph.links.shape[0]
    count = 0
    for i in range(graph.links.shape[1]):
        linked = int64(graph.links[row, i])
        if linked < 0:
            break
        if linked >= graph.links.shape[0]:
            return -1
        if mark_seen(seen, linked):
            for d in range(0, size, CACHE_LINE):
                prefetch(graph.numbers, linked * size + d)
            new_rows[count] = linked
            count += 1
    return count


@step
def insert_all(graph, query, new_rows, count, beam, length):
    """Insert rows into the beam; returns its new length and the first slot that changed, W if none did."""
    width = beam.rows.shape[0]
    first = width
    for i in range(count):
        value = cosine(graph.numbers, graph.inverse_norms, new_rows[i], query)
        slot = insert(beam, length, new_rows[i], value)
        if slot < width:
            length = min(length + 1, width)
            first = min(first, slot)
    return length, first


@kernel
def search_graph(graph, queries, beams, found):
    """For each query the best rows seen on the way: follow the links of the best row not yet followed."""
    width = beams.shape[1]
    seen = np.empty((graph.links.shape[0] + 7) // 8, np.uint8)
    new_rows = np.empty(max(graph.links.shape[1], graph.entries.shape[0]), np.int64)
    cosines = np.empty(width, np.float32)
    is_followed = np.empty(width, np.bool_)
    for q in range(queries.shape[0]):
        beam = Beam(beams[q], cosines, is_followed)
        seen[:] = 0
        count = 0
        for i in range(graph.entries.shape[0]):
            new_rows[count] = graph.entries[i]
            count += int64(mark_seen(seen, int64(graph.entries[i])))
        length, slot = insert_all(graph, queries[q], new_rows, count, beam, 0)
        while slot < length:
            if is_followed[slot]:
                slot += 1
                continue
            is_followed[slot] = True
            count = list_new(graph, int64(beams[q, slot]), seen, new_rows)
            if count < 0:
                length = -1
                break
            length, first = insert_all(graph, queries[q], new_rows, count, beam, length)
            slot = min(first, slot + 1)
        found[q] = length
