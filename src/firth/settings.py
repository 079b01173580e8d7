"""Settings of models: each is declared once, as a field of a frozen dataclass.

    @dataclass(frozen=True, kw_only=True)
    class Hyperparameters(Settings):
        window: int = setting(5, whole_number(1, 10_000), "largest distance between a center word and a context word")

The declaration holds type, default, limits and help, and whether the setting depends on another one. From it follow the
checks, the JSON of model files and the options of the command line (cli/settings.py); signatures and the tables of the
docs are tested against it. The settings themselves are in training/hyperparameters.py, training/examples.py and
language_models/settings.py.
"""

import dataclasses
import functools
import inspect
import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, NamedTuple, ParamSpec, Self, TypeVar

from firth.errors import SettingError, quoted
from firth.spelling import near_spellings

__all__ = [
    "CORPUS",
    "MODEL",
    "TRAINING",
    "Depends",
    "Description",
    "Kind",
    "Settings",
    "answers_names",
    "check_value",
    "declaration",
    "one_of",
    "one_or_two_distances",
    "real_number",
    "same_as",
    "setting",
    "switch",
    "unknown_setting",
    "whole_number",
    "whole_numbers",
]


CORPUS, MODEL, TRAINING = "Corpus", "Model", "Training"

_P = ParamSpec("_P")
_Model = TypeVar("_Model")


def _unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """The values that a setting takes.

    accepts : whether a value is possible.
    wanted : the possible values, to follow "must be".
    choices : the possible words, or those that the command line offers.
    stored : the JSON value of a setting.
    parsed : the value that a text of the command line means, where that is neither a word nor a number.
    """

    accepts: Callable[[Any], bool]
    wanted: str
    choices: tuple[str, ...] = ()
    stored: Callable[[Any], Any] = _unchanged
    parsed: Callable[[str], Any] | None = None


def one_of(choices: tuple[str, ...]) -> Kind:
    """One of a few words."""
    return Kind(lambda value: isinstance(value, str) and value in choices, _any_of(choices), choices)


def switch() -> Kind:
    """True or False."""
    return Kind(lambda value: isinstance(value, bool), "True or False")


def whole_number(low: int, high: int | None = None, *, limits: str | None = None) -> Kind:
    """An int from `low` to `high`, both included.

    limits : both in words, where the numbers are hard to read: " of 64 bits".
    """

    def accepts(value: Any) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return low <= value and (high is None or value <= high)

    if limits is None:
        limits = f", at least {low:,}" if high is None else f" from {low:,} to {high:,}"
    return Kind(accepts, f"a whole number{limits}")


def real_number(low: float, high: float = math.inf, *, above: bool = False, below: bool = False) -> Kind:
    """A finite int or float from `low` to `high`.

    above : it must be greater than `low`; below: less than `high`.
    """

    def accepts(value: Any) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            return False
        return (value > low if above else value >= low) and (value < high if below else value <= high)

    limits = f"greater than {low:g}" if above else f"at least {low:g}"
    if math.isfinite(high):
        limits += f" and less than {high:g}" if below else f" and at most {high:g}"
    return Kind(accepts, f"a number, {limits}")


def whole_numbers(low: int, high: int) -> Kind:
    """Two of them from `low` to `high`, the smaller first; "3-6" on the command line."""

    def accepts(value: Any) -> bool:
        return _are_two(value, low, high) and value[0] <= value[1]

    return Kind(accepts, f"two whole numbers from {low:,} to {high:,}, the smaller first", parsed=_one_or_two)


def one_or_two_distances(high: int) -> Kind:
    """A whole number from 1 to `high`, or two from 0 that are not both 0; "5" or "5-0" on the command line."""
    one = whole_number(1, high)

    def accepts(value: Any) -> bool:
        return one.accepts(value) or (_are_two(value, 0, high) and any(value))

    return Kind(accepts, f"{one.wanted}, or two from 0 to {high:,} that are not both 0", parsed=_one_or_two)


def _are_two(value: Any, low: int, high: int) -> bool:
    number = whole_number(low, high)
    return isinstance(value, tuple) and len(value) == 2 and all(map(number.accepts, value))


