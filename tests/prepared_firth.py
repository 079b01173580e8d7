"""`firth ARGUMENTS…` as a copy of a process that has imported Firth: for tests that run hundreds of commands.

A process of its own takes 0.6 s of processor time before its command begins, for Python, NumPy, Numba and Firth. A copy
(fork) takes some milliseconds, and like any process it has a folder, streams, signals and an exit code of its own. It
starts in firth/__main__.py.

    python tests/prepared_firth.py DESCRIPTOR      answers the requests that come through this socket, one at a time
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

from firth import Word2Vec

# Fork and pass_fds are everywhere but on Windows; on macOS, system libraries do not survive a fork.
IS_POSSIBLE = sys.platform == "linux"

_LONGEST = 100_000  # bytes of a request
_WITH_THREADS = {"firth.cli.explore", "firth.cli.serve"}  # their packages may start threads, which no copy has
_OF_PYTEST = "PYTEST_CURRENT_TEST"


class PreparedFirth:
    """Runs commands, in the environment that it was made in; to be closed."""

    def __init__(self) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            descriptors = [theirs.fileno()]
            self._server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=descriptors, start_new_session=True
            )
        self._environment = _environment()

    def fits(self) -> bool:
        """Whether a new process would find the same environment."""
        return _environment() == self._environment

    def run(self, arguments: list[str], folder: Path, timeout: float) -> "subprocess.CompletedProcess[str]":
        """As subprocess.run() does with captured output."""
        with Path(os.devnull).open() as none, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            request = json.dumps({"arguments": arguments, "folder": str(folder)}).encode()
            assert len(request) < _LONGEST
            socket.send_fds(self._requests, [request], [file.fileno() for file in (none, output, errors)])
            self._requests.settimeout(timeout)
            try:
                code = int(self._requests.recv(_LONGEST))
            except TimeoutError:
                self._environment = {}  # it waits for that command: others get processes of their own
                raise
            shown = []
            for file in (output, errors):
                file.seek(0)
                shown.append(file.read().decode())
        return subprocess.CompletedProcess(["firth", *arguments], code, *shown)

    def close(self) -> None:
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        self._requests.close()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != _OF_PYTEST}


def main() -> None:
    """Import everything, then become what is asked for: in a copy of this process."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    _prepare()
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, _LONGEST, 3)
        if not request:
            return
        with warnings.catch_warnings(action="ignore"):  # of threads: only OpenBLAS has some, and is prepared for it
            child = os.fork()
        if child == 0:
            requests.close()
            _become(json.loads(request), descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(child, 0)
        requests.send(str(os.waitstatus_to_exitcode(status)).encode())


def _prepare() -> None:
    package = importlib.import_module("firth.cli")
    for module in pkgutil.walk_packages(package.__path__, "firth.cli."):
        if module.name not in _WITH_THREADS:
            importlib.import_module(module.name)
    model = Word2Vec(min_count=1, subsample_threshold=0, vector_size=8, epochs=1, threads=1)
    model.fit(["a b c"] * 9, progress=False)  # Numba makes its tables, for 0.4 s
    assert threading.active_count() == 1
    gc.freeze()


def _become(request: dict[str, list[str] | str], descriptors: list[int]) -> None:
    for standard, descriptor in enumerate(descriptors):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    os.chdir(request["folder"])
    sys.argv = ["firth", *request["arguments"]]
    runpy.run_module("firth", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
