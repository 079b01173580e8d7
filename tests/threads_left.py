"""How many threads are left: one that has signalled its end, so that the caller goes on, needs a moment to be gone."""

import threading
import time
from collections.abc import Callable

__all__ = ["threads_left"]


def threads_left(expected: int, count: Callable[[], int] = threading.active_count) -> int:
    """The count as soon as it is at most `expected`, or after a minute."""
    until = time.monotonic() + 60
    while (threads := count()) > expected and time.monotonic() < until:
        time.sleep(0.01)
    return threads
