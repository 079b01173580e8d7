"""What all pictures share: importing Altair, checking words and vectors, safe text, inline data, titles and theme.

theme.py has the colours and sizes.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.colours import DIVERGING
from firth.errors import MissingExtraError, SettingError
from firth.plots.theme import Theme
from firth.vectors.given import listed_words
from firth.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    import altair

__all__ = [
    "Picture",
    "checked_words",
    "diverging_scale",
    "safe_text",
    "with_titles",
    "import_altair",
    "inline_data",
    "label_expression",
    "finite_vectors",
    "with_minus_sign",
]

Picture: TypeAlias = "altair.Chart | altair.LayerChart | altair.VConcatChart"

# Altair copies a chart's data unescaped into <script> elements of notebooks and pages; these marks would end one.
_SCRIPT_MARKS = re.compile(r"<(?=/?script|!--)", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # invisible, of no width

# What XML does not allow, neither in pictures (SVG) nor as characters of UTF-8: the renderer aborts.
_UNDRAWABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def import_altair() -> Any:
    """The module altair. Raises MissingExtraError where it is not installed."""
    try:
        import altair
    except ImportError:
        raise MissingExtraError("a picture", "plot") from None
    return altair


def safe_text(text: str) -> str:
    """Text for a chart: script tags get an invisible character, so that no word can run a script in a notebook or page,
    and characters that cannot be drawn become escapes.
    """
    return _SCRIPT_MARKS.sub("<" + _WORD_JOINER, _UNDRAWABLE.sub(lambda found: repr(found[0])[1:-1], text))


def with_minus_sign(number: str) -> str:
    """A formatted number with the typographic minus sign of Altair's axes in place of the hyphen."""
    return number.replace("-", "\u2212")


def checked_words(words: Sequence[str], fewest: int = 1) -> list[str]:
    """The words of a picture as a list. Raises SettingError for a single string or fewer than `fewest` words."""
    listed = listed_words(words)
    if len(listed) < fewest:
        raise SettingError(f"{len(listed)} words: this picture needs at least {fewest}")
    return listed


def finite_vectors(vectors: WordVectors, words: Sequence[str]) -> NDArray[np.float64]:
    """The vectors of words (n, D). Raises SettingError if a number is not finite, for it cannot be drawn."""
    rows = vectors[list(words)].astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(wrong):
        raise SettingError(f"the vector of {words[wrong[0]]!r} has numbers that are not finite: it cannot be drawn")
    return rows


def inline_data(records: Iterable[Mapping[str, Any]]) -> Any:
    """Records as the data of a chart, without the limit of 5,000 rows that Altair has for data frames."""
    return import_altair().InlineData(values=[dict(record) for record in records])


def label_expression(labels: Sequence[str]) -> str:
    """A Vega expression that labels the values 0, 1, … of an axis; labels may repeat."""
    return f"{json.dumps([safe_text(label) for label in labels])}[datum.value]"


def diverging_scale(limit: float) -> Any:
    """An Altair scale from numbers to colours: blue at -limit and below, white at 0, red at limit and above."""
    stops = np.linspace(-limit, limit, len(DIVERGING)).tolist()
    return import_altair().Scale(domain=stops, range=list(DIVERGING), clamp=True, interpolate="rgb")


def with_titles(chart: Any, theme: Theme, title: str, subtitle: str | Sequence[str]) -> Picture:
    """The chart with titles and theme; screen readers read the titles as its description."""
    lines = [subtitle] if isinstance(subtitle, str) else list(subtitle)
    lines = [safe_text(line) for line in lines]
    described = chart.properties(
        title={"text": safe_text(title), "subtitle": lines},
        description=" ".join([f"{safe_text(title)}.", *lines]),
        usermeta={"embedOptions": {"tooltip": {"theme": theme.name}}},
    )
    picture: Picture = described.configure(**theme.config())
    return picture
