"""The vector of a user: the mean of the vectors of all items of a history, of which old ones count less.

Spotify and Anghami describe users so, where a history is long and its order matters little.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.recommend.durations import Span, seconds_in
from firth.recommend.items import UNKNOWN, Item
from firth.recommend.learned import Learned
from firth.settings import check_value, real_number

__all__ = ["user_vector"]

HALF_LIFE = 10.0  # items
SPAN = "30d"


def user_vector(learned: Learned, history: list[Item], times: Iterable[Any] | None, half_life: Span | None) -> Vector:
    """See Recommender.user_vector."""
    numbers = learned.all_items.numbers(history)
    is_known = numbers != UNKNOWN
    if not is_known.any():
        raise SettingError("no item of the history is known: a user needs at least one")
    if times is None:
        ages = np.arange(len(history), 0, -1, dtype=np.float64)
        if half_life is None:
            half_life = HALF_LIFE
        check_value("half_life", half_life, real_number(0, above=True), "items where no times are given")
        life = float(half_life)  # type: ignore[arg-type]
    else:
        seconds = _seconds(times)
        if seconds.shape != numbers.shape:
            raise SettingError(f"times= of shape {seconds.shape} for {len(numbers):,} items: must be one for each")
        ages = seconds.max() - seconds
        life = seconds_in("half_life", SPAN if half_life is None else half_life)
    return decayed_mean(learned.all_item_vectors[numbers[is_known]], ages[is_known], life)


def _seconds(times: Iterable[Any]) -> NDArray[np.float64]:
    given = np.asarray(times if isinstance(times, np.ndarray) else list(times))
    if given.dtype.kind == "O":
        given = given.astype("datetime64[us]")
    if given.dtype.kind == "M":
        given = given.astype("datetime64[us]").astype(np.float64) / 1e6
    if given.dtype.kind not in "iuf" or not np.isfinite(given).all():
        raise SettingError("times=: must be numbers of seconds or dates with times, one for each item")
    return given.astype(np.float64)


def decayed_mean(vectors: Matrix, ages: NDArray[np.float64], half_life: float) -> Vector:
    """The mean (D,) of vectors (H, D), each of which counts half as much as one that is `half_life` younger.

    ages : (H,) at least 0, in the unit of half_life.
    """
    weights = 0.5 ** ((ages - ages.min(initial=np.inf)) / half_life)
    mean: Vector = (weights @ vectors / weights.sum()).astype(np.float32)
    return mean
