"""Noise words, drawn in constant time.

Source   Mikolov et al. 2013, arXiv:1310.4546, section 2.2 (noise distribution counts ** 0.75);
         Walker 1977, Vose 1991 (the alias method).
Slow twin   firth.illustrated.negative_sampling
"""

from numpy import arange, empty, int64, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.random import below, draw

__all__ = ["draw_targets", "draw_word", "fill_alias_table"]

_LOW = uint64(0xFFFFFFFF)
_HALF = uint64(32)


@kernel
def fill_alias_table(weights, packed):
    """packed[i] = acceptance threshold << 32 | alias, so that a draw costs one look-up.

    weights (V,) float64, not negative, is used up: each slot is filled to the average by one richer word.
    """
    n = len(weights)
    share = weights
    share *= n / weights.sum()
    alias = arange(n)
    waiting = empty(n, int64)  # poor slots grow from the left, rich ones from the right
    poor = 0
    rich = n
    for i in range(n):
        if share[i] < 1.0:
            waiting[poor] = i
            poor += 1
        else:
            rich -= 1
            waiting[rich] = i
    while poor > 0 and rich < n:
        poor -= 1
        needy = waiting[poor]
        giver = waiting[rich]
        alias[needy] = giver
        share[giver] -= 1.0 - share[needy]
        if share[giver] < 1.0:
            rich += 1
            waiting[poor] = giver
            poor += 1
    for i in range(poor):  # rounding left these a hair below the average
        share[waiting[i]] = 1.0
    for i in range(n):
        packed[i] = (uint64(min(share[i], 1.0) * 4294967295.0) << _HALF) | uint64(alias[i])


@step
def draw_word(bits, noise_table):
    """A word with its probability under the noise distribution."""
    slot = below(bits >> _HALF, len(noise_table))
    entry = noise_table[slot]
    if (bits & _LOW) > (entry >> _HALF):
        return int64(entry & _LOW)
    return slot


@step
def draw_targets(center, bits, sampling, targets):
    """targets[0] = the center, targets[1 : K + 1] = K noise words, all different.

    A noise word that is among them already is replaced by the next word of the vocabulary: two updates of one row in
    the same step would overwrite each other. `bits` are the draw that belongs to the center.
    """
    vocabulary_size = len(sampling.noise_table)
    targets[0] = center
    for k in range(1, sampling.negative_samples + 1):
        word = draw_word(draw(bits, k), sampling.noise_table)
        while True:
            taken = False
            for j in range(k):  # no early exit: this way LLVM compares many at a time
                taken |= targets[j] == word
            if not taken:
                break
            word = word + 1 if word + 1 < vocabulary_size else int64(0)
        targets[k] = word
