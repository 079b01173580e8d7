"""Starting threads, and ending them together: the only file that starts any. Their uses are in parallel.py."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

__all__ = ["TICK", "Workers", "start_thread", "startable_threads"]

TICK = 0.1  # seconds between looks at the workers, and at whether to stop


def startable_threads(wanted: int) -> int:
    """How many threads the system starts now, at least 1 and at most `wanted`.

    For work that is divided among its threads beforehand, and for libraries that end the process where they cannot
    start a thread.
    """
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
