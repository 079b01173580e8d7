"""Arrays on a GPU, and launches of kernels, which a stream has one after another."""

import threading
from typing import Any

import numpy as np
from numba import cuda
from numba.cuda.core import config

__all__ = ["Stream", "pinned", "release"]

_launching = threading.Lock()  # numba-cuda's dispatchers and the simulator know one launch at a time


def pinned(length: int, kind: Any) -> Any:
    """An array in memory that the GPU copies to without the processor's help."""
    return cuda.pinned_array(length, kind)


def release() -> None:
    """Give back the memory of arrays that nobody has any more, which numba-cuda keeps a while."""
    if not config.ENABLE_CUDASIM:
        context = cuda.current_context()
        context.memory_manager.deallocations.clear()
        context.deallocations.clear()  # streams and events


class Stream:
    """Copies and kernels that follow one another, while the processor goes on."""

    def __init__(self) -> None:
        self._stream = cuda.stream()

    def to_device(self, array: Any) -> Any:
        """A copy on the device."""
        return cuda.to_device(np.ascontiguousarray(array), stream=self._stream)

    def empty(self, shape: Any, kind: Any) -> Any:
        """An array on the device, not set to anything."""
        return cuda.device_array(shape, kind, stream=self._stream)

    def copy_to(self, array: Any, target: Any) -> None:
        """Copy from the device; finished once the stream is."""
        array.copy_to_host(target, stream=self._stream)

    def copy_from(self, source: Any, array: Any) -> None:
        """Copy to the device."""
        array.copy_to_device(source, stream=self._stream)

    def launch(self, kernel: Any, blocks: int | tuple[int, int], threads: int, *arguments: Any) -> None:
        """Have the device run a kernel, after what was launched before."""
        with _launching:
            warned, config.CUDA_LOW_OCCUPANCY_WARNINGS = config.CUDA_LOW_OCCUPANCY_WARNINGS, 0
            try:
                launched = kernel[blocks, threads, self._stream]
            finally:
                config.CUDA_LOW_OCCUPANCY_WARNINGS = warned
            launched(*arguments)

    def mark(self) -> Any:
        """An event behind all that was launched so far; its synchronize() waits for that."""
        event = cuda.event(timing=False) if not config.ENABLE_CUDASIM else cuda.event()
        event.record(self._stream)
        return event

    def wait_for(self, event: Any) -> None:
        """Launch nothing before an event of another stream."""
        event.wait(self._stream)

    def wait(self) -> None:
        """Wait until all is done."""
        self._stream.synchronize()
