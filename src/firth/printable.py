"""Text that is safe to print: nothing from a file can command the terminal, or hide what is written.

Control characters, those of bidirectional text and all else that shows nothing become escapes.
"""

import json

__all__ = ["printable", "printable_json", "printable_lines"]


def printable(text: str) -> str:
    r"""The text with all but visible characters and blanks as escapes, such as \x1b."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def printable_lines(text: str) -> str:
    """The same, but line ends stay."""
    return "\n".join(map(printable, text.split("\n")))


def printable_json(document: str) -> str:
    """A JSON document with all but visible characters, blanks and line ends as escapes of JSON, which mean the same."""
    hidden = {letter for letter in set(document) if not letter.isprintable() and letter != "\n"}
    return document.translate({ord(letter): json.dumps(letter)[1:-1] for letter in hidden}) if hidden else document
