"""The targets of negative sampling: the center, and noise words that are not the center.

Source      Mikolov et al. 2013, arXiv:1310.4546, section 2.2.
Reference   firth.illustrated.negative_sampling
"""

from firth.kernels.compile import step
from firth.kernels.cpu.training.hot_rows import output_row
from firth.kernels.cpu.training.sampling import draw_targets
from firth.kernels.cpu.training.workspace import RING, prefetch_row

__all__ = ["list_noise"]


@step
def list_noise(i, sampling, weights, hot, workspace):
    """Draw the targets of word i, and note and prefetch their rows; labels and weights are always the same."""
    batch, targets = workspace.batch, workspace.targets
    draw_targets(batch.words[i], batch.draws[i], sampling, targets.words)
    first = (i % RING) * targets.padded  # what lies behind the last target stays at the zero row from the beginning
    for k in range(sampling.negative_samples + 1):
        row = output_row(targets.words[k], weights, hot)
        targets.rows[first + k] = row
        prefetch_row(weights.output, row, weights.columns)
