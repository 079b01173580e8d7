"""`python tests/software_gpu COMMAND...` runs a command on a machine without a GPU as if there were one.

Firth's GPU code then runs through numba-cuda, its compiler, NVIDIA's assembler and the driver API. libcuda.so.1 is the
driver in driver/*.c, which runs kernels on the processor, translated from PTX (translate.py). Streams are threads, so
that work is done late and in another order; memory is watched by guards.

It shows whether the host code calls the driver rightly and the machine code computes what it should, with thousands of
warps that take turns. It shows nothing of speed, nor of the memory model of a real GPU: what this processor orders
more strictly than a GPU stays unseen.

    SG_COMPUTE=8.0              compute capability (9.0)
    SG_MULTIPROCESSORS=132      multiprocessors
    SG_MEMORY=8589934592        bytes of memory
    SG_VERSION=12040            version of CUDA that the driver says it is for (13000)
    SG_DEVICES=0                no device
    SG_INIT_ERROR=803           what cuInit returns (0)
    SG_DELAY=1                  operations of streams begin after random times
    SG_EDGES=1                  behind memory is a page that nobody may touch: a read out of bounds ends the program
"""

import os
import subprocess
import sys
from pathlib import Path

from modules import BUILT, FOLDER, digest, sources

FLAGS = [
    "-std=gnu11",
    "-O2",
    "-g",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-pthread",
]


def driver() -> Path:
    """The folder of libcuda.so.1, which is compiled if it is not there."""
    code = sorted((FOLDER / "driver").glob("*.c"))
    folder = BUILT / f"driver-{digest([(FOLDER / 'module.h').read_bytes(), *sources(FOLDER / 'driver')])}"
    if not (folder / "libcuda.so.1").exists():
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f"new-{os.getpid()}.so"
        command = [
            os.environ.get("CC", "cc"),
            *FLAGS,
            "-Wl,-soname,libcuda.so.1",
            *code,
            "-o",
            new,
            "-ldl",
            "-lpthread",
        ]
        subprocess.run(command, check=True)
        new.rename(folder / "libcuda.so.1")
    return folder


def with_paths(name: str, first: Path) -> str:
    """A list of folders in the environment, with one more in front."""
    return os.pathsep.join([str(first), *filter(None, [os.environ.get(name)])])


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    os.environ |= {
        "LD_LIBRARY_PATH": with_paths("LD_LIBRARY_PATH", driver()),
        "PYTHONPATH": with_paths("PYTHONPATH", FOLDER / "start"),
        "SG_PYTHON": sys.executable,
        "SG_FOLDER": str(FOLDER),
    }
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
