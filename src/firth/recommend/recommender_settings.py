"""The settings of a Recommender: those of its vectors, and how the components are put together."""

from dataclasses import dataclass
from typing import Any

from firth.recommend.next_item_settings import NextItemSettings
from firth.settings import Kind, setting, whole_number

__all__ = ["RecommenderSettings", "vector_settings"]

_REPEATS = {"auto": "auto", "yes": True, "no": False}


def _parsed(text: str) -> Any:
    """`yes` and `no` of the command line. Raises ValueError for other texts."""
    if text not in _REPEATS:
        raise ValueError(text)
    return _REPEATS[text]


@dataclass(frozen=True, kw_only=True)
class RecommenderSettings(NextItemSettings):
    """The settings of Recommender. Raises SettingError if one is impossible."""

    repeats: str | bool = setting(
        "auto",
        Kind(lambda value: value == "auto" or isinstance(value, bool), "'auto', True or False", parsed=_parsed),
        "whether items that were seen may be recommended again; auto learns from the sequences whether and how soon "
        "items come again",
    )
    held_out_events: int = setting(
        2500,
        whole_number(0),
        "events, from at most a fifth of the sequences, that are held out until the last epoch, to learn how much each "
        "component counts",
    )


def vector_settings(settings: RecommenderSettings) -> dict[str, Any]:
    """Those of the vectors, by name."""
    return {name: getattr(settings, name) for name in NextItemSettings.__dataclass_fields__}
