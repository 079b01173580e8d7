"""Worker processes that get an equal number of connections each.

A client that keeps its connection stays with one worker. Where workers accept from one shared socket, whichever is idle
takes what comes: of 32 connections two workers were seen to have 1 and 31. Here the parent accepts each connection and
hands it to the worker with the fewest, through a socket pair, over which a worker also reports those that have closed.
A worker ends when its end of that pair does, so that none outlives its parent.
"""

import asyncio
import contextlib
import gc
import multiprocessing
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from uvicorn import Config, Server

from firth.errors import FirthError
from firth.threads import TICK

__all__ = ["CAN_HAND_OVER", "WorkerError", "Workers", "settled"]

CAN_HAND_OVER = hasattr(socket, "send_fds")  # not on Windows
LOOK = 0.5  # seconds between two looks at whether to stop
READY, CLOSED = b"r", b"c"  # what a worker reports: that it began, that a connection has closed
_OF_TERMINALS = {getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)}
MOST_READ = 4096  # reports at once
LAST_SECONDS = 2.0  # of a process that has closed its end of the pair


class WorkerError(FirthError):
    """A worker process ended before it could serve."""


class Workers:
    """Processes that answer what comes in at a socket.

    Parameters
    ----------
    make_config : is sent to each process, which calls it for what uvicorn is to serve, and how.
    patience : seconds for requests that have begun when the workers are to end.
    """

    def __init__(self, make_config: Callable[[], Config], listener: socket.socket, count: int, patience: int) -> None:
        self._make_config = make_config
        self._listener = listener
        self._patience = patience
        self._is_ending = False
        self._selector = selectors.DefaultSelector()
        self._workers = [self._start() for _ in range(count)]

    def stop(self, *_: object) -> None:
        """Have run() end soon, and the second time at once; also a handler of signals."""
        if self._is_ending:
            self._patience = 0
        self._is_ending = True

    def run(self) -> None:
        """Hand over connections, and replace workers that have died, until stop(). Raises WorkerError."""
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        try:
            while not self._is_ending:
                for key, _ in self._selector.select(LOOK):
                    if key.data is None:
                        self._accept()
                    elif not key.data.note_reports():
                        self._replace(key.data)
        finally:
            self._listener.close()
            self._selector.close()
            self._end()

    def _end(self) -> None:
        """Wait for what the workers have begun, as long as there is patience."""
        for worker in self._workers:
            if worker.note_reports() and not worker.is_ready and not worker.connections:
                worker.process.kill()  # it still imports, which may take longer than all patience
            worker.channel.close()
        begun = time.monotonic()
        for worker in self._workers:
            while worker.process.is_alive() and time.monotonic() < begun + self._patience:
                worker.process.join(TICK)
        for worker in self._workers:
            worker.end(0)

    def _start(self) -> "_Worker":
        worker = _Worker(self._make_config)
        self._selector.register(worker.channel, selectors.EVENT_READ, worker)
        return worker

    def _accept(self) -> None:
        """Take all connections that wait."""
        alive = [worker for worker in self._workers if worker.note_reports()]  # what select() has not shown yet
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # no more, or the client has gone, or this process has too many files open
                return
            with connection:
                for worker in sorted(alive, key=lambda one: one.connections):
                    if worker.take(connection):
                        break

    def _replace(self, dead: "_Worker") -> None:
        self._selector.unregister(dead.channel)
        dead.end(LAST_SECONDS)
        if self._is_ending:
            return
        if not dead.is_ready:
            raise WorkerError(f"a worker process ended while it was starting, with exit code {dead.process.exitcode}")
        self._workers[self._workers.index(dead)] = self._start()


class _Worker:
    """A process, and the parent's end of what connects it."""

    def __init__(self, make_config: Callable[[], Config]) -> None:
        self.connections = 0
        self.is_ready = False
        self.channel, theirs = socket.socketpair()
        self.channel.setblocking(False)
        spawn = multiprocessing.get_context("spawn")
        self.process: BaseProcess = spawn.Process(target=_work, args=(make_config, theirs), daemon=True)
        with theirs, _interruptions_held():
            self.process.start()

    def take(self, connection: socket.socket) -> bool:
        """Hand a connection over; False where the process takes no more."""
        try:
            socket.send_fds(self.channel, [b"+"], [connection.fileno()])
        except OSError:
            return False
        self.connections += 1
        return True

    def note_reports(self) -> bool:
        """Read what the process has reported; False if it has ended."""
        try:
            reports = self.channel.recv(MOST_READ)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.is_ready |= READY in reports
        self.connections -= reports.count(CLOSED)
        return bool(reports)

    def end(self, seconds: float) -> None:
        """End the process, if it has not ended by itself after so many seconds."""
        self.channel.close()
        self.process.join(seconds)
        self.process.kill()
        self.process.join()


@contextlib.contextmanager
def _interruptions_held() -> Iterator[None]:
    """A process that is started here never gets what a terminal sends to all: the parent says when to end.

    Not even while it imports, seconds long, where Ctrl-C would show a traceback. Here a signal is not lost, but late.
    """
    resource_tracker.ensure_running()  # which multiprocessing does at its first start, and lets signals through then
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_TERMINALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def settled() -> Iterator[None]:
    """What is in memory now stays, and the garbage collector does not look at it again.

    A look at all objects takes 0.1 s, in which no request is answered: for these modules and models alone 170,000.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _work(make_config: Callable[[], Config], channel: socket.socket) -> None:
    """The life of a worker process."""
    server = _HandedOver(make_config(), channel)
    server.config.load()
    with settled():
        server.run()


class _HandedOver(Server):
    """Serves connections that come through a channel."""

    def __init__(self, config: Config, channel: socket.socket) -> None:
        super().__init__(config)
        self._channel = channel
        self._channel.setblocking(False)
        self._opening: set[asyncio.Task[Any]] = set()
        self._reports = b""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Only `kill` ends one worker; the parent then starts another."""
        signal.signal(signal.SIGTERM, self.handle_exit)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, without listening."""
        await super().startup(sockets=[])
        asyncio.get_running_loop().add_reader(self._channel, self._take)
        self._report(READY)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, after the last connection was taken."""
        asyncio.get_running_loop().remove_reader(self._channel)
        await super().shutdown(sockets=[])

    def _take(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._channel, 1, 1)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        if not data:
            asyncio.get_running_loop().remove_reader(self._channel)
            self.should_exit = True  # the parent has ended, or wants this process to
        for descriptor in descriptors:
            connection = socket.socket(fileno=descriptor)
            opening = asyncio.get_running_loop().create_task(self._open(connection))
            self._opening.add(opening)
            opening.add_done_callback(self._opening.discard)

    async def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)
        except OSError:  # the client has gone
            connection.close()
            self._report(CLOSED)

    def _protocol(self) -> asyncio.Protocol:
        protocol_type: Any = self.config.http_protocol_class
        protocol: Any = protocol_type(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
        )
        end = protocol.connection_lost

        def connection_lost(error: Exception | None) -> None:
            end(error)
            self._report(CLOSED)

        protocol.connection_lost = connection_lost
        opened: asyncio.Protocol = protocol
        return opened

    def _report(self, report: bytes) -> None:
        """Send a report, and those that found no space before."""
        self._reports += report
        try:
            self._reports = self._reports[self._channel.send(self._reports) :]
        except OSError:  # no space, or no parent
            return
