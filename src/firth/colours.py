"""A diverging colour scale for numbers: blue below zero, white at zero, red above.

The scale is Brewer's RdBu, whose two hues are distinguishable in all common kinds of colour blindness. Plots and
notebook tables use it.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["DARK_INK", "DIVERGING", "LIGHT_INK", "STRONG", "diverging_colour", "fitting_limit"]

# At -limit, -limit/2, 0, limit/2 and limit.
DIVERGING = ("#2166ac", "#92c5de", "#ffffff", "#f4a582", "#b2182b")
# The colours of text on these; it is light beyond the share STRONG of the limit.
DARK_INK, LIGHT_INK = "#1f2328", "#ffffff"
STRONG = 0.7

_COVERED = 97  # percent of the numbers within a fitting limit; the rest has the strongest colour


def diverging_colour(value: float, limit: float) -> str:
    """The colour "#rrggbb" of a number: blue at -limit and below, white at 0, red at limit and above; grey for NaN."""
    if math.isnan(value):
        return "#808080"
    position = (min(max(value / limit, -1.0), 1.0) + 1) * (len(DIVERGING) - 1) / 2
    first = min(int(position), len(DIVERGING) - 2)
    pairs = zip(_channels(DIVERGING[first]), _channels(DIVERGING[first + 1]), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * (position - first)):02x}" for low, high in pairs)


def fitting_limit(numbers: ArrayLike) -> float:
    """The smallest of … 0.1, 0.2, 0.5, 1, 2, 5 … that the absolute values of 97 % of the numbers do not exceed.

    1 if all are zero. Numbers that are not finite are ignored.
    """
    sizes = np.abs(np.asarray(numbers, np.float64)).ravel()
    sizes = sizes[np.isfinite(sizes)]
    usual = float(np.percentile(sizes, _COVERED)) if sizes.size else 0.0
    if usual == 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(usual))
    return next(float(f"{step * power:.3g}") for step in (1, 2, 5, 10, 20) if usual <= step * power * (1 + 1e-9))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
