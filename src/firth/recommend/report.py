"""The report of an evaluation: a table of recommenders and baselines, and a verdict."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from firth.evaluation.intervals import Interval
from firth.notebook import html_table

__all__ = ["Difference", "Report", "ScorerMetrics"]


@dataclass(frozen=True)
class ScorerMetrics:
    """The metrics of one scorer.

    values : each metric by its name, such as "HR@10", "NDCG@10", "MRR@10", "tail HR@10" and "coverage@10"; NaN where
        there is nothing to judge.
    intervals : 95 % bootstrap intervals of all but the coverage.
    unknown_history : events before the answers that are items this scorer does not know: it left them out.
    """

    name: str
    values: Mapping[str, float]
    intervals: Mapping[str, Interval]
    unknown_history: int

    def __getitem__(self, metric: str) -> float:
        return self.values[metric]


@dataclass(frozen=True)
class Difference:
    """The recommender against the best baseline: a paired test, by the same draws of sequences for both.

    metric : by which they are compared.
    difference : the recommender's value less the baseline's.
    interval : its 95 % bootstrap interval.
    p_value : two-sided, in (0, 1].
    """

    metric: str
    baseline: str
    difference: float
    interval: Interval
    p_value: float

    @property
    def is_better(self) -> bool:
        """Whether the interval is above 0."""
        return self.interval.low > 0


@dataclass(frozen=True, repr=False)
class Report:
    """What a recommender and the baselines do with the questions of a test set; all items are ranked.

    scorers : the recommender, then the baselines.
    at : the lengths of the lists.
    questions, sequences : how many were judged.
    total : all questions that count; more than `questions` if these are a sample.
    unknown_answers : questions whose answer does not occur in the training data.
    are_misses : whether these count, as misses; else they were left out.
    tail_questions : those whose answer is outside the most popular fifth of the items.
    per : "question" if all questions count the same, "sequence" if all sequences do.
    difference : the recommender against the best baseline, or None without baselines.
    """

    scorers: tuple[ScorerMetrics, ...]
    at: tuple[int, ...]
    questions: int
    sequences: int
    total: int
    unknown_answers: int
    are_misses: bool
    tail_questions: int
    per: str
    difference: Difference | None

    def __getitem__(self, metric: str) -> float:
        """A metric of the recommender: report["HR@10"]."""
        return self.scorers[0][metric]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics."""
        return tuple(self.scorers[0].values)

    @property
    def verdict(self) -> str:
        """One sentence: is the recommender better than the best baseline?"""
        if self.difference is None:
            return (
                "There is no baseline to compare with: give train= the training data, and see what the simplest "
                "methods reach."
            )
        one, found = self.scorers[0].name, self.difference
        interval = f"{_decimals(found.interval.low, '+')} … {_decimals(found.interval.high, '+')}"
        numbers = f"{found.metric} differs by {_decimals(found.difference, '+')} (95 %: {interval})"
        if found.is_better:
            return f"{one} beats the best baseline, {found.baseline}: {numbers}."
        if found.interval.high < 0:
            return f"Use the baseline: {found.baseline} beats {one}: {numbers}."
        return f"Use the baseline: {one} is not better than {found.baseline} beyond chance: {numbers}."

    @property
    def notes(self) -> list[str]:
        """What was judged, and what was left out."""
        sample = f" of {self.total:,}, drawn at random" if self.questions < self.total else ""
        lines = [
            f"{self.questions:,} questions{sample}, of {self.sequences:,} sequences"
            + (", each of which counts the same" if self.per == "sequence" else "")
            + "; all items are ranked."
        ]
        if self.unknown_answers:
            what = "count as misses" if self.are_misses else "more were left out"
            lines.append(f"{self.unknown_answers:,} {what}: their answers do not occur in the training data.")
        unknown = self.scorers[0].unknown_history
        if unknown:
            lines.append(f"{unknown:,} unknown items were left out of the histories.")
        return lines

    def rows(self) -> list[tuple[str, ...]]:
        """The table: a row for each scorer with its name, all metrics, and the interval of the one that decides."""
        decisive = f"HR@{self.at[-1]}"
        table = []
        for scorer in self.scorers:
            interval = scorer.intervals[decisive]
            ends = f"{_decimals(interval.low)} … {_decimals(interval.high)}"
            table.append((scorer.name, *(_decimals(value) for value in scorer.values.values()), ends))
        return table

    @property
    def columns(self) -> tuple[str, ...]:
        """The heads of the table."""
        return ("", *self.metrics, f"HR@{self.at[-1]}, 95 %")

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON values; a number that does not exist is None."""
        difference = None
        if self.difference is not None:
            found = self.difference
            difference = {
                "metric": found.metric,
                "baseline": found.baseline,
                "difference": _json(found.difference),
                "interval": [_json(found.interval.low), _json(found.interval.high)],
                "p": _json(found.p_value),
                "better": found.is_better,
            }
        return {
            "scorers": [
                {
                    "name": scorer.name,
                    "metrics": {name: _json(value) for name, value in scorer.values.items()},
                    "intervals": {name: [_json(i.low), _json(i.high)] for name, i in scorer.intervals.items()},
                    "unknown_history": scorer.unknown_history,
                }
                for scorer in self.scorers
            ],
            "at": list(self.at),
            "questions": self.questions,
            "sequences": self.sequences,
            "total": self.total,
            "unknown_answers": self.unknown_answers,
            "are_misses": self.are_misses,
            "tail_questions": self.tail_questions,
            "per": self.per,
            "difference": difference,
            "verdict": self.verdict,
        }

    def to_json(self) -> str:
        """to_dict() as text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        table = [self.columns, *self.rows()]
        widths = [max(len(row[i]) for row in table) for i in range(len(self.columns))]
        lines = [
            "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in pairs).rstrip()
            for pairs in (list(enumerate(zip(row, widths, strict=True))) for row in table)
        ]
        return "\n".join([*lines, "", *self.notes, self.verdict])

    def __repr__(self) -> str:
        values = ", ".join(f"{name} {_decimals(self[name])}" for name in self.metrics[: len(self.at)])
        return f"Report({self.scorers[0].name}: {values}; {self.questions:,} questions)"

    def _repr_html_(self) -> str:
        table = html_table("Next items", self.columns, self.rows(), numbers=len(self.columns) - 1)
        return table + html_table("", [""], [(line,) for line in (*self.notes, self.verdict)], numbers=0)


def _decimals(value: float, sign: str = "") -> str:
    """Four decimals; empty for NaN."""
    return "" if isnan(value) else f"{value:{sign}.4f}"


def _json(value: float) -> float | None:
    return None if isnan(value) else value
