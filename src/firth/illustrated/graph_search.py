"""Approximate search in a graph of nearest neighbours: the reference implementation of kernels/cpu/search/graph.py.

Every row has links to rows near it. The search is a walk along these links: it keeps a beam of the best rows seen so
far, and repeatedly visits the best row of the beam that it has not visited, which adds the rows it links to. It ends
when all rows of the beam have been visited: then no row they link to is better than the worst of them. A wider beam
visits more rows and has a higher recall.

Source   Malkov and Yashunin 2018, arXiv:1603.09320, algorithm 2.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["search_graph"]


def search_graph(
    cosines: NDArray[np.floating], links: Sequence[Iterable[int]], entries: Iterable[int], width: int
) -> list[int]:
    """The nearest rows that a walk from `entries` finds: at most `width` rows, the highest cosine first.

    cosines : (V,) of each row with the query. The compiled search computes them only for the rows that it sees.
    links : for each row, rows near it.
    width : of the beam, at least 1.
    """
    seen: set[int] = set()
    visited: set[int] = set()
    beam: list[int] = []
    new = list(entries)
    while True:
        seen.update(new)
        beam = sorted(beam + new, key=lambda row: -cosines[row])[:width]
        unvisited = [row for row in beam if row not in visited]
        if not unvisited:
            return beam
        visited.add(unvisited[0])
        new = [row for row in links[unvisited[0]] if row not in seen]
