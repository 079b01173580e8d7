"""How much more often two words occur together than chance would have it.

"default"   (n_ab - min_count) V / (n_a n_b)    Mikolov et al. 2013, arXiv:1310.4546, equation 6; times V as in gensim
"npmi"      ln(p_ab / (p_a p_b)) / -ln p_ab     Bouma 2009; from -1 (never together) to 1 (never apart)
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError, quoted
from firth.phrases.settings import CUSTOM_SCORING

__all__ = ["PairCounts", "Scoring", "scores_of"]


class PairCounts(NamedTuple):
    """What a scoring function gets: the counts of N pairs of words. It returns their scores (N,); NaN is no phrase.

    Attributes
    ----------
    together : (N,) float64, how often each pair occurs; at least min_count.
    first : (N,) float64, how often its first word occurs.
    second : (N,) float64, how often its second word occurs.
    distinct : V, the number of different words and pairs of the text; without connectors.
    total : words of the text, connectors included.
    min_count : the setting of that name.
    """

    together: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    distinct: int
    total: int
    min_count: int


Scoring: TypeAlias = Callable[[PairCounts], Any]


def scores_of(scoring: str | Scoring, pairs: PairCounts) -> NDArray[np.float64]:
    """The scores (N,) of pairs.

    Raises   SettingError if a function of the user's returns something else, or was lost with the file.
    """
    if scoring == "default":
        return (pairs.together - pairs.min_count) / (pairs.first * pairs.second) * pairs.distinct
    if scoring == "npmi":
        first, second, together = (counts / pairs.total for counts in (pairs.first, pairs.second, pairs.together))
        scores: NDArray[np.float64] = np.log(together / (first * second)) / -np.log(together)
        return scores
    if scoring == CUSTOM_SCORING or not callable(scoring):
        raise SettingError(
            "scoring='custom': it was a function, which a table cannot keep: give it to Phrases.load(path, scoring=…)"
        )
    given = scoring(pairs)
    try:
        scores = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        scores = np.empty(0)
    if scores.shape != pairs.together.shape:
        raise SettingError(
            f"scoring returned {quoted(given)} of type {type(given).__name__}: must be an array of "
            f"{len(pairs.together):,} numbers, one for each pair"
        )
    return scores
