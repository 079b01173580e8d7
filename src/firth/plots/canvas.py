"""What all pictures begin and end with: Altair, the vectors of words as lists of cells, titles and theme."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.colours import DIVERGING
from firth.errors import MissingExtraError, SettingError
from firth.plots.theme import Theme
from firth.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    import altair

__all__ = [
    "Picture",
    "checked_words",
    "diverging_scale",
    "drawn",
    "finished",
    "import_altair",
    "inline_data",
    "label_expression",
    "number_rows",
    "with_minus_sign",
]

Picture: TypeAlias = "altair.Chart | altair.LayerChart | altair.VConcatChart"

# Altair writes a chart's data into <script> elements of notebooks and pages as they are: these would end or change one.
_SCRIPT_MARKS = re.compile(r"<(?=/?script|!--)", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # invisible, of no width


def import_altair() -> Any:
    """The module altair. Raises MissingExtraError where it is not installed."""
    try:
        import altair
    except ImportError:
        raise MissingExtraError("a picture", "plot") from None
    return altair


def drawn(text: str) -> str:
    """A word as it may stand in a picture: no file of vectors can bring a script into a notebook or a page."""
    return _SCRIPT_MARKS.sub("<" + _WORD_JOINER, text)


def with_minus_sign(number: str) -> str:
    """A written number with a minus sign, as the axes have it, for the hyphen."""
    return number.replace("-", "\u2212")


def checked_words(words: Sequence[str], fewest: int = 1) -> list[str]:
    """The words of a picture as a list. Raises SettingError for a single string or fewer than wanted."""
    if isinstance(words, str):
        raise SettingError(f"words={words!r}: must be a list of words, not one string")
    listed = list(words)
    if len(listed) < fewest:
        raise SettingError(f"{len(listed)} words: this picture needs at least {fewest}")
    return listed


def number_rows(vectors: WordVectors, words: Sequence[str]) -> NDArray[np.float64]:
    """The vectors of words (n, D). Raises SettingError where a number is not finite: it has no place in a picture."""
    rows = vectors[list(words)].astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(wrong):
        raise SettingError(f"the vector of {words[wrong[0]]!r} has numbers that are not finite: it cannot be drawn")
    return rows


def inline_data(records: Iterable[Mapping[str, Any]]) -> Any:
    """Records as data of a chart, any number of them (Altair limits only data frames)."""
    return import_altair().InlineData(values=[dict(record) for record in records])


def label_expression(labels: Sequence[str]) -> str:
    """Labels for the places 0, 1, … of an axis; the same label may come twice."""
    return f"{json.dumps([drawn(label) for label in labels])}[datum.value]"


def diverging_scale(limit: float) -> Any:
    """Numbers to colours: blue at -limit and below, white at 0, red at limit and above."""
    stops = np.linspace(-limit, limit, len(DIVERGING)).tolist()
    return import_altair().Scale(domain=stops, range=list(DIVERGING), clamp=True, interpolate="rgb")


def finished(chart: Any, theme: Theme, title: str, subtitle: str | Sequence[str]) -> Any:
    """The chart with its titles, in its theme; the titles are also what a screen reader tells."""
    lines = [subtitle] if isinstance(subtitle, str) else list(subtitle)
    lines = [drawn(line) for line in lines]
    described = chart.properties(
        title={"text": drawn(title), "subtitle": lines},
        description=" ".join([f"{drawn(title)}.", *lines]),
        usermeta={"embedOptions": {"tooltip": {"theme": theme.name}}},
    )
    return described.configure(**theme.config())
