r"""The table of phrases as text, to be looked at and edited: one phrase on each line.

    # firth phrases 1 {"min_count": 5, "threshold": 10.0, "delimiter": "_", …}
    phrase      count   score   pass
    new york    1209    142.3   1
    new_york times    87    95.02    2

The columns are separated by tabs, the words of a phrase by blanks. The first line, with the settings, and the line with
the names of the columns may be missing, and so may columns from the end: a phrase alone has count 0, score inf and pass
1. Lines that begin with # are comments. In words, white space and control characters are written as \uXXXX, a backslash
as \\, and an empty word as \e.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import FormatError, SettingError, quoted
from firth.formats.atomic import atomic_write
from firth.phrases.settings import PhraseSettings

__all__ = ["Phrase", "check_phrase", "read_table", "write_table"]

_MAGIC = "# firth phrases "
_VERSION = "1"
_COLUMNS = ["phrase", "count", "score", "pass"]
_MOST_PASSES = 100
_LONGEST_PHRASE = 1 << 16  # characters

_ESCAPE = re.compile(r"\\(\\|e|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})?")


class Phrase(NamedTuple):
    """A phrase: words that become one word where they follow each other.

    Attributes
    ----------
    words : two or more, as they are in the text before its pass; in later passes one may be a phrase of an earlier one.
    count : how often they occur one after the other.
    score : how much more often than chance would have it; infinity where nobody counted.
    in_pass : the pass that joins it, from 1.
    """

    words: tuple[str, ...]
    count: int = 0  # type: ignore[assignment]  # tuples have a method of this name
    score: float = math.inf
    in_pass: int = 1


def check_phrase(given: Any) -> Phrase:
    """A phrase, or a tuple of its parts, as a Phrase.

    Raises   SettingError saying what is wrong with it.
    """
    if isinstance(given, str) or not isinstance(given, tuple | list) or not 1 <= len(given) <= 4:
        raise SettingError(f"{quoted(given)}: must be a Phrase(words, count, score, in_pass)")
    phrase = Phrase(*given)
    words = phrase.words
    if isinstance(words, str) or not isinstance(words, tuple | list) or not all(isinstance(w, str) for w in words):
        raise SettingError(f"phrase {quoted(given)}: its words must be a tuple of strings, not {quoted(words)}")
    if len(words) < 2:
        raise SettingError(f"phrase {quoted(given)}: has {len(words)} word, but a phrase has two or more")
    problem = _problem_of_numbers(phrase.count, phrase.score, phrase.in_pass)
    if problem:
        raise SettingError(f"phrase {quoted(given)}: {problem}")
    return phrase._replace(words=tuple(words))


def _problem_of_numbers(count: Any, score: Any, in_pass: Any) -> str | None:
    if not isinstance(count, int) or count < 0:
        return f"count {quoted(count)} must be a whole number, 0 or more"
    if not isinstance(score, int | float) or math.isnan(score):
        return f"score {quoted(score)} must be a number"
    if not isinstance(in_pass, int) or not 1 <= in_pass <= _MOST_PASSES:
        return f"pass {quoted(in_pass)} must be a whole number from 1 to {_MOST_PASSES}"
    return None


# ---------------------------------------------------------------- writing


def write_table(path: str | Path, settings: PhraseSettings, phrases: Iterable[Phrase]) -> None:
    """Write phrases and the settings that they were found with; replaces an old file only when complete.

    Raises   FormatError or OSError if the file cannot be written.
    """
    stored = settings.to_json()
    del stored["threads"]  # it changes nothing
    with atomic_write(path) as file:
        file.write(f"{_MAGIC}{_VERSION} {json.dumps(stored)}\n".encode())
        file.write(("\t".join(_COLUMNS) + "\n").encode())
        for phrase in phrases:
            words = " ".join(map(_escaped, phrase.words))
            if words[0] == "#":
                words = "\\u0023" + words[1:]
            file.write(f"{words}\t{phrase.count}\t{float(phrase.score)!r}\t{phrase.in_pass}\n".encode())


def _escaped(word: str) -> str:
    if word.isalnum():
        return word
    return "".join(map(_escaped_character, word)) or "\\e"


def _escaped_character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isspace() or unicodedata.category(character) in ("Cc", "Cs") or character == "\ufeff":
        return f"\\u{ord(character):04x}"
    return character


# ---------------------------------------------------------------- reading


def read_table(path: str | Path) -> tuple[dict[str, Any], list[Phrase]]:
    """The stored settings, {} where there are none, and the phrases in the order of the file.

    Raises   FormatError naming the line of what is no phrase; OSError.
    """
    content = Path(path).read_bytes()
    try:
        lines = content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(path, "not a text file in UTF-8", byte=error.start) from None
    settings = _settings_in(path, lines[0])
    phrases: list[Phrase] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not phrases and [cell.strip() for cell in cells] == _COLUMNS[: len(cells)]:
            continue
        phrases.append(_phrase_in(path, number, cells))
    return settings, phrases


def _settings_in(path: str | Path, line: str) -> dict[str, Any]:
    if not line.startswith(_MAGIC):
        return {}
    version, _, settings = line.removeprefix(_MAGIC).partition(" ")
    if version != _VERSION:
        problem = f"version {quoted(version)} of the table of phrases, but only version {_VERSION} is known"
        raise FormatError(path, f"{problem}: a newer Firth may read it", line=1)
    try:
        read = json.loads(settings)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        problem = "the settings behind the version are not a JSON object: leave the line out for the defaults"
        raise FormatError(path, problem, line=1)
    return read


def _phrase_in(path: str | Path, number: int, cells: list[str]) -> Phrase:
    if len(cells) > len(_COLUMNS):
        problem = f"{len(cells)} columns: a phrase has {', '.join(_COLUMNS)}, separated by tabs"
        raise FormatError(path, problem, line=number)
    if len(cells[0]) > _LONGEST_PHRASE:
        raise FormatError(path, f"{len(cells[0]):,} characters: at most {_LONGEST_PHRASE:,} are a phrase", line=number)
    words = tuple(_unescaped(path, number, word) for word in cells[0].split())
    if len(words) < 2:
        problem = f"{quoted(cells[0])} has {len(words)} words: a phrase has two or more, separated by blanks"
        raise FormatError(path, problem, line=number)
    given = [cell.strip() for cell in cells[1:]]
    kinds: list[tuple[str, type]] = [("count", int), ("score", float), ("pass", int)]
    values: list[Any] = []
    for (name, kind), cell in zip(kinds, given, strict=False):
        try:
            values.append(kind(cell))
        except ValueError:
            wanted = "a number" if kind is float else "a whole number"
            raise FormatError(path, f"{name} {quoted(cell)} must be {wanted}", line=number) from None
    phrase = Phrase(words, *values)
    if wrong := _problem_of_numbers(*phrase[1:]):
        raise FormatError(path, wrong, line=number)
    return phrase


def _unescaped(path: str | Path, number: int, word: str) -> str:
    def character(escape: re.Match[str]) -> str:
        code = escape[1]
        if code is None:
            problem = f"{quoted(word)}: a backslash is written as \\\\, other characters as \\uXXXX"
            raise FormatError(path, problem, line=number)
        if code[0] in "uU":
            value = int(code[1:], 16)
            if value > 0x10FFFF:
                raise FormatError(path, f"{quoted(word)}: there is no character {escape[0]}", line=number)
            return chr(value)
        return "" if code == "e" else "\\"

    return _ESCAPE.sub(character, word) if "\\" in word else word
