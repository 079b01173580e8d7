"""The four formats, light and dark, drawn by the real converter."""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import altair
import numpy as np
import pytest

from firth import FormatError, MissingExtraError, SettingError, WordVectors
from firth.plots import (
    analogy_strips,
    colour_strips,
    neighbour_bars,
    personality_line,
    points_and_arrows,
    save_chart,
    similarity_matrix,
    training_curve,
    two_axis_plot,
    word_map,
)
from firth.training.history import EpochRecord

PICTURES = {
    "strips": lambda vectors, theme: colour_strips(vectors, vectors.words, theme=theme),
    "analogy": lambda vectors, theme: analogy_strips(vectors, "man", "king", "woman", theme=theme),
    "matrix": lambda vectors, theme: similarity_matrix(vectors, vectors.words, order="clusters", theme=theme),
    "map": lambda vectors, theme: word_map(vectors, highlight="king", theme=theme),
    "bars": lambda vectors, theme: neighbour_bars(vectors, "king", theme=theme),
    "axes": lambda vectors, theme: two_axis_plot(vectors, vectors.words, y=("man", "king"), theme=theme),
    "arrows": lambda vectors, theme: points_and_arrows(vectors, theme=theme),
    "line": lambda vectors, theme: personality_line({"词语": 38, "b": 40}, theme=theme),
    "training": lambda vectors, theme: training_curve([EpochRecord(1, 2.5, 10, 20, 0.1, 0.02)], theme=theme),
}


@pytest.mark.parametrize(("name", "theme"), [*((name, "dark") for name in PICTURES), ("strips", "light")])
def test_every_picture_is_drawn(name, theme, plane, tmp_path):
    path = tmp_path / "picture.svg"
    save_chart(PICTURES[name](plane, theme), path)
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    background = root.find("{http://www.w3.org/2000/svg}rect").get("fill")
    assert background == {"light": "#ffffff", "dark": "#161b22"}[theme]
    drawn = "".join(root.itertext())
    assert "NaN" not in path.read_text()
    assert "词语" in drawn or name in ("training", "analogy")


def test_png(plane, tmp_path):
    path = tmp_path / "strips.PNG"
    save_chart(colour_strips(plane, ["king"]), path)
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_json_can_be_read_as_a_chart(plane, tmp_path):
    path = tmp_path / "strips.json"
    chart = colour_strips(plane, plane.words)
    save_chart(chart, path)
    assert json.loads(path.read_text()) == chart.to_dict()
    assert altair.Chart.from_json(path.read_text()).to_dict()["encoding"] == chart.to_dict()["encoding"]


def test_html_works_offline_and_no_word_can_end_its_script(plane, tmp_path):
    path = tmp_path / "strips.html"
    chart = colour_strips(plane, plane.words, theme="dark")
    save_chart(chart, path)
    page = path.read_text()
    assert not re.findall(r"src=|href=|@import|url\(", re.sub("<script>.*?</script>", "", page, flags=re.DOTALL))
    assert page.count("<script>") == page.count("</script>") == 2
    assert "background: #161b22" in page
    specification = re.search(r'vegaEmbed\("#picture", (\{.*\})\)\.catch', page)[1]
    assert json.loads(specification) == chart.to_dict()
    assert "<title>The vectors of 10 words</title>" in page


def test_an_old_file_is_replaced_only_by_a_complete_one(plane, tmp_path, monkeypatch):
    path = tmp_path / "king.svg"
    path.write_text("old")
    chart = colour_strips(plane, ["king"])
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "vl_convert", None)
        with pytest.raises(MissingExtraError, match=r"firth\[plot\]"):
            save_chart(chart, path)
    assert path.read_text() == "old"
    save_chart(chart, path)
    assert path.read_text().startswith("<svg")
    assert [file.name for file in tmp_path.iterdir()] == ["king.svg"]


def test_paths_that_cannot_be_written(plane, tmp_path):
    chart = colour_strips(plane, ["king"])
    for name in ("king.gif", "king", ".svg"):
        with pytest.raises(SettingError, match=r"choose one of \.html, \.svg, \.png, \.json"):
            save_chart(chart, tmp_path / name)
    with pytest.raises(FormatError, match="there is no folder"):
        save_chart(chart, tmp_path / "nowhere" / "king.svg")


UNDRAWABLE = ["a\x00b", "\x1b[31m", "\ufffe", "\uffff", "\ud800", "\x0c"]


def test_words_of_any_characters_are_drawn(tmp_path):
    vectors = WordVectors([*UNDRAWABLE, "\u202eabc"], np.random.default_rng(1).normal(size=(7, 3)))
    for chart in (similarity_matrix(vectors, vectors.words), word_map(vectors)):
        save_chart(chart, tmp_path / "odd.svg")
        drawn = "".join(ElementTree.parse(tmp_path / "odd.svg").getroot().itertext())
        assert r"a\x00b" in drawn
        save_chart(chart, tmp_path / "odd.json")
        json.loads((tmp_path / "odd.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_what_ends_the_renderer_is_an_error_here(tmp_path, suffix):
    """A chart that was not drawn by Firth: NUL aborts the process of the renderer, which is another one than this."""
    chart = altair.Chart(altair.InlineData(values=[{"x": 1}]), title="a\x00b").mark_point().encode(x="x:Q")
    with pytest.raises(SettingError, match="renderer"):
        save_chart(chart, tmp_path / f"odd.{suffix}")
    assert list(tmp_path.iterdir()) == []
