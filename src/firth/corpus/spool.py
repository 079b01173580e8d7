"""Arrays that are kept in memory up to a limit, and in temporary files beyond it.

IdSpool        streams of provisional ids, while the corpus is read
GrowingArray   the final ids and sentence offsets, written from front to back

Temporary files are in the folder of Python's tempfile module ($TMPDIR names another one). They have no name in the
file system, or lose it when they are closed: nothing is left behind, even after a crash.
"""

import contextlib
import mmap
import shutil
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.errors import CorpusError, warn

__all__ = ["ArrayInFile", "ArrayInMemory", "GrowingArray", "IdSpool", "MemoryBudget"]


class MemoryBudget:
    """Bytes that several threads may keep in memory together."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._lock = threading.Lock()

    def take(self, n_bytes: int) -> bool:
        """Claim n_bytes, if that many are left."""
        with self._lock:
            fits = n_bytes <= self._left
            self._left -= n_bytes if fits else 0
            return fits

    def check_space(self, text: int) -> None:
        """Before a text of so many bytes is read: try the temporary folder, if its ids may be more than fits.

        Raises   CorpusError if no temporary file can be made; warns if there is less space than ids usually take.
        """
        if text <= self._left:
            return
        _temporary_file().close()
        with contextlib.suppress(OSError):  # not every file system says how much space there is
            folder = tempfile.gettempdir()
            free = shutil.disk_usage(folder).free
            if free < text:  # ids take about 0.7 bytes per byte of text, twice for a while
                warn(
                    f"the temporary folder {folder} has {free / 1e9:,.1f} GB left, perhaps too little for the ids of "
                    f"{text / 1e9:,.1f} GB of text: let TMPDIR name a folder with more space"
                )


@contextlib.contextmanager
def _clear_errors() -> Iterator[None]:
    """Say of errors of temporary files where these are, and what can be done."""
    try:
        yield
    except OSError as error:
        folder = tempfile.gettempdir() if tempfile.tempdir else "for temporary files"
        raise CorpusError(
            f"the folder {folder} cannot hold the encoded corpus ({error.strerror or error}): let TMPDIR name a folder "
            "with more space, or raise memory_limit"
        ) from error


def _temporary_file() -> IO[bytes]:
    with _clear_errors():  # unbuffered, so that no error is left for a later call or for close()
        return tempfile.TemporaryFile(prefix="firth-", buffering=0)


def _bytes_of(array: NDArray[Any]) -> memoryview:
    return array.view(np.uint8).data


def _write(file: IO[bytes], array: NDArray[Any]) -> None:
    left = _bytes_of(array)
    with _clear_errors():
        while len(left):  # unbuffered files may write a part
            left = left[file.write(left) :]


def _read(file: IO[bytes], array: NDArray[Any]) -> None:
    left = _bytes_of(array)
    with _clear_errors():
        while len(left):
            length = file.readinto(left)  # type: ignore[attr-defined]
            if not length:
                raise OSError("a temporary file lost a part of its content")
            left = left[length:]


def _copy(ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """A copy whose memory goes back to the system when it is dropped: malloc would keep it for later."""
    if not len(ids):
        return ids.copy()
    copy = np.frombuffer(mmap.mmap(-1, ids.nbytes), np.int32)
    copy[:] = ids
    return copy


class IdSpool:
    """int32 arrays that one thread stores, to be taken back one by one."""

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget
        self._file: Any = None
        self._arrays: list[NDArray[np.int32] | tuple[int, int]] = []

    def put(self, ids: NDArray[np.int32]) -> int:
        """Store a copy; returns the number by which take() finds it."""
        if self._budget.take(ids.nbytes):
            self._arrays.append(_copy(ids))
        else:
            self._file = self._file or _temporary_file()
            self._arrays.append((self._file.tell(), len(ids)))
            _write(self._file, ids)
        return len(self._arrays) - 1

    def take(self, number: int) -> NDArray[np.int32]:
        """Remove and return an array. No put() may follow."""
        kept = self._arrays[number]
        self._arrays[number] = (0, 0)
        if isinstance(kept, np.ndarray):
            return kept
        start, length = kept
        ids = np.empty(length, np.int32)
        if length:
            self._file.seek(start)
            _read(self._file, ids)
        return ids

    def close(self) -> None:
        """Release memory and file."""
        self._arrays.clear()
        if self._file is not None:
            self._file.close()


class GrowingArray(Protocol):
    """An array that is written from front to back: write into reserve(n), then keep() what you wrote."""

    def reserve(self, n: int) -> NDArray[Any]:
        """Where the next numbers may be written: at least n, or the rest of an array of known length."""

    def keep(self, n: int) -> None:
        """Add the first n of these numbers to the array."""

    def append(self, numbers: NDArray[Any]) -> None:
        """Add numbers that are elsewhere."""
        self.reserve(len(numbers))[: len(numbers)] = numbers
        self.keep(len(numbers))

    def finish(self) -> NDArray[Any]:
        """The array."""

    def close(self) -> None:
        """Release what the finished array does not need."""


class ArrayInMemory(GrowingArray):
    """An array of at most `capacity` numbers."""

    def __init__(self, dtype: type[np.generic], capacity: int) -> None:
        self._array: NDArray[Any] = np.empty(capacity, dtype)
        self._length = 0

    def reserve(self, n: int) -> NDArray[Any]:
        """The rest of the array."""
        return self._array[self._length :]

    def keep(self, n: int) -> None:
        """Move on."""
        self._length += n

    def finish(self) -> NDArray[Any]:
        """What was kept; unused memory is released unless it is a single number."""
        if self._length + 1 < len(self._array):
            self._array = self._array[: self._length].copy()
        return self._array[: self._length]

    def close(self) -> None:
        """Nothing to do."""


class ArrayInFile(GrowingArray):
    """An array in a temporary file, written with write() and mapped only when finished.

    Pages written through a map would count as memory of this process.
    """

    def __init__(self, dtype: type[np.generic]) -> None:
        self._window: NDArray[Any] = np.empty(0, dtype)
        self._file = _temporary_file()

    def reserve(self, n: int) -> NDArray[Any]:
        """A window of n numbers, always the same memory."""
        if n > len(self._window):
            self._window = np.empty(n, self._window.dtype)
        return self._window

    def keep(self, n: int) -> None:
        """Write the window to the file."""
        _write(self._file, self._window[:n])

    def finish(self) -> NDArray[Any]:
        """The array, mapped; the file exists as long as it does.

        It can be written to, without changing the file: compiled code then sees the same type of array as for
        corpora in memory.
        """
        with _clear_errors():
            content = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_COPY)
        return np.frombuffer(content, self._window.dtype)

    def close(self) -> None:
        """Close the file; the mapped array keeps its contents."""
        self._file.close()
