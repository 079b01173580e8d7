"""Which targets a position has: one list for each objective, all in the same form (Targets in arguments.py)."""

from firth.kernels.compile import step
from firth.kernels.cpu.training.contrast import list_contrast
from firth.kernels.cpu.training.noise import list_noise
from firth.kernels.cpu.training.tree import list_path

__all__ = ["list_targets"]


@step
def list_targets(i, sampling, weights, hot, workspace, tree, shifts):
    """List the targets of word i of a batch and prefetch their rows."""
    if tree is not None:
        list_path(i, tree, weights, hot, workspace)
    elif shifts is not None:
        list_contrast(i, sampling, shifts, weights, hot, workspace)
    else:
        list_noise(i, sampling, weights, hot, workspace)
