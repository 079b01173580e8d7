"""Requests per second of `firth serve`, and their latency, under load from wrk.

    python benchmarks/serving.py [--seconds 10] [--clients 32] [--workers 1 2]

wrk is a public load generator (Debian: apt-get install wrk). Each request is for the 10 words most similar to one
random word: exactly among 50,000 words with vectors of 100 numbers, and by the index among 400,000 of 50. The vectors
are random around 1,000 centres. The client shares the cores with the server. The processor time of the server for each
request is measured as well: it depends less on what else the machine does.
"""

import argparse
import http.client
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from firth import WordVectors
from report import save

SIZES = {"exact, 50,000 × 100": (50_000, 100, False), "index, 400,000 × 50": (400_000, 50, True)}
CENTRES = 1_000
WARM_UP = 2  # seconds

SCRIPT = """\
math.randomseed(1)
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function request()
  return wrk.format(nil, nil, nil, '{"words":["w' .. math.random(0, %d) .. '"]%s}')
end
"""


def make_model(path: Path, words: int, size: int, with_index: bool) -> None:
    draw = np.random.default_rng(1)
    centres = draw.standard_normal((CENTRES, size), np.float32)
    matrix = centres[draw.integers(0, CENTRES, words)] + 0.7 * draw.standard_normal((words, size), np.float32)
    vectors = WordVectors([f"w{row}" for row in range(words)], matrix)
    vectors.save(path)
    if with_index:
        vectors.build_index(f"{path}.index", progress=False)


def start(path: Path, workers: int) -> tuple[psutil.Popen, int]:
    """A server whose workers all answer, and its port."""
    command = [sys.executable, "-m", "firth", "serve", f"m={path}", "--port", "0", "--workers", str(workers)]
    server = psutil.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            port = int(found[1])
            break
    else:
        raise SystemExit("the server did not start")
    for _ in range(20 * workers):  # each worker answers only when it has opened the model
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("GET", "/health")
        connection.getresponse().read()
        connection.close()
    return server, port


def processor_seconds(server: psutil.Popen) -> float:
    """Of the server and its workers."""
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def counter(port: int, name: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])


def milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit]


def load(port: int, script: Path, clients: int, seconds: int) -> dict[str, float]:
    """What wrk reports."""
    url = f"http://127.0.0.1:{port}/v1/models/m/similar"
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {
        "requests": int(re.search(r"(\d+) requests in", text)[1]),
        "requests per second": float(re.search(r"Requests/sec:\s*([\d.]+)", text)[1]),
        "failed": int(failed[1]) if failed else 0,
        **{
            f"percentile {percent} (ms)": milliseconds(re.search(rf"^p{percent} (\S+)$", text, re.MULTILINE)[1])
            for percent in (50, 95, 99)
        },
    }


# wrk prints no 95th percentile by itself.
REPORT = """\
function done(summary, latency)
  for _, percent in pairs({50, 95, 99}) do
    io.write(string.format("p%d %.3fms\\n", percent, latency:percentile(percent) / 1000))
  end
end
"""


def measure(model: Path, script: Path, workers: int, arguments: argparse.Namespace) -> dict[str, float]:
    server, port = start(model, workers)
    try:
        load(port, script, arguments.clients, WARM_UP)
        before = processor_seconds(server), counter(port, "firth_searches_total"), counter(port, "firth_queries_total")
        found = load(port, script, arguments.clients, arguments.seconds)
        after = processor_seconds(server), counter(port, "firth_searches_total"), counter(port, "firth_queries_total")
        processor, searches, queries = (end - begun for begun, end in zip(before, after, strict=True))
        found["server's processor time per request (ms)"] = processor / found["requests"] * 1e3
        found["queries per search"] = queries / max(1.0, searches)
    finally:
        server.terminate()
        server.wait()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: on Debian, apt-get install wrk")
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (words, size, with_index) in SIZES.items():
            model, script = Path(folder) / f"{words}.firth", Path(folder) / f"{words}.lua"
            make_model(model, words, size, with_index)
            script.write_text(SCRIPT % (words - 1, ',"approximate":true' if with_index else "") + REPORT)
            for workers in arguments.workers:
                found = measure(model, script, workers, arguments)
                runs.append({"load": name, "workers": workers, **found})
                print(f"{name}, {workers} workers, {arguments.clients} clients")
                for what, number in found.items():
                    print(f"  {what:42} {number:10,.2f}")
                time.sleep(1)
    save("serving", {"clients": arguments.clients, "runs": runs})


if __name__ == "__main__":
    main()
