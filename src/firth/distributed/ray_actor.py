"""A node in a process of its own, of which Ray makes an actor: calls of its node one at a time, others beside them."""

import threading
import warnings
from typing import Any

from firth.distributed.combining import Wire
from firth.distributed.node import Node
from firth.errors import FirthWarning
from firth.memory import return_large_blocks
from firth.training.hyperparameters import Hyperparameters

__all__ = ["NodeActor"]

_LARGE = 1 << 20  # bytes. Measured: a node with 103 MB of matrices took 482 MB without this, and 324 MB with it


class _StoppedError(Exception):
    """The driver has this node end its training."""


class NodeActor:
    """A node in a process of its own; Ray makes an actor of it."""

    def __init__(self, settings: Hyperparameters, wire: Wire) -> None:
        return_large_blocks(_LARGE)
        self._node = Node(settings, wire)
        self._node.on_tick = self._check_stop
        self._stops = self._stops_before = 0  # the last one that is known, and that a new beginning followed
        self._one_at_a_time = threading.Lock()

    def work(self, method: str, *arguments: Any) -> Any:
        """Call a method of the node when the one before is over."""
        with self._one_at_a_time:
            return getattr(self._node, method)(*arguments)

    def read(self, method: str, *arguments: Any) -> tuple[Any, list[str]]:
        """The same for a method that may warn; returns the warnings, too."""
        with self._one_at_a_time, warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            result = getattr(self._node, method)(*arguments)
        return result, [str(one.message) for one in found if issubclass(one.category, FirthWarning)]

    def look(self, method: str, *arguments: Any) -> Any:
        """Call a method that can run while the node is at work."""
        return getattr(self._node, method)(*arguments)

    def trained(self) -> int:
        """Words of the present round."""
        return self._node.trained

    def request_stop(self, number: int) -> None:
        """Have training end at its next tick. number : of the request; it may come when training goes on again."""
        self._stops = max(self._stops, number)

    def back(self, stops: int) -> int:
        """Return to where the last round ended, after so many requests to stop."""
        with self._one_at_a_time:
            self._stops_before = stops
            return self._node.back()

    def _check_stop(self) -> None:
        if self._stops > self._stops_before:
            raise _StoppedError
