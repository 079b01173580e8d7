"""Trying numbered mutations of one kind of file, in this process.

The kind, the seed and the number decide everything, so that each can be repeated.
"""

import contextlib
import os
import random
import shutil
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from firth.errors import FirthError, FirthWarning
from fuzz.mutations import mutated
from fuzz.samples import KINDS

__all__ = ["HANGING", "MEMORY", "Fault", "Sample", "Tally", "limited", "try_mutations"]

HANGING = 20  # seconds of processor time for one file of a few kilobytes
MEMORY = 4 << 30  # bytes of address space more than before; threads reserve most of it and use little


class HangError(BaseException):
    """A file takes too long; no handler for other errors catches it."""


class Fault(NamedTuple):
    """A file that was neither read nor refused."""

    what: str  # "hang", "unexpected"
    kind: str
    number: int
    error: str


class Tally:
    """What became of the mutations of one kind."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.most_memory = 0  # bytes by which one file made the process grow; 0 where it is not known


class Sample(NamedTuple):
    """A file or folder that is right, and all its files."""

    path: Path
    contents: dict[Path, bytes]

    @classmethod
    def of(cls, kind: str, folder: Path) -> "Sample":
        """Written below a folder."""
        path = KINDS[kind].make(folder)
        return cls(path, {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()})

    def damaged(self, rng: random.Random) -> tuple[Path, bytes]:
        """One of the files, and what it becomes."""
        path = rng.choice(sorted(self.contents))
        return path, mutated(self.contents[path], rng)


def try_mutations(
    kind: str, seed: str, numbers: Iterable[int], folder: Path, failures: Path | None = None,
    starting: Callable[[int], None] = lambda number: None,
) -> Tally:  # fmt: skip
    """Damage one file after the other in `folder`, and see what becomes of it; faults are copied to `failures`."""
    sample, use, tally = Sample.of(kind, folder), KINDS[kind].use, Tally()
    use(sample.path, random.Random(0))  # as it is, it is read; and what loads at the first use has loaded
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", FirthWarning)  # what was repaired is reported, as it should be
        for number in numbers:
            starting(number)
            rng = random.Random(f"{seed} {kind} {number}")
            path, content = sample.damaged(rng)
            replace(path, content)
            before = _reset_most_memory()
            fault = _use(use, sample.path, rng, tally)
            tally.most_memory = max(tally.most_memory, _most_memory() - before)
            if fault:
                tally.faults.append(Fault(fault[0], kind, number, fault[1]))
                _keep(failures, f"{kind}-{seed}-{number}", folder, fault[1])
            replace(path, sample.contents[path])
    return tally


def _use(
    use: Callable[[Path, random.Random], None], path: Path, rng: random.Random, tally: Tally
) -> tuple[str, str] | None:
    """Count what becomes of one file; a fault and its message, if it is one."""
    try:
        with _time_limit():
            use(path, rng)
    except FirthError:
        tally.outcomes["refused"] += 1
    except HangError:
        tally.outcomes["hang"] += 1
        return "hang", f"more than {HANGING} s of processor time"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        tally.outcomes["unexpected"] += 1
        return "unexpected", f"{type(error).__name__}: {error}"
    else:
        tally.outcomes["read"] += 1
    return None


def replace(path: Path, content: bytes) -> None:
    """Not cut to nothing first: some systems flush such a file to the disk."""
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


def _keep(failures: Path | None, name: str, folder: Path, message: str) -> None:
    """Copy what failed to where it is found."""
    if failures is not None:
        shutil.rmtree(failures / name, ignore_errors=True)
        shutil.copytree(folder, failures / name)
        (failures / f"{name}.error").write_text(message, encoding="utf-8", errors="backslashreplace")


# ---------------------------------------------------------------- limits, where the system has them


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """Raise HangError after too much processor time (only where there are such timers)."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, HANGING)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _give_up(signum: int, frame: object) -> None:
    raise HangError


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Limits of memory and time for this process, on Linux; elsewhere none."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource  # POSIX only

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, before[1]))
    previous = signal.signal(signal.SIGPROF, _give_up)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, previous)
        resource.setrlimit(resource.RLIMIT_AS, before)


def _reset_most_memory() -> int:
    """The memory in use; the peak is measured anew from here on."""
    with contextlib.suppress(OSError):
        descriptor = os.open("/proc/self/clear_refs", os.O_WRONLY)
        try:
            os.write(descriptor, b"5")
        finally:
            os.close(descriptor)
    return _most_memory()


def _most_memory() -> int:
    """The peak of the memory in use, in bytes; 0 where the system does not report it."""
    try:
        with open("/proc/self/status", "rb") as file:  # noqa: PTH123  (a thousand times a second)
            status = file.read()
    except OSError:
        return 0
    at = status.find(b"VmHWM:")
    return int(status[at + 6 :].split(None, 1)[0]) * 1024 if at >= 0 else 0
