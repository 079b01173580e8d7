"""A thread that sees to it that a command ends soon after a signal.

The exception that a signal raises (signals.py) can get lost in a module that catches all exceptions while it is being
imported. It has to wait for LLVM, which compiles for seconds without looking at Python, and for worker threads. So the
signal is sent once more after half a second of processor time, which gives up waiting for workers; then the process
ends.
"""

import os
import signal
import threading
import time

from firth.cli.signals import end_now, signals
from firth.interruption import keeping
from firth.threads import start_thread

__all__ = ["watch_signals"]

# Seconds of processor time, or of waiting for a slow disk or a busy machine: to the second signal, and to the end.
_PATIENCE = ((0.5, 3.0), (0.5, 2.0))
_LOOK = 0.02


def watch_signals() -> None:
    """Start the thread, where the system can send signals to a thread; if none can be started, go without."""
    if not signals.handled or not hasattr(signal, "pthread_kill"):
        return
    received, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    start_thread(_watch, received, threading.get_ident())


def _watch(received: int, main_thread: int) -> None:
    while number := os.read(received, 1):
        if number[0] in signals.handled and not keeping.is_active:
            _hurry(number[0], main_thread)


def _hurry(number: int, main_thread: int) -> None:
    """End the process, unless it begins to end by itself and keeps what it has."""
    for processor, waiting in _PATIENCE:
        processor += time.process_time()
        waiting += time.monotonic()
        while time.process_time() < processor and time.monotonic() < waiting:
            time.sleep(_LOOK)
        signal.pthread_kill(main_thread, number)
        if keeping.is_active:
            return
    end_now(number)