def _one_or_two(text: str) -> Any:
    """`5` as a number, `3-6` as two. Raises ValueError for other texts."""
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) > 2:
        raise ValueError(text)
    return tuple(numbers) if len(numbers) == 2 else numbers[0]


def check_value(name: str, value: Any, kind: Kind, meaning: str = "") -> None:
    """Raise SettingError unless a value that a function was given is possible.

    meaning : what it is, to follow what is possible.
    """
    if not kind.accepts(value):
        raise SettingError(f"{name}={quoted(value)}: must be {kind.wanted}{meaning and f', {meaning}'}")


class Depends(NamedTuple):
    """A default that follows from another setting; with values of that one that are not listed, the setting is refused.

    Depends("objective", {"negative_sampling": 5, "nce": 5}): 5 with these two; it does not apply to other objectives.
    """

    on: str  # the name of a setting with choices
    defaults: Mapping[str, Any]


class _Declaration(NamedTuple):
    """What the metadata of a field holds."""

    kind: Kind
    help: str
    none: str | None  # what None means; None: it is not allowed, or comes from `depends`
    depends: Depends | None
    group: str  # under which heading a help text lists it
    is_stored: bool  # whether files of models have it


class Description(NamedTuple):
    """A setting in words, for docs and help texts."""

    name: str
    default: str
    wanted: str
    help: str
    applies: str | None  # the values of another setting that it needs; None: it always applies


def setting(
    default: Any,
    kind: Kind,
    help: str,
    *,
    none: str | None = None,
    depends: Depends | None = None,
    group: str = TRAINING,
    is_stored: bool = True,
) -> Any:
    """A field of a Settings class.

    Parameters
    ----------
    default : its value where none is given; None if `none` or `depends` says what that means.
    kind : the possible values.
    help : what it does, for somebody who does not know it yet: lower case, a sentence or two without a full stop.
    none : what the value None means, which it then may have.
    depends : the default, where it follows from another setting.
    group : CORPUS, MODEL or TRAINING: what it is a setting of; help texts list them by it.
    is_stored : whether files of models have it; not where another machine may lack what it names.
    """
    declared = _Declaration(kind, help, none, depends, group, is_stored)
    return dataclasses.field(default=default, metadata={"setting": declared})


def same_as(settings: type["Settings"], name: str, *, depends: Depends | None = None) -> Any:
    """A field that is declared as in another Settings class.

    depends : in place of what it depends on there.
    """
    (field,) = (field for field in dataclasses.fields(settings) if field.name == name)
    declared = declaration(field)
    declared = declared if depends is None else declared._replace(depends=depends)
    return dataclasses.field(default=field.default, metadata={"setting": declared})


