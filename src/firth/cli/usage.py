"""Messages for what is wrong with a command line: the option, what was given, what is wanted, where help is."""

import re
from typing import Any

__all__ = ["usage_message"]

# The parser looks at files before commands open them; one message for both.
_UNREADABLE = re.compile(r"^Invalid value for .*: [Pp]ath '(.*)' is not readable\.$", re.DOTALL)

# Older versions of Typer parse with Click, which says that 'x' is not a valid integer, or 0 not in the range x>=1.
_KINDS = {"integer": "a whole number", "float": "a number"}
_INVALID = re.compile(r"^Invalid value for .*?: '(?P<given>.*)' is not a valid (?P<kind>integer|float)", re.DOTALL)
_OUTSIDE = re.compile(
    r": (?P<given>\S+) is not in the range (?:(?P<low>\S+)<=)?x(?:>=(?P<least>\S+?))?(?:<=(?P<high>\S+?))?\.$"
)
_SUGGESTED_TWICE = re.compile(r" \(Did you mean .*\)\.?$")


def usage_message(error: Any) -> str:
    """The message of an error of the command line parser.

    error : a ClickException of Typer, whose module depends on the version.
    """
    text = _SUGGESTED_TWICE.sub("", str(error.format_message()))
    if _UNREADABLE.match(text):
        return _UNREADABLE.sub(r"\1: Permission denied", text)
    context = getattr(error, "ctx", None)
    if context is None:
        return text
    help = f"`{context.command_path} --help`"
    return f"{text} See {help}" if text.endswith("?") else f"{_wrong_value(error) or text.rstrip('.')}; see {help}"


def _wrong_value(error: Any) -> str:
    """The value that was given and what is wanted, in the same words for all versions of Typer."""
    param = getattr(error, "param", None)
    if param is None:
        return ""
    details = getattr(error.__cause__, "errors", None)
    if details is None:
        given, wanted = _found_by_click(str(error.format_message()))
    else:
        first = details()[0]
        given, wanted = first["input"], _wanted(str(first["type"]), first.get("ctx", {}))
    name = next((name for name in param.opts if name.startswith("--")), param.name)
    return f"{name} {given}: must be {wanted}" if wanted else ""


def _found_by_click(text: str) -> tuple[str, str]:
    """The value that was given and what is wanted; nothing if it is another kind of message."""
    if found := _INVALID.search(text):
        return found["given"], _KINDS[found["kind"]]
    if found := _OUTSIDE.search(text):
        given, low, high = found["given"], found["low"] or found["least"], found["high"]
        is_below = low is not None and float(given) < float(low)
        return given, f"at least {low}" if is_below else f"at most {high}"
    return "", ""


def _wanted(kind: str, limits: dict[str, Any]) -> str:
    match kind:
        case "int_parsing" | "int_type" | "int_from_float":
            return "a whole number"
        case "float_parsing" | "float_type":
            return "a number"
        case "greater_than_equal":
            return f"at least {limits['ge']}"
        case "less_than_equal":
            return f"at most {limits['le']}"
    return ""
