"""Threads: how many, and the two ways in which Firth uses them. Everything that runs in threads goes through here.

run_in_threads   long work: one thread for each job, while the calling thread watches (progress, Ctrl-C)
share_parts      short work: threads that stay between calls take parts until none is left

One policy for Ctrl-C (and any other exception in the calling thread): the workers are told to stop, they are waited
for, and then the exception goes on. No thread of Firth's works on after the call that started it has returned.
"""

import functools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

__all__ = ["available_cores", "even_parts", "run_in_threads", "share_parts"]

Part = TypeVar("Part")
Result = TypeVar("Result")

_TICK = 0.1  # seconds between looks at the workers


def available_cores() -> int:
    """The cores this process may run on, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def even_parts(length: int, parts: int) -> list[slice]:
    """Cut range(length) into slices of about the same length."""
    ends = [length * i // parts for i in range(parts + 1)]
    return [slice(*two) for two in zip(ends[:-1], ends[1:], strict=True)]


def run_in_threads(
    work: Callable[..., Any],
    jobs: Sequence[tuple[Any, ...]],
    on_tick: Callable[[], None],
    stop: Callable[[], None],
) -> None:
    """Call work(*jobs[t]) in thread t and on_tick() about ten times a second; return when all are done.

    work : should release the GIL, so that threads run side by side, and return early after stop() was called.
    stop : called when the calling thread is interrupted or a job fails.

    Raises   what on_tick raises, KeyboardInterrupt, or the first exception of a job; in each case after all threads
             have ended.
    """
    errors: list[BaseException] = []
    gate, closed = threading.Lock(), threading.Event()
    working: list[threading.Event] = []

    def run(job: tuple[Any, ...], done: threading.Event) -> None:
        with gate:
            if closed.is_set():
                return
            working.append(done)
        try:
            work(*job)
        except BaseException as error:  # noqa: B036  (raised again by the calling thread)
            errors.append(error)
            stop()
        finally:
            done.set()

    # Events instead of Thread.join: a start() that Ctrl-C interrupts may or may not have started the thread, and an
    # interrupted join() takes the thread for ended ever after (Python 3.11 and 3.12).
    pending = [(job, threading.Event()) for job in jobs]
    try:
        for one in pending:
            threading.Thread(target=run, args=one, daemon=True).start()
        for _, done in pending:
            while not done.wait(_TICK):
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


def share_parts(work: Callable[[Iterator[Part]], Result], parts: Sequence[Part], threads: int) -> list[Result]:
    """Process parts on several threads with dynamic scheduling; returns one result per thread, unordered.

    The calling thread works, too. A thread that is held up leaves the rest to the others. The threads stay for the
    next call: starting them for each query would take 0.2 ms.

    Parameters
    ----------
    work : called once in each thread with one iterator that all of them take parts from; it should release the GIL.
    threads : at least 1; no more than there are cores are at work.
    """
    waiting = iter(parts)
    others = [_pool(os.getpid()).submit(work, waiting) for _ in range(threads - 1)]
    results = [work(waiting)]
    # A thread that has not even begun would find nothing left to do, and may be busy for somebody else.
    return results + [other.result() for other in others if not other.cancel()]


@functools.cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads that stay; a process that was forked off finds none of them alive, and gets its own."""
    return ThreadPoolExecutor(max(1, available_cores() - 1), thread_name_prefix="firth")
