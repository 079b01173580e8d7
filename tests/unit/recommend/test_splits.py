"""Sequences.split: nothing of the test is known in training, and no event is lost."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firth.errors import CorpusError, FirthWarning, SettingError
from firth.recommend import Interactions, Sequences

DAY = 86_400


def timed(sequences):
    """Sequences of integers, each its own time."""
    rows = [(user, time, time) for user, times in enumerate(sequences) for time in times]
    return Interactions.read(rows, time_unit="s", progress=False).sequences(minimum_length=1)


def answers(part):
    """(sequence's items before, answer) of each question, by sequence."""
    found = []
    for number, items in enumerate(part):
        found += [(tuple(items[:position]), items[position]) for position in range(part.given[number], len(items))]
    return found


def test_last_events():
    sequences = Sequences.of([["a", "b", "c"], ["d"], ["e", "f"]])
    train, test = sequences.split("last")
    assert list(train) == [["a", "b"], ["d"], ["e"]] and train.given.tolist() == [1, 1, 1]
    assert answers(test) == [(("a", "b"), "c"), (("e",), "f")]
    assert train.items is test.items is sequences.items


def test_last_events_and_those_before():
    sequences = Sequences.of([["a", "b", "c", "d"], ["e"], ["f", "g"]])
    train, valid, test = sequences.split("last", valid=True)
    assert list(train) == [["a", "b"], ["e"], ["f"]]
    assert answers(valid) == [(("a", "b"), "c")]
    assert answers(test) == [(("a", "b", "c"), "d"), (("f",), "g")]


def test_the_last_days():
    sequences = timed(
        [[1 * DAY, 2 * DAY, 9 * DAY], [3 * DAY, 4 * DAY], [10 * DAY, 10 * DAY + 5], [8 * DAY, 9 * DAY + 5]]
    )
    train, test = sequences.split("time", test="2d")
    border = 8 * DAY + 5
    assert list(train) == [[1 * DAY, 2 * DAY], [3 * DAY, 4 * DAY], [8 * DAY]]
    assert list(test) == [[1 * DAY, 2 * DAY, 9 * DAY], [10 * DAY, 10 * DAY + 5], [8 * DAY, 9 * DAY + 5]]
    assert test.given.tolist() == [2, 1, 1]
    assert train.times.max() <= border < min(answer for _, answer in answers(test))
    assert test.users.tolist() == [0, 2, 3] and train.users.tolist() == [0, 1, 3]
    train, valid, test = sequences.split("time", valid="5d", test="2d")
    assert list(train) == [[1 * DAY, 2 * DAY], [3 * DAY]]
    assert answers(valid) == [((3 * DAY,), 4 * DAY)] and [8 * DAY] in list(valid)


def test_a_share_of_the_events():
    sequences = timed([range(0, 50), range(50, 100)])
    train, test = sequences.split("time", test=0.1)
    assert train.n_events == 90 and test.n_questions == 10
    tied = Sequences(sequences.items, sequences.ids, sequences.offsets, times=np.repeat([0.0, 1.0], 50))
    train, test = tied.split("time", test=0.1)  # events at one time stay together
    assert train.n_events == 50 and test.n_questions == 49


def test_without_times_a_share_of_the_sequences():
    sequences = Sequences.of([[number, number + 1] for number in range(10)])
    with pytest.warns(FirthWarning, match="no times: the last 2 of 10 in their order are the test, and 1 before them"):
        train, valid, test = sequences.split("time", valid=0.1, test=0.2)
    assert list(train)[-1] == [6, 7] and list(valid) == [[7, 8]] and list(test) == [[8, 9], [9, 10]]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"by": "user"}, "by='user': must be 'time' or 'last'"),
        ({"by": "last", "test": 0.1}, "by='last': the test is the last event"),
        ({"by": "last", "valid": "7d"}, "by='last': the test is the last event"),
        ({"by": "time"}, "test= is the span or share"),
        ({"by": "time", "test": 7}, "test=7: must be a span of time such as '7d'"),
        ({"by": "time", "test": 1.5}, "test=1.5: must be a span"),
        ({"by": "time", "test": "soon"}, "test='soon': must be"),
        ({"by": "time", "test": "20d"}, "'20d' leaves nothing for training: the events span 9.0 days"),
        ({"by": "time", "test": "5d", "valid": "9d"}, "'9d' leaves nothing for training"),
    ],
)
def test_impossible_splits(options, problem):
    with pytest.raises((SettingError, CorpusError), match=problem):
        timed([[1 * DAY, 10 * DAY]]).split(**options)


def test_impossible_sequences():
    sequences = Sequences.of([["a", "b"]])
    with pytest.raises(SettingError, match="have no times; give a share"):
        sequences.split("time", test="7d")
    with pytest.raises(CorpusError, match="too few to split"):
        sequences.split("time", test=0.1)
    with pytest.raises(CorpusError, match="a part of the split would have no events"):
        Sequences.of([["a"], ["b"]]).split("last")
    backwards = Sequences(sequences.items, sequences.ids, sequences.offsets, times=np.array([2.0, 1.0]))
    with pytest.raises(CorpusError, match="not in time order"):
        backwards.split("time", test=0.1)


lists_of_times = st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=8).map(sorted), min_size=2, max_size=8)


def distinct(sequences):
    """The same sequences, of which every event is an item of its own; and the time of each."""
    times = [time for sequence in sequences for time in sequence]
    items = iter(range(len(times)))
    found = Sequences.of([[next(items) for _ in sequence] for sequence in sequences])
    return Sequences(found.items, found.ids, found.offsets, times=np.array(times, np.float64)), times


@given(lists_of_times, st.sampled_from([0.1, 0.3, "5s", "12s"]), st.sampled_from([None, 0.2, "4s"]))
def test_no_event_of_a_test_is_in_training_and_none_is_lost(sequences, test, valid):
    whole, times = distinct(sequences)
    try:
        train, *others = whole.split("time", valid=valid, test=test)
    except CorpusError:
        assume(False)
    trained = [item for sequence in train for item in sequence]
    asked = [answer for part in others for _, answer in answers(part)]
    assert len(set(trained + asked)) == len(trained) + len(asked)
    starts = {sequence[0] for sequence in whole}
    assert set(range(len(times))) - set(trained) - set(asked) <= starts  # a first event is no answer
    for part in others:
        new = [times[answer] for _, answer in answers(part)]
        assert not new or max(times[item] for item in trained) < min(new)


@given(lists_of_times, st.booleans())
def test_last_events_are_asked_once(sequences, valid):
    assume(any(len(sequence) > 1 + valid for sequence in sequences))
    whole, times = distinct(sequences)
    train, *others = whole.split("last", valid=valid)
    trained = [item for sequence in train for item in sequence]
    asked = [answer for part in others for _, answer in answers(part)]
    assert sorted(trained + asked) == list(range(len(times)))
    for part in others:
        assert (np.diff(part.offsets) - part.given == 1).all()
