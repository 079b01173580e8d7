"""`firth serve` as a real process: requests, replaced files, several workers, signals."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from firth import NgramModel, WordVectors

pytest.importorskip("fastapi")
pytest.importorskip("msgpack")

from firth.server.workers import CAN_HAND_OVER

TOKEN = "0123456789abcdef0123"
CLIENTS, REQUESTS = 32, 300
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be asked to end")


class Server:
    """A running `firth serve`."""

    def __init__(self, process):
        self.process = process
        self.lines = []
        for line in process.stderr:
            self.lines.append(line.rstrip())
            if found := re.search(r"http://([^/]+):(\d+)/", line):
                self.host, self.port = found[1], int(found[2])
                break
        else:
            raise AssertionError("\n".join(self.lines))
        self.reader = threading.Thread(target=self.lines.extend, args=(process.stderr,), daemon=True)
        self.reader.start()

    def request(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            content = None if body is None else json.dumps(body)
            given = {"Content-Type": "application/json", **headers} if body else headers
            connection.request(method, path, content, given)
            response = connection.getresponse()
            return response.status, response.read()

    def post(self, endpoint, model="plane", **body):
        status, content = self.request("POST", f"/v1/models/{model}/{endpoint}", body)
        return status, json.loads(content)

    def end(self, number=signal.SIGTERM):
        """Send a signal; the exit code and the last line."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        code = self.process.wait(60)
        self.reader.join()
        return code, self.lines[-1].rstrip()


@pytest.fixture
def serve(tmp_path):
    """Start a server in an empty folder."""
    with contextlib.ExitStack() as running:

        def start(*arguments, **environment):
            process = subprocess.Popen(
                [sys.executable, "-m", "firth", "serve", "--port", "0", *map(str, arguments)],
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=tmp_path,
                env={**os.environ, **environment},
            )
            running.enter_context(process)  # closes its pipe, and waits for it
            running.callback(process.kill)
            return Server(process)

        yield start


