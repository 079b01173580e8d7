"""The targets of noise-contrastive estimation: the center, and noise words as they come.

Source      Gutmann & Hyvärinen 2012, "Noise-contrastive estimation of unnormalized statistical models"; for words:
            Mnih & Kavukcuoglu 2013, "Learning word embeddings efficiently with noise-contrastive estimation".
Slow twin   firth.illustrated.nce

The question is whether a word comes from the text or from the noise, of which there is K times as much: its log-odds
are the logarithm of the word's probability less log(K x its noise probability). The logarithm of the probability is
taken to be dot product - log V: the normalising constant is not computed but fixed, as by Mnih and Kavukcuoglu, who
took log 1. With log V a model of zeros gives every word the probability 1 / V, and need not learn that first.

The log-odds are right only if noise words are drawn independently. So a word that comes twice is asked about twice, and
the center may come as noise, too. Each word has one row in a block all the same, with a weight: two updates of one row
in the same step would overwrite each other.
"""

from numpy import float32

from firth.kernels.compile import step
from firth.kernels.cpu.training.hot_rows import row_of
from firth.kernels.cpu.training.random import draw
from firth.kernels.cpu.training.sampling import draw_word
from firth.kernels.cpu.training.targets import RING, prefetch_row
from firth.simd.rows import BLOCK_ROWS

__all__ = ["ask_contrast"]


@step
def _place_of(word, n, targets):
    """Where a word is among the n targets so far; n if it is not."""
    place = n
    for j in range(n):
        if targets[j] == word:
            place = j
    return place


@step
def ask_contrast(i, batch, sampling, contrast_shifts, weights, hot, room, n_block):
    """Draw the targets of word i, note how often each is asked about and where its row is, and ask for it."""
    words, draws, _, _ = batch
    slot = i % RING
    first = slot * room.padded
    signs_at = first // n_block * BLOCK_ROWS
    contrast = room.contrast
    n = 0
    for k in range(sampling.negative_samples + 1):
        word = words[i] if k == 0 else draw_word(draw(draws[i], k), sampling.noise_table)
        target = _place_of(word, n, room.targets)
        cell = signs_at + target // n_block * BLOCK_ROWS + target % n_block
        if target == n:
            n += 1
            room.targets[target] = word
            row = row_of(word, weights, hot)
            room.target_rows[first + target] = row
            prefetch_row(weights.context, row, weights.columns)
            room.signs[cell] = float32(1 if k == 0 else 0)
            contrast.weights[cell] = float32(0)
            contrast.shifts[cell] = contrast_shifts[word]
        contrast.weights[cell] += float32(1)
    for target in range(n, room.padded):
        cell = signs_at + target // n_block * BLOCK_ROWS + target % n_block
        room.target_rows[first + target] = hot.spare * weights.stride
        room.signs[cell] = float32(0)
        contrast.weights[cell] = float32(0)
    room.asked[slot, 2] = signs_at
