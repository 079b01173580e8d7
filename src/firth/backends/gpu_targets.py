"""The targets of a plan as a GPU is given them: their kind, how many a position has, and their tables."""

from collections.abc import Callable
from typing import Any

import numpy as np

from firth.backends.plan import TrainingPlan
from firth.kernels.arguments import GroupNoise, SessionTargets, Tree
from firth.kernels.cuda.training.arguments import CONTRAST, EXTRAS, NOISE, TREE, TargetTables

__all__ = ["bytes_of_tables", "kind_of_targets", "most_targets", "tables_on_gpu", "target_tables"]


def kind_of_targets(plan: TrainingPlan) -> int:
    """NOISE, TREE, CONTRAST or EXTRAS."""
    if plan.tree is not None:
        return TREE
    if plan.contrast_shifts is not None:
        return CONTRAST
    return NOISE if plan.groups is None and plan.sessions is None else EXTRAS


def most_targets(plan: TrainingPlan) -> int:
    """The most targets of a position; of hierarchical softmax the nodes of the longest path."""
    if plan.tree is not None:
        return plan.tree.longest
    of_group = 0 if plan.groups is None else plan.groups.negative_samples
    return 1 + plan.sampling.negative_samples + of_group + (plan.sessions is not None)


def target_tables(plan: TrainingPlan) -> TargetTables:
    """The tables, in memory."""
    ints, longs = np.zeros(1, np.int32), np.zeros(1, np.int64)
    has_sessions = plan.sessions is not None
    return TargetTables(
        tree=plan.tree or Tree(longs, ints, 0),
        shifts=np.zeros(1, np.float32) if plan.contrast_shifts is None else plan.contrast_shifts,
        groups=plan.groups or GroupNoise(ints, longs, ints, np.zeros(1, np.uint64), 0),
        sessions=plan.sessions or SessionTargets(ints, 0.0),
        sentence_offsets=plan.corpus.sentence_offsets if has_sessions else longs,
    )


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same tuples with other arrays."""
    if isinstance(value, tuple):
        return type(value)(*(_mapped(part, change) for part in value))
    return change(value) if isinstance(value, np.ndarray) else value


def tables_on_gpu(tables: TargetTables, to_device: Callable[[Any], Any]) -> TargetTables:
    """The same tables with arrays on the device."""
    return TargetTables(*(_mapped(table, to_device) for table in tables))


def bytes_of_tables(plan: TrainingPlan) -> int:
    """The memory that they take."""
    sizes: list[int] = []
    _mapped(target_tables(plan), lambda array: sizes.append(array.nbytes))
    return sum(sizes)
