"""The light and the dark theme: colours and fonts of all pictures."""

from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from firth.errors import SettingError

__all__ = ["FONT", "FONT_SIZE", "Theme", "ThemeName", "find_theme"]

ThemeName: TypeAlias = Literal["light", "dark"]

# Three fonts with the same advance widths (see text_extent.py), so that labels do not overlap on any system.
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
FONT_SIZE = 12


class Theme(NamedTuple):
    """Colours of a picture, as "#rrggbb"."""

    name: ThemeName
    background: str
    ink: str  # titles, words
    quiet: str  # axes, subtitles
    faint: str  # lines of axes
    line: str  # grid lines
    accent: str  # bars, points
    strong: str  # the most important element
    groups: tuple[str, ...]  # after Okabe and Ito 2008: distinguishable for colour-blind readers

    def config(self) -> dict[str, Any]:
        """The Vega-Lite configuration of this theme."""
        quiet = {"labelColor": self.quiet, "titleColor": self.quiet, "labelFontSize": FONT_SIZE}
        return {
            "background": self.background,
            "font": FONT,
            "padding": 16,
            "view": {"stroke": None},
            "title": {
                "anchor": "start",
                "frame": "group",
                "color": self.ink,
                "fontSize": 17,
                "fontWeight": "bold",
                "subtitleColor": self.quiet,
                "subtitleFontSize": FONT_SIZE,
                "subtitlePadding": 6,
                "offset": 16,
            },
            "axis": {
                **quiet,
                "titleFontSize": FONT_SIZE,
                "titleFontWeight": "normal",
                "titlePadding": 10,
                "labelLimit": 400,
                "domainColor": self.faint,
                "tickColor": self.faint,
                "labelFlush": False,
                "gridColor": self.line,
            },
            "legend": {**quiet, "titleFontSize": FONT_SIZE, "titleFontWeight": "normal", "labelLimit": 400},
            "text": {"color": self.ink, "fontSize": FONT_SIZE},
        }


_THEMES = {
    "light": Theme(
        name="light",
        background="#ffffff",
        ink="#1f2328",
        quiet="#59636e",
        faint="#b4bac2",
        line="#e6e8eb",
        accent="#0072b2",
        strong="#d55e00",
        groups=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6e5494", "#4d4d4d"),
    ),
    "dark": Theme(
        name="dark",
        background="#161b22",
        ink="#e6edf3",
        quiet="#a3adb8",
        faint="#57606a",
        line="#2d333b",
        accent="#56b4e9",
        strong="#f0a030",
        groups=("#56b4e9", "#ff8c42", "#2fc99b", "#e39bc6", "#f0e442", "#5b9dff", "#b79ae8", "#c9d1d9"),
    ),
}


def find_theme(name: str) -> Theme:
    """The theme "light" or "dark". Raises SettingError for another name."""
    if name not in _THEMES:
        raise SettingError(f"theme={name!r}: must be one of {', '.join(get_args(ThemeName))}")
    return _THEMES[name]
