"""Settings of gensim's models that have no effect here, or that gensim 3 called otherwise."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from firth.errors import quoted, warn

__all__ = ["answers_old_names", "warn_without_effect"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_REASONS = {
    "hashfxn": "vectors are drawn by the seed alone",
    "batch_words": "threads take 16,384 words at a time",
    "null_word": "there is no null word",
    "queue_factor": "threads read the text from memory",
    "report_delay": "logging has a line for each epoch",
    "progress_per": "the text is read at once",
    "trim_rule": "words are left out by prepare_vocab() and build_vocab()",
    "word_count": "training begins at the first word",
    "word_ngrams": "n-grams of words belong to supervised models",
    "chunksize": "sentences are scored one after the other",
    "dm_tag_count": "a document may have any number of tags",
    "dv_mapfile": "the vectors of documents are in memory",
    "workers": "the text is read by as many threads as are of use",
}


def warn_without_effect(call: str, given: Mapping[str, tuple[Any, Any]]) -> None:
    """Warn of settings without effect that have another value than gensim's default.

    given : by name, the value and that default.
    """
    for name, (value, default) in given.items():
        if value is not default and value != default:
            warn(f"{call}: {name}={quoted(value)} has no effect: {_REASONS[name]}")


def answers_old_names(names: Mapping[str, str]) -> Callable[[_Function], _Function]:
    """Have a function answer gensim 3's names of its parameters with those of gensim 4, as a TypeError."""

    def decorate(function: _Function) -> _Function:
        @functools.wraps(function)
        def answering(*args: Any, **kwargs: Any) -> Any:
            for name in kwargs:
                if name in names:
                    raise TypeError(f"{name}= is of gensim 3; since gensim 4 it is {names[name]}")
            return function(*args, **kwargs)

        return answering  # type: ignore[return-value]

    return decorate
