"""The hash table of words: nobody can slow it down by choosing words."""

import numpy as np

from firth.corpus.word_table import WordTable
from firth.kernels.cpu.text import tokens

BITS = (1 << 64) - 1


def unmix(bits):
    """The number that `mix` in kernels/cpu/text/tokens.py turns into this one."""
    bits = bits * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & BITS
    bits ^= bits >> 29 ^ bits >> 58
    bits = bits * pow(0x9FB21C651E98DF25, -1, 1 << 64) & BITS
    return bits ^ bits >> 32


def words_of_one_slot(count):
    """Words of 8 bytes whose hashes, under the seed 0, end in the same 40 bits."""
    found = []
    for i in range(1 << 24):
        word = unmix(unmix(i << 40)).to_bytes(8, "little")
        if min(word) > 32:
            found.append(word)
        if len(found) == count:
            break
    return found


def longest_run(slots):
    """The most slots in a row that are taken: the steps of the slowest search."""
    free = np.flatnonzero(slots[1::2] == 0)
    return int(np.diff(free, prepend=-1).max()) - 1


def test_words_chosen_to_collide_are_spread_over_the_table():
    words = words_of_one_slot(2000)
    text = b"".join(word + b" " for word in words)
    unseeded, seeded = WordTable(), WordTable()
    unseeded.arrays.sizes[tokens.SEED] = 0
    assert unseeded.add(text, len(words)).tolist() == list(range(2000))
    assert longest_run(unseeded.arrays.slots) >= 2000
    assert seeded.add(text, len(words)).tolist() == list(range(2000))
    assert longest_run(seeded.arrays.slots) < 30
