"""Training on many cores: groups of threads, each with a copy of both matrices, which meet several times in an epoch.

More than about four threads that change the same rows spend their time on cache lines that travel between the cores. So
threads train in groups that share nothing. At a meeting the copies become one model again (meeting.py).
"""

import time
from collections.abc import Callable, Iterable

from firth.arrays import Matrix, WordIds
from firth.backends.cpu import CpuBackend, are_finite, least_part
from firth.backends.meeting import Meeting, can_meet
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import NOTHING, MatrixName, Totals
from firth.backends.rounds import Rounds
from firth.errors import warn
from firth.kernels.cpu.training.arguments import EpochArguments
from firth.kernels.cpu.training.epoch import train_epoch
from firth.parallel import Crew
from firth.simd.memory import CACHE_LINE, aligned_zeros
from firth.threads import TICK, startable_threads

__all__ = ["GROUP_CHUNK", "GroupedBackend"]

GROUP_CHUNK = 2048  # tokens a thread takes at a time: the threads of a group should end a round together


class _Group(CpuBackend):
    """The threads of one group, with matrices inside the memory of all groups."""

    def __init__(self, threads: int, chunk: int, blocks: "_Blocks") -> None:
        super().__init__(threads, chunk=chunk)
        self._blocks = blocks

    def _limit_threads(self) -> None:
        """They are limited for all groups together."""

    def _new_matrix(self, rows: int) -> Matrix:
        return self._blocks.next(rows, self._stride)


class _Blocks:
    """The input matrices of all groups, one behind the other, and the output matrices."""

    def __init__(self, groups: int) -> None:
        self._groups = groups
        self._given = 0
        self.input = self.output = aligned_zeros(0, CACHE_LINE)

    def next(self, rows: int, stride: int) -> Matrix:
        """Group 0's input and output matrix, then group 1's, and so on; all groups have equally many rows."""
        group, is_output = divmod(self._given, 2)
        self._given += 1
        if group == 0:
            block = aligned_zeros(self._groups * rows, stride)
            if is_output:
                self.output = block
            else:
                self.input = block
        block = self.output if is_output else self.input
        return block[group * rows : (group + 1) * rows]


