"""Exact search: the rows of a matrix with the largest cosine to a query.

Shapes  V rows of D numbers, of which N are candidates; Q queries of length 1, or 0.

Four strategies find a few more rows than wanted by their float32 cosines; ranking.py then orders them in float64:

    table of cosines      blocks of rows, scaled to length 1, times many queries, by BLAS
    single query          one query and all rows, by BLAS
    single compiled       the same in a kernel that keeps the best while it reads      kernels/cpu/search/single.py
    batch compiled        many queries in a kernel that stores no cosines              kernels/cpu/search/batch.py

The compiled ones are about twice as fast, but loading them takes 0.5 s: see ExactSearch.compiled. With backend="cuda"
a GPU finds these rows (gpu_search.py).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property, partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.formats.mapped import mapping_of
from firth.interruption import blas, importing
from firth.parallel import available_cores, even_parts, share_parts
from firth.vectors.candidates import Candidates, inverse_row_norms
from firth.vectors.one_query import best_of_cosines
from firth.vectors.ranking import SPARE, Ranking, TopRows, exact_cosines, largest
from firth.vectors.search_backend import SearchBackend, check_search_backend

if TYPE_CHECKING:
    from firth.vectors.gpu_search import GpuSearch

__all__ = ["ExactSearch", "Sizes"]

LONGEST_HEAP = 1000  # more best rows are found faster by sorting with NumPy
MOST_THREADS = 8  # for one query; more do not make memory faster
PARTS_PER_THREAD = 4  # a thread that is held up leaves the rest to the others
DENSE = 8  # with more candidates than one row in 8, reading all rows in order is faster
MOST_DIVIDED, NARROWEST = 8, 16  # vectors of a query, and numbers per row, that best_quotients() is compiled for

Result = TypeVar("Result")


class Sizes(NamedTuple):
    """Sizes that change the speed of a search and never its results, measured for 400,000 × 50 numbers on 2 cores."""

    compile_after: int = 1 << 33  # multiplications until compiled code is loaded; see ExactSearch.compiled
    block_rows: int = 2048  # rows of a table of cosines; with queries_at_once 8 MB; best of 1024 … 16384
    queries_at_once: int = 1056  # whole tiles of the compiled batch for every register width
    few: int = 6  # up to this many queries are searched singly: scaling rows to length 1 would cost more,
    few_compiled: int = 2  # or reading rows where they are in the compiled batch
    piece_numbers: int = 400_000  # of the matrix, for one query: BLAS multiplies up to 460,800 in one thread
    alone_numbers: int = 2_000_000  # up to which a second thread would take longer to start than it saves
    threads: int | None = None  # None: all cores
    analogy_rows: int = 1024  # as block_rows, for analogy_search.py: 900 query vectors take 3.7 MB
    analogies_at_once: int = 256  # whose scores are computed together: 1 MB, about the cache of one core
    analogies_per_table: int = 4096  # limits a table to 50 MB for analogies of three words
    gpu_queries: int = 16_384  # that a GPU searches at once
    gpu_rows: int = 1024  # for each block of a GPU, at least


class ExactSearch:
    """Finds the nearest rows of a matrix (V, D) by comparing all of them.

    Attributes
    ----------
    compiled : which code is used. None (default): NumPy at first, and compiled kernels from the query on with which
        this object has done 2^33 multiplications, about 400 queries of 400,000 × 50 numbers: loading them takes 0.5 s
        (1.3 s the first time on a machine). True: compiled kernels from the first query. False: never.
        Both return the same rows, except where their exact cosines differ by less than float32 can show.
    backend : "cpu" (default), or "cuda": an NVIDIA GPU finds the rows, also of analogies by "3cosadd"; the processor
        ranks them as its own. The matrix is copied to the GPU for the first query, and stays there.
    sizes : numbers that only speed depends on.
    """

    def __init__(
        self,
        matrix: Matrix,
        inverse_norms: Vector | None = None,
        *,
        compiled: bool | None = None,
        sizes: Sizes = Sizes(),  # noqa: B008  (immutable)
    ) -> None:
        self.matrix = matrix
        self.compiled = compiled
        self.sizes = sizes
        self._multiplications = 0
        self._mapping = mapping_of(matrix)
        self._backend: SearchBackend = "cpu"
        self._gpu: GpuSearch | None = None
        if inverse_norms is not None:
            self.inverse_norms = inverse_norms

    @property
    def compiled(self) -> bool | None:
        """See the class."""
        return self._compiled

    @compiled.setter
    def compiled(self, compiled: bool | None) -> None:
        if compiled is not None and not isinstance(compiled, bool):
            raise SettingError(f"compiled={compiled!r}: must be True, False or None")
        self._compiled = compiled

    @property
    def backend(self) -> SearchBackend:
        """See the class. Setting it raises MissingExtraError or SettingError where no GPU can be used."""
        return self._backend

    @backend.setter
    def backend(self, backend: SearchBackend) -> None:
        check_search_backend(backend)
        if backend == "cpu" and self._gpu is not None:
            self._gpu.close()
            self._gpu = None
        self._backend = backend

    @cached_property
    def inverse_norms(self) -> Vector:
        """1 / length of each row (V,), computed for the first query."""
        return inverse_row_norms(self.matrix)

    def __getstate__(self) -> dict[str, Any]:
        """For copies, also in other processes: their matrix is in memory, and not on a GPU yet."""
        return {**self.__dict__, "_mapping": None, "_gpu": None}

    def check_file(self) -> None:
        """Raise FormatError if the file of a mapped matrix was written in place since it was opened."""
        if self._mapping is not None:
            self._mapping.check()

    # ---------------------------------------------------------------- candidates

    def all_rows(self) -> Candidates:
        """All rows of the matrix."""
        return Candidates(self.matrix, self.inverse_norms)

    def first_rows(self, count: int) -> Candidates:
        """The first `count` rows."""
        return Candidates(self.matrix[:count], self.inverse_norms[:count])

    def chosen_rows(self, rows: NDArray[np.int64]) -> Candidates:
        """The given rows, which must be ascending and unique."""
        return Candidates(self.matrix, self.inverse_norms, rows)

    # ---------------------------------------------------------------- queries

    def nearest(
        self,
        queries: NDArray[np.float64],
        count: int,
        excluded: Sequence[Sequence[int]],
        candidates: Candidates | None = None,
    ) -> Ranking:
        """The `count` candidates with the largest cosine to each query (Q, D).

        Parameters
        ----------
        count : in [1, N].
        excluded : for each query, rows that must not be among its results.
        candidates : None: all rows.
        """
        candidates = candidates or self.all_rows()
        is_single = len(queries) == 1 and candidates.rows is None and self.backend == "cpu"
        if is_single and not self._is_ready(candidates.matrix.size):
            of_all = self._cosines_of_one(candidates, queries[0].astype(np.float32))
            return best_of_cosines(candidates.matrix, of_all, queries[0], count, excluded[0])
        wanted = min(candidates.n_rows, count + max(map(len, excluded), default=0) + SPARE)
        rows = np.empty((len(queries), count), np.int64)
        similarities = np.empty((len(queries), count), np.float64)
        at_once = self.sizes.queries_at_once
        at_once = max(1, min(at_once, at_once * self.sizes.block_rows // wanted))
        if self.backend == "cuda":
            at_once = self.sizes.gpu_queries
        for start in range(0, len(queries), at_once):
            some = slice(start, start + at_once)
            found = candidates.rows_at(self._shortlist(candidates, queries[some].astype(np.float32), wanted))
            cosines = exact_cosines(self.matrix, found, queries[some])
            rows[some], similarities[some] = Ranking.best_of(found, cosines, excluded[some], count)
        return Ranking(rows, similarities)

    def count_nearer(
        self,
        queries: NDArray[np.float64],
        thresholds: NDArray[np.float64],
        excluded: NDArray[np.int64],
        candidates: Candidates,
    ) -> NDArray[np.int64]:
        """How many candidates have a cosine with each query above its threshold (Q,), exactly.

        Parameters
        ----------
        queries, thresholds : (Q, D), and (Q,) cosines as exact_cosines returns them.
        excluded : (Q,) for each query a row that is not counted, or -1.
        """
        unsure = np.float32((self.matrix.shape[1] + 4) * 2.0**-23)  # above the largest error of float32
        counts = np.zeros(len(queries), np.int64)
        for start in range(0, len(queries), self.sizes.queries_at_once):
            some = slice(start, start + self.sizes.queries_at_once)
            directions, limits = queries[some].astype(np.float32), thresholds[some, None].astype(np.float32)
            for first, cosines in self.cosine_blocks(candidates, directions, self.sizes.block_rows, len(directions)):
                excess = cosines - limits
                counts[some] += np.count_nonzero(excess > unsure, axis=1)
                query, index = np.nonzero(np.abs(excess) <= unsure)  # decided in float64
                query += start
                exact = exact_cosines(self.matrix, candidates.rows_at(index + first)[:, None], queries, query)
                counts += np.bincount(query[exact[:, 0] > thresholds[query]], minlength=len(queries))
        counted = np.flatnonzero(candidates.indices_of(excluded) >= 0)
        own = exact_cosines(self.matrix, excluded[counted, None], queries, counted)
        counts[counted] -= own[:, 0] > thresholds[counted]
        return counts

    def cosines(self, candidates: Candidates, queries: Matrix) -> Matrix:
        """The cosine of each candidate with each of a few queries (Q, N) in float32, on all cores."""
        if candidates.rows is None:
            return self._all_cosines(candidates, queries)
        if len(candidates.rows) > len(candidates.matrix) // DENSE:
            return self._all_cosines(candidates, queries)[:, candidates.rows]
        cosines = np.empty((len(queries), len(candidates.rows)), np.float32)
        piece = max(1, self.sizes.piece_numbers // candidates.matrix.shape[1])  # copied rows stay in the cache
        for first in range(0, len(candidates.rows), piece):
            last = first + piece
            with blas:
                cosines[:, first:last] = queries @ candidates.units(first, last).T
        return cosines

    def cosine_blocks(
        self, candidates: Candidates, queries: Matrix, block_rows: int, scores: int
    ) -> Iterator[tuple[int, Matrix]]:
        """A table of cosines in blocks: the index of the first candidate of each, and the cosines (Q, rows).

        For a few queries, of which `scores` scores are made for each row, it is one block of all candidates.
        """
        if max(len(queries), scores) <= self.sizes.few:
            yield 0, self.cosines(candidates, queries)
            return
        for first in range(0, candidates.n_rows, block_rows):
            with blas:
                table = queries @ candidates.units(first, first + block_rows).T
            yield first, table
            del table  # or two would be in memory

    # ---------------------------------------------------------------- strategies

    def _shortlist(self, candidates: Candidates, queries: Matrix, count: int) -> NDArray[np.int64]:
        """Indices of the best `count` candidates for each query, or a few more (Q, at least count), in no order."""
        if self.backend == "cuda":
            return self.found_by_gpu(candidates, queries, count)
        few = len(queries) <= self._few_for(candidates)
        if few and candidates.rows is None:
            return np.stack([self._best_for_single(candidates, query, count) for query in queries])
        if not few and count <= LONGEST_HEAP and self._use_compiled(candidates.n_rows * queries.size):
            return self._best_by_compiled_batch(candidates, queries, count)
        return self._best_by_table(candidates, queries, count)

    def _few_for(self, candidates: Candidates) -> int:
        """Up to how many queries are searched singly."""
        if candidates.rows is None and candidates.matrix.flags.c_contiguous and self._is_ready():
            return min(self.sizes.few, self.sizes.few_compiled)
        return self.sizes.few

    def _best_by_table(self, candidates: Candidates, queries: Matrix, count: int) -> NDArray[np.int64]:
        best = TopRows(len(queries), count)
        block_rows = max(self.sizes.block_rows, count)
        for first, cosines in self.cosine_blocks(candidates, queries, block_rows, len(queries)):
            best.offer(first, cosines)
        return best.rows()

    def _best_for_single(self, candidates: Candidates, query: Vector, count: int) -> NDArray[np.int64]:
        """The best rows for one query, by BLAS or compiled; of equals the first.

        The kernel never writes the cosines of the other rows: 2.2 ms for 400,000 × 50 numbers, where filling new memory
        with cosines and selecting from them takes 0.6 more.
        """
        compiled = self._use_compiled_scan(candidates.matrix, 1)
        if not compiled or count > LONGEST_HEAP:
            return largest(self._table_of_all(candidates, query[None], compiled), count).ravel()
        return _merged(
            self._share(candidates.matrix, partial(_compiled().keep_best_of_parts, candidates, query, count)), count
        )

    def _best_by_compiled_batch(self, candidates: Candidates, queries: Matrix, count: int) -> NDArray[np.int64]:
        threads = max(1, min(self._cores(), candidates.n_rows // max(count, 1000)))
        work = partial(_compiled().keep_best_of_blocks, candidates, _compiled().tiled(queries), (len(queries), count))
        found = share_parts(work, even_parts(candidates.n_rows, threads), threads)
        return np.hstack([rows for some in found for rows in some])

    def best_quotients(
        self, candidates: Candidates, queries: Matrix, added: int, small: float, count: int
    ) -> NDArray[np.int64] | None:
        """The `count` rows with the largest score of 3CosMul, in no order; None where no kernel is compiled for it.

        With (1 + cosine) / 2 for each query: the product over the first `added` ones, divided by the product over the
        others plus `small`. All cosines of a row are computed while it is read: 4.6 ms for 3 queries and 400,000 × 50
        numbers, where tables of cosines take 11.
        """
        matrix = candidates.matrix
        is_usual = len(queries) <= MOST_DIVIDED and matrix.shape[1] >= NARROWEST and count <= LONGEST_HEAP
        if candidates.rows is not None or not is_usual or not self._use_compiled_scan(matrix, 0):
            return None
        work = partial(_compiled().keep_best_quotients_of_parts, candidates, queries, added, small, count)
        return _merged(self._share(matrix, work), count)

    def found_by_gpu(self, candidates: Candidates, queries: Matrix, count: int) -> NDArray[np.int64]:
        """Indices of the `count` best candidates for each query (Q, count), which may have any length, in no order."""
        if self._gpu is None:
            with importing():
                from firth.vectors.gpu_search import GpuSearch

                self._gpu = GpuSearch(self.matrix, self.inverse_norms, self.sizes.gpu_rows)
        return self._gpu.shortlist(candidates, queries, count)

    # ---------------------------------------------------------------- one query and all rows

    def _cosines_of_one(self, candidates: Candidates, query: Vector) -> Vector:
        """The cosine of each row of candidates.matrix with a query (rows,), in float32, without compiled code."""
        matrix = candidates.matrix
        if matrix.size > self.sizes.alone_numbers:
            cosines: Vector = self._table_of_all(candidates, query[None], self._use_compiled_scan(matrix, 1))[0]
            return cosines
        self._multiplications += matrix.size
        cosines = np.empty(len(matrix), np.float32)
        if matrix.size > self.sizes.piece_numbers:
            _multiply(self.sizes.piece_numbers, candidates, query, cosines, iter([slice(0, len(matrix))]))
            return cosines
        with blas:
            np.matmul(matrix, query, out=cosines)
        cosines *= candidates.inverse_norms
        return cosines

    def _all_cosines(self, candidates: Candidates, queries: Matrix) -> Matrix:
        return self._table_of_all(candidates, queries, self._use_compiled_scan(candidates.matrix, len(queries)))

    def _table_of_all(self, candidates: Candidates, queries: Matrix, compiled: bool) -> Matrix:
        """The cosine of each row of candidates.matrix with each query (Q, rows)."""
        fill: Callable[..., None] = partial(_multiply, self.sizes.piece_numbers)
        if compiled:
            fill = _compiled().fill_parts
        table = np.empty((len(queries), len(candidates.matrix)), np.float32)
        for query, cosines in zip(queries, table, strict=True):
            self._share(candidates.matrix, partial(fill, candidates, query, cosines))
        return table

    def _use_compiled_scan(self, matrix: Matrix, queries: int) -> bool:
        """Whether a single query is compiled: for columns in one piece BLAS is as fast, and needs no loading."""
        return bool(matrix.flags.c_contiguous) and self._use_compiled(matrix.size * queries)

    def _use_compiled(self, multiplications: int) -> bool:
        self._multiplications += multiplications
        return self._is_ready()

    def _is_ready(self, more: int = 0) -> bool:
        return self._multiplications + more >= self.sizes.compile_after if self.compiled is None else self.compiled

    def _share(self, matrix: Matrix, work: Callable[[Iterator[slice]], Result]) -> list[Result]:
        """The results of the threads that process parts of the matrix."""
        threads = max(1, min(self._cores(), MOST_THREADS, matrix.size // self.sizes.piece_numbers))
        parts = 1 if threads == 1 else threads * PARTS_PER_THREAD
        return share_parts(work, even_parts(len(matrix), parts), threads)

    def _cores(self) -> int:
        return self.sizes.threads or available_cores()


@cache
def _compiled() -> ModuleType:
    with importing():
        import firth.vectors.compiled_search as compiled_search
    return compiled_search


def _merged(found: list[tuple[Vector, NDArray[np.int64]]], count: int) -> NDArray[np.int64]:
    """The best of the rows that the threads have found, of equals the first."""
    scores, rows = map(np.concatenate, zip(*found, strict=True))
    best: NDArray[np.int64] = rows[np.lexsort((rows, -scores))[:count]]
    return best


def _multiply(
    piece_numbers: int, candidates: Candidates, query: Vector, cosines: Vector, parts: Iterator[slice]
) -> None:
    """Fill `cosines` for each part of the rows, as a stack of products so small that BLAS starts no threads.

    The threads of BLAS wait for each other: with other work on the 2 cores, 400,000 × 50 took 12 ms in one product and
    8 ms here (otherwise 2.6 ms both).
    """
    matrix = candidates.matrix
    piece = max(1, piece_numbers // matrix.shape[1])
    for part in parts:
        pieces = (part.stop - part.start) // piece
        rest = part.start + pieces * piece
        stack = matrix[part.start : rest].reshape(pieces, piece, matrix.shape[1])
        with blas:
            np.matmul(stack, query, out=cosines[part.start : rest].reshape(pieces, piece))
            np.matmul(matrix[rest : part.stop], query, out=cosines[rest : part.stop])
        np.multiply(cosines[part], candidates.inverse_norms[part], out=cosines[part])
