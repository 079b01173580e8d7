"""The Chromium that tests of pages use.

Debian: apt-get install chromium; or name one in $CHROMIUM. Where there is none, tests are skipped, but never in CI.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest


def chromium() -> str:
    """The path of a Chromium; skips the test where there is none."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        message = "no Chromium: apt-get install chromium, or name one in $CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@contextlib.contextmanager
def opened_browser() -> Iterator[Any]:
    """A headless Chromium.

    While it is open, this process has an event loop, and asyncio.run() fails: open it for a module, not for a run.
    """
    path = chromium()
    playwright_api = pytest.importorskip("playwright.sync_api")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
