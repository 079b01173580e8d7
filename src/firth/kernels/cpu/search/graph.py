"""Approximate search: from row to row along the links of a graph of near neighbours, towards each query.

Source     Malkov and Yashunin 2018, arXiv:1603.09320, algorithm 2, on the lowest layer of the graph alone; the search
           begins at a few rows that are known to lie far apart.
Slow twin  illustrated/graph_search.py
Shapes     V rows of D numbers; at most L links from each; Q queries; a beam of the W best rows seen so far.
           graph: see kernels/arguments.py.    queries (Q, D) float32, of length 1.
           beams (Q, W) int32: the rows found, best first.
           found (Q,) int64: how many they are, or -1 where a link of the graph leads outside the matrix.
Threads    share nothing but the graph.
"""

import numpy as np
from numpy import int64, uint8

from firth.kernels.arguments import Beam
from firth.kernels.compile import kernel, step
from firth.kernels.cpu.search.cosine import cosine
from firth.simd.memory import CACHE_LINE, prefetch

__all__ = ["search_graph"]


@step
def meet(seen, row):
    """Whether a row is met for the first time; from now on it is not."""
    bit = uint8(1 << (row & 7))
    is_new = (seen[row >> 3] & bit) == 0
    seen[row >> 3] |= bit
    return is_new


@step
def insert(beam, taken, row, value):
    """Put a row where it belongs in the beam, of which `taken` places are; returns the place, W for none.

    Of rows with the same cosine those that came first stay first.
    """
    width = beam.rows.shape[0]
    if taken == width and value <= beam.cosines[width - 1]:
        return width
    low = 0
    high = taken
    while low < high:
        middle = (low + high) >> 1
        if beam.cosines[middle] >= value:
            low = middle + 1
        else:
            high = middle
    for place in range(min(taken, width - 1), low, -1):
        beam.rows[place] = beam.rows[place - 1]
        beam.cosines[place] = beam.cosines[place - 1]
        beam.is_followed[place] = beam.is_followed[place - 1]
    beam.rows[low] = row
    beam.cosines[low] = value
    beam.is_followed[low] = False
    return low


@step
def gather_new(graph, row, seen, fresh):
    """Fill `fresh` with the rows linked to that were not seen before; returns how many, -1 for a link to nowhere.

    Their numbers are asked for at once, so that they arrive while the first are compared.
    """
    size = graph.numbers.shape[0] // graph.links.shape[0]
    n_fresh = 0
    for i in range(graph.links.shape[1]):
        linked = int64(graph.links[row, i])
        if linked < 0:
            break
        if linked >= graph.links.shape[0]:
            return -1
        if meet(seen, linked):
            for d in range(0, size, CACHE_LINE):
                prefetch(graph.numbers, linked * size + d)
            fresh[n_fresh] = linked
            n_fresh += 1
    return n_fresh


@step
def offer(graph, query, fresh, n_fresh, beam, taken):
    """Put rows into the beam; returns how many places are taken now and the first place that changed, W for none."""
    width = beam.rows.shape[0]
    first = width
    for i in range(n_fresh):
        value = cosine(graph.numbers, graph.inverse_norms, fresh[i], query)
        place = insert(beam, taken, fresh[i], value)
        if place < width:
            taken = min(taken + 1, width)
            first = min(first, place)
    return taken, first


@kernel
def search_graph(graph, queries, beams, found):
    """For each query the best rows met on the way towards it: follow the links of the best row not yet followed."""
    width = beams.shape[1]
    seen = np.empty((graph.links.shape[0] + 7) // 8, np.uint8)
    fresh = np.empty(max(graph.links.shape[1], graph.entries.shape[0]), np.int64)
    cosines = np.empty(width, np.float32)
    is_followed = np.empty(width, np.bool_)
    for q in range(queries.shape[0]):
        beam = Beam(beams[q], cosines, is_followed)
        seen[:] = 0
        n_fresh = 0
        for i in range(graph.entries.shape[0]):
            fresh[n_fresh] = graph.entries[i]
            n_fresh += int64(meet(seen, int64(graph.entries[i])))
        taken, place = offer(graph, queries[q], fresh, n_fresh, beam, 0)
        while place < taken:
            if is_followed[place]:
                place += 1
                continue
            is_followed[place] = True
            n_fresh = gather_new(graph, int64(beams[q, place]), seen, fresh)
            if n_fresh < 0:
                taken = -1
                break
            taken, first = offer(graph, queries[q], fresh, n_fresh, beam, taken)
            place = min(first, place + 1)
        found[q] = taken
