"""Bars have the values and intervals of the report."""

import pytest

from firth import SettingError
from firth.plots import recommender_bars
from firth.recommend import Popularity, Sequences, SequentialRules, evaluate


@pytest.fixture(scope="module")
def report():
    sequences = Sequences.of([["a", "b", "c"], ["b", "c", "d"], ["c", "d", "e"], ["d", "e", "a"], ["e", "a", "b"]] * 5)
    train, test = sequences.split("last")
    model = SequentialRules().fit(train)
    model.name = "</script><script>alert(1)</script>"
    return evaluate(Popularity().fit(train), test, against=[model], at=(1, 2), progress=False)


def test_bars_are_the_values_best_first(report, records):
    bars = records(recommender_bars(report), "rank", "low")
    rules, popularity = report.scorers[1], report.scorers[0]
    assert [bar["value"] for bar in bars] == pytest.approx([rules["HR@2"], popularity["HR@2"]])
    assert [bar["recommender"] for bar in bars] == [False, True]
    interval = popularity.intervals["HR@2"]
    assert (bars[1]["low"], bars[1]["high"]) == pytest.approx((interval.low, interval.high))
    other = records(recommender_bars(report, "NDCG@1", theme="dark"), "rank", "low")
    assert other[0]["value"] == pytest.approx(rules["NDCG@1"])


def test_the_verdict_is_above_the_bars(report):
    title = recommender_bars(report).to_dict()["title"]
    assert title["text"] == "HR@2 of popularity and baselines"
    assert " ".join(title["subtitle"]).replace("\u2060", "") == f"{report.notes[0]} {report.verdict}"
    assert "<script" not in str(title)


def test_the_coverage_has_no_interval(report, records):
    bars = records(recommender_bars(report, "coverage@2"), "rank", "low")
    assert all(bar["low"] == bar["value"] == bar["high"] for bar in bars)


def test_a_metric_that_is_not_there_is_refused(report):
    with pytest.raises(SettingError, match="metric='HR@3': must be"):
        recommender_bars(report, "HR@3")
