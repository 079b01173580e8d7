"""What is drawn at random in training, as the kernels draw it: a function of a key and the position in the text.

Source   splitmix64: Steele, Lea, Flood 2014; subsampling and noise: Mikolov et al. 2013, arXiv:1310.4546, section 2.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draws", "Position", "alias_draw", "positions", "random_bits"]

_MASK = 2**64 - 1


def random_bits(key: int, counter: int) -> int:
    """The 64 bits that splitmix64 gives for a counter."""
    bits = (key + counter * 0x9E3779B97F4A7C15) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)


def alias_draw(bits: int, table: NDArray[np.uint64]) -> int:
    """An index into an alias table, with its probability, from 64 random bits."""
    slot = (bits >> 32) * len(table) >> 32
    entry = int(table[slot])
    return entry & 0xFFFFFFFF if bits & 0xFFFFFFFF > entry >> 32 else slot


class Draws(NamedTuple):
    """How draws are made in one epoch."""

    keep_thresholds: NDArray[np.uint32]  # (V,) an occurrence is read if 32 random bits are not above
    noise_table: NDArray[np.uint64]  # (V,) acceptance threshold << 32 | alias
    window: int | tuple[int, int]  # the largest distance, or those before and after the center
    shrink_window: bool
    negative_samples: int  # at most V - 1 if they are to be different
    key: int
    different: bool = True  # whether noise words differ from each other and from the center, or are independent

    def is_read(self, word: int, position: int) -> bool:
        """Whether subsampling keeps the word at this position of the text."""
        return random_bits(self.key, position) >> 32 <= int(self.keep_thresholds[word])

    def reach(self, position: int) -> tuple[int, int]:
        """How far the window of this position reaches before and after it."""
        before, after = (self.window, self.window) if isinstance(self.window, int) else self.window
        if not self.shrink_window:
            return before, after
        bits = random_bits(self.key, position) & 0xFFFFFFFF
        before, after = ((bits * most >> 32) + 1 if most else 0 for most in (before, after))
        return before, after

    def noise_words(self, center: int, position: int) -> list[int]:
        """Words drawn from the noise distribution; all different and none the center, unless `different` is False."""
        stream = random_bits(self.key, position)
        taken = [center]
        for k in range(1, self.negative_samples + 1):
            word = alias_draw(random_bits(stream, k), self.noise_table)
            while self.different and word in taken:  # the next one that may be noise
                word = (word + 1) % len(self.noise_table)
                while int(self.noise_table[word]) >> 32 == 0:
                    word = (word + 1) % len(self.noise_table)
            taken.append(word)
        return taken[1:]


class Position(NamedTuple):
    """One position of the text: its word, the words around it, and noise words."""

    position: int
    center: int
    context: list[int]
    negatives: list[int]
    sentence: int  # counted from 0


def positions(sentences: Sequence[Sequence[int]], draws: Draws, *, alone: bool = False) -> Iterator[Position]:
    """Every position that is read and has a context word, in order; with `alone` also those without one."""
    start = 0
    for number, sentence in enumerate(sentences):
        read = [(start + i, word) for i, word in enumerate(sentence) if draws.is_read(word, start + i)]
        for i, (position, center) in enumerate(read):
            before, after = draws.reach(position)
            around = read[max(0, i - before) : i] + read[i + 1 : i + 1 + after]
            if around or alone:
                context, noise = [word for _, word in around], draws.noise_words(center, position)
                yield Position(position, center, context, noise, number)
        start += len(sentence)
