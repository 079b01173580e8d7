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

    def run(one: tuple[Any, ...]) -> None:
        try:
            work(*one)
        except BaseException as error:
            errors.append(error)
            stop()

    workers = [threading.Thread(target=run, args=(one,), daemon=True) for one in arguments]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            while worker.is_alive():
                worker.join(_TICK)
                on_tick()
    except BaseException:
        stop()
        raise
    finally:
        for worker in workers:
            if worker.is_alive():  # Ctrl-C may have come before it started
                worker.join()
    if errors:
        raise errors[0]
