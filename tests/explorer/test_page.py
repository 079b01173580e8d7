"""The page as a whole: every chapter in both languages, on every size, under its own policy; for screen readers."""

import json
import os
import urllib.request
from pathlib import Path

import pytest

CHAPTERS = [
    "people",
    "words",
    "analogies",
    "map",
    "next-word",
    "windows",
    "softmax",
    "noise",
    "training",
    "side-by-side",
    "workbench",
]
PHONE = {"width": 360, "height": 740}


def test_all_chapters_are_tested(explorer):
    with urllib.request.urlopen(f"{explorer}/explorer/about", timeout=30) as answer:
        assert json.load(answer)["chapters"] == CHAPTERS


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_every_chapter_in_both_languages_keeps_to_the_policy(browser, explorer, size):
    """No script or style from elsewhere, no error, nothing wider than the window."""
    context = browser.new_context(viewport=size, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    complaints, elsewhere = [], []
    page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: request.url.startswith((explorer, "blob:", "data:")) or elsewhere.append(request.url)
    )
    for chapter in CHAPTERS:
        for language in ("en", "zh"):
            page.goto("about:blank")
            page.goto(f"{explorer}/#/{chapter}?lang={language}")
            page.wait_for_selector("html[data-ready] #stage > *")
            page.wait_for_timeout(500)  # its first requests; pages that train never fall silent
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (chapter, language)
            if folder := os.environ.get("FIRTH_SCREENSHOTS"):
                name = f"{chapter}-{language}-{'phone' if size == PHONE else 'desktop'}.png"
                page.screenshot(path=Path(folder) / name, full_page=True)
    context.close()
    assert (complaints, elsewhere) == ([], [])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_axe_finds_no_serious_fault(read, explorer, chapter, theme):
    """Names, roles, contrast and order, as axe-core checks them."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = read(explorer).open(f"#/{chapter}?theme={theme}")
    page.wait_for_selector("#stage > *")
    page.wait_for_timeout(500)
    found = axe.Axe().run(page).response["violations"]
    serious = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in serious] == []
