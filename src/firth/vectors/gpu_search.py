"""The rows of a matrix on a GPU, and searches there: the shortlists of ExactSearch.

Shapes  V rows of D numbers, of which N are candidates; Q queries.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.kernels.arguments import Heaps
from firth.kernels.cuda import memory
from firth.kernels.cuda.present import present_gpu
from firth.kernels.cuda.search.batch import QUERIES, SearchedRows, keep_best, merge_parts
from firth.kernels.cuda.tiles import ROWS, THREADS
from firth.vectors.candidates import Candidates

__all__ = ["LONGEST_HEAP", "GpuSearch"]

LONGEST_HEAP = 1000  # rows that are kept for each query; one thread changes a heap
_BLOCKS = 10  # for each multiprocessor, which runs 5 at a time: the rows of few queries have many parts
_HEAP_NUMBERS = 1 << 25  # scores, and as many rows: 256 MB


class GpuSearch:
    """Searches the rows of a matrix, which stays on the GPU.

    matrix, inverse_norms : (V, D) float32 and (V,) 1 / length of each row.
    least_rows : of a part; each has heaps of its own, in which its first rows all go.

    Raises   SettingError if the GPU has too little memory for it.
    """

    def __init__(self, matrix: Matrix, inverse_norms: Vector, least_rows: int) -> None:
        gpu = present_gpu()
        rows, heaps = 4 * (matrix.size + len(matrix)), 8 * _HEAP_NUMBERS
        if rows + heaps > gpu.free:
            raise SettingError(
                f"backend='cuda': searching {len(matrix):,} rows of {matrix.shape[1]:,} numbers needs "
                f"{(rows + heaps) / 1e9:.1f} GB of memory (rows {rows / 1e9:.1f}, results {heaps / 1e9:.1f}), and "
                f"{gpu.name} has {gpu.free / 1e9:.1f} GB free; use backend='cpu'"
            )
        self._blocks, self._least_rows = _BLOCKS * gpu.multiprocessors, least_rows
        self._size = matrix.shape[1]
        self._stream = memory.Stream()
        self._numbers = self._stream.to_device(matrix.reshape(-1))
        self._inverse_norms = self._stream.to_device(inverse_norms)
        nothing = (
            self._stream.to_device(np.empty(0, np.int32)),
            self._stream.to_device(np.zeros(self._size, np.float32)),
        )
        self._search(*nothing, (1, 1, 1))  # compiles the kernels, or loads them from the cache

    def close(self) -> None:
        """Free the memory."""
        del self._numbers, self._inverse_norms
        memory.release()

    def shortlist(self, candidates: Candidates, queries: Matrix, count: int) -> NDArray[np.int64]:
        """Indices of the best `count` candidates for each query (Q, count), in no order.

        The candidates are rows of the matrix. Raises SettingError if `count` is too large.
        """
        if count > LONGEST_HEAP:
            raise SettingError(
                f"backend='cuda': a query keeps at most {LONGEST_HEAP:,} rows, and {count:,} are needed for the "
                "results and the words left out of them; use a smaller count, or backend='cpu'"
            )
        chosen = np.empty(0, np.int32) if candidates.rows is None else candidates.rows.astype(np.int32)
        on_device = self._stream.to_device(chosen)
        on_device = self._stream.to_device(chosen), self._stream.to_device(queries.reshape(-1))
        return self._search(*on_device, (candidates.n_rows, len(queries), count))

    def _search(self, chosen: Any, queries: Any, sizes: tuple[int, int, int]) -> NDArray[np.int64]:
        n_rows, n_queries, count = sizes
        stream, tiles = self._stream, -(-n_queries // QUERIES)
        parts = max(1, min(-(-self._blocks // tiles), n_rows // max(self._least_rows, 4 * count)))
        parts = min(parts, max(1, _HEAP_NUMBERS // (tiles * QUERIES * count)))
        per_part = -(-n_rows // (parts * ROWS)) * ROWS
        parts = -(-n_rows // per_part)
        rows = SearchedRows(self._numbers, self._inverse_norms, chosen, n_rows, per_part)
        slots = tiles * QUERIES
        heaps = Heaps(stream.empty((parts * slots, count), np.float32), stream.empty((parts * slots, count), np.int32))
        stream.launch(keep_best, (tiles, parts), THREADS, rows, queries, n_queries, self._size, heaps)
        stream.launch(merge_parts, tiles, QUERIES, heaps, slots, parts)
        found = np.empty((n_queries, count), np.int32)
        stream.copy_to(heaps.rows[:n_queries], found)
        stream.wait()
        return found.astype(np.int64)
