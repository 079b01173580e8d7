"""Every hyperparameter as a command line option, made from the dataclass: the two cannot drift."""

import dataclasses
import inspect
import types
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer

from firth.errors import SettingError
from firth.training.hyperparameters import OF_THE_TEXT, Hyperparameters

__all__ = ["read_values", "with_hyperparameters"]


def with_hyperparameters(function: Any, lists: bool = False) -> Any:
    """Give `function` one option for each field of Hyperparameters that it does not name itself.

    lists : options but switches take text, for read_values, and have None where they are not given.
    """
    signature = inspect.signature(function)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    hints = get_type_hints(Hyperparameters)
    given = {parameter.name for parameter in own}
    options = [
        _option(field, hints[field.name], lists)
        for field in dataclasses.fields(Hyperparameters)
        if field.name not in given
    ]
    function.__signature__ = signature.replace(parameters=[*own, *options])
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *options]} | {
        "return": None
    }
    return function


def read_values(given: dict[str, Any]) -> dict[str, Any]:
    """The settings that were given: a single value, or a list where commas part several.

    Raises   SettingError if a value is not of the kind that the setting takes.
    """
    hints = get_type_hints(Hyperparameters)
    settings: dict[str, Any] = {}
    for name, text in given.items():
        if isinstance(text, str):
            values = [_read_value(name, part.strip(), hints[name]) for part in text.split(",")]
            settings[name] = values if len(values) > 1 else values[0]
        elif text is not None:
            settings[name] = text
    return settings


def _read_value(name: str, text: str, hint: Any) -> Any:
    kind = _command_line_type(hint)
    numeric = next((number for number in (int, float) if number in (kind, *get_args(kind))), None)
    if numeric is None:
        return text  # of a choice, which the dataclass checks
    try:
        return numeric(text)
    except ValueError:
        wanted = "a whole number" if numeric is int else "a number"
        option = "--" + name.replace("_", "-")
        raise SettingError(f"{option}: {text!r} is not {wanted}; commas part several values") from None


def _option(field: "dataclasses.Field[Any]", hint: Any, lists: bool) -> inspect.Parameter:
    """One hyperparameter as a command line option, with the help and default of the dataclass."""
    choices = field.metadata.get("choices")
    kind = str if choices else _command_line_type(hint)  # choices are checked by the dataclass
    text, default, metavar = field.metadata["help"], field.default, "|".join(choices) if choices else None
    if lists:
        if default is not None:
            text += f" [default: {str(default).lower() if isinstance(default, bool) else default}]"
        kind, default = (bool | None if kind is bool else str | None), None
        values = "VALUE" if field.name in OF_THE_TEXT else "VALUE,…"
        metavar = metavar or (None if kind == bool | None else values)
    option = typer.Option(help=text, metavar=metavar, rich_help_panel="Hyperparameters")
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def _command_line_type(hint: Any) -> Any:
    """The type of a number or switch as Typer knows it, `int | None` for instance."""
    if get_origin(hint) in (Union, types.UnionType):
        (kind,) = (kind for kind in get_args(hint) if kind is not type(None))
        return kind | None
    return hint
