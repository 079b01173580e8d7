"""The targets of negative sampling: the center, and noise words that are not it.

Source      Mikolov et al. 2013, arXiv:1310.4546, section 2.2.
Slow twin   firth.illustrated.negative_sampling
"""

from firth.kernels.compile import step
from firth.kernels.cpu.training.hot_rows import row_of
from firth.kernels.cpu.training.sampling import draw_targets
from firth.kernels.cpu.training.targets import RING, prefetch_row

__all__ = ["ask_noise"]


@step
def ask_noise(i, batch, sampling, weights, hot, room):
    """Draw the targets of word i, note where their rows are, and ask for them."""
    words, draws, _, _ = batch
    draw_targets(words[i], draws[i], sampling, room.targets)
    first = (i % RING) * room.padded
    for k in range(sampling.negative_samples + 1):
        row = row_of(room.targets[k], weights, hot)
        room.target_rows[first + k] = row
        prefetch_row(weights.context, row, weights.columns)
