"""The targets of noise-contrastive estimation (NCE): the center, and noise words drawn independently.

Source      Gutmann & Hyvärinen 2012, "Noise-contrastive estimation of unnormalized statistical models"; for words:
            Mnih & Kavukcuoglu 2013, "Learning word embeddings efficiently with noise-contrastive estimation".
Reference   firth.illustrated.nce

A word is classified as coming from the text or from the noise, of which there is K times as much: the log-odds are the
logarithm of the word's probability minus log(K x its noise probability). The logarithm of the probability is taken to
be dot product - log V: the normalizing constant is not computed but fixed, as by Mnih and Kavukcuoglu, who took log 1.
With log V a model of zeros gives every word the probability 1 / V, and need not learn that first.

The log-odds are right only if noise words are drawn independently. So a word that is drawn twice counts twice, and the
center may be drawn as noise, too. Each word has one row in a block anyway, with a weight: two updates of one row in the
same step would overwrite each other.
"""

from numpy import float32

from firth.kernels.compile import step
from firth.kernels.cpu.training.hot_rows import output_row
from firth.kernels.cpu.training.random import draw
from firth.kernels.cpu.training.sampling import draw_word
from firth.kernels.cpu.training.workspace import RING, label_index, prefetch_row

__all__ = ["index_of", "list_contrast"]


@step
def index_of(word, n, words):
    """Which of the first n words is this one; n if none is."""
    index = n
    for j in range(n):  # no early exit: this way LLVM compares many at a time
        if words[j] == word:
            index = j
    return index


@step
def list_contrast(i, sampling, shifts, weights, hot, workspace):
    """Draw the targets of word i, note their rows, labels, weights and shifts, and prefetch the rows."""
    batch, targets = workspace.batch, workspace.targets
    slot = i % RING
    first = slot * targets.padded
    n = 0
    for k in range(sampling.negative_samples + 1):
        word = batch.words[i] if k == 0 else draw_word(draw(batch.draws[i], k), sampling.noise_table)
        target = index_of(word, n, targets.words)
        index = label_index(first, target, targets)
        if target == n:
            n += 1
            targets.words[target] = word
            row = output_row(word, weights, hot)
            targets.rows[first + target] = row
            prefetch_row(weights.output, row, weights.columns)
            targets.labels[index] = float32(1 if k == 0 else 0)  # stays 1 where the center is drawn as noise later
            targets.weights[index] = float32(0)
            targets.shifts[index] = shifts[word]
        targets.weights[index] += float32(1)
    for target in range(n, targets.padded):  # a slot that had more targets before must forget them
        index = label_index(first, target, targets)
        targets.rows[first + target] = hot.zero_row * weights.stride
        targets.labels[index] = float32(0)
        targets.weights[index] = float32(0)
    targets.slots[slot, 2] = label_index(first, 0, targets)
