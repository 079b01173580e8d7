"""Arrays on a GPU, and launches of kernels, which a stream has one after another."""

import functools
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import cuda
from numba.cuda.core import config

__all__ = ["Mark", "Stream", "pinned", "release"]

_launching = threading.Lock()  # numba-cuda's dispatchers and the simulator know one launch at a time


def pinned(length: int, kind: Any) -> Any:
    """An array in memory that the GPU copies to without the processor's help."""
    return cuda.pinned_array(length, kind)


def _free_in_any_thread() -> None:
    """Have numba-cuda free what a thread drops that never used the GPU.

    Python collects cycles in whatever thread it comes to. The driver refuses to free memory in one without a context,
    and numba-cuda then forgets the memory without freeing it.
    """
    context = cuda.current_context()
    for queue in (context.memory_manager.deallocations, context.deallocations):
        if "clear" not in vars(queue):
            queue.clear = functools.partial(_clear_in_context, queue.clear)


def _clear_in_context(clear: Callable[[], None]) -> None:
    cuda.current_context()  # the thread has one from now on
    clear()


def release() -> None:
    """Give back the memory of arrays that nobody has any more, which numba-cuda keeps a while."""
    if not config.ENABLE_CUDASIM:
        context = cuda.current_context()
        context.memory_manager.deallocations.clear()
        context.deallocations.clear()  # streams and events


class Mark(NamedTuple):
    """A place in a stream.

    event : behind all that was launched before.
    sources : what was copied from before; CUDA may read them until then.
    """

    event: Any
    sources: list[Any]

    def synchronize(self) -> None:
        """Wait until the stream is there."""
        self.event.synchronize()


class Stream:
    """Copies and kernels that follow one another, while the processor goes on. One thread uses it at a time."""

    def __init__(self) -> None:
        self._stream = cuda.stream()
        if not config.ENABLE_CUDASIM:
            _free_in_any_thread()
        self._sources: list[Any] = []  # of copies since the last mark

    def _kept(self, array: Any) -> Any:
        contiguous = np.ascontiguousarray(array)
        self._sources.append(contiguous)
        return contiguous

    def to_device(self, array: Any) -> Any:
        """A copy on the device. The array must not change before the stream has come there."""
        return cuda.to_device(self._kept(array), stream=self._stream)

    def empty(self, shape: Any, kind: Any) -> Any:
        """An array on the device, not set to anything."""
        return cuda.device_array(shape, kind, stream=self._stream)

    def copy_to(self, array: Any, target: Any) -> None:
        """Copy from the device; finished once the stream is."""
        array.copy_to_host(target, stream=self._stream)

    def copy_from(self, source: Any, array: Any) -> None:
        """Copy to the device, as to_device() does."""
        array.copy_to_device(self._kept(source), stream=self._stream)

    def launch(self, kernel: Any, blocks: int | tuple[int, int], threads: int, *arguments: Any) -> None:
        """Have the device run a kernel, after what was launched before."""
        with _launching:
            warned, config.CUDA_LOW_OCCUPANCY_WARNINGS = config.CUDA_LOW_OCCUPANCY_WARNINGS, 0
            try:
                launched = kernel[blocks, threads, self._stream]
            finally:
                config.CUDA_LOW_OCCUPANCY_WARNINGS = warned
            launched(*arguments)

    def mark(self) -> Mark:
        """A mark behind all that was launched so far; keep it until the stream is there."""
        event = cuda.event(timing=False) if not config.ENABLE_CUDASIM else cuda.event()
        event.record(self._stream)
        sources, self._sources = self._sources, []
        return Mark(event, sources)

    def wait_for(self, mark: Mark) -> None:
        """Launch nothing before a mark of another stream."""
        mark.event.wait(self._stream)

    def wait(self) -> None:
        """Wait until all is done."""
        self._stream.synchronize()
        self._sources.clear()
