"""Options of the command line for the settings of models, made from their declaration (firth/settings.py).

`firth train` has an option for each hyperparameter; `firth sweep` has the same ones, each for several values; and
`firth lm train` has those of both kinds of language models.
"""

import dataclasses
import inspect
import re
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import typer

from firth.errors import SettingError
from firth.settings import Settings, declaration
from firth.training.hyperparameters import OF_THE_TEXT, Hyperparameters

__all__ = ["option_name", "read_values", "with_model_settings", "with_settings", "with_several_values"]


_PAIR = re.compile(r"\((\d+), (\d+)\)")
_METAVARS = {"window": "WORDS or BEFORE-AFTER", "subwords": "SHORTEST-LONGEST", "repeats": "auto|yes|no"}


class _Option(NamedTuple):
    """One option, before it is given to the parser."""

    name: str  # of the setting
    kind: Any  # its type
    default: Any
    help: str
    metavar: str | None
    group: str  # the heading of help texts under which it is listed
    choices: tuple[str, ...]  # the words that it takes, where it takes a few
    parsed: Callable[[str], Any] | None = None  # for values that are neither words nor numbers


def with_settings(function: Callable[..., Any], settings: type[Settings]) -> Callable[..., Any]:
    """Give a command one option for each setting, with its default; they arrive as keyword arguments."""
    hints = get_type_hints(settings)
    options = []
    for field in dataclasses.fields(settings):
        choices = declaration(field).kind.choices
        kind = (str | None if field.default is None else str) if choices else hints[field.name]
        help = f"{_sentence(field)} [{'; '.join(_facts(settings, field))}]"
        kind_of = declaration(field).kind
        parsed = None if kind_of.parsed is None else _parser(kind_of.parsed, kind_of.wanted)
        metavar = "|".join(choices) or (None if parsed is None else _METAVARS[field.name])
        kind = kind if parsed is None else Any
        group = declaration(field).group
        options.append(_Option(field.name, kind, field.default, help, metavar, group, choices, parsed))
    return _with_options(function, options)


def with_several_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same for Hyperparameters, where each option but switches takes text for read_values(); None is not given."""
    options = []
    for field in dataclasses.fields(Hyperparameters):
        switch = isinstance(field.default, bool)
        choices, group = declaration(field).kind.choices, declaration(field).group
        metavar = "|".join(choices)
        if not metavar and not switch:
            metavar = "VALUE" if field.name in OF_THE_TEXT else "VALUE,…"
        help = f"{_sentence(field)} [{'; '.join(_facts(Hyperparameters, field))}]"
        kind = bool | None if switch else str | None
        options.append(_Option(field.name, kind, None, help, metavar or None, group, choices))
    return _with_options(function, options)


def with_model_settings(function: Callable[..., Any], models: Mapping[str, type[Settings]]) -> Callable[..., Any]:
    """Give a command the settings of several kinds of models, by the name of the kind; None is not given.

    Settings without a type that the command line can express are left out.
    """
    options: dict[str, _Option] = {}
    for settings in models.values():
        hints = get_type_hints(settings)
        for field in dataclasses.fields(settings):
            choices = declaration(field).kind.choices
            kind = str | None if choices else _optional(hints[field.name])
            if kind is not None and field.name not in options:
                having = {name: one for name, one in models.items() if field.name in _names(one)}
                facts = [] if len(having) == len(models) else [f"only with --model {' or '.join(having)}"]
                defaults = {name: _default(one, field.name) for name, one in having.items()}
                if len(set(defaults.values())) == 1:
                    facts.insert(0, f"default: {next(iter(defaults.values()))}")
                else:
                    facts.insert(0, "default: " + ", ".join(f"{value} ({name})" for name, value in defaults.items()))
                help = f"{_sentence(field)} [{'; '.join(facts)}]"
                metavar, group = "|".join(choices) or None, declaration(field).group
                options[field.name] = _Option(field.name, kind, None, help, metavar, group, choices)
    return _with_options(function, list(options.values()))


def read_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """The hyperparameters that were given, from text: a single value, or a list where there are commas.

    Raises   SettingError if a value is not of the type of its setting.
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


def option_name(name: str) -> str:
    """The option of a setting: vector_size is --vector-size."""
    return "--" + name.replace("_", "-")


def _read_value(name: str, text: str, hint: Any) -> Any:
    (field,) = (field for field in dataclasses.fields(Hyperparameters) if field.name == name)
    if (parsed := declaration(field).kind.parsed) is not None:
        try:
            return parsed(text)
        except ValueError:
            wanted = declaration(field).kind.wanted
            raise SettingError(f"{option_name(name)}: {text!r} must be {wanted}; commas separate values") from None
    numeric = next((number for number in (int, float) if number in (hint, *get_args(hint))), None)
    if numeric is None:
        return text  # a choice, which the settings check
    try:
        return numeric(text)
    except ValueError:
        wanted = "a whole number" if numeric is int else "a number"
        raise SettingError(f"{option_name(name)}: {text!r} must be {wanted}; commas separate values") from None


def _parser(parsed: Callable[[str], Any], wanted: str) -> Callable[[Any], Any]:
    """What reads the text of an option; a default is no text."""

    def read(value: Any) -> Any:
        try:
            return parsed(value) if isinstance(value, str) else value
        except ValueError:
            raise typer.BadParameter(f"{value!r}: must be {wanted}") from None

    return read


def _completion(choices: tuple[str, ...]) -> Callable[[str], list[str]] | None:
    """What the shell completes the value of an option to; None: nothing that is known here."""

    def begun(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return begun if choices else None


def _sentence(field: "dataclasses.Field[Any]") -> str:
    """The help of a setting as a sentence; two numbers are written as the option takes them, 5-0 for (5, 0)."""
    help = _PAIR.sub(r"\1-\2", declaration(field).help)
    return f"{help[:1].upper()}{help[1:]}."


def _facts(settings: type[Settings], field: "dataclasses.Field[Any]") -> list[str]:
    """The default of a setting, and what it depends on."""
    facts = [f"default: {_default(settings, field.name)}"]
    depends = declaration(field).depends
    (described,) = (one for one in settings.describe() if one.name == field.name)
    if depends is not None and described.applies is not None:
        facts.append(f"only with {option_name(depends.on)} {' or '.join(depends.defaults)}")
    return facts


def _default(settings: type[Settings], name: str) -> str:
    (found,) = (one.default for one in settings.describe() if one.name == name)
    return {"True": "on", "False": "off"}.get(found, found)


def _names(settings: type[Settings]) -> set[str]:
    return {field.name for field in dataclasses.fields(settings)}


def _optional(hint: Any) -> Any:
    """`T | None` for a number or switch of type T; None for other types."""
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    found = [kind for kind in kinds if kind in (int, float, bool)]
    return found[0] | None if found else None


def _with_options(function: Callable[..., Any], options: list[_Option]) -> Callable[..., Any]:
    """Replace the **keyword arguments of a command by options in its signature."""
    signature = inspect.signature(function)
    parameters = [
        parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD
    ]
    own = {parameter.name for parameter in parameters}
    for option in options:
        if option.name not in own:
            details = typer.Option(
                help=option.help,
                metavar=option.metavar,
                show_default=False,
                rich_help_panel=option.group,
                autocompletion=_completion(option.choices),
                parser=option.parsed,
            )
            kind: Any = Annotated[option.kind, details]
            parameters.append(
                inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=kind)
            )
    function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters} | {"return": None}
    return function
