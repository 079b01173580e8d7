"""Runs writers in forked children, to be killed, starved and interrupted: `python tests/faults/server.py INPUTS`.

It imports everything once, so that a child is at its work at once. It reads one request (JSON) from each line of its
standard input and answers with one line. Linux and other POSIX systems.
"""

import contextlib
import importlib
import json
import os
import pkgutil
import random
import resource
import runpy
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import firth
from faults.writers import WRITERS, prepare
from firth.errors import FirthError

__all__ = ["Server"]


class Server:
    """The other end: starts the process and sends it requests."""

    def __init__(self, inputs: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(inputs)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        assert self._read() == {"ready": True}

    def _read(self) -> dict:
        line = self._process.stdout.readline()
        assert line, "the server has ended"
        return json.loads(line)

    def write(self, name: str, folder: Path, version: int, **fate: object) -> dict:
        """Let one writer write a version into a folder.

        fate : `signal`, to send after `seconds`, counted from the start of the child or, with `once_writing`, from the
            moment when there is something new in the folder; `file_size`, the most bytes that a file may have.

        Returns  "code": exit status, negative for a signal; "errors": its standard error; "seconds" it took, and
                 "writing", the seconds of that during which there was something new in the folder.
        """
        request = {"name": name, "folder": str(folder), "version": version, **fate}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        self._process.communicate(timeout=30)


def serve(inputs: Path) -> None:
    """Answer requests until there are no more."""
    for module in pkgutil.walk_packages(firth.__path__, "firth."):
        if not module.name.endswith("__main__"):
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    if not (inputs / "0.firth").exists():
        made = os.fork()
        if made == 0:  # in a child, so that no threads are here when the others are forked
            prepare(inputs)
            os._exit(0)
        assert os.waitpid(made, 0)[1] == 0
    answers = os.dup(1)
    os.dup2(2, 1)
    os.write(answers, b'{"ready": true}\n')
    for line in sys.stdin:
        answer = fulfil(json.loads(line), inputs)
        os.write(answers, json.dumps(answer).encode() + b"\n")


def fulfil(request: dict, inputs: Path) -> dict:
    """Fork a child that writes, and do to it what the request says."""
    folder = Path(request["folder"])
    before = _there(folder)
    errors, errors_end = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        _write(request, inputs, errors_end)
    os.close(errors_end)
    if "signal" in request:
        appeared, status = _interrupt(child, request, folder, before)
    else:
        appeared, status = _watch(child, folder, before)
    status = os.waitpid(child, 0)[1] if status is None else status
    ended = time.monotonic()
    with open(errors, "rb") as file:  # noqa: PTH123  (a descriptor)
        text = file.read().decode(errors="replace")
    return {
        "code": os.waitstatus_to_exitcode(status),
        "errors": text,
        "seconds": ended - begun,
        "writing": ended - appeared if appeared else 0,
    }


def _there(folder: Path) -> set[tuple[str, int]]:
    """The names in a folder and in its folders, with their inodes."""
    found = set()
    with contextlib.suppress(FileNotFoundError):  # a folder that is being replaced
        for entry in os.scandir(folder):
            found.add((entry.path, entry.inode()))
            found |= _there(Path(entry.path)) if entry.is_dir() else set()
    return found


def _watch(child: int, folder: Path, before: set) -> tuple[float | None, int | None]:
    """Wait for the child; when something new was there first, and its status once it has ended."""
    appeared = None
    while True:
        if appeared is None and _there(folder) - before:
            appeared = time.monotonic()
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return appeared, status
        time.sleep(0.0002)


def _interrupt(child: int, request: dict, folder: Path, before: set) -> tuple[float | None, int | None]:
    """Send the signal at its time, unless the child has ended before."""
    while request.get("once_writing") and not _there(folder) - before:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return None, status
    until = time.monotonic() + request["seconds"]
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return None, status
        time.sleep(min(0.0005, request["seconds"]))
    os.kill(child, request["signal"])
    return None, None


def _write(request: dict, inputs: Path, errors: int) -> None:
    """What the child does; it never returns."""
    code = 1
    try:
        os.dup2(errors, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(i, "w" if i else "r", closefd=False) for i in range(3))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        if "file_size" in request:
            resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_size"], resource.RLIM_INFINITY))
        random.seed()
        code = _run(request, inputs)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _run(request: dict, inputs: Path) -> int:
    writer = WRITERS[request["name"]]
    target = Path(request["folder"], writer.target)
    if writer.call is None:
        sys.argv = ["firth", *writer.arguments(inputs, target, request["version"])]
        try:
            runpy.run_module("firth", run_name="__main__")
        except SystemExit as end:
            return end.code or 0
        return 0
    try:
        writer.call(inputs, target, request["version"])
    except (FirthError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
