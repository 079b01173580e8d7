"""How many threads train, and in how many groups."""

from typing import NamedTuple

from firth.backends.cpu import CHUNK, CpuBackend
from firth.backends.groups import GroupedBackend
from firth.backends.meeting import can_meet
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend
from firth.memory import available_memory
from firth.parallel import available_cores
from firth.simd.memory import CACHE_LINE

__all__ = ["Layout", "best_layout", "cpu_backend"]

MOST_TOGETHER = 4  # threads that share matrices; more are no faster (docs/benchmarks.md)
LEAST_TOGETHER = 2  # threads of a group; four where there are at least four groups
LEAST_GROUPS, USUAL_GROUPS, MOST_GROUPS = 3, 4, 16  # with more than 16 copies quality was not measured
LEAST_TOKENS = 250_000  # of text for each group: meetings cost as much as training where there are fewer
MEMORY_SHARE = 0.25  # of the available memory, for all copies


class Layout(NamedTuple):
    """Groups of threads, each with matrices of its own."""

    groups: int
    threads: int  # of each group


def best_layout(threads: int | None, plan: TrainingPlan, vector_size: int, memory: int | None = None) -> Layout:
    """The fastest layout that keeps quality.

    threads : how many to use at most; None for as many as are of use on this machine.
    memory : bytes that are available; None for what the system reports.
    """
    wanted = threads or available_cores()
    groups = 1
    if can_meet(plan):
        row = 4 * -(-vector_size // CACHE_LINE) * CACHE_LINE
        of_copy = row * (plan.n_words + plan.n_outputs)
        memory = available_memory() if memory is None else memory
        most = int(MEMORY_SHARE * memory / of_copy) - 1  # one copy more: what all had learned at the last meeting
        groups = max(min(wanted // LEAST_TOGETHER, USUAL_GROUPS), wanted // MOST_TOGETHER)
        groups = min(groups, MOST_GROUPS, len(plan.corpus.ids) // LEAST_TOKENS, most)
    if groups >= LEAST_GROUPS:
        return Layout(groups, min(wanted // groups, MOST_TOGETHER))
    # Full softmax multiplies large matrices, which all cores can do at the same time.
    of_use = wanted if plan.objective == "softmax" else MOST_TOGETHER
    return Layout(1, threads or min(wanted, of_use))


def cpu_backend(threads: int | None, plan: TrainingPlan, vector_size: int, *, chunk: int = CHUNK) -> Backend:
    """The backend for this layout, to be started with the plan.

    chunk : tokens a thread takes at a time, where there are no groups.
    """
    layout = best_layout(threads, plan, vector_size)
    return GroupedBackend(*layout) if layout.groups > 1 else CpuBackend(layout.threads, chunk=chunk)
