"""What a writer asks of the system, as `strace` reports it: the order of its steps, and its end at each of them.

`python tests/faults/system_calls.py INPUTS FOLDER WRITER…` runs writers in this process, for strace to look at.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faults.trials import remove
from faults.writers import WRITERS

__all__ = ["has_strace", "kill_at_each_call", "out_of_order"]

TRACED = "open,openat,creat,write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat"
CHANGING = (
    "openat", "write", "fchmod", "fchown", "fsync", "mkdir", "rename", "renameat2", "unlink", "unlinkat", "rmdir",
)  # fmt: skip
_CALL = re.compile(r"^(?:\d+ +)?(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")


class Call(NamedTuple):
    """One system call that succeeded, and the path it is about; of a rename, both."""

    name: str
    paths: list[str]


def has_strace() -> bool:
    """Whether strace is installed and may trace."""
    return shutil.which("strace") is not None and (
        subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, check=False).returncode == 0
    )


def trace(inputs: Path, folder: Path, name: str) -> list[Call]:
    """The calls of one writer that touch anything in its folder."""
    log = folder.parent / f"{folder.name}.strace"
    command = ["strace", "-f", "-y", "-qq", "-e", f"trace={TRACED}", "-s", "4096", "-o", log]
    subprocess.run([*command, *_command(inputs, folder, name, 1)], check=True)
    return [call for call in _calls(log) if any(path.startswith(str(folder)) for path in call.paths)]


def _command(inputs: Path, folder: Path, name: str, version: int) -> list[str]:
    return [sys.executable, __file__, str(inputs), str(folder), str(version), name]


def _calls(log: Path) -> Iterator[Call]:
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _CALL.match(line)
        if found and int(found["result"]) >= 0:
            arguments = found["arguments"]
            if found["name"] in ("write", "pwrite64", "writev"):
                arguments = arguments.partition(">")[0] + ">"
            yield Call(found["name"], re.findall(r'[<"](/[^>"]*)[>"]', arguments))


def out_of_order(inputs: Path, folder: Path, name: str) -> list[str]:
    """What is not in the order: content to the disk, then the new name, then that name to the disk."""
    calls, target, problems = trace(inputs, folder, name), str(folder / WRITERS[name].target), []
    renames = [i for i, call in enumerate(calls) if call.name.startswith("rename") and _names(call, target)]
    if not renames:
        return [f"{name}: nothing is renamed to the target"]
    first, last = renames[0], renames[-1]
    if target not in calls[last].paths:
        first = last  # the last of several models
    renamed = [path for path in calls[last].paths if path.startswith(f"{folder}/")]
    temporary = next(path for path in renamed if path not in (target, renamed[-1]))
    written = {call.paths[0] for call in calls[:first] if "write" in call.name and call.paths[0].startswith(temporary)}
    if not written:
        problems.append("no write before the rename")
    for path in sorted(written):  # until it gets its name: the next file may begin with the same temporary one
        writes = [i for i, call in enumerate(calls[:first]) if "write" in call.name and path in call.paths]
        syncs = [i for i, call in enumerate(calls[:first]) if "sync" in call.name and path in call.paths]
        if not syncs or not max(writes) < max(syncs) < first:
            problems.append(f"{Path(path).name} is not written to the disk before it gets its name")
    if any("write" in call.name and call.paths[0] == target for call in calls):
        problems.append("is written to when it has its name already")
    parent = str(Path(renamed[-1]).parent)
    after = [call for call in calls[last:] if call.name == "fsync" and parent in call.paths]
    if not after:
        problems.append("the folder is not written to the disk after the rename")
    return [f"{name}: {problem}" for problem in problems]


def _names(call: Call, target: str) -> bool:
    """Whether a call is about the target, or a file in it: a sweep writes one model after the other into a folder."""
    return any(path == target or path.startswith(f"{target}/") for path in call.paths)


def kill_at_each_call(inputs: Path, folder: Path, name: str) -> tuple[list[str], int]:
    """End the process at its first, second, … call of each kind; the target is then old or new.

    Returns  the problems, and how many ends were tried. The next write leaves nothing else in the folder.
    """
    writer, problems, tried = WRITERS[name], [], 0
    target = folder / writer.target
    states = []
    for version in (1, 0):
        subprocess.run(_command(inputs, folder, name, version), check=True)
        states.append(writer.state_of(target))
    for call, number in _ends(inputs, folder, name):
        inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                  "-e", f"inject={call}:signal=SIGKILL:when={number}"]  # fmt: skip
        subprocess.run([*inject, *_command(inputs, folder, name, 1)], capture_output=True, check=False)
        tried += 1
        try:
            if writer.state_of(target) not in states:
                problems.append(f"{name}, killed at {call} {number}: neither the old version nor the new one")
        except Exception as error:
            problems.append(f"{name}, killed at {call} {number}: broken: {error}")
        subprocess.run(_command(inputs, folder, name, 0), check=True)
        litter = sorted(path.name for path in folder.iterdir() if path != target)
        problems += [f"{name}, killed at {call} {number}: the next write leaves {litter}"] if litter else []
        remove(folder, litter)
    return problems, tried


def _ends(inputs: Path, folder: Path, name: str) -> list[tuple[str, int]]:
    """Each changing call in the folder, as (name, how many of that name the process has made until then)."""
    log = folder.parent / f"{folder.name}.strace"
    command = ["strace", "-f", "-y", "-qq", "-e", f"trace={','.join(CHANGING)}", "-s", "4096", "-o", log]
    subprocess.run([*command, *_command(inputs, folder, name, 1)], check=True)
    counts, ends = dict.fromkeys(CHANGING, 0), []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = re.match(r"^(?:\d+ +)?(\w+)\((.*)", line)
        if not found or found[1] not in counts:
            continue
        counts[found[1]] += 1
        about = found[2].partition(">")[0] if found[1] in ("write", "fsync", "fchmod", "fchown") else found[2]
        if f"{folder}" in about:
            ends.append((found[1], counts[found[1]]))
    subprocess.run(_command(inputs, folder, name, 0), check=True)
    return ends


def main() -> None:
    inputs, folder, version, *names = sys.argv[1:]
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in names:
        writer = WRITERS[name]
        target = Path(folder, writer.target)
        if writer.call is None:
            from firth.cli.main import main as firth

            try:
                firth(writer.arguments(Path(inputs), target, int(version)))
            except SystemExit as end:
                if end.code:
                    raise
        else:
            writer.call(Path(inputs), target, int(version))


if __name__ == "__main__":
    main()
