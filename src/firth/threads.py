"""Starting threads, and ending them together: the only file that starts any. Their uses are in parallel.py."""

import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

__all__ = ["TICK", "Assistant", "Workers", "start_thread", "startable_threads"]

TICK = 0.1  # seconds between looks at the workers, and at whether to stop


def startable_threads(wanted: int) -> int:
    """How many threads the system starts now, at least 1 and at most `wanted`.

    For work that is divided among its threads beforehand, and for libraries that end the process where they cannot
    start a thread. The first one is the calling thread.
    """
    if wanted <= 1:
        return 1
    enough = threading.Event()
    started = 0
    try:
        while started < wanted and start_thread(enough.wait):
            started += 1
    finally:
        enough.set()
    return max(1, started)


def start_thread(work: Callable[..., Any], *arguments: Any) -> bool:
    """Call work(*arguments) in a new thread; False if the system starts none, or the interpreter is ending."""
    try:
        threading.Thread(target=work, args=arguments, daemon=True, name="firth").start()
    except (RuntimeError, MemoryError):
        return False
    return True


class Workers:
    """Threads that have all ended when the `with` block around them ends; then their first error is raised.

    stop : called when the block or a worker fails; workers should return soon after.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._gate = threading.Lock()
        self._is_closed = False
        # Events instead of Thread.join: a start() that Ctrl-C interrupts may or may not have started the thread, and an
        # interrupted join() takes the thread for ended ever after (Python 3.11 and 3.12).
        self._started: list[threading.Event] = []
        self._working: list[threading.Event] = []  # of the threads that really began
        self._errors: list[BaseException] = []

    def start(self, work: Callable[..., Any], *arguments: Any) -> bool:
        """Call work(*arguments) in a new thread; False if the system starts none."""
        done = threading.Event()
        self._started.append(done)
        if not start_thread(self._run, done, work, arguments):
            self._started.remove(done)
            return False
        return True

    def _run(self, done: threading.Event, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        with self._gate:
            if self._is_closed:
                return
            self._working.append(done)
        try:
            work(*arguments)
        except BaseException as error:  # noqa: B036  (raised again by the calling thread)
            self._errors.append(error)
            self._stop()
        finally:
            done.set()

    def wait(self, on_tick: Callable[[], object] = lambda: None) -> None:
        """Wait until all have ended, calling on_tick() about ten times a second."""
        for done in self._started:
            while not done.wait(TICK):
                on_tick()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self.wait()
            except BaseException:
                self._end()
                raise
        else:
            self._end()
        if kind is None and self._errors:
            raise self._errors[0]

    def _end(self) -> None:
        """Stop the workers and wait for those that began; the others will find the gate closed."""
        self._stop()
        with self._gate:
            self._is_closed = True
        for done in self._working:
            done.wait()


class Assistant:
    """A thread that makes calls, in the order in which they are given to it, while the calling thread does its work.

    A context manager. At the end of the block all calls have been made and the thread has ended; then the first error
    of a call is raised, after which no further calls are made. After an exception in the block, the thread has
    `patience` seconds; then calls that have not begun are dropped, and one that has is left to end by itself. It may
    be code of the user's, which nothing can stop.

    patience : None for as long as it takes.
    """

    def __init__(self, patience: float | None) -> None:
        self._patience = patience
        self._calls: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._given = 0  # counted by the calling thread alone
        self._made = 0  # by the other one alone
        self._has_made = threading.Event()
        self._is_dropping = False
        self._thread: bool | None = None  # whether there is one; None: not yet known
        self._error: BaseException | None = None

    def give(self, call: Callable[[], object]) -> None:
        """Have a call made; where the system starts no thread, at once and by the calling one."""
        if self._thread is None:
            self._thread = start_thread(self._make_calls)
        self._given += 1
        if self._thread:
            self._calls.put(call)
        else:
            self._make(call)

    @property
    def is_idle(self) -> bool:
        """Whether all calls have been made."""
        return self._made == self._given

    def wait(self, seconds: float | None) -> None:
        """Wait until all calls have been made, at most so long."""
        until = None if seconds is None else time.monotonic() + seconds
        while not self.is_idle:
            left = TICK if until is None else min(TICK, until - time.monotonic())
            if left <= 0:
                return
            self._has_made.clear()
            if not self.is_idle:
                self._has_made.wait(left)

    def check(self) -> None:
        """Raise the error of a call, if there was one."""
        if self._error is not None:
            raise self._error

    def _make_calls(self) -> None:
        while (call := self._calls.get()) is not None:
            self._make(call)

    def _make(self, call: Callable[[], object]) -> None:
        try:
            if self._error is None and not self._is_dropping:
                call()
        except BaseException as error:  # noqa: B036  (raised by the calling thread)
            self._error = error
        self._made += 1
        self._has_made.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                try:
                    self.wait(None)
                except BaseException:
                    self.wait(self._patience)
                    raise
            else:
                self.wait(self._patience)
        finally:
            self._is_dropping = True
            self._calls.put(None)
        if kind is None:
            self.check()
