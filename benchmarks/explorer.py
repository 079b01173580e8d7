"""How fast the page of `firth explore` is, in a headless Chromium, and how fast queries are answered meanwhile.

    python benchmarks/explorer.py [--rounds 10]

Needs Playwright and a Chromium (Debian: apt-get install chromium; or name one in $CHROMIUM). The model has 400,000
random words with vectors of 50 numbers, as in serving.py. Times of interactions are those of the page itself: from the
event, a click, a key or another address, to the second frame after what it leads to is there.

The first paint is measured in a new browser profile, so that nothing is cached. Latencies of queries are those of 1,000
mixed requests from 32 clients in this process, alone and while a model is trained in the explorer.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from report import median, save
from serving import make_model

WORDS, SIZE, ON_MAP = 400_000, 50, 50_000
CLIENTS, REQUESTS = 32, 1_000

# Runs `act`, waits until `done` is true, and then for two frames: the first one can have begun before.
TIMED = """async ([act, done]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const begun = performance.now();
    new Function(act)();
    const isDone = new Function(`return ${done}`);
    while (!isDone()) { await frame(); if (performance.now() - begun > 60000) throw new Error(`never: ${done}`); }
    await frame(); await frame();
    return performance.now() - begun;
}"""
AT_REST = "!document.querySelector('#stage[aria-busy]')"
TYPE = """
    const field = document.querySelector('%s');
    field.focus();
    field.value = '%s';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
"""
ENTER = "field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));"
WHEEL = """
    const canvas = document.querySelector('.cloud canvas'), box = canvas.getBoundingClientRect();
    const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true, cancelable: true };
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: %d, ...at }));
"""


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise SystemExit("no Chromium: apt-get install chromium, or name one in $CHROMIUM")
    return found


def start(model: Path) -> tuple[subprocess.Popen, str, int]:
    command = [sys.executable, "-m", "firth", "explore", f"m={model}", "--port", "0", "--no-browser"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            return server, found[0], int(found[1])
    raise SystemExit("the explorer did not start")


# ---------------------------------------------------------------- the page


def first_paints(browser, address: str, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/")
        page.wait_for_selector("html[data-ready]")
        entries = "performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime)"
        times += page.evaluate(entries)
        context.close()
    return times


def opened(page: Page, address: str, place: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}/{place}")
    page.wait_for_selector("html[data-ready]")
    page.wait_for_function(AT_REST, timeout=300_000)


def map_times(page: Page, address: str, rounds: int) -> dict[str, list[float]]:
    """Of a map of 50,000 words: drawing it again while it is moved, and finding the neighbours of a word on it."""
    opened(page, address, f"#/map?n={ON_MAP}")
    page.wait_for_selector(".legend-item", timeout=300_000)
    zooms = [page.evaluate(TIMED, [WHEEL % delta, "true"]) for delta in [-120, 120] * rounds]
    found = []
    for word in drawn(ON_MAP, rounds):
        act = TYPE % ("[role=combobox]", word) + ENTER
        heading = f"[...document.querySelectorAll('.map-side h2')].some((one) => one.textContent === '{word}')"
        found.append(page.evaluate(TIMED, [act, heading]))
    return {"map of 50,000 words: zoom by one step": zooms, "map of 50,000 words: a word and its neighbours": found}


def chapter_times(page: Page, address: str, rounds: int) -> dict[str, list[float]]:
    """Of chapters that search all words: from another address to its results."""
    times: dict[str, list[float]] = {}
    chapters = {
        "words: vectors of three words": ("words", "words", "+", 3),
        "analogies: a sum of three words": ("analogies", "sum", "+%2B+", 3),
        "workbench: neighbours of two words": ("workbench", "words", "+", 2),
    }
    for name, (chapter, field, between, count) in chapters.items():
        some = iter(drawn(WORDS, count * (rounds + 1)))
        places = [[*itertools.islice(some, count)] for _ in range(rounds + 1)]
        opened(page, address, f"#/{chapter}?{field}={between.join(places[0])}")
        times[name] = []
        for words in places[1:]:
            act = f"location.hash = '#/{chapter}?{field}={between.join(words)}'"
            shown = f"document.querySelector('#stage').textContent.includes('{words[-1]}') && {AT_REST}"
            times[name].append(page.evaluate(TIMED, [act, shown]))
    return times


def drawn(below: int, count: int) -> list[str]:
    return [f"w{row}" for row in np.random.default_rng(count).integers(0, below, count)]


# ---------------------------------------------------------------- queries while a model is trained


def requested(connection: http.client.HTTPConnection, method: str, path: str, body: dict | None = None) -> dict:
    content = None if body is None else json.dumps(body)
    connection.request(method, path, content, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {answer}")
    return answer


def mixed(number: int) -> tuple[str, dict]:
    """One of four kinds of request."""
    a, b, c = (f"w{row}" for row in random.Random(number).sample(range(WORDS), 3))
    kinds = (
        ("similar", {"words": [a]}),
        ("similarity", {"pairs": [[a, b]]}),
        ("analogy", {"sums": [{"positive": [a, b], "negative": [c]}]}),
        ("vectors", {"words": [a, b]}),
    )
    endpoint, body = kinds[number % len(kinds)]
    return f"/v1/models/m/{endpoint}", body


def latencies(port: int) -> tuple[list[float], int]:
    """Milliseconds of each request, and how many failed."""
    numbers = iter(range(REQUESTS))
    times: list[float] = []
    failed: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in numbers:
            path, body = mixed(number)
            begun = time.perf_counter()
            try:
                requested(connection, "POST", path, body)
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                failed.append(str(error))
            times.append((time.perf_counter() - begun) * 1e3)
        connection.close()

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return times, len(failed)


def trainings(port: int, method: str, path: str = "", body: dict | None = None) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)  # the server closes idle ones
    try:
        return requested(connection, method, f"/explorer/trainings{path}", body)
    finally:
        connection.close()


def queries(port: int) -> list[dict]:
    """Latencies alone, and while a model of random sentences is trained."""
    rows = []
    latencies(port)  # compiled code is loaded
    for is_training in (False, True):
        if is_training:
            draw = random.Random(1)
            text = "\n".join(" ".join(f"t{draw.randrange(500)}" for _ in range(20)) for _ in range(2_500))
            begun = trainings(port, "POST", "", {"text": text, "settings": {"epochs": 1000}})["id"]
            while trainings(port, "GET", f"/{begun}")["state"] != "training":
                time.sleep(0.1)
        times, failed = latencies(port)
        if is_training and trainings(port, "GET", f"/{begun}")["state"] != "training":
            raise SystemExit("the training ended before the queries: give it more epochs")
        if is_training:
            trainings(port, "POST", f"/{begun}/do/stop")
        percentiles = {f"p{percent}": float(np.percentile(times, percent)) for percent in (50, 95, 99)}
        rows.append({"training": is_training, "failed": failed, **percentiles})
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "m.firth"
        make_model(model, WORDS, SIZE, False)
        server, address, port = start(model)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                times = {"first paint": first_paints(browser, address, rounds)}
                page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)  # for TIMED
                times |= chapter_times(page, address, rounds) | map_times(page, address, rounds)
                browser.close()
            answers = queries(port)
        finally:
            server.terminate()
            server.wait()
    page_rows = [{"what": what, "median": median(some), "worst": max(some)} for what, some in times.items()]
    for row in page_rows:
        print(f"{row['what']:50} median {row['median']:8.1f} ms, worst {row['worst']:8.1f} ms")
    save("explorer", {"rounds": rounds, "page": page_rows, "queries": answers})


if __name__ == "__main__":
    main()
