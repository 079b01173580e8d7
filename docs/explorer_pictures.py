"""Make the pictures of docs/explorer.md: each chapter of `firth explore --glove` in a browser, 1,000 pixels wide.

Needs the data packages, playwright and Chromium, as the tests of the explorer do; the recommender is that of `firth
recommend demo`. Names of chapters on the command line make only these.
"""

import base64
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from firth.datasets import movielens_100k
from firth.recommend.recommender import Recommender

PICTURES = Path(__file__).resolve().parent / "pictures" / "explorer"
WIDTH, TALLEST = 1000, 1400  # pixels
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
QUALITY = 80  # of WebP


def nothing(_page: Page) -> None:
    pass


def wait_for(selector: str) -> Callable[[Page], None]:
    def wait(page: Page) -> None:
        page.wait_for_selector(selector, timeout=120_000)

    return wait


def train(page: Page) -> None:
    page.locator("#stage .button.first").first.click()
    page.get_by_role("button", name="Train again").wait_for(timeout=300_000)


class Shot(NamedTuple):
    """A chapter: what its address says, and what is done before the picture is taken."""

    chapter: str
    query: str = ""
    prepare: Callable[[Page], None] = nothing


SHOTS = [
    Shot("people"),
    Shot("words", "words=queen+woman+girl+boy+man+king+queen+water"),
    Shot("analogies"),
    Shot("map", "method=axes&x=man,woman&y=poor,rich&n=1000"),
    Shot("next-word", "text=thou+shalt+", wait_for(".card .bars")),
    Shot("windows", "kind=skipgram&at=4"),
    Shot("softmax", "steps=20"),
    Shot("noise", "", wait_for(".shares")),
    Shot("training", "step=12&part=4"),
    Shot("side-by-side", "windows=2,15&word=bread", train),
    Shot("workbench", "words=monday+paris+seven+blue+music"),
    Shot(
        "recommender",
        "history=Star+Wars+(1977)%0AAlien+(1979)%0AToy+Story+(1995)&why=Fargo+(1996)",
        wait_for("table.reasons"),
    ),
]


@contextlib.contextmanager
def exploring(recommenders: list[Path]) -> Iterator[str]:
    """The address of an explorer."""
    command = [
        sys.executable,
        "-m",
        "firth",
        "explore",
        "--glove",
        *map(str, recommenders),
        "--port",
        "0",
        "--no-browser",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := ADDRESS.search(line):
                    yield found[0]
                    return
            raise SystemExit("firth explore ended")
        finally:
            process.terminate()


def take(page: Page, address: str, shot: Shot) -> None:
    page.set_viewport_size({"width": WIDTH, "height": 900})
    page.goto("about:blank")
    page.goto(f"{address}#/{shot.chapter}?lang=en&theme=light&{shot.query}")
    page.wait_for_selector("html[data-ready] #stage > *")
    page.wait_for_selector("#stage:not([aria-busy])", timeout=120_000)
    shot.prepare(page)
    page.wait_for_timeout(1500)  # animations
    page.evaluate("scrollTo(0, 0)")
    box = page.locator("#stage").bounding_box()
    assert box is not None
    height = min(int(box["y"] + box["height"]) + 24, TALLEST)
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_timeout(300)
    # Playwright's own screenshots are PNG or JPEG.
    picture = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    path = PICTURES / f"{shot.chapter}.webp"
    path.write_bytes(base64.b64decode(picture["data"]))
    print(f"{path.name}: {WIDTH} x {height}, {path.stat().st_size / 1000:.0f} kB", file=sys.stderr)


def main() -> None:
    wanted = set(sys.argv[1:]) or {shot.chapter for shot in SHOTS}
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        recommenders = []
        if "recommender" in wanted:
            films = movielens_100k()
            recommenders = [Path(folder, "films.firth")]
            Recommender().fit(films.events.sequences(), films.films).save(recommenders[0])
        take_all([shot for shot in SHOTS if shot.chapter in wanted], recommenders)


def take_all(shots: list[Shot], recommenders: list[Path]) -> None:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with exploring(recommenders) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_context(locale="en-GB", reduced_motion="reduce", bypass_csp=True).new_page()
        for shot in shots:
            take(page, address, shot)
        browser.close()


if __name__ == "__main__":
    main()
