"""Make the pictures of docs/document.md, docs/plots.md and the README, and run the notebook again.

A block of code that leads to a picture leaves it in `chart`; the blocks of a page run one after the other, but for
those of sessions (>>>), which the tests run. Pictures with sliders: live_pictures.py. The specification of a
picture is written to pictures/live/, from which the site draws it in the browser of the reader
(docs/hooks/live.py).
"""

import contextlib
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import live_pictures
import nbformat
from nbclient import NotebookClient

from firth.datasets import glove_50d
from firth.plots import colour_strips, save_chart

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "pictures"
LIVE = PICTURES / "live"
STEP = re.compile(r"^```python\n(?P<code>.*?)^```$|^!\[[^\]]*\]\((?P<picture>[^)]+)\)$", re.MULTILINE | re.DOTALL)


def pictures_of(page: Path) -> Iterator[tuple[str, Any]]:
    """Run the code of a page; yields each picture's file name and chart."""
    names: dict[str, Any] = {}
    shown = None
    for step in STEP.finditer(page.read_text(encoding="utf-8")):
        if step["picture"] and names.get("chart") is not shown:
            shown = names["chart"]
            yield step["picture"], shown
        elif step["code"] and not step["code"].startswith(">>>"):
            exec(compile(step["code"], str(page), "exec"), names)  # our own page


def main() -> None:
    LIVE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as elsewhere, contextlib.chdir(elsewhere):
        for page in ("document.md", "plots.md"):
            for name, chart in pictures_of(DOCS / page):
                save_both(chart, DOCS / name)
    for name, make in live_pictures.PICTURES.items():
        save_both(make(), PICTURES / f"{name}.svg")
    words = ["king", "man", "woman", "queen"]
    save(colour_strips(glove_50d(), words), PICTURES / "readme-light.svg")
    save(colour_strips(glove_50d(), words, theme="dark"), PICTURES / "readme-dark.svg")
    run_notebook(DOCS / "tour.ipynb")


def run_notebook(path: Path) -> None:
    """Run all cells and keep what they show, but not when or where they ran."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False).execute()
    notebook.metadata = {name: notebook.metadata[name] for name in ("kernelspec", "language_info")}
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


def save_both(chart: Any, path: Path) -> None:
    """The picture, and what the site draws it from."""
    save(chart, path)
    save(chart, LIVE / f"{path.stem}.json")


def save(chart: Any, path: Path) -> None:
    save_chart(chart, path)
    print(f"{path.relative_to(DOCS.parent)}: {path.stat().st_size / 1000:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
