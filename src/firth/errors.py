"""Every error Firth raises on purpose.

    Exception
    └── FirthError                      catch this to catch them all
        ├── SettingError                (ValueError)   an impossible value, or an option without effect
        ├── CorpusError                 (ValueError)   the text cannot be read, or contains nothing to train on
        ├── FormatError                 (ValueError)   a file is damaged, or cannot hold what is written
        ├── UnknownWordError            (KeyError)     a word is not in the vocabulary
        ├── NotFittedError              (RuntimeError) a model is used before fit() or load()
        ├── DivergenceError             (ArithmeticError) vectors were no longer finite in training
        └── MissingExtraError           (ImportError)  an optional package is needed
    KeyboardInterrupt
    └── TrainingInterrupted             Ctrl-C during training; the model keeps the vectors so far

A message says what was given, what was wanted, and what to do.
"""

from collections.abc import Sequence
from pathlib import Path

__all__ = [
    "CorpusError",
    "DivergenceError",
    "FirthError",
    "FormatError",
    "MissingExtraError",
    "NotFittedError",
    "SettingError",
    "TrainingInterrupted",
    "UnknownWordError",
]


class FirthError(Exception):
    """The root of Firth's own errors."""


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
    place_and_problem : the message without the path.
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
        places = [f"{unit} {number:,}" for unit, number in (("line", line), ("byte", byte)) if number is not None]
        self.place_and_problem = ": ".join([*places, problem])
        super().__init__(", ".join([str(path), *places]) + f": {problem}")


class UnknownWordError(FirthError, KeyError):
    """A word is not in the vocabulary.

    Attributes
    ----------
    word : the unknown word.
    suggestions : words of the vocabulary spelled nearly the same way, nearest first.
    """

    def __init__(self, word: str, vocabulary_size: int, suggestions: Sequence[str] = ()) -> None:
        self.word = word
        self.suggestions = list(suggestions)
        message = f"{word!r} is not among the {vocabulary_size:,} words"
        if self.suggestions:
            message += f"; near spellings: {', '.join(self.suggestions)}"
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        """KeyError would show the quoted repr of its message."""
        return self.message


class NotFittedError(FirthError, RuntimeError):
    """A model is used before fit() or load()."""


class DivergenceError(FirthError, ArithmeticError):
    """Vectors were no longer finite in training: the learning rate is too high for this text."""


class MissingExtraError(FirthError, ImportError):
    """An optional package is needed.

    Attributes
    ----------
    extra : the extra of this package that installs it.
    """

    def __init__(self, purpose: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs an optional package: pip install 'firth[{extra}]'")


class TrainingInterrupted(KeyboardInterrupt):
    """Training was stopped by Ctrl-C; the model keeps the vectors learned so far."""
