"""What the driver needs of the machines that it trains on, whatever carries the calls to them.

in_process.py has nodes in this process, ray_cluster.py has actors of Ray.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from firth.distributed.combining import Wire
from firth.errors import FirthError
from firth.settings import check_value, one_of, switch
from firth.training.hyperparameters import Hyperparameters

__all__ = ["Call", "Cluster", "LostNodeError", "Machines", "NodeHandle", "check_meetings", "named"]


class NodeHandle(Protocol):
    """A node, seen from the driver."""

    @property
    def name(self) -> str:
        """In messages."""


class LostNodeError(Exception):
    """A node does not answer any more."""

    def __init__(self, node: NodeHandle, reason: str) -> None:
        super().__init__(reason)
        self.node = node
        self.reason = reason


class Call(NamedTuple):
    """A call that has been made. Results may be arguments of other calls, and need not come to the driver."""

    node: NodeHandle
    results: Sequence[Any]


class Machines(Protocol):
    """Nodes, and calls to them."""

    @property
    def overlap(self) -> bool:
        """Whether nodes train on while they meet."""

    @property
    def nodes(self) -> Sequence[NodeHandle]:
        """Those that are in use."""

    def call(self, node: NodeHandle, method: str, *arguments: Any, results: int = 1) -> Call:
        """Have a node call one of its methods, soon. results : how many the method returns, as a tuple if several."""

    def wait(self, calls: Sequence[Call], tick: Callable[[int], None] | None = None) -> list[Any]:
        """The first result of each call, when all are over.

        tick : called about ten times a second, with the words that all nodes have trained in this round.

        Raises   LostNodeError; what a method has raised, with the name of the node; what tick raises.
        """

    def share(self, value: Any) -> Any:
        """Something that calls can be given in place of a large value, which then travels once to each machine."""

    def drop(self, node: NodeHandle, *, is_lost: bool = True) -> None:
        """Do without a node from now on. is_lost : whether another one may come in its place."""

    def join(self) -> Sequence[NodeHandle]:
        """Nodes that have come up in place of lost ones, without waiting for any; they are in use from now on."""

    def stop_training(self) -> None:
        """Have all nodes end what they train, soon."""

    def close(self) -> None:
        """End all nodes."""


class Cluster(Protocol):
    """What users give: machines, before they are in use."""

    wire: Wire
    overlap: bool

    def open(self, settings: Hyperparameters) -> Machines:
        """Start a node on each machine.

        Raises   SettingError if there are too few machines, or none can be reached; MissingExtraError.
        """


def check_meetings(wire: object, overlap: object) -> None:
    """Raise SettingError unless a Cluster can have these values."""
    check_value("wire", wire, one_of(("int8", "float32")), "how changes travel")
    check_value("overlap", overlap, switch(), "whether nodes train on while they meet")


def named(error: FirthError, node: NodeHandle) -> FirthError:
    """The same error, with the name of the node where it was raised."""
    if not getattr(error, "node", None):
        error.args = (f"{node.name}: {error.args[0] if error.args else ''}",)
        error.node = node.name  # type: ignore[attr-defined]
    return error
