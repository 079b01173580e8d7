"""Random numbers as a function of a counter.

Source   splitmix64: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA.

Draws do not follow from one another, so any thread can draw for any position of the corpus: the training examples
of an epoch are the same whatever the number of threads and whoever takes which part of the text.
"""

from numpy import int64, uint64

from firth.kernels.compile import kernel, step

__all__ = ["GOLDEN", "below", "draw", "draw_many"]

GOLDEN = uint64(0x9E3779B97F4A7C15)
_HALF = uint64(32)


@step
def draw(key, counter):
    """64 random bits: splitmix64's output for this counter of the stream `key`."""
    bits = key + uint64(counter) * GOLDEN
    bits = (bits ^ (bits >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> uint64(27))) * uint64(0x94D049BB133111EB)
    return bits ^ (bits >> uint64(31))


@step
def below(bits32, n):
    """A number in [0, n) from 32 random bits (Lemire's multiplication; the bias is below n / 2**32)."""
    # No rejection of the biased part: it would need further draws, and a position has one.
    return int64((bits32 * uint64(n)) >> _HALF)


@kernel
def draw_many(key, counters, out):
    """out[i] = draw(key, counters[i]), for the keys of epochs and for tests."""
    for i in range(len(counters)):
        out[i] = draw(key, counters[i])
