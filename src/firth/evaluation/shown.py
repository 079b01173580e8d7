"""How a score is shown: in one line, as rows of a table, and as a table in a notebook."""

from math import isnan, nan
from typing import Protocol

from firth.evaluation.intervals import Interval
from firth.notebook import html_table

__all__ = ["SCORE_COLUMNS", "Score", "ShownScore", "share_of", "shown_number"]

SCORE_COLUMNS = ("measure", "score", "95 % interval", "asked")


def shown_number(value: float, form: str = ".3f") -> str:
    """A number to 3 decimals; nothing where there is none (NaN)."""
    return "" if isnan(value) else format(value, form)


def share_of(part: int, whole: int) -> float:
    """In [0, 1]; NaN of nothing."""
    return part / whole if whole else nan


class Score(Protocol):
    """What every score tells."""

    @property
    def asked(self) -> int:
        """Questions that could be asked."""

    @property
    def total(self) -> int:
        """Questions there are."""

    def measures(self) -> dict[str, float]:
        """Each measure by its name, the one to look at first."""

    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Confidence interval of the first measure."""

    def rows(self) -> list[tuple[str, ...]]:
        """A row of SCORE_COLUMNS for each measure."""


class ShownScore:
    """What makes a score show itself, and its coverage."""

    @property
    def coverage(self: Score) -> float:
        """Share of the questions that could be asked, in [0, 1]; NaN if there are none."""
        return share_of(self.asked, self.total)

    def rows(self: Score) -> list[tuple[str, ...]]:
        """A row of SCORE_COLUMNS for each measure; interval and questions stand beside the first."""
        beside = (self.interval().shown(), f"{self.asked:,} of {self.total:,}")
        measures = enumerate(self.measures().items())
        return [(name, shown_number(value), *(("", "") if i else beside)) for i, (name, value) in measures]

    def __repr__(self: Score) -> str:
        measures = ", ".join(f"{name} {value:.3f}" for name, value in self.measures().items())
        return f"{type(self).__name__}({measures}, {self.asked:,} of {self.total:,} asked)"

    def _repr_html_(self: Score) -> str:
        return html_table(type(self).__name__, SCORE_COLUMNS, self.rows(), numbers=3)
