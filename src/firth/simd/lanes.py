"""The width and number of this processor's vector registers."""

import os

import llvmlite.binding as llvm

__all__ = ["LANES", "VECTOR_REGISTERS"]


def _host_lanes() -> int:
    """Numbers of float32 in the widest register: 16 with AVX-512, 8 with AVX, else 4 (SSE2, NEON)."""
    try:
        features = llvm.get_host_cpu_features()
    except RuntimeError:  # some platforms do not report features
        features = {}
    if features.get("avx512f"):
        return 16
    return 8 if features.get("avx") else 4


# $FIRTH_LANES overrides the width, so that tests can run the kernels of another processor.
LANES = int(os.environ.get("FIRTH_LANES") or 0) or _host_lanes()
if LANES not in (4, 8, 16):
    raise ValueError(f"FIRTH_LANES={LANES}: must be 4, 8 or 16, or unset for the width of this processor")

# AVX-512 and AArch64 have 32; AVX and SSE have 16. (4 lanes on anything but x86 are taken for AArch64.)
_IS_X86 = llvm.get_process_triple().startswith(("x86_64", "i386", "i686"))
VECTOR_REGISTERS = 16 if LANES == 8 or (LANES == 4 and _IS_X86) else 32
