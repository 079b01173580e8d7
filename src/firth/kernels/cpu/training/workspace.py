"""A thread's scratch arrays, and where in them the targets of a position are.

The targets of a position are listed a few positions before they are used, so that their rows can be prefetched: RING
slots hold the targets of the positions under way, position i in slot i % RING.
"""

import numpy as np

from firth.kernels.arguments import Sampling
from firth.kernels.compile import step
from firth.kernels.cpu.training.arguments import Batch, Objective, Targets, TargetSlot, Workspace
from firth.kernels.cpu.training.batches import BATCH
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, aligned_zeros, prefetch
from firth.simd.rows import BLOCK_ROWS

__all__ = ["AHEAD", "PATH_TAIL", "RING", "label_index", "new_workspace", "prefetch_row", "target_block", "target_slot"]

AHEAD = 2  # positions between prefetching rows and using them; 4 measured alike
RING = 4  # slots: a power of two above AHEAD
PATH_TAIL = (0, 0, 0, 0)  # rows of the shorter block that may end a path: one of 11 nodes takes 12 rows instead of 16


def target_block(n_targets: int) -> tuple[int, ...]:
    """A tuple as long as the number of target rows to hold in registers: at most 8, blocks as even as possible."""
    blocks = -(-n_targets // BLOCK_ROWS)
    return (0,) * -(-n_targets // blocks)


def new_workspace(
    sampling: Sampling, objective: Objective, stride: int, zero_row: int, further_inputs: int = 0
) -> Workspace:
    """The scratch arrays of one thread.

    stride : floats of a row.
    zero_row : the output row that fills up blocks.
    further_inputs : the most inputs of a position besides the words of its window.
    """
    n_inputs = sum(sampling.window) + further_inputs + 2
    targets = _new_targets(_most_targets(sampling, objective), zero_row * stride, objective)
    n_blocks = targets.padded // len(targets.block)
    hidden, gradient = (aligned_zeros(1, stride).reshape(-1) for _ in range(2))
    return Workspace(
        inputs=np.zeros(n_inputs, np.int64),
        shares=np.ones(n_inputs, np.float32),
        batch=_new_batch(BATCH + sum(sampling.window)),
        targets=targets,
        steps=np.zeros(n_blocks * n_inputs * BLOCK_ROWS + 2 * LANES, np.float32),
        hidden=hidden,
        gradient=gradient,
    )


def _new_batch(size: int) -> Batch:
    return Batch(
        words=np.zeros(size, np.int32),
        draws=np.zeros(size, np.uint64),
        lefts=np.zeros(size, np.int64),
        rights=np.zeros(size, np.int64),
        rows=np.zeros(size, np.int64),
        sentences=np.zeros(size, np.int64),
    )


def _most_targets(sampling: Sampling, objective: Objective) -> int:
    """The most targets that a position has."""
    if objective.tree is not None:
        return objective.tree.longest
    of_group = 0 if objective.groups is None else objective.groups.negative_samples
    return 1 + sampling.negative_samples + of_group + (objective.sessions is not None)


def _new_targets(n_targets: int, zero_row_at: int, objective: Objective) -> Targets:
    """Targets whose labels are those of negative sampling: 1 for the first target of a slot, 0 for the others."""
    tree, *others = objective
    has_own_weights = any(one is not None for one in others)  # weights other than 0 and 1; with them come shifts
    block = target_block(n_targets if tree is None else BLOCK_ROWS)
    n_blocks = -(-n_targets // len(block))
    eights = RING * n_blocks * BLOCK_ROWS + 2 * BLOCK_ROWS  # and eight zeros for padding
    labels, weights, shifts = (np.zeros(eights, np.float32) for _ in range(3))
    labels[0] = 1
    for target in range(n_targets):
        weights[target // len(block) * BLOCK_ROWS + target % len(block)] = 1
    slots = np.zeros((RING, 3), np.int64)
    slots[:, 0] = n_blocks
    return Targets(
        words=np.zeros(n_targets, np.int64),
        rows=np.full(RING * n_blocks * len(block), zero_row_at, np.int64),
        labels=labels,
        weights=weights,
        shifts=shifts if has_own_weights else None,
        slots=slots,
        padded=n_blocks * len(block),
        block=block,
        tail=None if tree is None else PATH_TAIL,
    )


@step
def target_slot(i, targets):
    """Where the targets of word i of a batch are."""
    slot = i % RING
    blocks, tail, labels_at = targets.slots[slot, 0], targets.slots[slot, 1], targets.slots[slot, 2]
    return TargetSlot(slot * targets.padded, blocks, tail, labels_at, len(targets.labels) - BLOCK_ROWS)


@step
def label_index(first, target, targets):
    """Where the label of a target is, in the slot whose rows begin at `first`."""
    size = len(targets.block)
    return first // size * BLOCK_ROWS + target // size * BLOCK_ROWS + target % size


@step
def prefetch_row(matrix, row, columns):
    """Prefetch all cache lines of a row."""
    for column in range(0, columns, CACHE_LINE):
        prefetch(matrix, row + column)
