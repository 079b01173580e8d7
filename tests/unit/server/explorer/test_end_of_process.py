"""The process of a server is ended while models are trained: nothing is left behind."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

SERVER = """
import socket, uvicorn
from fastapi import FastAPI
from firth.server.explorer.app import add_explorer
from firth.server.explorer.opened import Opened
app = FastAPI()
add_explorer(app, Opened())
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listening])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes without a signal")
def test_no_temporary_file_is_left(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        address = f"http://127.0.0.1:{process.stdout.readline().strip()}/explorer"
        settings = {"epochs": 1000, "vector_size": 300, "min_count": 1, "negative_samples": 30}
        text = " ".join(f"w{(7 * i + 13 * i * i) % 400}" for i in range(20_000))
        with httpx.Client(base_url=address, timeout=60) as client:
            assert client.post("/texts", content=text.encode()).status_code == 200
            ids = [client.post("/trainings", json={"text": text, "settings": settings}).json()["id"] for _ in range(2)]
            states = set()
            while states != {"training"}:
                time.sleep(0.02)
                states = {client.get(f"/trainings/{id}").json()["state"] for id in ids}
            client.post(f"/trainings/{ids[0]}/do/pause")
            while client.get(f"/trainings/{ids[0]}").json()["state"] != "paused":
                time.sleep(0.02)
        assert list(tmp_path.rglob("*-checkpoint.firth"))
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert list(tmp_path.iterdir()) == []
