"""Docstrings of the source, rewritten in the form that the site's generator reads (a Griffe extension).

The source writes sections in a compact form, close to NumPy's: the types are in the signature, so `name : text` has a
description where NumPy has a type, and `Raises   SettingError if …` fits on one line. Griffe's Google parser knows
`Parameters:`, `Attributes:` and `Raises:` with `name: text`; every other section becomes a paragraph with a bold title.
"""

import re
from collections.abc import Iterator
from typing import Any

import griffe

_COMPACT = ("Raises", "Returns", "Source", "Sources", "Shapes", "Memory", "Threads", "Reference")  # "Raises   X if …"
_TITLE = re.compile(rf"^(?P<title>{'|'.join(_COMPACT)})(?: +(?P<text>\S.*))?$")
_UNDERLINE = re.compile(r"^-{3,}$")
_ITEM = re.compile(r"^(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : (?P<text>.*))?$")
_ERROR = re.compile(r"(?:^|(?<=[.;] ))(?=[A-Z]\w*(?:Error|Interrupted)\b)")  # where the next error of a text begins


_SHOWN_METHODS = {"__getitem__", "__len__", "__contains__", "__iter__", "__call__"}


class CompactDocstrings(griffe.Extension):
    """Prepares the whole package when it has been read."""

    def on_package(self, *, pkg: griffe.Module, **kwargs: Any) -> None:
        """Rewrite all docstrings, and show exported functions where their files have the same names."""
        for found in list(objects_in(pkg)):
            if found.docstring is None and (comment := comment_of(found)):
                found.docstring = griffe.Docstring(comment, parent=found)
            if found.docstring is not None:
                text = found.docstring.value
                # Of a module only the first paragraph: the rest are tables in plain text, for readers of the source.
                found.docstring.value = text.partition("\n\n")[0] if found.is_module else google_form(text)
            if found.is_function and found.name.startswith("__") and found.name not in _SHOWN_METHODS:
                found.public = False
        for package in (pkg, *pkg.modules.values()):
            for name in map(str, package.exports or ()):
                file = package.members.get(name)
                if file is not None and file.is_module and name in file.members:
                    package.set_member(name, griffe.Alias(name, file.members[name], parent=package))


def comment_of(field: griffe.Object) -> str:
    """The comment behind a field of a class: `loss: float  # mean per pair, in nats`."""
    if not (field.is_attribute and field.parent is not None and field.parent.is_class and field.lineno):
        return ""
    return field.lines_collection[field.filepath][field.lineno - 1].partition("  # ")[2].strip()


def objects_in(owner: griffe.Object) -> Iterator[griffe.Object]:
    """A module or class and everything in it, imported names excepted."""
    yield owner
    for member in owner.members.values():
        if not member.is_alias:
            yield from objects_in(member)


def google_form(docstring: str) -> str:
    """The same docstring with sections in Google's form."""
    written: list[str] = []
    for title, lines in sections_of(docstring.splitlines()):
        if title in ("Parameters", "Attributes"):
            written += [f"{title}:", *_indented(items_of(lines))]
        elif title == "Raises":
            written += [f"{title}:", *_indented(errors_of(lines))]
        elif title == "Examples":
            written += [f"{title}:", *(f"    {line}" if line else "" for line in lines)]
        elif title:
            written.append(f"**{title}:** {' '.join(line.strip() for line in lines)}")
        else:
            written += lines
        written.append("")
    return "\n".join(written).strip()


def sections_of(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Titles and lines of all sections; what comes before the first has no title."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if _UNDERLINE.match(below) and line.strip():
            found.append((line.strip(), []))
        elif _UNDERLINE.match(line):
            continue
        elif (compact := _TITLE.match(line)) and (line.startswith("Raises ") or re.match(r"\w+ {2,}", line)):
            found.append((compact["title"], [compact["text"] or ""]))
        else:
            found[-1][1].append(line)
    return [(title, _without_empty_ends(section)) for title, section in found]


def items_of(lines: list[str]) -> list[tuple[str, str]]:
    """Names and descriptions; of several names on one line, the later ones refer to the first."""
    items: list[tuple[str, str]] = []
    for line in lines:
        if item := _ITEM.match(line):
            first, *others = item["names"].split(", ")
            waiting = [(other, f"see `{first}`") for other in others]
            items += [*waiting, (first, item["text"] or "")] if not waiting else [(first, item["text"] or ""), *waiting]
            current = len(items) - 1 - len(waiting)
        elif items and line.strip():
            name, text = items[current]
            items[current] = (name, f"{text} {line.strip()}".strip())
    return items


def errors_of(lines: list[str]) -> list[tuple[str, str]]:
    """Errors and when they are raised, from either form of the section."""
    if lines and _ITEM.match(lines[0]):  # NumPy's: a line for the name, indented lines for the text
        return items_of(lines)
    parts = _ERROR.split(" ".join(line.strip() for line in lines))
    split = [re.match(r"(\w+)[,:]? ?(.*)", part.strip()) for part in parts if part.strip()]
    return [(match[1], match[2].rstrip(".;") or "see above") for match in split if match]


def _indented(items: list[tuple[str, str]]) -> list[str]:
    return [f"    {name}: {text}" for name, text in items]


def _without_empty_ends(lines: list[str]) -> list[str]:
    return "\n".join(lines).strip("\n").splitlines()