class GroupedBackend:
    """Trains in groups of threads.

    groups : how many.
    threads : of each group. With 1, equal seeds give equal bits.
    chunk : tokens a thread takes at a time.
    rounds : how long the groups train between two meetings.
    safety : how many times greater than measured the curvature is taken to be at meetings; None for what the number of
        groups needs.
    """

    def __init__(
        self,
        groups: int,
        threads: int,
        *,
        chunk: int = GROUP_CHUNK,
        rounds: Rounds | None = None,
        safety: float | None = None,
    ) -> None:
        self.n_groups = groups
        self.threads = threads
        self.chunk = chunk
        self._rounds = rounds or Rounds()
        self._safety = safety
        self.groups: list[_Group] = []

    @property
    def least_part(self) -> int:
        """See Backend."""
        return least_part(self.chunk, self.n_groups * self.threads)

    def start(
        self,
        plan: TrainingPlan,
        inputs: Matrix,
        outputs: Matrix | None,
        message: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """See Backend. Plans whose copies cannot meet are trained by one group of all threads."""
        self._plan = plan
        if not can_meet(plan):
            self.n_groups, self.threads = 1, self.n_groups * self.threads
        self._limit_groups()
        blocks = _Blocks(self.n_groups)
        self.groups = [_Group(self.threads, self.chunk, blocks) for _ in range(self.n_groups)]
        for number, group in enumerate(self.groups):
            group.start(plan, inputs, outputs, message if number == 0 else lambda sentence: None)
        shape = inputs.shape[1], self.groups[0].weights
        self.meeting = Meeting(plan, shape, (blocks.input, blocks.output), (self.n_groups, self.threads), self._safety)

    def train_epoch(
        self,
        epoch: int,
        rates: tuple[float, float],
        tokens: range,
        watch: Callable[[Totals], None],
        so_far: Totals = NOTHING,
    ) -> Totals:
        """See Backend. The groups also meet after the last token."""
        n_tokens = len(self._plan.corpus.ids)
        totals = [so_far, *[NOTHING] * (self.n_groups - 1)]
        self._last_watch = time.perf_counter()
        unfinished: list[range] = []
        try:
            with Crew(self._request_stop) as crew:
                for part in self._parts(tokens, epoch * n_tokens):
                    cuts = [part.start + len(part) * group // self.n_groups for group in range(self.n_groups + 1)]
                    unfinished = parts = [range(*two) for two in zip(cuts[:-1], cuts[1:], strict=True)]
                    crew.run(train_epoch, self._jobs(epoch, rates, parts, totals), lambda: self._look(watch))
                    self._meet(epoch, rates, parts)
                    unfinished = []
                    if time.perf_counter() - self._last_watch >= TICK:
                        self._look(watch)
                    totals = [group.totals() for group in self.groups]
        except BaseException:
            if unfinished:
                self._meet(epoch, rates, unfinished)
            raise
        return self.totals()

    def _parts(self, tokens: range, before: int) -> Iterable[range]:
        """The tokens of each round; one round without tokens where there are none."""
        if self.n_groups == 1 or not tokens:
            return [tokens]
        return self._rounds.parts(tokens, before, self._plan.n_words)

    def totals(self) -> Totals:
        """See Backend."""
        return Totals(*map(sum, zip(*(group.totals() for group in self.groups), strict=True)))

    def is_finite(self) -> bool:
        """See Backend."""
        return are_finite(*self.meeting.matrices())

    def rows(self, matrix: MatrixName, ids: WordIds) -> Matrix:
        """See Backend. They lack what has been learned since the last meeting."""
        return self.meeting.matrices()[matrix == "output"][ids]

    def set_rows(self, matrix: MatrixName, first: int, rows: Matrix) -> None:
        """See Backend."""
        self.meeting.matrices()[matrix == "output"][first : first + len(rows)] = rows
        for group in self.groups:
            group.set_rows(matrix, first, rows)

    def settle(self) -> None:
        """See Backend."""

    def matrices(self) -> tuple[Matrix, Matrix]:
        """See Backend."""
        inputs, outputs = self.meeting.matrices()
        return inputs.copy(), outputs.copy()

    def stop(self) -> None:
        """See Backend."""
        self.groups = []
        del self.meeting

    def _limit_groups(self) -> None:
        """Work is divided, and memory set apart, for as many threads as there will be."""
        wanted = self.n_groups * self.threads
        started = startable_threads(wanted)
        if started < wanted:
            self.threads = min(self.threads, started)
            self.n_groups = started // self.threads
            warn(f"the system starts {started} of {wanted} threads: training with {self.n_groups * self.threads}")

    def _jobs(
        self, epoch: int, rates: tuple[float, float], parts: list[range], totals: list[Totals]
    ) -> list[tuple[EpochArguments]]:
        """What the threads of all groups do in a round; no group waits for its first thread."""
        groups = zip(self.groups, parts, totals, strict=True)
        jobs = [group.jobs(epoch, rates, part, before) for group, part, before in groups]
        return [job for of_groups in zip(*jobs, strict=True) for job in of_groups]

    def _look(self, watch: Callable[[Totals], None]) -> None:
        self._last_watch = time.perf_counter()
        watch(self.totals())

    def _request_stop(self) -> None:
        for group in self.groups:
            group.request_stop()

    def _meet(self, epoch: int, rates: tuple[float, float], parts: list[range]) -> None:
        middle = (parts[0].start + parts[-1].stop) / 2
        rate = rates[0] + (rates[1] - rates[0]) * middle / len(self._plan.corpus.ids)
        closings = [(group.merge_copies, part) for group, part in zip(self.groups, parts, strict=True)]
        self.meeting.meet(rate, closings, (self._plan.seed % 2**64, epoch, parts[0].start))
