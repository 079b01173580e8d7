"""What is done to writers, and what has to hold afterwards.

Each trial takes a server, a writer by name and an empty folder, and returns what did not hold, as sentences.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from faults.server import Server
from faults.writers import WRITERS

__all__ = [
    "can_mount",
    "fill_disk",
    "kill",
    "limit_file_size",
    "refuse_writing",
    "remove",
    "small_disk",
    "stop_politely",
]

CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130}


class States:
    """Both versions of what a writer writes, to recognise them again."""

    def __init__(self, server: Server, name: str, folder: Path) -> None:
        self.target = folder / WRITERS[name].target
        self.folder = folder
        self._name = name
        self.versions = []
        self.seconds = self.writing = 60.0
        for version in (1, 0):
            answer = server.write(name, folder, version)
            assert answer["code"] == 0, answer["errors"]
            self.versions.insert(0, self.now())
            self.time(answer)
        assert self.versions[0] != self.versions[1]

    def time(self, answer: dict) -> None:
        """Remember how long the fastest one took, in all and while there was something new in the folder."""
        self.seconds = min(self.seconds, answer["seconds"])
        self.writing = min(self.writing, max(answer["writing"], 0.002))

    def now(self) -> str:
        return WRITERS[self._name].state_of(self.target)

    def problem(self) -> str | None:
        """What is wrong with the target, if it is neither version."""
        try:
            now = self.now()
        except Exception as error:
            return f"broken: {type(error).__name__}: {error}"
        known = [set(version.split()) for version in self.versions]
        whole = len(now.split()) == len(known[0])  # a sweep replaces one model after the other
        return None if whole and set(now.split()) <= known[0] | known[1] else "neither the old version nor the new one"

    def litter(self) -> list[str]:
        """Other names next to the target."""
        return sorted(path.name for path in self.folder.iterdir() if path != self.target)


def kill(server: Server, name: str, folder: Path, count: int, rng: random.Random) -> tuple[list[str], int]:
    """SIGKILL at random moments: old or new, and the next write leaves nothing else behind.

    Returns  the problems, and how many processes were killed before they ended.
    """
    states, problems, killed, number = States(server, name, folder), [], 0, 0
    while killed < count and number < 5 * count:
        number += 1
        version = 1 if states.problem() is None and states.now() == states.versions[0] else 0
        fate = {"signal": signal.SIGKILL, "seconds": rng.uniform(0, states.seconds)}
        if number % 4:  # most of them while something is written
            fate |= {"once_writing": True, "seconds": rng.uniform(0, states.writing)}
        killed += server.write(name, folder, version, **fate)["code"] < 0
        problem = states.problem()
        problems += [f"{name}, kill {number}: {problem}"] if problem else []
        if states.litter() or problem:
            answer = server.write(name, folder, version)
            states.time(answer)
            if answer["code"] != 0 or states.now() != states.versions[version]:
                problems.append(f"{name}, after kill {number}: the next write fails: {answer['errors'][-300:]}")
            if states.litter():
                problems.append(f"{name}, after kill {number}: the next write leaves {states.litter()}")
                remove(folder, states.litter())
    return problems, killed


def remove(folder: Path, names: list[str]) -> None:
    """Delete these files and folders, so that they are reported once."""
    for name in names:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def stop_politely(server: Server, name: str, folder: Path, number: signal.Signals, rng: random.Random) -> list[str]:
    """SIGTERM, SIGHUP or SIGINT while a command writes: its exit code, old or new, and nothing else is left at once."""
    states = States(server, name, folder)
    fate = {"signal": number, "once_writing": True, "seconds": rng.uniform(0, states.writing)}
    answer = server.write(name, folder, 1, **fate)
    problems = []
    if answer["code"] not in (0, CODES[number]):
        problems.append(f"ends with {answer['code']}: {answer['errors'][-300:]}")
    if answer["errors"].count("\n") > 1 and "Traceback" in answer["errors"]:
        problems.append(f"shows a traceback: {answer['errors'][-300:]}")
    problems += [states.problem()] if states.problem() else []
    problems += [f"leaves {states.litter()}"] if states.litter() else []
    return [f"{name}, {number.name}: {problem}" for problem in problems]


# ---------------------------------------------------------------- disks


def limit_file_size(server: Server, name: str, folder: Path) -> list[str]:
    """No file may be longer than some size (a write then fails as on a full disk)."""
    states = States(server, name, folder)
    files = [path for path in states.target.rglob("*") if path.is_file()] or [states.target]
    longest = max(path.stat().st_size for path in files)
    problems = []
    for size in sorted({0, 100, longest // 2, longest - 1}):
        answer = server.write(name, folder, 1, file_size=size)
        problems += _after_failure(f"{name}, files of {size:,} of {longest:,} bytes", states, answer)
    return problems


def _after_failure(what: str, states: States, answer: dict) -> list[str]:
    """It failed with one line and the old version is there alone; or it has succeeded."""
    problems = []
    if answer["code"] == 0:
        if states.now() != states.versions[1]:
            problems.append("claims success, and the new version is not there")
    elif answer["code"] != 2 or "Traceback" in answer["errors"] or not answer["errors"].strip():
        problems.append(f"ends with code {answer['code']}: {answer['errors'][-400:]!r}")
    problem = states.problem()
    if problem or (answer["code"] != 0 and " " not in states.now() and states.now() != states.versions[0]):
        problems.append(problem or "fails, and the old version is not there")
    problems += [f"leaves {states.litter()}"] if states.litter() else []
    return [f"{what}: {problem}" for problem in problems]


def is_root() -> bool:
    """Whether this process may do everything; its files are then written in spite of their permissions."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def can_mount() -> bool:
    """Whether a file system in memory can be mounted here."""
    if not is_root() or shutil.which("mount") is None:
        return False
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own in memory, mounted at a new folder."""
    disk = folder / "disk"
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
        disk.rmdir()


def fill_disk(server: Server, name: str, folder: Path) -> list[str]:
    """A disk with less and less free: all of it is needed at some write, or at the end."""
    problems = []
    with small_disk(folder, 32) as disk:
        (disk / "work").mkdir()
        states = States(server, name, disk / "work")
        needed = sum(path.stat().st_blocks * 512 for path in [states.target, *states.target.rglob("*")])
        filler = disk / "filler"
        for share in (0, 0.01, 0.3, 0.7, 0.95):
            free = int(needed * share)
            disk_now = os.statvfs(disk)
            filler.write_bytes(bytes(max(0, disk_now.f_bavail * disk_now.f_frsize - free)))
            answer = server.write(name, disk / "work", 1)
            problems += _after_failure(f"{name}, {share:.0%} of {needed:,} bytes free", states, answer)
            filler.unlink()
            if answer["code"] == 0:
                server.write(name, disk / "work", 0)
    return problems


def refuse_writing(server: Server, name: str, folder: Path) -> list[str]:
    """A folder in which nothing can be created: a disk that is read-only (root), or a folder without permission."""
    problems = []
    with contextlib.ExitStack() as stack:
        place = folder / "work"
        if can_mount():
            place = stack.enter_context(small_disk(folder, 32))
        else:
            place.mkdir()
        states = States(server, name, place)
        if can_mount():
            subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        else:
            place.chmod(0o555)
            stack.callback(place.chmod, 0o755)
        answer = server.write(name, place, 1)
        problems += _after_failure(f"{name}, read-only", states, answer)
        if answer["code"] == 0:
            problems.append(f"{name}, read-only: succeeds")
    return problems
