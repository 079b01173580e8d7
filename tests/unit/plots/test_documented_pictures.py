"""The pictures of the docs: present, small, valid, and each made by the code above it."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import firth.plots

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "plots.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^```python\n(.*?)^```$|^!\[[^\]]*\]\(([^)]+)\)$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_picture_is_used_and_small():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.*"))
    assert len(pictures) > 10
    for picture in pictures:
        assert f"pictures/{picture.name}" in PAGE + readme
        assert picture.stat().st_size < 150_000
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    assert not [picture for _, picture in STEPS if picture and not (ROOT / "docs" / picture).is_file()]


def test_every_screenshot_is_used_and_small():
    page = (ROOT / "docs" / "explorer.md").read_text(encoding="utf-8")
    screenshots = {picture.name: picture for picture in (ROOT / "docs" / "pictures" / "explorer").iterdir()}
    assert set(re.findall(r"pictures/explorer/([\w.-]+)", page)) == set(screenshots)
    assert max(picture.stat().st_size for picture in screenshots.values()) < 150_000


def test_a_picture_follows_the_code_that_makes_it():
    made = False
    for code, picture in STEPS:
        if picture:
            assert made, picture
        else:
            assigned = {ast.unparse(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
            made = "chart" in assigned


def test_the_page_shows_every_function():
    called = {node.attr for code, _ in STEPS for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute)}
    assert set(firth.plots.__all__) - called == {"sum_strips"}
    for name in firth.plots.__all__:
        assert f"| `{name}(" in PAGE
