"""A phone's keyboard: suggests the next word, or completions of a half-typed one."""

import re
from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.tokenizers import tokenize_line
from firth.language_models.model import LanguageModel, NextWord, check_language_model, most_probable

__all__ = ["Keyboard"]

SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’)\]]*\s|\n")  # a sentence starts after it; "3.5" contains none


class _Typed(NamedTuple):
    """The last sentence of the typed text."""

    history: list[str]  # its complete words
    prefix: str  # the letters of a half-typed word; "" where the next word begins


class Keyboard:
    """Suggests words from a language model. It does not learn from what is typed.

    model : any fitted language model.

    Raises NotFittedError if the model is not fitted; SettingError if it is no language model.
    """

    def __init__(self, model: LanguageModel) -> None:
        check_language_model(model)
        self._model = model
        known = model.vocabulary.known
        self._by_spelling = np.array(sorted(range(len(known)), key=known.__getitem__), np.int64)
        self._sorted = [known[i] for i in self._by_spelling]

    def suggest(self, text: str, count: int = 3) -> list[NextWord]:
        """The most probable next words; where a word is half typed, the most probable of those that begin with it.

        Parameters
        ----------
        text : everything typed so far. The words since the last end of a sentence are the history. The last word is
            half typed unless a space or punctuation follows it, or it is known and no other word begins with it.
        count : at least 1; fewer come back where fewer words match.

        Returns  best first; the probabilities of all words that match sum to 1.
        Raises   SettingError if `count` is below 1.
        """
        history, prefix = self._typed(text)
        matching = np.sort(self._beginning_with(prefix))  # by id: of equally probable words the more frequent is first
        probabilities = self._model.distribution(history)[matching]
        total = float(probabilities.sum())
        known = self._model.vocabulary.known
        best = most_probable(probabilities, count)
        return [NextWord(known[matching[i]], float(probabilities[i]) / total) for i in best]

    def accept(self, text: str, word: str) -> str:
        """The text with `word` and a space at its end; the word replaces a half-typed one."""
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
            return _Typed(words, "")  # a space or punctuation ends a word
        matching = self._beginning_with(words[-1])
        if len(matching) == 1 and self._model.vocabulary.known[matching[0]] == words[-1]:
            return _Typed(words, "")
        return _Typed(words[:-1], words[-1])
