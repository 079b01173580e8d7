"""Every error Firth raises on purpose.

    Exception
    └── FirthError                      catch this to catch them all
        ├── SettingError                (ValueError)   an impossible value, or an option without effect
        ├── CorpusError                 (ValueError)   the text cannot be read, or contains nothing to train on
        ├── FormatError                 (ValueError)   a file is damaged, or cannot hold what is written
        ├── UnknownWordError            (KeyError)     a word is not in the vocabulary
        ├── NotFittedError              (RuntimeError) a model is used before fit() or load()
        ├── DivergenceError             (ArithmeticError) vectors or a loss are not finite
        └── MissingExtraError           (ImportError)  an optional package is needed
    KeyboardInterrupt
    └── TrainingInterrupted             Ctrl-C during training; the model keeps the vectors so far
    UserWarning
    └── FirthWarning                    something was guessed, left out or replaced; warn() issues it

A message says what was given, what was wanted, and what to do. It stays short however long the given value is.
"""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = [
    "CorpusError",
    "DivergenceError",
    "FirthError",
    "FirthWarning",
    "FormatError",
    "MissingExtraError",
    "NotFittedError",
    "SettingError",
    "TrainingInterrupted",
    "UnknownWordError",
    "quoted",
    "shortened",
    "warn",
]

_LONGEST_VALUE = 60  # characters of a user's value in a message
_LONGEST_MESSAGE = 1000  # characters; longer ones lose their middle


def quoted(value: object, longest: int = _LONGEST_VALUE) -> str:
    """A user's value as a message repeats it: its repr(), cut where it is long."""
    if isinstance(value, str):
        value = str.__str__(value)  # the characters, whatever a subclass shows
    if isinstance(value, str | bytes | bytearray):  # before repr(), which would copy a text of a gigabyte
        return repr(value) if len(value) <= longest else repr(value[:longest]) + "…"
    text = repr(value)
    return text if len(text) <= longest else text[:longest] + "…"


def warn(sentence: str) -> None:
    """Issue a FirthWarning, at the line outside Firth that called it."""
    level, frame = 1, sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "firth":
        level, frame = level + 1, frame.f_back  # type: ignore[assignment]
    warnings.warn(shortened(sentence), FirthWarning, stacklevel=level)


def shortened(message: str) -> str:
    """A message, which loses its middle where it is too long: what was wrong and what to do are at its ends."""
    half = _LONGEST_MESSAGE // 2
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:half]} … {message[-half:]}"


class FirthError(Exception):
    """The root of Firth's own errors."""

    def __init__(self, message: str = "") -> None:
        super().__init__(shortened(message))

    def __reduce__(self) -> tuple[Any, ...]:
        """For other processes (multiprocessing): constructors of subclasses take other arguments than the message."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[FirthError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> FirthError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class FirthWarning(UserWarning):
    """Something was guessed, left out or replaced: the result can be used, but may not be what was meant."""


class SettingError(FirthError, ValueError):
    """A hyperparameter or option has an impossible value, or has no effect with the others."""


class CorpusError(FirthError, ValueError):
    """The text cannot be read, or contains nothing to train on."""


class FormatError(FirthError, ValueError):
    """A file of vectors is damaged or foreign, or a format cannot hold what is to be written.

    Attributes
    ----------
    path : the file.
    line : 1-based line of a text file, or None.
    byte : 0-based offset into a binary file, or None.
    located_problem : the message without the path: line or byte, and the problem.
    """

    def __init__(
        self,
        path: str | Path,
        problem: str,
        *,
        line: int | None = None,
        byte: int | None = None,
    ) -> None:
        self.path = Path(path)
        self.line = line
        self.byte = byte
        self.problem = problem
        position = [f"{unit} {number:,}" for unit, number in (("line", line), ("byte", byte)) if number is not None]
        self.located_problem = ": ".join([*position, problem])
        super().__init__(", ".join([str(path), *position]) + f": {problem}")


class UnknownWordError(FirthError, KeyError):
    """A word is not in the vocabulary.

    Attributes
    ----------
    word : the unknown word.
    suggestions : words of the vocabulary spelled nearly the same way, nearest first.
    """

    def __init__(
        self, word: str, vocabulary_size: int, suggestions: Sequence[str] = (), *, what: str = "words"
    ) -> None:
        self.word = word
        self.suggestions = list(suggestions)
        message = f"{quoted(word)} is not among the {vocabulary_size:,} {what}"
        if self.suggestions:
            shown = (word if word.isprintable() else repr(word) for word in self.suggestions)
            message += f"; near spellings: {', '.join(shown)}"
        super().__init__(message)
        self.message = str(self.args[0])

    def __str__(self) -> str:
        """KeyError would show the quoted repr of its message."""
        return self.message


class NotFittedError(FirthError, RuntimeError):
    """A model is used before fit() or load()."""


class DivergenceError(FirthError, ArithmeticError):
    """Vectors or a loss are not finite, or the loss rose far above that of the start: the learning rate is too high."""


class MissingExtraError(FirthError, ImportError):
    """An optional package is needed.

    Attributes
    ----------
    extra : the extra of this package that installs it.
    """

    def __init__(self, purpose: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs an optional package: pip install 'firth[{extra}]'")

    def __str__(self) -> str:
        """ImportError would show the message that it was made with, without what was added since."""
        return str(self.args[0])


class TrainingInterrupted(KeyboardInterrupt):
    """Training was stopped by Ctrl-C; the model keeps the vectors learned so far."""
