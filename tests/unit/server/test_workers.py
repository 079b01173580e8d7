"""Processes that share the connections of one socket."""

import http.client
import os
import signal
import threading
import time
from collections import Counter

import pytest

pytest.importorskip("fastapi")

import uvicorn

from firth.server.process import listening
from firth.server.workers import CAN_HAND_OVER, WorkerError, Workers

pytestmark = pytest.mark.skipif(not CAN_HAND_OVER, reason="this system hands no sockets over")
SECONDS = 60


async def own_number(scope, receive, send):
    """An application that answers with the number of its process, after all of the request has come."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    body = str(os.getpid()).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def config():
    return uvicorn.Config(own_number, log_level="critical", lifespan="off")


def broken():
    raise SystemExit(3)


@pytest.fixture
def port():
    """Of two workers, which end with the test."""
    with listening("127.0.0.1", 0) as listener:
        crew = Workers(config, listener, 2, 5)
        running = threading.Thread(target=crew.run)
        running.start()
        yield listener.getsockname()[1]
        crew.stop()
        running.join(SECONDS)
        assert not running.is_alive()


@pytest.fixture
def connect():
    """Opens connections to a port, which are closed with the test."""
    opened = []

    def one(port):
        opened.append(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS))
        return opened[-1]

    yield one
    for connection in opened:
        connection.close()


def answer(connection):
    connection.request("GET", "/")
    return int(connection.getresponse().read())


def until(condition):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + SECONDS
        time.sleep(0.05)


def test_connections_are_shared_evenly_and_dead_workers_replaced(port, connect):
    connections = [connect(port) for _ in range(10)]
    first = Counter(map(answer, connections))
    assert sorted(first.values()) == [5, 5]
    assert Counter(map(answer, connections)) == first  # a connection stays where it is

    # Where some have closed, the next ones go.
    crowded, other = first
    gone = [connection for connection in connections if answer(connection) == other][:3]
    for connection in gone:
        connection.close()

    def next_three():
        """The workers of three connections at once; None where one was lost."""
        some = [connect(port) for _ in range(3)]
        found = []
        for connection in some:
            try:
                found.append(answer(connection))
            except (OSError, http.client.HTTPException):
                found.append(None)
        for connection in some:
            connection.close()
        return found

    until(lambda: next_three() == [other] * 3)

    for connection in connections:
        connection.close()
    os.kill(crowded, signal.SIGKILL)
    until(lambda: len({*next_three()} - {None, crowded}) == 2)


def test_what_has_begun_is_answered_at_the_end(connect):
    with listening("127.0.0.1", 0) as listener:
        crew = Workers(config, listener, 1, 20)
        running = threading.Thread(target=crew.run)
        running.start()
        port = listener.getsockname()[1]
        worker = answer(connect(port))
        connection = connect(port)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "4")
        connection.endheaders(b"on")
        time.sleep(0.3)
        crew.stop()
        time.sleep(0.8)  # by now the worker has heard of it
        connection.send(b"ce")
        assert int(connection.getresponse().read()) == worker
        running.join(SECONDS)
        assert not running.is_alive()
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_workers_that_cannot_start_end_the_server():
    with listening("127.0.0.1", 0) as listener, pytest.raises(WorkerError, match="exit code 3"):
        Workers(broken, listener, 1, 5).run()