def declaration(field: "dataclasses.Field[Any]") -> _Declaration:
    """How a field of a Settings class was declared."""
    found: _Declaration = field.metadata["setting"]
    return found


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The base of dataclasses whose fields are made by setting(): checked when made, then fixed.

    Raises   SettingError if a value is impossible or does not apply, saying what was given, what is possible, and what
             the setting means.
    """

    def __post_init__(self) -> None:
        fields = dataclasses.fields(self)
        for field in fields:
            value = getattr(self, field.name)
            if declaration(field).kind.parsed is not None and isinstance(value, list | tuple):
                value = tuple(map(_plain, value))  # two numbers, which JSON has as a list
            object.__setattr__(self, field.name, _plain(value))
            self._check(field)
        for field in fields:
            self._settle(field)

    def _check(self, field: "dataclasses.Field[Any]") -> None:
        declared, value = declaration(field), getattr(self, field.name)
        may_be_none = declared.none is not None or declared.depends is not None
        if not (value is None and may_be_none) and not declared.kind.accepts(value):
            raise SettingError(f"{field.name}={value!r}: must be {declared.kind.wanted} ({declared.help})")

    def _settle(self, field: "dataclasses.Field[Any]") -> None:
        """Fill in a default that depends on another setting, or refuse a value that has no meaning there."""
        depends, value = declaration(field).depends, getattr(self, field.name)
        if depends is None:
            return
        other = getattr(self, depends.on)
        if other in depends.defaults:
            object.__setattr__(self, field.name, depends.defaults[other] if value is None else value)
        elif value is not None:
            raise SettingError(
                f"{field.name}={value!r}: applies only with {_needed(depends)}, but here {depends.on}={other!r}; "
                f"leave {field.name} out, or change {depends.on}"
            )

    def applies(self, name: str) -> bool:
        """Whether a setting has a meaning with the others as they are."""
        (depends,) = (declaration(field).depends for field in dataclasses.fields(self) if field.name == name)
        return depends is None or getattr(self, depends.on) in depends.defaults

    def values(self) -> dict[str, Any]:
        """All settings by name, as they would be given: `type(self)(**self.values())` is equal to this."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def to_json(self) -> dict[str, Any]:
        """The settings that apply and are stored, as JSON values by name."""
        stored = {}
        for field in dataclasses.fields(self):
            declared = declaration(field)
            if declared.is_stored and self.applies(field.name):
                stored[field.name] = declared.kind.stored(getattr(self, field.name))
        return stored

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What to_json returned. Raises SettingError also for a name that this version does not know."""
        known = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise SettingError(f"unknown settings: {', '.join(unknown)}; a newer version of Firth may know them")
        return cls(**values)

    @classmethod
    def describe(cls) -> list[Description]:
        """Every setting in words, in the order of the fields."""
        return [_describe(field, cls) for field in dataclasses.fields(cls)]


def unknown_setting(name: str, known: Iterable[str], answers: Mapping[str, str]) -> SettingError:
    """The error for a name that is no setting.

    answers : what to do instead, for names of other software.
    """
    known = list(known)
    near = near_spellings(name, known)
    if name in answers:
        advice = answers[name]
    elif near:
        advice = f"near spellings: {', '.join(near)}"
    else:
        advice = f"the settings are {', '.join(known)}"
    return SettingError(f"{name}: there is no such setting; {advice}")


def answers_names(
    answers: Mapping[str, str],
) -> Callable[[Callable[Concatenate[_Model, _P], None]], Callable[Concatenate[_Model, _P], None]]:
    """Decorates an __init__ that takes settings by name: other names are answered with the one that may be meant.

    answers : for unknown_setting().
    """

    def decorate(init: Callable[Concatenate[_Model, _P], None]) -> Callable[Concatenate[_Model, _P], None]:
        known = list(inspect.signature(init).parameters)[1:]

        @functools.wraps(init)
        def answering(self: _Model, /, *positional: _P.args, **settings: _P.kwargs) -> None:
            if positional:
                raise SettingError(
                    f"{quoted(positional[0])}: settings are given by name, as in {known[0]}=…; a text to fit()"
                )
            for name in settings:
                if name not in known:
                    raise unknown_setting(name, known, answers)
            init(self, *positional, **settings)

        return answering

    return decorate


def _describe(field: "dataclasses.Field[Any]", cls: type[Settings]) -> Description:
    kind, help, none, depends, *_ = declaration(field)
    wanted, default, applies = kind.wanted, _shown(field.default), None
    if none is not None:
        wanted += f", or None: {none}"
        default = none if field.default is None else default
    if depends is not None:
        by_value = depends.defaults
        default = _shown(next(iter(by_value.values())))
        if len(set(by_value.values())) > 1:
            default = ", ".join(f"{_shown(value)} ({other})" for other, value in by_value.items())
        (on,) = (spec for spec in dataclasses.fields(cls) if spec.name == depends.on)
        applies = None if set(declaration(on).kind.choices) == set(by_value) else _needed(depends)
    return Description(field.name, default, wanted, help, applies)


def _needed(depends: Depends) -> str:
    """`objective='negative_sampling' or 'nce'`."""
    return f"{depends.on}={_any_of(depends.defaults)}"


def _any_of(words: Iterable[str]) -> str:
    *most, last = map(repr, words)
    return f"{', '.join(most)} or {last}" if most else last


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    """Numbers of NumPy as Python's, so that they can be saved as JSON; other values unchanged."""
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else value
