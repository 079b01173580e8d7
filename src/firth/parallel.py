"""Threads: how many, and the ways in which Firth uses them for computing; iterators that run ahead are in ahead.py.

run_in_threads   long work: one thread for each job, while the calling thread watches (progress, Ctrl-C)
Crew             the same several times in a row, with threads that stay in between
share_parts      short work: threads that stay between calls take parts until there are no more
Pipeline         a stream of calls, whose results are taken in order by the calling thread

One policy for Ctrl-C (and any other exception in the calling thread): the workers are stopped, they are waited for, and
then the exception is raised. No worker runs on after the call that started it has returned. Only a second Ctrl-C,
while they are waited for, abandons workers that do not stop: one may be blocked in a read from a pipe.

Where the system starts no more threads, for want of memory or because a limit is reached, those that it has started do
all the work, or the calling thread does. How threads are started and ended: threads.py.
"""

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from firth.cores import granted_cores
from firth.threads import TICK, Workers, start_thread

__all__ = [
    "Crew",
    "Pipeline",
    "available_cores",
    "even_parts",
    "run_in_threads",
    "share_parts",
]

Part = TypeVar("Part")
Result = TypeVar("Result")


def available_cores() -> int:
    """The cores this process may run on, or a container grants it: they can be fewer than the machine has."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, granted_cores() or cores)


def even_parts(length: int, parts: int) -> list[slice]:
    """Cut range(length) into slices of about the same length."""
    ends = [length * i // parts for i in range(parts + 1)]
    return [slice(*two) for two in zip(ends[:-1], ends[1:], strict=True)]


class _Parts(Iterator[Part]):
    """Parts that several threads take from, until there are no more or they are stopped."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._rest = deque(parts)  # a single operation of which is atomic, with or without a global lock

    def __next__(self) -> Part:
        try:
            return self._rest.popleft()
        except IndexError:
            raise StopIteration from None

    def stop(self) -> None:
        """Give out no more parts."""
        self._rest.clear()


class _Call(Generic[Result]):
    """One call in another thread, and what became of it."""

    def __init__(self, work: Callable[..., Result], arguments: tuple[Any, ...]) -> None:
        self._work = work
        self._arguments = arguments
        self._fate: dict[str, bool] = {}  # whoever sets it first decides it
        self._done = threading.Event()
        self._result: Result
        self._error: BaseException | None = None

    def is_begun(self) -> bool:
        """Whether a thread has begun it; if not, none will."""
        return self._fate.setdefault("made", False)

    def make(self) -> None:
        """Make the call, unless is_begun() has prevented it; an error is kept for result()."""
        if not self._fate.setdefault("made", True):
            return
        try:
            self._result = self._work(*self._arguments)
        except BaseException as error:  # noqa: B036  (raised by the thread that takes the result)
            self._error = error
        self._done.set()

    def wait(self, on_tick: Callable[[], object] = lambda: None) -> None:
        """Wait until the call is over, calling on_tick() about ten times a second."""
        while not self._done.wait(TICK):
            on_tick()

    def result(self) -> Result:
        """Wait for the result."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._result


class _Callers:
    """Threads that make calls from a queue until the `with` block around them ends.

    stop : called when the block fails; calls that are being made should return soon after.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._calls: queue.SimpleQueue[_Call[Any] | None] = queue.SimpleQueue()
        self._workers = Workers(self._dismiss)
        self.count = 0

    def start_one(self) -> bool:
        """Start one more thread; False if the system starts none."""
        if not self._workers.start(self._make_calls):
            return False
        self.count += 1
        return True

    def put(self, call: _Call[Any]) -> None:
        """Have the next free thread make a call."""
        self._calls.put(call)

    def _make_calls(self) -> None:
        while (call := self._calls.get()) is not None:
            call.make()
        self._calls.put(None)  # for the next thread: a start that Ctrl-C interrupts leaves one that nobody has counted

    def _dismiss(self) -> None:
        self._stop()
        self._calls.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._calls.put(None)
        self._workers.__exit__(kind, error, trace)


