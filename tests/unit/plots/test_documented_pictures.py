"""The pictures of the docs: present, small, valid, and each made by the code above it."""

import ast
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import firth.plots

ROOT = Path(__file__).resolve().parents[3]
PICTURES = ROOT / "docs" / "pictures"
STEP = re.compile(r"^```python\n(.*?)^```$|^!\[[^\]]*\]\(([^)]+)\)$", re.MULTILINE | re.DOTALL)
PAGE, TOUR = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("plots.md", "document.md"))
STEPS = STEP.findall(PAGE)
SLIDERS = {"cosine": 2, "next-words": 1, "window": 2, "training-step": 3}  # of docs/live_pictures.py


def test_every_picture_is_used_and_small():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = sorted(PICTURES.glob("*.*"))
    assert len(pictures) > 10
    for picture in pictures:
        assert f"pictures/{picture.name}" in PAGE + TOUR + readme
        assert picture.stat().st_size < 150_000
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    assert not [picture for _, picture in STEPS if picture and not (ROOT / "docs" / picture).is_file()]


def test_every_picture_but_those_of_the_readme_can_be_drawn_in_the_browser():
    drawn = {path.stem: path for path in (PICTURES / "live").iterdir()}
    assert set(drawn) == {picture.stem for picture in PICTURES.glob("*.svg") if not picture.stem.startswith("readme-")}
    for name, path in drawn.items():
        specification = json.loads(path.read_text(encoding="utf-8"))
        bound = [param for param in specification.get("params", []) if param.get("bind") and "select" not in param]
        assert len(bound) == SLIDERS.get(name, 0)
        assert path.stat().st_size < 150_000
        assert not re.search(r'"url":', path.read_text(encoding="utf-8"))  # no data from elsewhere


def test_the_tour_has_its_pictures_in_the_order_of_the_document():
    pictures = [picture for _, picture in STEP.findall(TOUR) if picture]
    names = [Path(picture).stem for picture in pictures]
    assert names == [
        "line", "arrows", "cosine", "strips-king", "strips-three", "strips", "analogy", "next-words", "window",
        "softmax", "noise", "training-step", "training", "side-by-side",
    ]  # fmt: skip
    assert not [picture for picture in pictures if not (ROOT / "docs" / picture).is_file()]


def test_a_training_step_as_a_picture_has_the_numbers_of_the_document():
    texts = [element.text for element in ElementTree.parse(PICTURES / "training-step.svg").iter() if element.text]
    for numbers in (("0.20", "−1.11", "0.74"), ("0.55", "0.25", "0.68"), ("0.45", "−0.25", "−0.68")):
        assert set(numbers) <= set(texts)


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
