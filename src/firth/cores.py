"""How many cores a container grants: Linux control groups limit time, which no count of processors shows."""

import functools
import math
from pathlib import Path

__all__ = ["granted_cores"]

_GROUPS = Path("/proc/self/cgroup")  # lines `number:controllers:/path/of/the/group`
_MOUNT = Path("/sys/fs/cgroup")


@functools.cache
def granted_cores(groups: Path = _GROUPS, mount: Path = _MOUNT) -> int | None:
    """The limit of this process's groups and of those around them, rounded up to whole cores; None without a limit."""
    try:
        lines = groups.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # another system
        return None
    limits = []
    for _, controllers, path in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        if controllers == "":
            limits += [_time_share(folder / "cpu.max") for folder in _upwards(mount, path)]
        elif "cpu" in controllers.split(","):  # version 1 keeps quota and period in two files
            for base in (mount / controllers, mount / "cpu"):
                quotas = [
                    (folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us") for folder in _upwards(base, path)
                ]
                limits += [_time_share(*files) for files in quotas]
    found = [limit for limit in limits if limit is not None]
    return max(1, math.ceil(min(found))) if found else None


def _upwards(mount: Path, path: str) -> list[Path]:
    """The folder of a group and of every group around it; those that a container does not see do not exist."""
    group = mount / path.lstrip("/")
    return [group, *(parent for parent in group.parents if parent.is_relative_to(mount))]


def _time_share(*files: Path) -> float | None:
    """Time per period: `quota period`, in one file or two; `max` and -1 are no limit."""
    try:
        quota, period = " ".join(file.read_text() for file in files).split()
        return int(quota) / int(period) if int(quota) > 0 else None
    except (OSError, ValueError, ZeroDivisionError):
        return None
