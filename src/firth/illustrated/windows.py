"""A window slides over a text, and makes examples at each position: the document's tables.

    kind        from                            to                              "… by a red bus in …", two words
    lm          the words before                the next word                   by, a -> red
    cbow        the words on both sides         the word between them           by, a, bus, in -> red
    skipgram    the word in the middle          each of its neighbours          red -> by, red -> a, red -> bus, …
    negative    the word in the middle          each neighbour, target 1, and words drawn at random, target 0

Windows end with their sentence. A language model learns from full windows only, the others also from short ones.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from firth.illustrated.draws import Draws

__all__ = [
    "KINDS",
    "WindowState",
    "cbow_rows",
    "language_model_rows",
    "negative_rows",
    "skipgram_rows",
    "window_states",
]

KINDS = ("lm", "cbow", "skipgram", "negative")

Word = TypeVar("Word")  # a string or an id


class WindowState(NamedTuple):
    """The window at one position of a sentence: positions of words, counted from 0."""

    position: int  # of the word to predict (lm, cbow), or whose neighbours are predicted
    features: list[int]  # positions of the input words
    labels: list[int]  # positions of the words to predict


def window_states(sentence_length: int, kind: str, window: int) -> Iterator[WindowState]:
    """Every position of a window in a sentence, for drawing.

    window : words before the label (lm), or on each side of the position.
    """
    for position in range(sentence_length):
        before = list(range(max(0, position - window), position))
        around = before + list(range(position + 1, min(position + 1 + window, sentence_length)))
        if kind == "lm" and len(before) == window:
            yield WindowState(position, before, [position])
        elif kind == "cbow" and around:
            yield WindowState(position, around, [position])
        elif kind in ("skipgram", "negative") and around:
            yield WindowState(position, [position], around)


def language_model_rows(sentence: Sequence[Word], window: int) -> Iterator[tuple[Word, ...]]:
    """(word, …, word, next word) for every position with that many words before it."""
    for _, features, labels in window_states(len(sentence), "lm", window):
        yield tuple(sentence[position] for position in features + labels)


def cbow_rows(sentence: Sequence[Word], window: int) -> Iterator[tuple[Word | None, ...]]:
    """(words before, words after, word between them) for every position; None outside the sentence."""
    for position, features, _ in window_states(len(sentence), "cbow", window):
        around = [*range(position - window, position), *range(position + 1, position + 1 + window)]
        yield *(sentence[at] if at in features else None for at in around), sentence[position]


def skipgram_rows(sentence: Sequence[Word], window: int) -> Iterator[tuple[Word, Word, int]]:
    """(word, neighbour, 1) for every position and each of its neighbours."""
    for position, _, labels in window_states(len(sentence), "skipgram", window):
        for neighbour in labels:
            yield sentence[position], sentence[neighbour], 1


def negative_rows(sentences: Sequence[Sequence[int]], window: int, draws: Draws) -> Iterator[tuple[int, int, int]]:
    """(word, neighbour, 1), each followed by (word, noise word, 0) for noise words of its own, all as ids.

    None of the noise words is the neighbour itself, but one may be another neighbour, or the word.
    draws : its negative samples, noise table and key decide.
    """
    number = 0  # of the pair in the text, from which its draws follow
    for sentence in sentences:
        for word, neighbour, target in skipgram_rows(sentence, window):
            yield word, neighbour, target
            for noise in draws.noise_words(neighbour, number):
                yield word, noise, 0
            number += 1
