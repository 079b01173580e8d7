"""Saving charts as HTML, SVG, PNG or JSON files, atomically."""

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firth.errors import SettingError
from firth.formats.atomic import atomic_write
from firth.formats.target import check_target
from firth.plots.canvas import Picture, import_altair
from firth.plots.renderer import check_renderer, javascript_library, rendered

__all__ = ["check_picture_file", "save_chart"]

_PNG_SCALE = 2.0  # pixels of the file per pixel of the chart: sharp on high-resolution screens

_PAGE = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ margin: 0; background: {background}; }} #picture {{ display: inline-block; }}</style>
<script>{library}</script>
</head>
<body>
<div id="picture"></div>
<script>vegaEmbed("#picture", {chart}).catch(console.error);</script>
</body>
</html>
"""


def save_chart(chart: Picture, path: str | Path) -> None:
    """Write a chart to a file in the format of its suffix; an old file is replaced only when the new one is complete.

    Parameters
    ----------
    path : .html (a page with tooltips and zoom that works offline, about 1 MB), .svg, .png (two pixels of the file for
        each of the chart) or .json (the Vega-Lite specification).

    Raises
    ------
    SettingError : the path has another suffix, or the chart cannot be drawn.
    MissingExtraError : vl-convert-python is not installed (.json does not need it).
    FormatError : the file cannot be written.
    """
    content = _FORMATS[_suffix(path)](chart)
    with atomic_write(path) as file:
        file.write(content)


def check_picture_file(path: str | Path) -> None:
    """Raise what save_chart() would raise at its end, before there is a chart."""
    import_altair()
    if _suffix(path) != ".json":
        check_renderer()
    check_target(path)


def _suffix(path: str | Path) -> str:
    """The suffix in lower case. Raises SettingError for one that is no picture format."""
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        raise SettingError(f"{path}: not a picture format; choose one of {', '.join(_FORMATS)}")
    return suffix


def _html(chart: Any) -> bytes:
    specification = chart.to_dict()
    title = specification.get("title", {})
    page = _PAGE.format(
        title=html.escape(title.get("text", "") if isinstance(title, dict) else str(title)),
        background=html.escape(str(specification.get("config", {}).get("background", "white"))),
        library=javascript_library(_version()),
        # Escaped, so that no word can end the script element.
        chart=json.dumps(specification).replace("<", "\\u003c"),
    )
    return page.encode()


def _svg(chart: Any) -> bytes:
    return rendered("vegalite_to_svg", vl_spec=chart.to_dict(), vl_version=_version())


def _png(chart: Any) -> bytes:
    return rendered("vegalite_to_png", vl_spec=chart.to_dict(), vl_version=_version(), scale=_PNG_SCALE)


def _json(chart: Any) -> bytes:
    return (json.dumps(chart.to_dict(), ensure_ascii=False) + "\n").encode()


_FORMATS: dict[str, Callable[[Any], bytes]] = {".html": _html, ".svg": _svg, ".png": _png, ".json": _json}


def _version() -> str:
    """The version of Vega-Lite that charts are made for, as the renderer names it."""
    version: str = import_altair().SCHEMA_VERSION
    return ".".join(version.removeprefix("v").split(".")[:2])
