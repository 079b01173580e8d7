"""Spans of time, as users give them: "30min", "1h", "7d", seconds, or a timedelta."""

import datetime
import math
import re
from typing import Any, TypeAlias

import numpy as np

from firth.errors import SettingError, quoted

__all__ = ["Span", "seconds_in"]

Span: TypeAlias = str | float | datetime.timedelta | np.timedelta64

_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TEXT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]+)\s*")


def seconds_in(name: str, span: Any) -> float:
    """The seconds in a span of time; "m" and "min" are minutes.

    name : of the option, for messages.

    Raises   SettingError unless it is longer than 0.
    """
    seconds = math.nan
    if isinstance(span, str):
        found = _TEXT.fullmatch(span)
        if found and found[2].lower() in _SECONDS:
            seconds = float(found[1]) * _SECONDS[found[2].lower()]
    elif isinstance(span, datetime.timedelta):
        seconds = span.total_seconds()
    elif isinstance(span, np.timedelta64):
        seconds = float(span / np.timedelta64(1, "s"))
    elif isinstance(span, int | float | np.integer | np.floating) and not isinstance(span, bool):
        seconds = float(span)
    if not (seconds > 0 and math.isfinite(seconds)):
        raise SettingError(
            f"{name}={quoted(span)}: must be a span of time longer than 0, such as '30min', '1h', '7d', a number of "
            "seconds or a timedelta"
        )
    return seconds
