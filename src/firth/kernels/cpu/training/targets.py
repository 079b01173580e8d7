"""Which targets a position has: one list for each objective, all in the same form (Targets in arguments.py)."""

from firth.kernels.compile import step
from firth.kernels.cpu.training.contrast import list_contrast
from firth.kernels.cpu.training.extras import list_with_extras
from firth.kernels.cpu.training.noise import list_noise
from firth.kernels.cpu.training.tree import list_path

__all__ = ["list_targets"]


@step
def _list_ungrouped(i, e, sessions):
    if sessions is None:
        list_noise(i, e.sampling, e.weights, e.hot, e.workspace)
    else:
        list_with_extras(i, e.sampling, e.weights, e.hot, e.workspace, (None, sessions))


@step
def _list_sampled(i, e, groups, sessions):
    if groups is None:
        _list_ungrouped(i, e, sessions)
    else:
        list_with_extras(i, e.sampling, e.weights, e.hot, e.workspace, (groups, sessions))


@step
def list_targets(i, e, tree, shifts, groups, sessions):
    """List the targets of word i of a batch and prefetch their rows; the last four are those of e.objective."""
    if tree is not None:
        list_path(i, tree, e.weights, e.hot, e.workspace)
    elif shifts is not None:
        list_contrast(i, e.sampling, shifts, e.weights, e.hot, e.workspace)
    else:
        _list_sampled(i, e, groups, sessions)
