"""Nodes as actors of Ray, one on each machine.

Only what Ray Core has had for years is used: actors, references to objects, and exceptions. Changes of rows travel from
actor to actor through Ray's object store; the driver has references to them alone. Calls that wait for each other go by
their arguments; an actor runs one call of its node at a time, and beside it those that look on.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from firth.distributed.combining import Wire
from firth.distributed.machines import Call, LostNodeError, NodeHandle, check_meetings, named
from firth.distributed.ray_actor import NodeActor
from firth.distributed.ray_places import Place, chosen_places, places_on
from firth.errors import FirthError, MissingExtraError, SettingError, warn
from firth.interruption import importing
from firth.settings import check_value, whole_number
from firth.training.hyperparameters import Hyperparameters

__all__ = ["RayCluster", "RayMachines", "RayNode"]

_TICK = 0.1  # seconds
_LOOKING_ON = 3  # calls beside the one that works
_SOON = 60.0  # seconds in which a new actor answers, and a living one; a machine may be busy
_OVER = 1.0  # seconds in which calls to actors that were killed fail
_MOST_NODES = 10_000


class RayCluster:
    """Machines of a Ray cluster, with a node on each; needs the extra `ray`.

    A cluster that is connected to already (ray.init) is used as it is.

    address : of the cluster, as for ray.init; "auto": the one that this machine is part of.
    nodes : how many; None: one on each machine, with backend="cuda" one for each GPU. Where there are fewer machines,
        several nodes share one, if the model has as few threads as that leaves to each.
    wire : how changes travel: "int8" (a byte a number, and a float32 step for each row) or "float32".
    overlap : nodes train on while they meet, and take what comes of a meeting one round later: for networks that are
        slow next to the processors (docs/distributed.md).

    Raises   SettingError for impossible values.
    """

    def __init__(
        self, address: str = "auto", *, nodes: int | None = None, wire: Wire = "int8", overlap: bool = False
    ) -> None:
        if nodes is not None:
            check_value("nodes", nodes, whole_number(1, _MOST_NODES), "how many machines train")
        check_meetings(wire, overlap)
        self.address = address
        self.n_nodes = nodes
        self.wire = wire
        self.overlap = overlap

    def open(self, settings: Hyperparameters) -> "RayMachines":
        """See Cluster."""
        return RayMachines(self, settings)

    def __repr__(self) -> str:
        return f"RayCluster({self.address!r}, nodes={self.n_nodes}, wire={self.wire!r}, overlap={self.overlap})"


_LOOKS = {"rows", "facts", "combine"}
_READS = {"count", "hold"}


class RayNode:
    """An actor, seen from the driver.

    name : with that of its machine.
    machine : Ray's id of it.
    """

    def __init__(self, name: str, machine: str, actor: Any) -> None:
        self.name = name
        self.machine = machine
        self.actor = actor


class RayMachines:
    """Machines whose nodes are actors."""

    def __init__(self, cluster: RayCluster, settings: Hyperparameters) -> None:
        self._ray = _ray()
        self._settings = settings
        self._cluster = cluster
        self.overlap = cluster.overlap
        self._made = 0
        self._is_mine = not self._ray.is_initialized()
        self.nodes: list[RayNode] = []
        self._coming: dict[RayNode, Any] = {}  # in place of lost ones, with the answer that they have come up
        self._open: list[Sequence[Any]] = []  # results of calls that are not known to have succeeded
        self._is_failing = False
        self._stops = 0  # requests that nodes end what they train
        try:
            self._connect()
            self._start_all()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        if not self._is_mine:
            return
        address = self._cluster.address
        try:
            self._ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise SettingError(
                f"no Ray cluster is reached at {address!r} ({reason}): start one with `ray start --head`, and join "
                "other machines with `ray start --address=HEAD:6379`"
            ) from error

    def _start_all(self) -> None:
        places = chosen_places(self._places(), self._cluster.n_nodes, self._settings)
        self._wanted = len(places)
        self.nodes = [self._new_node(place) for place in places]

    def _places(self, used: Sequence[str] = ()) -> list[Place]:
        return places_on(self._ray.nodes(), self._settings, used)

    def _new_node(self, place: Place) -> RayNode:
        with importing():
            from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
        actor = (
            self._ray.remote(NodeActor)
            .options(
                num_cpus=place.processors,
                num_gpus=place.gpus,
                max_restarts=0,
                max_task_retries=0,
                max_concurrency=1 + _LOOKING_ON,
                scheduling_strategy=NodeAffinitySchedulingStrategy(place.machine, soft=False),
            )
            .remote(self._settings, self._cluster.wire)
        )
        node = RayNode(f"node {self._made} ({place.name})", place.machine, actor)
        self._made += 1
        return node

    # ---------------------------------------------------------------- calls

    def call(self, node: NodeHandle, method: str, *arguments: Any, results: int = 1) -> Call:
        """See Machines."""
        assert isinstance(node, RayNode)
        way = node.actor.look if method in _LOOKS else node.actor.work
        if method in _READS:
            way, results = node.actor.read, 2
        if method == "back":
            found = node.actor.back.remote(self._stops)
        else:
            found = way.options(num_returns=results).remote(method, *arguments)
        made = Call(node, [found] if results == 1 else list(found))
        self._open.append(made.results)
        return made

    def wait(self, calls: Sequence[Call], tick: Callable[[int], None] | None = None) -> list[Any]:
        """See Machines."""
        ray = self._ray
        values: dict[Any, Any] = {}
        waiting = {call.results[0]: call for call in calls}
        progress = _Progress(ray, self.nodes) if tick is not None else None
        try:
            while waiting:
                ready, _ = ray.wait(list(waiting), num_returns=1, timeout=_TICK)
                for reference in ready:
                    call = waiting.pop(reference)
                    values[reference] = self._value(call, reference)
                    for second in call.results[1:2] if _is_reading(call) else []:
                        for sentence in self._value(call, second):
                            warn(f"{call.node.name}: {sentence}")
                if progress is not None and tick is not None:
                    tick(progress.words())
        except BaseException:
            self._is_failing = True
            raise
        finally:
            self._open += [] if progress is None else progress.unanswered()
        self._forget()
        return [values[call.results[0]] for call in calls]

    def _forget(self, timeout: float = 0.0) -> None:
        """Calls are over. Errors of those that failed are taken: Ray prints errors that nobody takes.

        timeout : seconds that those may take that are not over.
        """
        firsts = [results[0] for results in self._open] if self._is_failing else []
        if not firsts:
            self._open, self._is_failing = [], False
            return
        done = set(self._ray.wait(firsts, num_returns=len(firsts), timeout=timeout, fetch_local=False)[0])
        for results in self._open:
            if results[0] in done:
                self._take_errors(results)
        self._open = [results for results in self._open if results[0] not in done]
        self._is_failing = bool(self._open)

    def _take_errors(self, results: Sequence[Any]) -> None:
        """Of a call that is over; all of its results are errors, or none is."""
        for reference in results:
            try:
                self._ray.get(reference, timeout=_TICK)
            except Exception:
                continue
            return

    def _value(self, call: Call, reference: Any) -> Any:
        exceptions = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, FirthError):
                raise named(cause, call.node) from None
            if isinstance(cause, MemoryError):
                raise named(FirthError("out of memory"), call.node) from None
            if isinstance(cause, exceptions.RayError):
                raise self._lost(call, cause) from error
            raise
        except exceptions.RayError as error:
            raise self._lost(call, error) from error

    def _lost(self, call: Call, error: Exception) -> LostNodeError:
        """Who is lost: a call also fails if what it was given was on another machine, which is."""
        reason = type(error).__name__
        for node in self.nodes:
            if not self._answers(node):
                return LostNodeError(node, reason)
        return LostNodeError(call.node, reason)

    def _answers(self, node: RayNode) -> bool:
        return self._has_come(node.actor.trained.remote())

    def _has_come(self, answer: Any) -> bool:
        try:
            self._ray.get(answer, timeout=_SOON)
        except self._ray.exceptions.RayError:  # also when the time is over
            self._open.append([answer])
            self._is_failing = True
            return False
        return True

    def share(self, value: Any) -> Any:
        """See Machines."""
        return self._ray.put(value)

    def drop(self, node: NodeHandle, *, is_lost: bool = True) -> None:
        """See Machines."""
        assert isinstance(node, RayNode)
        self.nodes = [one for one in self.nodes if one is not node]
        self._ray.kill(node.actor)
        if is_lost:
            self._start_missing()
        else:
            self._wanted -= 1

    def _start_missing(self) -> None:
        """Begin to start nodes in place of lost ones; nobody waits: a dead machine is called alive for a while."""
        free = self._places([node.machine for node in (*self.nodes, *self._coming)])
        for place in free[: self._wanted - len(self.nodes) - len(self._coming)]:
            node = self._new_node(place)
            self._coming[node] = node.actor.trained.remote()

    def join(self) -> Sequence[NodeHandle]:
        """See Machines."""
        joined = []
        for node, answer in list(self._coming.items()):
            if self._ray.wait([answer], timeout=0)[0]:
                del self._coming[node]
                if self._has_come(answer):
                    joined.append(node)
                else:
                    self._ray.kill(node.actor)
        self.nodes += joined
        self._start_missing()
        return joined

    def stop_training(self) -> None:
        """See Machines."""
        self._stops += 1
        for node in self.nodes:
            self._open.append([node.actor.request_stop.remote(self._stops)])

    def close(self) -> None:
        """See Machines; disconnects if open() has connected."""
        for node in (*self.nodes, *self._coming):
            self._ray.kill(node.actor)
        if self._coming or self._is_failing:
            self._open += [[answer] for answer in self._coming.values()]
            self._is_failing = True
            self._forget(_OVER)
        self.nodes, self._coming = [], {}
        if self._is_mine:
            self._ray.shutdown()


def _is_reading(call: Call) -> bool:
    return len(call.results) == 2


class _Progress:
    """How far all nodes are, as they last answered."""

    def __init__(self, ray: Any, nodes: Sequence[RayNode]) -> None:
        self._ray = ray
        self._nodes = nodes
        self._answers: dict[RayNode, int] = {}
        self._asked: dict[Any, RayNode] = {}
        self._next = time.perf_counter() + 2 * _TICK

    def words(self) -> int:
        if not self._asked and time.perf_counter() >= self._next:
            self._asked = {node.actor.trained.remote(): node for node in self._nodes}
            self._next = time.perf_counter() + 2 * _TICK
        if self._asked:
            ready, _ = self._ray.wait(list(self._asked), num_returns=len(self._asked), timeout=0)
            for reference in ready:
                node = self._asked.pop(reference)
                try:
                    self._answers[node] = self._ray.get(reference)
                except self._ray.exceptions.RayError:
                    continue  # the call that it works on fails, too
        return sum(self._answers.values())

    def unanswered(self) -> list[Sequence[Any]]:
        """Calls that are not over."""
        return [[reference] for reference in self._asked]


def _ray() -> Any:
    try:
        with importing():
            import ray
    except ImportError:
        raise MissingExtraError("training on a Ray cluster", "ray") from None
    return ray