class Crew:
    """Threads that stay for several rounds of long work. A context manager: at its end they have ended.

    Starting 16 threads takes 2 to 20 ms, which is much where a round takes 100 ms.

    stop : called when the calling thread is interrupted or a job fails; jobs should return soon after.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._callers = _Callers(stop)

    def run(self, work: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], on_tick: Callable[[], None]) -> None:
        """Call work(*job) for each job, all at the same time, and on_tick() ten times a second, until all are done.

        Jobs must not wait for each other: if the system does not start a thread for each, a thread does several.

        work : should release the GIL, so that threads run in parallel.
        Raises   what on_tick raises, KeyboardInterrupt, or the exception of a job. Then the `with` block has to end:
                 that waits for the jobs that have begun.
        """
        rest = _Parts(jobs)
        while self._callers.count < len(jobs) and self._callers.start_one():
            pass
        threads = min(self._callers.count, len(jobs))
        if not threads:
            self._work_on(rest, work)
            return
        calls = [_Call(self._work_on, (rest, work)) for _ in range(threads)]
        try:
            for call in calls:
                self._callers.put(call)
            for call in calls:
                call.wait(on_tick)
        except BaseException:
            rest.stop()
            raise
        for call in calls:
            call.result()

    def _work_on(self, rest: _Parts[tuple[Any, ...]], work: Callable[..., Any]) -> None:
        try:
            for job in rest:
                work(*job)
        except BaseException:
            rest.stop()
            self._stop()
            raise

    def __enter__(self) -> Self:
        self._callers.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._callers.__exit__(kind, error, trace)


def run_in_threads(
    work: Callable[..., Any],
    jobs: Sequence[tuple[Any, ...]],
    on_tick: Callable[[], None],
    stop: Callable[[], None],
) -> None:
    """One round of work: see Crew.run. Raises what that raises, after all threads have ended."""
    with Crew(stop) as crew:
        crew.run(work, jobs, on_tick)


class _Helpers:
    """Threads that stay, at most one for each other core, started when there is work for them."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[_Call[Any]] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._most = max(1, available_cores() - 1)
        self._count = 0
        self._lock = threading.Lock()

    def put(self, call: _Call[Any]) -> None:
        """Have a thread make the call as soon as one is free, if there is any."""
        if not self._idle.acquire(blocking=False):
            with self._lock:
                if self._count < self._most and start_thread(self._make_calls):
                    self._count += 1
        if self._count:
            self._calls.put(call)

    def _make_calls(self) -> None:
        while True:
            self._calls.get().make()
            self._idle.release()


_helpers: _Helpers | None = None  # of this process


def _use_new_helpers() -> None:
    """In a forked process, where none of the threads are."""
    global _helpers
    _helpers = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_use_new_helpers)


def share_parts(work: Callable[[Iterator[Part]], Result], parts: Sequence[Part], threads: int) -> list[Result]:
    """Process parts on several threads with dynamic scheduling; returns one result per thread, unordered.

    The calling thread works, too. A thread that is held up leaves the rest to the others. The threads stay for the
    next call: starting them for each query would take 0.2 ms.

    Parameters
    ----------
    work : called once in each thread with one iterator that all of them take parts from; it should release the GIL.
    threads : at least 1; no more than there are cores are at work.
    """
    global _helpers
    rest = _Parts(parts)
    others = [_Call(work, (rest,)) for _ in range(threads - 1)]
    try:
        if others and _helpers is None:
            _helpers = _Helpers()
        for other in others:
            _helpers.put(other)  # type: ignore[union-attr]
        results = [work(rest)]
        # A thread that has not begun yet would find no part left, and may be busy with another call.
        return results + [other.result() for other in others if other.is_begun()]
    except BaseException:
        rest.stop()
        for other in others:
            if other.is_begun():
                other.wait()
        raise


class Pipeline(Generic[Result]):
    """Calls work(*arguments) in threads, and take(result) in the calling thread, in the order of the calls.

    A context manager: at its end all results are taken, and the threads have ended. Only a few calls more than there
    are threads wait at a time, so that memory stays bounded; add() waits where there are too many.

    Parameters
    ----------
    threads : 0 does all work in the calling thread, for work that is done before a thread has started.
    """

    def __init__(self, work: Callable[..., Result], take: Callable[[Result], object], threads: int) -> None:
        self._work = work
        self._take = take
        self._threads = threads
        self._waiting: deque[_Call[Result]] = deque()
        self._callers = _Callers(self._drop)

    def add(self, *arguments: Any) -> None:
        """Make one more call. Raises what an earlier call or take() raised."""
        if self._callers.count < self._threads and not self._callers.start_one():
            self._threads = self._callers.count
        if self._threads == 0:
            self._take(self._work(*arguments))
            return
        call = _Call(self._work, arguments)
        self._waiting.append(call)
        self._callers.put(call)
        self._take_results(self._threads)

    def flush(self) -> None:
        """Take all results that are not taken yet: no call is running any more."""
        self._take_results(0)

    def _take_results(self, at_most: int) -> None:
        while len(self._waiting) > at_most:
            self._take(self._waiting.popleft().result())

    def _drop(self) -> None:
        """Have calls that no thread has begun made by none."""
        for call in list(self._waiting):
            call.is_begun()

    def __enter__(self) -> Self:
        self._callers.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        except BaseException as problem:
            self._callers.__exit__(type(problem), problem, problem.__traceback__)
            raise
        self._callers.__exit__(kind, error, trace)
