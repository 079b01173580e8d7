"""Make every picture of docs/plots.md by the code above it, the README's, and run the tour again.

A block of code that leads to a picture leaves it in `chart`; all blocks of the page run one after the other.
"""

import contextlib
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from firth.datasets import glove_50d
from firth.plots import colour_strips, save_chart

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "pictures"
STEP = re.compile(r"^```python\n(?P<code>.*?)^```$|^!\[[^\]]*\]\((?P<picture>[^)]+)\)$", re.MULTILINE | re.DOTALL)


def pictures_of(page: Path) -> Iterator[tuple[str, Any]]:
    """Run the code of a page; yields each picture's file name and chart."""
    names: dict[str, Any] = {}
    for step in STEP.finditer(page.read_text(encoding="utf-8")):
        if step["picture"]:
            yield step["picture"], names["chart"]
        else:
            exec(compile(step["code"], str(page), "exec"), names)  # our own page


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    page = DOCS / "plots.md"
    with tempfile.TemporaryDirectory() as elsewhere, contextlib.chdir(elsewhere):
        for name, chart in pictures_of(page):
            save(chart, DOCS / name)
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


def save(chart: Any, path: Path) -> None:
    save_chart(chart, path)
    print(f"{path.relative_to(DOCS.parent)}: {path.stat().st_size / 1000:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
