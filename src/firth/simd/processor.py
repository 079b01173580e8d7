"""The name and instruction sets of this machine's processor, for speed reports."""

import platform
from pathlib import Path

import llvmlite.binding as llvm

__all__ = ["model_name", "processor_features", "processor_name"]

# The features that the speed of the kernels depends on.
_RELEVANT = ("sse2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "neon", "sve")


def processor_name() -> str:
    """LLVM's name for the processor's microarchitecture, for instance `skylake-avx512`."""
    return str(llvm.get_host_cpu_name())


def processor_features() -> list[str]:
    """The vector instruction sets of this processor that the speed of the kernels depends on."""
    try:
        features = llvm.get_host_cpu_features()
    except RuntimeError:  # some platforms do not report features
        return []
    return [name for name in _RELEVANT if features.get(name)]


def model_name() -> str:
    """The operating system's name for the processor."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
