"""How a graph of near neighbours is searched: the slow twin of kernels/cpu/search/graph.py.

Every row has links to rows near it. A search walks along them: it keeps the best rows seen so far, the beam, and
follows the links of the best one that it has not followed yet. When all rows of the beam have been followed, nothing
they link to is better than the worst of them, and the walk is over. A wider beam walks further and misses less.

Source: Malkov and Yashunin 2018, arXiv:1603.09320, algorithm 2.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["search_graph"]


def search_graph(
    cosines: NDArray[np.floating], links: Sequence[Iterable[int]], entries: Iterable[int], width: int
) -> list[int]:
    """The best rows met on a walk that begins at `entries`, best first: at most `width`.

    cosines : (V,) between each row and the query. A real search works them out only for the rows that it meets.
    links : for each row, rows near it.
    """
    seen: set[int] = set()
    followed: set[int] = set()
    beam: list[int] = []
    fresh = list(entries)
    while True:
        seen.update(fresh)
        beam = sorted(beam + fresh, key=lambda row: -cosines[row])[:width]
        waiting = [row for row in beam if row not in followed]
        if not waiting:
            return beam
        followed.add(waiting[0])
        fresh = [row for row in links[waiting[0]] if row not in seen]
