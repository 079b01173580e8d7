"""Help texts: options under headings, because what a command has many of is found by its kind; and plain notation.

The parser's own notation for arguments, types and limits differs from version to version. Here it is that of manual
pages: `CORPUS...`, `[WORD]...`, `--epochs N`, "at least 1".
"""

import re
from typing import Any

import typer.core

from firth.settings import CORPUS, MODEL, TRAINING

__all__ = ["CLUSTER", "GOING_ON", "OUTPUT", "GroupedCommand"]

CLUSTER, GOING_ON, OUTPUT, OTHERS = "Cluster", "Going on", "Output", "Options"
_ORDER = (CORPUS, MODEL, TRAINING, CLUSTER, GOING_ON, OUTPUT, OTHERS)

# Types as versions of Typer show them: <int>, <int range>, <list[str]>; INTEGER, INTEGER RANGE, TEXT.
_TYPE = re.compile(r"<(?:list\[)?(\w+)\]?(?: range)?>|(?<= )(INTEGER|FLOAT|TEXT|PATH)(?: RANGE)?(?![\w-])")
_SHOWN = {"int": "N", "integer": "N", "float": "NUMBER", "str": "TEXT", "text": "TEXT", "path": "FILE"}

_FACTS = re.compile(r"\[[^\[\]]*\]$")  # behind the explanation: the default, limits, whether it is required
_PLAINER = (
    (re.compile(r"(?<![\d.])(\d+)\.0(?![\d.])"), r"\1"),
    (re.compile(r"(-?[\d.]+)<=x<=(-?[\d.]+)"), r"\1 to \2"),
    (re.compile(r"x>=(-?[\d.]+)"), r"at least \1"),
    (re.compile(r"x<=(-?[\d.]+)"), r"at most \1"),
)


class GroupedCommand(typer.core.TyperCommand):
    """A command whose help lists options under the headings that they are declared with, others under "Options"."""

    def format_options(self, ctx, formatter):  # type: ignore[no-untyped-def]  # their types depend on Typer's version
        """Write arguments, then options, heading after heading."""
        sections: dict[str, list[Any]] = {"Arguments": []} | {heading: [] for heading in _ORDER}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                is_argument = parameter.param_type_name == "argument"
                heading = getattr(parameter, "rich_help_panel", None) or OTHERS
                name = _argument_name(parameter) if is_argument else _TYPE.sub(_plain_type, record[0])
                sections["Arguments" if is_argument else heading].append((name, _plain_facts(record[1])))
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def collect_usage_pieces(self, ctx):  # type: ignore[no-untyped-def]
        """The words behind the command in the line of its usage."""
        arguments = [one for one in self.get_params(ctx) if one.param_type_name == "argument"]
        return [self.options_metavar, *map(_argument_in_usage, arguments)]


def _argument_name(parameter: Any) -> str:
    """CORPUS..., or MODEL where there is one."""
    return _bare_name(parameter) + ("..." if parameter.nargs == -1 else "")


def _argument_in_usage(parameter: Any) -> str:
    name = _bare_name(parameter)
    return (name if parameter.required else f"[{name}]") + ("..." if parameter.nargs == -1 else "")


def _bare_name(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper()).strip("[]{}.")


def _plain_type(found: re.Match[str]) -> str:
    return _SHOWN.get((found[1] or found[2]).lower(), found[0])


def _plain_facts(explanation: str) -> str:
    """The same explanation with `[at least 1]` in place of `[x>=1]`."""
    facts = _FACTS.search(explanation)
    if facts is None:
        return explanation
    plain = facts[0]
    for notation, words in _PLAINER:
        plain = notation.sub(words, plain)
    return explanation[: facts.start()] + plain
