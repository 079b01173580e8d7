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
from browser import opened_browser

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


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as chromium:
        yield chromium


@pytest.fixture
def page(browser):
    """A page as narrow as a phone's; whatever it reports or requests from elsewhere fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    # What is aborted was still loading when the test went on to another page.
    page.on("requestfailed", lambda request: "ABORTED" in request.failure or page.problems.append(request.url))
    page.on("request", lambda request: request.url.startswith("http") and page.problems.append(request.url))
    yield page
    context.close()
    assert not page.problems


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


def test_every_page_opens_from_a_folder_and_fits_a_phone(site, page):
    wide = {}
    for name in set(pages(site)) - {"404.html"}:  # which only servers show, from the top of their address
        page.goto((site / name).as_uri())
        if excess := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            wide[name] = excess
        assert not page.problems, name
    assert not wide


def test_pictures_answer(site, page):
    page.goto((site / "document.html").as_uri())
    picture = page.locator("figure.live[data-picture=training-step]")
    picture.scroll_into_view_if_needed()
    sigmoid_of_thou = picture.locator("svg text", has_text=re.compile(r"^0\.55$"))
    sigmoid_of_thou.wait_for()
    slider = picture.locator("input[name=thou]")
    slider.evaluate("slider => { slider.value = 2; slider.dispatchEvent(new Event('input')); }")
    picture.locator("svg text", has_text=re.compile(r"^0\.88$")).wait_for()  # sigmoid(2)
    assert sigmoid_of_thou.count() == 0


def test_every_live_picture_is_drawn(site, page):
    for name in ("document.html", "plots.html", "quick-start.html"):
        page.goto((site / name).as_uri())
        for picture in page.locator("figure.live").all():
            picture.scroll_into_view_if_needed()
            picture.locator("svg[role=img]").wait_for()
        assert page.locator("figure.live").count() == page.locator("figure.live svg[role=img]").count() > 0


def test_search_finds_a_page(site, page):
    page.goto((site / "index.html").as_uri())
    page.locator("label[for=__search]").first.click()
    page.keyboard.type("overfitting")
    page.locator(".md-search-result__link").first.wait_for()
    assert page.locator(".md-search-result__link").count() > 1


def test_navigation_is_in_the_order_that_a_newcomer_needs(site):
    linked = re.findall(r'href="([\w/.-]+\.html)"', pages(site)["index.html"].partition('<nav class="md-tabs"')[2])
    sections = ("quick-start", "api/index", "benchmarks", "gensim")
    assert [linked.index(f"{name}.html") for name in sections] == sorted(
        linked.index(f"{name}.html") for name in sections
    )
    start = re.findall(
        r'class="md-nav__link"[^>]*href="([\w-]+)\.html"|href="([\w-]+)\.html" class="md-nav__link"',
        pages(site)["quick-start.html"],
    )
    order = list(dict.fromkeys(one or other for one, other in start))
    wanted = ["how-to", "document", "explorer", "benchmarks", "reliability", "gensim", "migration"]
    assert [name for name in order if name in wanted] == wanted
