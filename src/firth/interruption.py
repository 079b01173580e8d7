"""What must not be cut short: imports and compilations, matrix products, and the end of a training.

importing     an import of compiled code, or a compilation: by one thread at a time, and whole. Ctrl-C waits for its
              end, because half an import cannot be repeated, and so does a fork of the process.
blas          a call of NumPy's BLAS library: a fork waits for its end. A process forked while another thread is in the
              library waits for ever at the next product, because the library's threads and locks are gone.
keeping       work that keeps what it has when Ctrl-C ends it, as a training does: the `firth` command lets it end.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, TypeAlias

__all__ = ["ends_process", "importing", "blas", "keeping"]

_LONGEST_PRODUCT = 10.0  # seconds that a fork waits for other threads
_LONGEST_COMPILATION = 60.0

Handler: TypeAlias = Callable[[int, FrameType | None], Any]


class _Blas(contextlib.ContextDecorator):
    """A context manager or decorator for calls of BLAS, which no fork of this process happens in; not to be nested.

    Entering takes 0.2 µs: one set of threads, of which a single operation is atomic, serves instead of a lock.
    """

    def __init__(self) -> None:
        self._inside: set[int] = set()
        self._is_closed = False
        self._opened = threading.Event()

    def __enter__(self) -> None:
        thread = threading.get_ident()
        self._inside.add(thread)
        while self._is_closed:  # looked at after this thread is counted: close() looks the other way round
            self._inside.discard(thread)
            self._opened.wait(_LONGEST_PRODUCT)
            self._inside.add(thread)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside.discard(threading.get_ident())

    def close(self) -> None:
        """Let no other thread in, and wait until all have left."""
        own = {threading.get_ident()}
        self._opened.clear()
        self._is_closed = True
        end = time.monotonic() + _LONGEST_PRODUCT
        while not self._inside <= own and time.monotonic() < end:
            time.sleep(0.001)

    def open(self) -> None:
        """Let threads in again."""
        self._is_closed = False
        self._opened.set()

    def renew(self) -> None:
        """In a forked process, which has one thread: forget the others, one of which may hold the lock of the event."""
        self.__init__()  # type: ignore[misc]


blas = _Blas()

# One lock for all: a thread that waits for it holds no lock of an import, and one that has it may wait for any.
_imports = threading.RLock()


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """See the top of the file. Not for code of the user's, which may need what another thread is importing."""
    with _imports, _without_ctrl_c():
        yield


class _Delayed:
    """A handler of a signal that remembers it."""

    def __init__(self) -> None:
        self.frames: list[FrameType | None] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.frames.append(frame)


@contextlib.contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Ctrl-C takes effect after the block; at once where it ends the process, or is not handled in Python."""
    handler = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not callable(handler) or isinstance(handler, _Delayed) or ends_process(handler):
        yield
        return
    delayed = _Delayed()
    try:
        signal.signal(signal.SIGINT, delayed)
    except ValueError:  # the main thread of a subinterpreter
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if delayed.frames:
            handler(signal.SIGINT, delayed.frames[0])


def ends_process(handler: Handler) -> bool:
    """Whether a handler of Ctrl-C says of itself that the process is about to end: nothing need stay whole then."""
    return bool(getattr(handler, "ends_process", False))


class _Keeping:
    """A context manager, which may be nested."""

    def __init__(self) -> None:
        self._depth = 0

    @property
    def is_active(self) -> bool:
        """Whether some thread is inside."""
        return self._depth > 0

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1


keeping = _Keeping()


# ---------------------------------------------------------------- before and after a fork


class _Fork:
    """Holds, while the process is forked, what another thread could otherwise be in the middle of."""

    def __init__(self) -> None:
        self._held: list[Any] = []

    def before(self) -> None:
        """In the parent: wait for imports, compilations and products."""
        compiler = sys.modules.get("numba.core.compiler_lock")
        for lock in (_imports, getattr(getattr(compiler, "global_compiler_lock", None), "_lock", None)):
            if lock is not None and lock.acquire(timeout=_LONGEST_COMPILATION):
                self._held.append(lock)
        blas.close()

    def in_parent(self) -> None:
        """After the fork."""
        self._release()
        blas.open()

    def in_child(self) -> None:
        """After the fork; the only thread is the one that holds the locks."""
        self._release()
        blas.renew()

    def _release(self) -> None:
        held, self._held = self._held, []  # released, the first lock may go to a thread that forks next
        for lock in reversed(held):
            lock.release()


if hasattr(os, "register_at_fork"):
    _fork = _Fork()
    os.register_at_fork(before=_fork.before, after_in_parent=_fork.in_parent, after_in_child=_fork.in_child)
