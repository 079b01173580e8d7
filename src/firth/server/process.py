"""Processes: a listening socket, and one or several workers that answer what comes in, until a signal ends them.

A signal (Ctrl-C, SIGTERM) closes the socket; requests that have begun are answered, for at most PATIENCE seconds. The
parent of several workers starts a new one where one has died. How they share connections: workers.py.
"""

import contextlib
import logging
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from fastapi import FastAPI
from uvicorn import Config, Server
from uvicorn.supervisors.multiprocess import Multiprocess

from firth.errors import SettingError, quoted
from firth.server.workers import CAN_HAND_OVER, Workers, settled
from firth.threads import start_thread

__all__ = ["listening", "metrics_folder", "run_here", "run_workers"]

PATIENCE = 30  # seconds for requests that have begun
LONGEST_SILENCE = 60  # seconds until a worker counts as hung: on a busy machine its imports alone take ten
LOOK = 1.0  # seconds between two looks at whether the parent is there
WAITING = 2048  # connections that the system keeps until a worker takes them


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens at an address; port 0 is any free one. Raises SettingError if there is none."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        opened = socket.create_server((host, port), family=family, backlog=WAITING)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingError(
            f"no server at {quoted(host)}, port {port}: {reason}; choose another --host or --port"
        ) from None
    with opened:
        yield opened


@contextlib.contextmanager
def metrics_folder() -> Iterator[Path]:
    """A folder in which the workers of a server have their metrics until it ends."""
    with tempfile.TemporaryDirectory(prefix="firth-serve-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def run_here(app: FastAPI, listener: socket.socket, on_ready: Callable[[], object], patience: int = PATIENCE) -> None:
    """Answer requests in this process, until a signal.

    patience : seconds for requests that have begun.
    on_ready : called when connections wait for their answers and signals for the end of the server.
    """
    server = Server(_config(app, workers=1, patience=patience))
    with _handled_by(server.handle_exit), settled(), _quiet_when_forced(server):
        on_ready()
        server.run([listener])


@contextlib.contextmanager
def _quiet_when_forced(server: Server) -> Iterator[None]:
    """Log nothing after a second Ctrl-C: what still runs is cancelled then, which is no error of the server."""

    def is_shown(_record: logging.LogRecord) -> bool:
        return not server.force_exit

    logger = logging.getLogger("uvicorn.error")
    logger.addFilter(is_shown)
    try:
        yield
    finally:
        logger.removeFilter(is_shown)


def run_workers(
    make_app: Callable[[], FastAPI], listener: socket.socket, workers: int, on_ready: Callable[[], object]
) -> None:
    """The same in several processes.

    make_app : is sent to each process, which calls it.
    """
    if not CAN_HAND_OVER:
        parent = Multiprocess(_config(_App(make_app, os.getpid()), workers, factory=True), [listener])
        on_ready()  # it already handles signals
        parent.run()
        return
    crew = Workers(_Worker(make_app), listener, workers, PATIENCE)
    with _handled_by(crew.stop):
        on_ready()
        crew.run()


@dataclass(frozen=True)
class _Worker:
    """Makes, in a worker process, what it serves."""

    make_app: Callable[[], FastAPI]

    def __call__(self) -> Config:
        return _config(self.make_app(), workers=1)


@dataclass(frozen=True)
class _App:
    """Makes the app in a worker process that from then on ends when its parent does."""

    make_app: Callable[[], FastAPI]
    parent: int  # its process id

    def __call__(self) -> FastAPI:
        start_thread(_end_with, self.parent)
        return self.make_app()


def _end_with(parent: int) -> None:
    """Wait for the end of the parent, even one that was killed: nobody would end this process, which has its port."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    signal.raise_signal(signal.SIGTERM)


@contextlib.contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Signals that end a server are handled so."""
    before = {number: signal.signal(number, handler) for number in _signals()}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _signals() -> list[signal.Signals]:
    """Those that end a server, without the ones that this process was started to ignore (`nohup`)."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]


def _config(app: Callable[..., object], workers: int, *, factory: bool = False, patience: int = PATIENCE) -> Config:
    return Config(
        app,
        factory=factory,
        workers=workers,
        log_level="warning",
        access_log=False,
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=patience,
        timeout_worker_healthcheck=LONGEST_SILENCE,
    )
