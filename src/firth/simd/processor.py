"""What this machine's processor is called and can do, for reports about speed."""

import platform
from pathlib import Path

import llvmlite.binding as llvm

__all__ = ["model_name", "processor_features", "processor_name"]

# The features that decide how fast the kernels can be.
_TELLING = ("sse2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "neon", "sve")


def processor_name() -> str:
    """LLVM's name of the processor's design, for instance `skylake-avx512`."""
    return str(llvm.get_host_cpu_name())


def processor_features() -> list[str]:
    """The vector instruction sets this processor has, of those that matter here."""
    try:
        features = llvm.get_host_cpu_features()
    except RuntimeError:  # some platforms cannot tell
        return []
    return [name for name in _TELLING if features.get(name)]


def model_name() -> str:
    """What the system calls the processor."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
