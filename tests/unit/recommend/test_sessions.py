"""Interactions.sessions and sequences: events cut into sequences."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.errors import CorpusError, SettingError
from firth.recommend import Interactions
from firth.recommend.durations import seconds_in

HOUR = 3600


def read(rows, **options):
    return Interactions.read(rows, progress=False, **options)


def test_a_session_ends_after_the_gap():
    rows = [
        ("ann", "a", 0),
        ("bob", "x", 10),
        ("ann", "b", 1800),
        ("ann", "c", 3601),
        ("ann", "d", 3700),
        ("bob", "y", 20),
    ]
    events = read(rows)
    assert list(events.sessions()) == [["a", "b"], ["x", "y"], ["c", "d"]]
    assert list(events.sessions(gap="1h")) == [["a", "b", "c", "d"], ["x", "y"]]
    sessions = events.sessions(gap=datetime.timedelta(minutes=30))
    assert [sessions.user_names[user] for user in sessions.users] == ["ann", "bob", "ann"]
    assert sessions.times.tolist() == [0, 1800, 10, 20, 3601, 3700]
    assert list(events.sessions(gap=1799, minimum_length=1)) == [["a"], ["x", "y"], ["b"], ["c", "d"]]


def test_users_in_time_order_and_ties_in_the_order_of_the_table():
    rows = [("ann", "c", 5), ("ann", "a", 1), ("bob", "z", 9), ("ann", "d", 5), ("ann", "b", 1), ("bob", "y", 2)]
    assert list(read(rows).sequences()) == [["a", "b", "c", "d"], ["y", "z"]]
    assert list(read([row[:2] for row in rows]).sequences()) == [["c", "a", "d", "b"], ["z", "y"]]


def test_rare_items_are_left_out_before_short_sequences():
    rows = [(1, "a"), (1, "b"), (2, "a"), (2, "c"), (3, "c"), (3, "a")]
    sequences = read(rows).sequences(minimum_count=2)
    assert list(sequences) == [["a", "c"], ["c", "a"]]
    assert list(sequences.items.vocabulary) == ["a", "c"] and sequences.items.counts.tolist() == [2, 2]
    assert len(read(rows).sequences(minimum_count=2, minimum_length=1)) == 3


def test_a_rare_item_between_two_keeps_their_session_together():
    rows = [(1, "a", 0), (1, "rare", 20 * 60), (1, "b", 40 * 60), (2, "a", 0), (2, "b", 1)]
    assert list(read(rows).sessions(minimum_count=2)) == [["a", "b"], ["a", "b"]]


def test_weights_of_events():
    rows = [(1, "a", 0, "view"), (1, "b", 1, "click"), (1, "c", 2, "buy"), (1, "d", 3, "other")]
    sequences = read(rows).sequences(weights={"buy": 5, "view": 0})
    assert list(sequences) == [["b", "c", "d"]]
    assert sequences.weights.tolist() == [1, 5, 1] and sequences.weights.dtype == np.float32
    assert [sequences.event_names[kind] for kind in sequences.events] == ["click", "buy", "other"]
    assert read(rows).sequences().weights is None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"gap": "soon"}, "gap='soon': must be a span of time"),
        ({"gap": 0}, "gap=0: must be"),
        ({"gap": "5 parsecs"}, "must be a span"),
        ({"minimum_length": 0}, "minimum_length=0: must be"),
        ({"minimum_count": 1.5}, "minimum_count=1.5: must be"),
        ({"weights": {"by": 2}}, "there is no event 'by'; the kinds of events are 'buy'"),
        ({"weights": {"buy": -1}}, "'buy' has -1: must be a number, 0 or more"),
        ({"weights": 3}, "must be a dictionary"),
    ],
)
def test_impossible_options(options, problem):
    events = read([(1, "a", 0, "buy"), (1, "b", 1, "buy")])
    with pytest.raises(SettingError, match=problem):
        events.sessions(**options)


def test_what_is_missing_is_named():
    events = read([(1, "a"), (1, "b")])
    with pytest.raises(SettingError, match="sessions need times"):
        events.sessions()
    with pytest.raises(SettingError, match="weights= needs kinds of events"):
        events.sequences(weights={"buy": 1})
    with pytest.raises(CorpusError, match="none of the 1 sequences has 3 events or more"):
        events.sequences(minimum_length=3)


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        ("30min", 1800),
        ("30 m", 1800),
        ("1.5h", 5400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("45s", 45),
        (90, 90),
        (0.5, 0.5),
        (datetime.timedelta(days=1), 86_400),
        (np.timedelta64(2, "h"), 7200),
    ],
)
def test_spans_of_time(span, seconds):
    assert seconds_in("gap", span) == seconds


rows_of_events = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 20)), min_size=1, max_size=40)


@given(rows_of_events, st.integers(1, 10))
def test_sessions_are_those_of_a_loop(rows, gap):
    expected, last = [], {}
    for user, item, time in sorted(rows, key=lambda row: row[2]):
        if user in last and time - last[user][1] <= gap:
            last[user][0].append(item)
        else:
            expected.append([item])
            last[user] = [expected[-1], time]
        last[user][1] = time
    found = list(read(rows).sessions(gap=gap, minimum_length=1))
    assert sorted(found) == sorted(expected)
    assert sum(map(len, found)) == len(rows)