@pytest.fixture(scope="session")
def next_words(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "next.firth"
    NgramModel(order=2, min_count=1).fit(["the king drinks water"] * 5, progress=False).save(path)
    return path


@needs_signals
def test_from_start_to_end(serve, model, next_words, tmp_path):
    shutil.copy(model, tmp_path / "plane.firth")
    server = serve("plane.firth", f"phone={next_words}")
    assert server.lines[0] == "plane: word vectors, 7 words × 3"
    assert server.lines[1].startswith("phone: language model, 4 words")
    status, found = server.post("analogy", sums=[{"positive": ["king", "woman"], "negative": ["man"]}], count=1)
    assert (status, found["results"][0]["neighbours"][0]["word"]) == (200, "queen")
    assert (
        server.post("next-words", "phone", texts=["the"], count=1)[1]["results"][0]["next_words"][0]["word"] == "king"
    )
    assert server.request("GET", "/v1/models", Host="evil.example")[0] == 403

    WordVectors(["one", "two"], np.eye(2, dtype=np.float32)).save(tmp_path / "plane.firth")
    assert server.post("similar", words=["one"])[1]["results"][0]["neighbours"][0]["word"] == "two"

    # The body of this request is complete only after the signal.
    body = b'{"words": ["one"]}'
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        head = f"POST /v1/models/plane/similar HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body[:5])
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(body[5:])
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
    assert server.ended() == (0, "firth: stopped")


def mixed_requests():
    """Of every kind, some of them wrong: endpoint, model, body, status."""
    kinds = [
        ("similar", "plane", {"words": ["king", "man"]}, 200),
        ("similar", "plane", {"words": ["wörter"], "count": 2}, 200),
        ("similar", "plane", {"words": ["nothing"]}, 422),
        ("analogy", "plane", {"sums": [{"positive": ["king", "woman"], "negative": ["man"]}]}, 200),
        ("between", "plane", {"pairs": [["man", "queen"]]}, 200),
        ("similarity", "plane", {"pairs": [["man", "queen"]] * 20}, 200),
        ("odd-one-out", "plane", {"groups": [["man", "queen", "king"]]}, 200),
        ("vectors", "plane", {"words": ["man", "king"]}, 200),
        ("sentence-vectors", "plane", {"sentences": ["man king"]}, 200),
        ("next-words", "next", {"texts": ["the", ""]}, 200),
        ("next-words", "plane", {"texts": ["the"]}, 409),
        ("similar", "nobody", {"words": ["king"]}, 404),
    ]
    return [kinds[number % len(kinds)] for number in range(REQUESTS)]


@needs_signals
def test_two_workers_and_32_clients(serve, model, next_words, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    server = serve(model, next_words, "--workers", 2, TMPDIR=str(temporary))

    def status_of(request):
        endpoint, name, body, _ = request
        return server.post(endpoint, name, **body)[0]

    requests = mixed_requests()
    with ThreadPoolExecutor(CLIENTS) as clients:
        assert list(clients.map(status_of, requests)) == [status for *_, status in requests]
    metrics = server.request("GET", "/metrics")[1].decode()
    counted = re.findall(r'^firth_requests_total\{route="/v1/models/.*status="(\d+)"\} (\d+)$', metrics, re.MULTILINE)
    assert sum(int(count) for _, count in counted) == REQUESTS
    assert {int(status) for status, _ in counted} == {200, 404, 409, 422}
    assert len(list(temporary.rglob("*.metrics"))) == 2
    assert server.end() == (0, "firth: stopped")
    assert not list(temporary.rglob("*"))


@needs_signals
def test_a_token_from_the_environment_and_ctrl_c(serve, model):
    server = serve(model, "--host", "0.0.0.0", FIRTH_TOKEN=TOKEN)
    assert server.request("GET", "/v1/models")[0] == 401
    assert server.request("GET", "/v1/models", Authorization=f"Bearer {TOKEN}", Host="words.example")[0] == 200
    assert json.loads(server.request("GET", "/health")[1]) == {"status": "ok", "models": None}
    assert server.end(signal.SIGINT) == (0, "firth: stopped")


@needs_signals
def test_a_second_ctrl_c_is_no_error(serve, model):
    server = serve(model)
    assert server.request("GET", "/health")[0] == 200
    begun = list(server.lines)
    for _ in range(2):
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    assert server.ended() == (0, "firth: stopped")
    assert server.lines == [*begun, "firth: stopped\n"]  # no traceback of what was cancelled


@needs_signals
@pytest.mark.skipif(not CAN_HAND_OVER, reason="the system cannot hand connections over")
@pytest.mark.parametrize("is_serving", [True, False])
def test_ctrl_c_in_a_terminal_reaches_all_processes_of_several_workers(model, is_serving):
    """The second one ends them at once, whatever has begun; while they still import, the first one does."""
    command = [sys.executable, "-m", "firth", "serve", str(model), "--port", "0", "--workers", "2"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with process:
        server = Server(process)
        begun = list(server.lines)
        with contextlib.ExitStack() as stack:
            if is_serving:
                assert server.request("GET", "/health")[0] == 200
                for _ in range(4):  # both workers have requests whose content never comes
                    connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                    connection.sendall(
                        b"POST /v1/models/plane/similar HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
                    )
                for _ in range(4):
                    assert server.request("GET", "/health")[0] == 200  # so that they have begun
                os.killpg(process.pid, signal.SIGINT)
                time.sleep(1)
                assert process.poll() is None, "it waits for what has begun"
            os.killpg(process.pid, signal.SIGINT)
            assert server.ended() == (0, "firth: stopped")
        assert server.lines == [*begun, "firth: stopped\n"]
        assert not server.reader.is_alive()  # all processes that could write there have ended


@needs_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_is_starting_is_not_lost(number):
    """The handlers are there before the address is printed, though the server begins only then."""
    program = (
        "import os, signal, sys\n"
        "from firth.server.process import listening, run_here\n"
        "async def app(*_): raise AssertionError\n"
        "with listening('127.0.0.1', 0) as listener:\n"
        f"    run_here(app, listener, lambda: os.kill(os.getpid(), {int(number)}))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


def test_without_its_packages(firth, model, tmp_path):
    Path(tmp_path, "sitecustomize.py").write_text(
        "import importlib.util\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'uvicorn' else find(name, *rest)\n"
    )
    done = firth(
        "serve", model, code=2, env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    )
    assert "pip install 'firth[explore]'" in done.stderr
