"""Worker threads: each runs the same kernel until the work is used up, while the caller watches."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["run_in_threads"]

_TICK = 0.1  # seconds between looks at the workers


def run_in_threads(
    work: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    on_tick: Callable[[], None],
    stop: Callable[[], None],
) -> None:
    """Call work(*arguments[t]) in thread t, on_tick() now and then; return when all are done.

    The kernels release the GIL, so Python threads run them side by side. On an exception in the caller's thread
    (Ctrl-C), stop() asks the kernels to end; when they have, the exception goes on. A worker's exception is raised
    here, too.
    """
    errors: list[BaseException] = []
    gate, closed = threading.Lock(), threading.Event()
    working: list[threading.Event] = []

    def run(one: tuple[Any, ...], done: threading.Event) -> None:
        with gate:
            if closed.is_set():
                return
            working.append(done)
        try:
            work(*one)
        except BaseException as error:
            errors.append(error)
            stop()
        finally:
            done.set()

    # Events, because threading cannot be asked after Ctrl-C: a start() that it interrupts may or may not have started
    # the thread, and a join() takes the thread for ended ever after (Python 3.11 and 3.12).
    jobs = [(one, threading.Event()) for one in arguments]
    try:
        for job in jobs:
            threading.Thread(target=run, args=job, daemon=True).start()
        for _, done in jobs:
            while not done.is_set():
                done.wait(_TICK)
                on_tick()
    except BaseException:
        stop()
        raise
    finally:
        with gate:
            closed.set()
        for done in working:
            done.wait()
    if errors:
        raise errors[0]
