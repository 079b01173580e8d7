"""A metric of a recommender and of the baselines, as bars with intervals."""

import textwrap

from firth.errors import SettingError
from firth.plots.canvas import Picture, import_altair, inline_data, label_expression, safe_text, with_titles
from firth.plots.theme import ThemeName, find_theme
from firth.recommend.report import Report
from firth.settings import check_value, one_of

__all__ = ["recommender_bars"]

_WIDTH = 460
_ROW_HEIGHT = 34


def recommender_bars(report: Report, metric: str | None = None, *, theme: ThemeName = "light") -> Picture:
    """A bar for the recommender and each baseline, best first, with 95 % intervals.

    Parameters
    ----------
    report : what evaluate() returned.
    metric : such as "HR@10" or "NDCG@20"; None: the hit rate of the longest list.
    theme : "light" or "dark".

    Raises
    ------
    SettingError : the report has no such metric, or no value of it; or an unknown theme.
    MissingExtraError : Altair is not installed.
    """
    look = find_theme(theme)
    altair = import_altair()
    metric = f"HR@{report.at[-1]}" if metric is None else metric
    check_value("metric", metric, one_of(report.metrics))
    if any(scorer[metric] != scorer[metric] for scorer in report.scorers):
        raise SettingError(f"metric={metric!r}: the test has no questions for it")
    ranked = sorted(enumerate(report.scorers), key=lambda pair: (-pair[1][metric], pair[0]))
    rows = []
    for rank, (number, scorer) in enumerate(ranked):
        interval = scorer.intervals.get(metric)  # the coverage has none
        ends = (scorer[metric], scorer[metric]) if interval is None else (interval.low, interval.high)
        row = {"rank": rank, "scorer": safe_text(scorer.name), "value": round(scorer[metric], 6)}
        rows.append(row | {"low": round(ends[0], 6), "high": round(ends[1], 6), "recommender": number == 0})
    base = altair.Chart(inline_data(rows), width=_WIDTH, height={"step": _ROW_HEIGHT}).encode(
        y=altair.Y("rank:O").axis(
            title=None,
            labelExpr=label_expression([scorer.name for _, scorer in ranked]),
            labelFontSize=14,
            labelColor=look.ink,
            ticks=False,
            domain=False,
            labelPadding=8,
        ),
        tooltip=["scorer:N", *(altair.Tooltip(f"{name}:Q", format=".4f") for name in ("value", "low", "high"))],
    )
    bars = base.mark_bar(aria=False, cornerRadiusEnd=3, height={"band": 0.66}).encode(
        x=altair.X("value:Q").scale(zero=True).axis(title=metric, tickCount=5, domain=False, ticks=False),
        color=altair.condition("datum.recommender", altair.value(look.strong), altair.value(look.accent)),
    )
    lines = base.mark_rule(aria=False, color=look.ink, strokeWidth=2).encode(x=altair.X("low:Q"), x2="high:Q")
    values = base.mark_text(aria=False, align="left", dx=8).encode(
        x=altair.X("high:Q"), text=altair.Text("value:Q", format=".4f")
    )
    title = f"{metric} of {report.scorers[0].name}" + (" and baselines" if len(ranked) > 1 else "")
    subtitle = [report.notes[0], *_lines(report.verdict)]
    return with_titles(altair.layer(bars, lines, values), look, title, subtitle)


def _lines(text: str) -> list[str]:
    """A text in lines that fit above the picture."""
    return textwrap.wrap(text, 100, break_long_words=True, break_on_hyphens=False)
