"""The keyboard of a phone: the words most likely to come next, or to be meant by the letters typed so far."""

import re
from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.tokenizers import tokenize_line
from firth.language_models.model import LanguageModel, NextWord, most_probable

__all__ = ["Keyboard"]

SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’)\]]*\s|\n")  # what follows starts a sentence; "3.5" does not end one


class _Typed(NamedTuple):
    """What is typed so far."""

    history: list[str]  # the words of the sentence before the cursor
    prefix: str  # the letters of a word that may go on; "" where the next word begins


class Keyboard:
    """Suggestions from a language model. It learns nothing from what is typed.

    model : any fitted language model.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        known = model.vocabulary.known
        self._by_spelling = np.array(sorted(range(len(known)), key=known.__getitem__), np.int64)
        self._sorted = [known[i] for i in self._by_spelling]

    def suggest(self, text: str, count: int = 3) -> list[NextWord]:
        """The words most likely to come next; where a word is half typed, those that begin with it.

        Parameters
        ----------
        text : all that was typed. The words since the last sentence end are the history. A last word that no other
            word begins with is taken for finished, as one before a space is.
        count : at least 1; fewer come back where fewer words fit.

        Raises SettingError if `count` is below 1.
        """
        history, prefix = self._typed(text)
        fitting = np.sort(self._beginning_with(prefix))  # by id, so that of equals the more frequent comes first
        probabilities = self._model.distribution(history)[fitting]
        total = float(probabilities.sum())
        known = self._model.vocabulary.known
        best = most_probable(probabilities, count)
        return [NextWord(known[fitting[i]], float(probabilities[i]) / total) for i in best]

    def accept(self, text: str, word: str) -> str:
        """The text with `word` at its end, in place of the letters of a half-typed one, and a space after it."""
        if self._typed(text).prefix:
            text = text[: re.search(r"\S*\Z", text).start()]  # type: ignore[union-attr]  # matches any text
        elif text and not text[-1].isspace():
            text += " "
        return f"{text}{word} "

    def _beginning_with(self, prefix: str) -> NDArray[np.int64]:
        """The ids of the words that begin with these letters."""
        return self._by_spelling[bisect_left(self._sorted, prefix) : bisect_left(self._sorted, prefix + "\U0010ffff")]

    def _typed(self, text: str) -> _Typed:
        starts = [match.end() for match in SENTENCE_END.finditer(text)]
        tokenizer = self._model.tokenizer
        words = tokenize_line(text[starts[-1] if starts else 0 :], tokenizer)
        if not words or not tokenize_line(text[-1], tokenizer):
            return _Typed(words, "")  # a space or a sign ends a word
        fitting = self._beginning_with(words[-1])
        if len(fitting) == 1 and self._model.vocabulary.known[fitting[0]] == words[-1]:
            return _Typed(words, "")
        return _Typed(words[:-1], words[-1])
