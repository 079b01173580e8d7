"""What signals do to a command: Ctrl-C, SIGTERM (`kill`) and SIGHUP (its terminal was closed).

While the command runs, a signal raises KeyboardInterrupt or Terminated in the main thread, so that temporary files are
removed and `firth train` saves the vectors so far. Before and after, it ends the process. stopping.py sees to it that
an exception that is lost or late does no harm.

This module imports as little as possible, because it has to be there before everything else is imported.
"""

import os
import signal
import sys

__all__ = ["STOPPED", "Terminated", "end_now", "end_on_signals", "exit_with", "signals"]

STOPPED = "firth: stopped"  # the message for all signals


class Terminated(SystemExit):
    """The process received SIGTERM or SIGHUP. `code` is 128 plus the number of the signal."""


class Signals:
    """The handler of all of them; a context manager, inside which signals raise exceptions."""

    ends_process = True  # see firth.interruption

    def __init__(self) -> None:
        self.handled: set[int] = set()
        self.has_received = False
        self._raises = False

    def __call__(self, number: int, frame: object) -> None:
        self.has_received = True
        if not self._raises:
            end_now(number)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise Terminated(128 + number)

    def __enter__(self) -> None:
        self._raises = True

    def __exit__(self, *error: object) -> None:
        self._raises = False


signals = Signals()


def end_on_signals() -> None:
    """Have signals end this process, unless it was started to ignore them (`nohup`, or `&` in a script)."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, signals)
            signals.handled.add(int(number))


def exit_with(code: int) -> None:
    """End this process; after a signal at once, because worker threads may still compile or read."""
    if signals.has_received:
        try:
            sys.stdout.flush()
        finally:
            os._exit(code)
    for number in signals.handled:
        signal.signal(number, signal.SIG_IGN)  # all is done, and Python would restore what signals do by default
    sys.exit(code)


def end_now(number: int) -> None:
    """End the process at once, with the message that it would print, and with the cursor that a bar has hidden."""
    show_cursor = "\x1b[?25h" if os.isatty(2) else ""
    try:
        os.write(2, f"{show_cursor}{STOPPED}\n".encode())
    finally:
        os._exit(128 + number)
