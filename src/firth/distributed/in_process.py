"""Nodes in this process, one after another: what a cluster would learn, without one."""

from collections.abc import Callable, Sequence
from typing import Any

from firth.distributed.combining import Wire
from firth.distributed.machines import Call, LostNodeError, NodeHandle, check_meetings, named
from firth.distributed.node import Node
from firth.errors import FirthError
from firth.settings import check_value, whole_number
from firth.training.hyperparameters import Hyperparameters

__all__ = ["InProcess", "LocalCluster", "LocalNode"]

_MOST_NODES = 1024


class LocalCluster:
    """Nodes in this process, which train one after another.

    It learns what as many machines would learn, bit for bit with threads=1, in the time of one of them: for trying out
    how many machines a text can do with. To train fast on one machine, leave it out.

    nodes : how many.
    wire : how changes travel: "int8" (a byte a number, and a float32 step for each row) or "float32".
    overlap : nodes train on while they meet, and take what comes of a meeting one round later.

    Raises   SettingError for impossible values.
    """

    def __init__(self, nodes: int = 4, *, wire: Wire = "int8", overlap: bool = False) -> None:
        check_value("nodes", nodes, whole_number(1, _MOST_NODES), "how many machines are simulated")
        check_meetings(wire, overlap)
        self.n_nodes = nodes
        self.wire = wire
        self.overlap = overlap

    def open(self, settings: Hyperparameters) -> "InProcess":
        """See Cluster."""
        return InProcess([Node(settings, self.wire) for _ in range(self.n_nodes)], overlap=self.overlap)

    def __repr__(self) -> str:
        return f"LocalCluster(nodes={self.n_nodes}, wire={self.wire!r}, overlap={self.overlap})"


class LocalNode:
    """A node of this process."""

    def __init__(self, number: int, node: Node) -> None:
        self.name = f"node {number}"
        self.node = node


class _Result:
    """One result of a call that is made when it is needed."""

    def __init__(self, make: Callable[[], tuple[Any, ...]], number: int) -> None:
        self._make = make
        self._number = number

    def value(self) -> Any:
        return self._make()[self._number]


class InProcess:
    """Machines whose nodes are objects of this process.

    new_node : makes a node in place of a lost one; None: lost ones are not replaced.
    """

    def __init__(
        self, nodes: Sequence[Node], new_node: Callable[[], Node] | None = None, *, overlap: bool = False
    ) -> None:
        self.overlap = overlap
        self.nodes: list[LocalNode] = [LocalNode(number, node) for number, node in enumerate(nodes)]
        self._wanted = self._made = len(nodes)
        self._new_node = new_node

    def call(self, node: NodeHandle, method: str, *arguments: Any, results: int = 1) -> Call:
        """See Machines. The call is made when its result is needed."""
        assert isinstance(node, LocalNode)
        made: list[tuple[Any, ...]] = []

        def make() -> tuple[Any, ...]:
            if not made:
                given = [one.value() if isinstance(one, _Result) else one for one in arguments]
                try:
                    result = getattr(node.node, method)(*given)
                except FirthError as error:
                    raise named(error, node) from error
                except ConnectionError as error:  # of nodes in tests
                    raise LostNodeError(node, str(error)) from error
                made.append(result if results > 1 else (result,))
            return made[0]

        return Call(node, [_Result(make, number) for number in range(results)])

    def wait(self, calls: Sequence[Call], tick: Callable[[int], None] | None = None) -> list[Any]:
        """See Machines."""
        if tick is not None:
            for one in self.nodes:
                one.node.trained, one.node.on_tick = 0, lambda: tick(sum(one.node.trained for one in self.nodes))
        return [call.results[0].value() for call in calls]

    def share(self, value: Any) -> Any:
        """See Machines."""
        return value

    def drop(self, node: NodeHandle, *, is_lost: bool = True) -> None:
        """See Machines."""
        self._wanted -= not is_lost
        self.nodes = [one for one in self.nodes if one is not node]

    def join(self) -> Sequence[NodeHandle]:
        """See Machines."""
        joined = []
        while self._new_node is not None and len(self.nodes) < self._wanted:
            joined.append(LocalNode(self._made, self._new_node()))
            self._made += 1
            self.nodes.append(joined[-1])
        return joined

    def stop_training(self) -> None:
        """See Machines. What trains is what has been interrupted."""

    def close(self) -> None:
        """See Machines."""
        self.nodes = []
