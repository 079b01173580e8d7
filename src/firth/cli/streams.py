"""Standard input and output as a command needs them: closed, full, or read by nobody any more.

The reader of `firth … | head -1` goes away before the output ends: the command ends quietly, with exit code 0. Messages
that nobody reads are dropped, and the work goes on.
"""

import errno
import io
import os
import sys
from typing import Any, NoReturn, TextIO

__all__ = ["ReaderGone", "open_streams"]

_NAMES = {1: "standard output", 2: "standard error"}
_GONE = {errno.EPIPE, errno.EINVAL} if sys.platform == "win32" else {errno.EPIPE}


class ReaderGone(SystemExit):
    """Nobody reads standard output any more."""


class _Output(io.FileIO):
    """Standard output or error. After a failure it swallows everything, or the end of Python would fail again."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            _swallow(self.fileno())
            if self.fileno() == 2:
                return len(data)
            if error.errno in _GONE:
                raise ReaderGone(0) from None
            _fail(error, self.fileno())


def _swallow(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _fail(error: OSError, descriptor: int) -> NoReturn:
    raise OSError(error.errno, error.strerror, _NAMES[descriptor]) from None


def open_streams() -> None:
    """Set up sys.stdout and sys.stderr of this process; to be called before it opens any file.

    Words can be in any script, whatever the console's encoding: printing one never fails. Pipes and files get UTF-8
    on Windows, where an old code page would be the default.
    """
    for descriptor in (0, 1, 2):
        _occupy(descriptor)
    sys.stdout = _opened(sys.stdout, 1)
    sys.stderr = _opened(sys.stderr, 2)


def _occupy(descriptor: int) -> None:
    """See to it that a closed descriptor is not given to the next file: what is printed would end up in that file."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def _opened(stream: TextIO | None, descriptor: int) -> TextIO:
    is_console = stream is not None and stream.isatty()
    if sys.platform == "win32" and is_console and isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # the console has a way of its own to print any word
        return stream
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if sys.platform == "win32" and "PYTHONIOENCODING" not in os.environ:
        encoding = "utf-8"
    output = _Output(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(output),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=is_console or descriptor == 2,
    )
