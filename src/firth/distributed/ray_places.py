"""Where nodes of a Ray cluster can be: which machines, with how many processors, and whether with a GPU."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from firth.errors import SettingError
from firth.training.hyperparameters import Hyperparameters

__all__ = ["Place", "chosen_places", "places_on"]


class Place(NamedTuple):
    """Of a node.

    name, machine : of the machine, and Ray's id of it.
    processors : that the node is given.
    gpus : 1 or 0. Ray shows an actor only GPUs that it is given.
    """

    name: str
    machine: str
    processors: int
    gpus: int


def places_on(
    machines: Iterable[Mapping[str, Any]], settings: Hyperparameters, used: Sequence[str] = ()
) -> list[Place]:
    """Free places; the first ones of all machines before the second ones of any.

    A node has as many processors as the model has threads, else all of its machine; with backend="cuda" it has a GPU,
    and shares the processors with the nodes of the other ones. With "auto" it has a GPU where the machine has one, and
    the user speaks of no threads: see backends/choice.py.

    machines : what ray.nodes() says.
    used : the machines of nodes that there are.
    """
    backend, threads = settings.backend, settings.threads
    found = []
    for machine in sorted(machines, key=lambda one: str(one["NodeID"])):
        resources = machine["Resources"] if machine["Alive"] else {}
        processors, gpus = int(resources.get("CPU", 0)), int(resources.get("GPU", 0))
        if backend == "cpu" or (backend == "auto" and threads is not None):
            gpus = 0
        shared_by = max(gpus, 1) if backend == "cuda" else 1
        each = threads or max(processors // shared_by, 1)
        name = machine.get("NodeManagerHostname") or machine.get("NodeManagerAddress", "")
        most = min(processors // each, gpus) if backend == "cuda" else processors // each
        for number in range(list(used).count(machine["NodeID"]), most):
            found.append((number, Place(name, machine["NodeID"], each, int(number < gpus))))
    return [place for _, place in sorted(found, key=lambda one: one[0])]


def chosen_places(places: Sequence[Place], nodes: int | None, settings: Hyperparameters) -> list[Place]:
    """Those of so many nodes; None: one on each machine, with backend="cuda" one for each GPU.

    Raises   SettingError if there are fewer.
    """
    is_on_gpus = settings.backend == "cuda"
    if not places:
        threads = f"{settings.threads or 1:,} processors"
        lacks, remedy = (
            ("a GPU", ", or leave backend='cuda' out") if is_on_gpus else (threads, ", or give fewer threads")
        )
        raise SettingError(f"the Ray cluster has no machine with {lacks}: start one with `ray start`{remedy}")
    wanted = nodes or (len(places) if is_on_gpus else len({place.machine for place in places}))
    if wanted > len(places):
        has = "GPUs" if is_on_gpus else "processors"
        raise SettingError(
            f"nodes={wanted:,}: the Ray cluster has {has} for {len(places):,}, with threads={settings.threads}: start "
            "more machines, or give fewer nodes or threads"
        )
    return list(places[:wanted])
