"""The documentation as a site: it builds without a warning, is complete, and fetches nothing from elsewhere."""

import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import firth

ROOT = Path(__file__).resolve().parent.parent
SUBPACKAGES = ("corpus", "datasets", "errors", "evaluation", "experiments", "plots", "recommend")
PACKAGES = ("firth", *(f"firth.{name}" for name in SUBPACKAGES))
FETCHED = re.compile(
    r"<(?:script|link|img|source|iframe)\b[^>]*?\s(?:src|srcset|href)=[\"']?((?:https?:)?//[^\"'\s>]+)"
)

pytestmark = pytest.mark.xdist_group("site")  # built once


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The built site; broken links and anchors are errors."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def hook(name: str):
    """A module of docs/hooks, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "hooks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages(site: Path) -> dict[str, str]:
    return {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")}


@pytest.mark.parametrize("package", PACKAGES)
def test_reference_has_every_public_name(site, package):
    module = importlib.import_module(package)
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    anchors = set(re.findall(r'id="(firth\.[\w.]+)"', "".join(pages(site).values())))
    errors = {f"firth.{name}" for name in firth.__all__ if f"firth.errors.{name}" in anchors}
    missing = [name for name in names if f"{package}.{name}" not in anchors | errors and name != "__version__"]
    assert not missing


def test_sections_of_docstrings_are_rendered(site):
    reference = "".join(text for name, text in pages(site).items() if name.startswith("api/"))
    assert "Parameters:" in reference
    assert "Raises:" in reference
    assert not re.search(r"id=\"[\w.]+--(?:parameters|raises|attributes|returns)\"", reference)
    assert not re.search(r"<p>(?:Raises|Returns|Source) {2,}", reference)


def test_pages_fetch_nothing_from_elsewhere(site):
    fetched = {name: FETCHED.findall(text) for name, text in pages(site).items()}
    assert not {name: found for name, found in fetched.items() if found}
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert not re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//", styles)


def test_search_works_from_a_folder(site):
    index = (site / "search" / "search_index.js").read_text("utf-8")
    for word in ("skip-gram", "overfitting", "co-occurrence", "firth.WordVectors.most_similar"):
        assert word in index
    assert "assets/iframe-worker.js" in pages(site)["index.html"]


def test_parameters_become_items():
    docstring = "Do.\n\nParameters\n----------\na : first,\n    and more.\nb, c : others."
    expected = "Do.\n\nParameters:\n    a: first, and more.\n    b: others.\n    c: see `b`"
    assert hook("docstrings").google_form(docstring) == expected


@pytest.mark.parametrize(
    "section",
    [
        "Raises   SettingError if a is 0. CorpusError\n         if b is empty.",
        "Raises SettingError if a is 0; CorpusError if b is empty.",
        "Raises\n------\nSettingError : if a is 0\nCorpusError : if b is empty",
        "Raises\n------\nSettingError\n    if a is 0\nCorpusError\n    if b is empty",
    ],
)
def test_errors_become_items(section):
    expected = "Raises:\n    SettingError: if a is 0\n    CorpusError: if b is empty"
    assert hook("docstrings").google_form(section) == expected


def test_other_sections_become_paragraphs():
    docstring = "Do.\n\nReturns\n-------\nBest first;\nfewer if there are fewer.\n\nSource   Levy 2014."
    expected = "Do.\n\n**Returns:** Best first; fewer if there are fewer.\n\n**Source:** Levy 2014."
    assert hook("docstrings").google_form(docstring) == expected


def test_the_tour_shows_every_output(site):
    cells = json.loads((ROOT / "docs" / "tour.ipynb").read_text("utf-8"))["cells"]
    pictures = sum("image/svg+xml" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
    assert pages(site)["tour.html"].count('<img class="notebook-output"') == pictures
    assert "UnknownWordError" in pages(site)["tour.html"]


def test_fields_are_described_by_the_comments_behind_them(site):
    reference = pages(site)["api/training.html"]
    assert "mean negative log-likelihood per pair, in nats" in reference  # EpochRecord.loss
