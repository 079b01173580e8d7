"""Messages for what is wrong with a command line: the option, what was given, what is wanted, where help is."""

import re
from typing import Any

__all__ = ["usage_message"]

# The parser looks at files before commands open them; one message for both.
_UNREADABLE = re.compile(r"^Invalid value for .*: [Pp]ath '(.*)' is not readable\.$", re.DOTALL)


def usage_message(error: Any) -> str:
    """The message of an error of the command line parser.

    error : a ClickException of Typer, whose module depends on the version.
    """
    text = str(error.format_message())
    if _UNREADABLE.match(text):
        return _UNREADABLE.sub(r"\1: Permission denied", text)
    context = getattr(error, "ctx", None)
    if context is None:
        return text
    help = f"`{context.command_path} --help`"
    return f"{text} See {help}" if text.endswith("?") else f"{_wrong_value(error) or text.rstrip('.')}; see {help}"


def _wrong_value(error: Any) -> str:
    """The value that was given and what is wanted, where newer versions of Typer say only the latter."""
    details = getattr(error.__cause__, "errors", None)
    if details is None or error.param is None:
        return ""
    first = details()[0]
    name = next((name for name in error.param.opts if name.startswith("--")), error.param.name)
    wanted = _wanted(str(first["type"]), first.get("ctx", {}))
    return f"{name} {first['input']}: must be {wanted}" if wanted else ""


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
