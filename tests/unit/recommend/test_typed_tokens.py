"""Interactions.typed: types of users and items as tokens."""

import pytest

from firth.errors import SettingError
from firth.recommend import Interactions

TABLE = {
    "user": [1, 1, 2, 1],
    "item": [10, 11, 10, 12],
    "time": [0, 60, 0, 1_000_000],
    "country": ["SE", "SE", "NO", "SE"],
    "device": ["ios", "web", None, "ios"],
    "rooms": [2.0, 2.0, 3.0, 1.0],
}


def events():
    columns = ["country", "device", "rooms"]
    return Interactions.read(TABLE, time="time", columns=columns, time_unit="s", progress=False)


def test_each_event_has_the_type_of_its_user_and_of_its_item():
    corpus = events().typed(user=["country", "device"], item=["rooms"])
    assert corpus.sentence(0) == [
        "user:country=SE,device=ios",
        "item:rooms=2",
        "user:country=SE,device=web",
        "item:rooms=2",
        "user:country=SE,device=ios",
        "item:rooms=1",
    ]
    assert corpus.sentence(1) == ["user:country=NO,device=", "item:rooms=3"]
    assert corpus.vocabulary.counts.tolist() == [2, 2, 1, 1, 1, 1]


def test_sessions_and_short_ones():
    corpus = events().typed(user=["country"], item=["rooms"], gap="1h", minimum_length=2)
    assert corpus.n_sentences == 1 and corpus.n_words == 4


def test_missing_columns_are_named():
    with pytest.raises(SettingError, match="user: there is no column 'age'; the further columns are country, device"):
        events().typed(user=["age"], item=["rooms"])
    with pytest.raises(SettingError, match="item='rooms': must be a list"):
        events().typed(user=["country"], item="rooms")
    with pytest.raises(SettingError, match="gap='1h' needs times"):
        Interactions.read([(1, 2)], progress=False).typed(user=["a"], item=["b"], gap="1h")
