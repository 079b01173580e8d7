"""How settings are declared, checked and stored, on a small class of settings."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pytest

from firth.errors import SettingError
from firth.settings import Depends, Kind, Settings, one_of, real_number, setting, switch, whole_number


@dataclass(frozen=True, kw_only=True)
class Oven(Settings):
    mode: str = setting("heat", one_of(("heat", "grill", "off")), "what the oven does")
    minutes: int = setting(30, whole_number(1, 1_000), "how long")
    level: float = setting(0.5, real_number(0, 1, above=True, below=True), "how strongly")
    fan: bool = setting(True, switch(), "whether air is moved")
    trays: int | None = setting(None, whole_number(1), "trays that are used", none="all of them")
    degrees: int | None = setting(
        None, whole_number(50), "how hot it gets", depends=Depends("mode", {"heat": 180, "grill": 250})
    )
    label: object = setting("", Kind(lambda value: value != "no", "anything but no", stored=str), "a note")


def test_defaults_are_filled_in_and_depend_on_another_setting():
    assert Oven().values() == {
        "mode": "heat", "minutes": 30, "level": 0.5, "fan": True, "trays": None, "degrees": 180, "label": "",
    }  # fmt: skip
    assert Oven(mode="grill").degrees == 250
    assert Oven(mode="grill", degrees=60).degrees == 60
    assert Oven(mode="off").degrees is None


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("mode", "fry", "'heat', 'grill' or 'off'"),
        ("mode", None, "'heat', 'grill' or 'off'"),
        ("mode", ["heat"], "'heat', 'grill' or 'off'"),
        ("minutes", 0, "a whole number from 1 to 1,000"),
        ("minutes", 1_001, "a whole number from 1 to 1,000"),
        ("minutes", 1.0, "a whole number from 1 to 1,000"),
        ("minutes", True, "a whole number from 1 to 1,000"),
        ("minutes", None, "a whole number from 1 to 1,000"),
        ("level", 0, "a number, greater than 0 and less than 1"),
        ("level", 1.0, "a number, greater than 0 and less than 1"),
        ("level", math.nan, "a number, greater than 0 and less than 1"),
        ("fan", 1, "True or False"),
        ("trays", 0, "a whole number, at least 1"),
        ("degrees", 49, "a whole number, at least 50"),
        ("label", "no", "anything but no"),
    ],
)
def test_an_error_says_what_was_given_what_is_wanted_and_what_it_means(name, value, wanted):
    with pytest.raises(SettingError) as error:
        Oven(**{name: value})
    (help,) = (described.help for described in Oven.describe() if described.name == name)
    assert str(error.value) == f"{name}={value!r}: must be {wanted} ({help})"


def test_the_ends_of_ranges_are_possible():
    assert Oven(minutes=1).minutes == 1
    assert Oven(minutes=1_000).minutes == 1_000
    assert Oven(trays=1, degrees=50).degrees == 50


def test_a_setting_that_does_not_apply_is_refused():
    with pytest.raises(SettingError) as error:
        Oven(mode="off", degrees=180)
    assert str(error.value) == (
        "degrees=180: applies only with mode='heat' or 'grill', but here mode='off'; leave degrees out, or change mode"
    )
    assert Oven().applies("degrees")
    assert not Oven(mode="off").applies("degrees")


def test_json_has_what_applies():
    assert "degrees" not in Oven(mode="off").to_json()
    assert Oven(label=3).to_json()["label"] == "3"
    for oven in (Oven(), Oven(mode="off", trays=2, label="x")):
        assert Oven.from_json(oven.to_json()) == oven
    with pytest.raises(SettingError, match="unknown settings: colour, size"):
        Oven.from_json({"size": 1, "colour": "red"})


def test_numbers_of_numpy_become_numbers_of_python():
    assert type(Oven(minutes=np.int64(3)).minutes) is int
    assert type(Oven(level=np.float32(0.25)).level) is float


def test_settings_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Oven().minutes = 7


def test_descriptions():
    described = {one.name: one for one in Oven.describe()}
    assert list(described) == [field.name for field in dataclasses.fields(Oven)]
    assert described["trays"].default == "all of them"
    assert described["trays"].wanted == "a whole number, at least 1, or None: all of them"
    assert described["degrees"].default == "180 (heat), 250 (grill)"
    assert described["degrees"].applies == "mode='heat' or 'grill'"
    assert described["minutes"].applies is None
