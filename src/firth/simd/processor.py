"""The processor: its name, its instruction sets, and the one that Numba compiles for."""

import platform
from pathlib import Path

import llvmlite.binding as llvm
import numba

__all__ = ["host_features", "model_name", "processor_features", "processor_name", "target_processor"]

# The features that the speed of the kernels depends on.
_RELEVANT = ("sse2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "neon", "sve")


def processor_name() -> str:
    """LLVM's name for the processor's microarchitecture, for instance `skylake-avx512`."""
    return str(llvm.get_host_cpu_name())


def host_features() -> dict[str, bool]:
    """LLVM's names of instruction sets, and whether this processor has them; empty where that is not known."""
    try:
        return dict(llvm.get_host_cpu_features())
    except RuntimeError:  # some platforms do not report features
        return {}


def processor_features() -> list[str]:
    """The vector instruction sets of this processor that the speed of the kernels depends on."""
    features = host_features()
    return [name for name in _RELEVANT if features.get(name)]


def target_processor() -> tuple[str, str]:
    """Name and features of the processor that Numba compiles for.

    It is this one, unless $NUMBA_CPU_NAME or $NUMBA_CPU_FEATURES say otherwise.
    """
    name, features = numba.config.CPU_NAME, numba.config.CPU_FEATURES
    if features is None:
        features = ",".join(("+" if has else "-") + feature for feature, has in sorted(host_features().items()))
    return processor_name() if name is None else name, features


def model_name() -> str:
    """The operating system's name for the processor."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    if platform.system() == "Darwin":
        import subprocess  # not for every process that computes

        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "arm"
    # Linux names no model on ARM; LLVM knows it by its number, for instance as `neoverse-n1`.
    known = processor_name()
    return known if known not in ("", "generic") else platform.processor() or platform.machine()
