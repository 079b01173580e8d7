"""PTX written by hand, for tests: kernels of one block that read arrays, compute, and write one."""

import platform
import shutil
import sys

import numpy as np
import pytest

from software_gpu.library import Library
from software_gpu.translate import COMPILER, compile_ptx

__all__ = ["HEAD", "Entry", "library", "needs_gcc"]

CAN_COMPILE = sys.platform == "linux" and platform.machine() == "x86_64" and shutil.which(COMPILER) is not None
needs_gcc = pytest.mark.skipif(not CAN_COMPILE, reason="the software GPU needs gcc, on Linux and x86-64")

HEAD = ".version 9.0\n.target sm_90\n.address_size 64\n"
_REGISTERS = {"u": "%r", "s": "%r", "b": "%r", "f": "%f"}
_WIDE = {"64": {"%r": "%rd", "%f": "%fd"}, "16": {"%r": "%rs"}, "32": {}}
_NUMPY = {"u": "u", "s": "i", "b": "u", "f": "f"}


def _prefix(kind: str) -> str:
    """The registers that hold a type."""
    prefix = _REGISTERS[kind[0]]
    return _WIDE[kind[1:]].get(prefix, prefix)


def dtype(kind: str) -> np.dtype:
    """Of NumPy."""
    return np.dtype(f"{_NUMPY[kind[0]]}{int(kind[1:]) // 8}")


class Entry:
    """A kernel: thread i reads its numbers of each array, and writes one.

    body : lines of PTX; $0, $1, $2 are what was read, $out is what is written.
    """

    def __init__(self, body: str, kinds: str, result: str) -> None:
        self.body, self.kinds, self.result = body, kinds.split(), result

    def text(self, name: str) -> str:
        """The PTX."""
        lines, parameters = [], len(self.kinds) + 1
        names = [f"$par_{at}" for at in range(parameters)]
        kinds = [*self.kinds, self.result]
        inside = self.body.replace("$out", f"{_prefix(self.result)}99")
        for at, kind in enumerate(kinds):
            lines.append(f"ld.param.u64 %rd{50 + at}, [{names[at]}];")
            lines.append(f"mad.wide.u32 %rd{50 + at}, %r50, {int(kind[1:]) // 8}, %rd{50 + at};")
            if at < len(self.kinds):
                register = f"{_prefix(kind)}{90 + at}"
                inside = inside.replace(f"${at}", register)
                lines.append(f"ld.global.{kind} {register}, [%rd{50 + at}];")
        start = (
            "mov.u32 %r51, %ctaid.x; mov.u32 %r52, %ntid.x; mov.u32 %r53, %tid.x; mad.lo.s32 %r50, %r51, %r52, %r53;"
        )
        stored = f"st.global.{self.result} [%rd{50 + len(self.kinds)}], {_prefix(self.result)}99;"
        declared = ", ".join(f".param .u64 {one}" for one in names)
        registers = ".reg .pred %p<99>; .reg .b16 %rs<100>; .reg .b32 %r<100>; .reg .b64 %rd<100>; .reg .f32 %f<100>;"
        parts = [f".visible .entry {name}({declared})", "{", registers, ".reg .f64 %fd<100>;", start, *lines, inside]
        return "\n".join([*parts, stored, "ret;", "}", ""])

    def run(self, library: Library, kernel: int, *arrays: np.ndarray, block: int = 128) -> np.ndarray:
        """What the kernel writes for each element; its length is a multiple of the block."""
        count = len(arrays[0]) if arrays else block
        size = -(-count // block) * block
        padded = [
            np.resize(np.ascontiguousarray(one, dtype(kind)), size)
            for one, kind in zip(arrays, self.kinds, strict=True)
        ]
        found = np.zeros(size, dtype(self.result))
        library.launch(size // block, block, *(np.uint64(one.ctypes.data) for one in (*padded, found)), kernel=kernel)
        return found[:count]


def library(folder, entries: list[Entry], before: str = "") -> Library:
    """All kernels compiled as one module."""
    file = folder / "module.so"
    compile_ptx(HEAD + before + "\n".join(one.text(f"k{at}") for at, one in enumerate(entries)), file)
    return Library(file)
