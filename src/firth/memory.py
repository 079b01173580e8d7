"""How much memory this process may still use, and when it gives memory back."""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

__all__ = ["available_memory", "return_large_blocks"]

_MMAP_THRESHOLD = -3  # of mallopt(), <malloc.h>
_UNKNOWN = 8 << 30  # where the system does not report it


def available_memory(facts: Path = Path("/proc/meminfo"), mount: Path = Path("/sys/fs/cgroup")) -> int:
    """Bytes that are free, or can be freed without swapping, within what a container or a limit of the process grants.

    Elsewhere than on Linux: half of the machine's memory, or 8 GiB where that is not known either.
    """
    free = [_from_facts(facts), _from_group(mount), _from_limit()]
    known = [number for number in free if number is not None]
    if known:
        return min(known)
    if hasattr(os, "sysconf"):
        with contextlib.suppress(ValueError, OSError):
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return _UNKNOWN


def return_large_blocks(length: int) -> None:
    """Have freed blocks of at least so many bytes go back to the system at once; where the C library is not glibc, no
    effect. By default glibc comes to keep blocks of up to 32 MB, for each thread that has freed one.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_MMAP_THRESHOLD, length)


def _from_facts(facts: Path) -> int | None:
    """The line `MemAvailable: 12345 kB`."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in facts.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _from_group(mount: Path) -> int | None:
    """What is left of the limit of the container, whose own control group is the root that it sees."""
    with contextlib.suppress(OSError, ValueError):  # "max": no limit
        return max(int((mount / "memory.max").read_text()) - int((mount / "memory.current").read_text()), 0)
    return None


def _from_limit() -> int | None:
    """What is left of the limit of this process's address space, `ulimit -v`; None without one."""
    if sys.platform != "win32":
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        with contextlib.suppress(OSError, ValueError, IndexError):
            if limit != resource.RLIM_INFINITY:
                used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
                return max(limit - used, 0)
    return None
