"""How many cores there are to work with, and work that they take turns at."""

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["available_cores", "take_turns"]

Part = TypeVar("Part")
Result = TypeVar("Result")


def available_cores() -> int:
    """The cores this process may run on, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def take_turns(work: Callable[[Iterator[Part]], Result], parts: Sequence[Part], threads: int) -> list[Result]:
    """Let each thread, this one included, take part after part and work on it; what they return, in no order.

    A thread that is held up leaves the rest to the others. For work that lets Python's lock go and
    takes a few milliseconds: starting threads for it each time would take 0.2 of them.

    Parameters
    ----------
    work : called once by each thread that finds a part left, with one iterator that all take from.
    """
    waiting = iter(parts)
    helpers = _helpers(os.getpid(), threads - 1) if threads > 1 else None
    others = [helpers.submit(work, waiting) for _ in range(threads - 1)] if helpers else []
    results = [work(waiting)]
    # A helper that has not even begun finds nothing left to do, and may be busy for somebody else.
    return results + [other.result() for other in others if not other.cancel()]


@functools.cache
def _helpers(process: int, threads: int) -> ThreadPoolExecutor:
    """Threads that stay; a process that was forked off finds none of them alive, and gets its own."""
    return ThreadPoolExecutor(threads, thread_name_prefix="firth")
