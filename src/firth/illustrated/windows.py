"""A window slides over a text, and each place where it stops makes examples: the document's tables.

    kind        from                            to                              "… by a red bus in …", two words
    lm          the words before                the next word                   by, a -> red
    cbow        the words on both sides         the word between them           by, a, bus, in -> red
    skipgram    the word in the middle          each of its neighbours          red -> by, red -> a, red -> bus, …
    negative    the word in the middle          each neighbour, target 1, and words drawn at random, target 0

Windows end with their sentence. A language model learns from full windows only, the others also from short ones.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from firth.illustrated.chance import Chance

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
    """Where the window stands in a sentence: places of words, counted from 0."""

    place: int  # the word that is to be recognised (lm, cbow), or whose neighbours are
    features: list[int]  # what a model is shown
    labels: list[int]  # what it should say


def window_states(sentence_length: int, kind: str, window: int) -> Iterator[WindowState]:
    """Every stop of a window on its way through a sentence, for drawing.

    window : words before the label (lm), or on each side of the place.
    """
    for place in range(sentence_length):
        before = list(range(max(0, place - window), place))
        around = before + list(range(place + 1, min(place + 1 + window, sentence_length)))
        if kind == "lm" and len(before) == window:
            yield WindowState(place, before, [place])
        elif kind == "cbow" and around:
            yield WindowState(place, around, [place])
        elif kind in ("skipgram", "negative") and around:
            yield WindowState(place, [place], around)


def language_model_rows(sentence: Sequence[Word], window: int) -> Iterator[tuple[Word, ...]]:
    """(word, …, word, next word) for every place with so many words before it."""
    for _, features, labels in window_states(len(sentence), "lm", window):
        yield tuple(sentence[place] for place in features + labels)


def cbow_rows(sentence: Sequence[Word], window: int) -> Iterator[tuple[Word | None, ...]]:
    """(words before, words after, word between them) for every place; None where the sentence does not reach."""
    for place, features, _ in window_states(len(sentence), "cbow", window):
        around = [*range(place - window, place), *range(place + 1, place + 1 + window)]
        yield *(sentence[at] if at in features else None for at in around), sentence[place]


def skipgram_rows(sentence: Sequence[Word], window: int) -> Iterator[tuple[Word, Word, int]]:
    """(word, neighbour, 1) for every place and each of its neighbours."""
    for place, _, labels in window_states(len(sentence), "skipgram", window):
        for neighbour in labels:
            yield sentence[place], sentence[neighbour], 1


def negative_rows(sentences: Sequence[Sequence[int]], chance: Chance) -> Iterator[tuple[int, int, int]]:
    """(word, neighbour, 1), each followed by (word, noise word, 0) for noise words of its own, all as ids.

    Noise words are drawn, not checked: none is the neighbour itself, but one may be another neighbour, or the word.
    chance : its window, negative samples, noise table and key decide.
    """
    number = 0  # of the pair in the text: its draws follow from this
    for sentence in sentences:
        for word, neighbour, target in skipgram_rows(sentence, chance.window):
            yield word, neighbour, target
            for noise in chance.noise_words(neighbour, number):
                yield word, noise, 0
            number += 1
