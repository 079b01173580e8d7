"""Iterators that run in another thread, a few items ahead of who takes the items.

read_ahead   the items are made in a thread of their own, and taken by the calling thread
send_ahead   the reverse: they are made by the calling thread

Ctrl-C and errors are treated as in parallel.py: no thread runs on after the call that started it has ended.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Generic, TypeVar

from firth.threads import TICK, Workers

__all__ = ["read_ahead", "send_ahead"]

Item = TypeVar("Item")


class _Channel(Generic[Item]):
    """Hands items from one thread to another, a few of them ahead."""

    def __init__(self, ahead: int) -> None:
        self._items: queue.Queue[tuple[Item] | None] = queue.Queue(ahead)
        self._stopped = threading.Event()

    def send(self, item: tuple[Item] | None) -> bool:
        """Hand over an item, or None at the end; False if the channel was stopped."""
        while not self._stopped.is_set():
            try:
                self._items.put(item, timeout=TICK)
            except queue.Full:
                continue
            return True
        return False

    def send_all(self, items: Iterable[Item]) -> None:
        """Hand over all items and the end."""
        for item in items:
            if not self.send((item,)):
                return
        self.send(None)

    def stop(self) -> None:
        """Let both sides give up."""
        self._stopped.set()

    def __iter__(self) -> Iterator[Item]:
        while not self._stopped.is_set():
            try:
                item = self._items.get(timeout=TICK)
            except queue.Empty:
                continue
            if item is None:
                return
            yield item[0]


def read_ahead(items: Iterable[Item], ahead: int) -> Generator[Item]:
    """The same items, made in a thread of their own up to `ahead` before they are needed.

    To be closed (contextlib.closing) where it may not be read to its end: then the thread ends first.
    Raises   what the iterator raises.
    """
    channel: _Channel[Item] = _Channel(ahead)
    with Workers(channel.stop) as workers:
        yield from channel if workers.start(channel.send_all, items) else items


def send_ahead(
    items: Iterable[Item], work: Callable[[Iterator[Item]], object], ahead: int, on_item: Callable[[Item], object]
) -> None:
    """Call work(iterator) in a thread, with items made in the calling thread up to `ahead` before they are needed.

    The opposite of read_ahead, for items that come from code of the user's: that runs in the calling thread.

    on_item : called in the calling thread with each item that was handed over.
    """
    channel: _Channel[Item] = _Channel(ahead)
    with Workers(channel.stop) as workers:
        if not workers.start(work, iter(channel)):
            work(_announced(items, on_item))
            return
        for item in items:
            if not channel.send((item,)):
                break
            on_item(item)
        channel.send(None)


def _announced(items: Iterable[Item], on_item: Callable[[Item], object]) -> Iterator[Item]:
    for item in items:
        yield item
        on_item(item)
