"""The width and number of the vector registers of the processor that Numba compiles for."""

import os

import llvmlite.binding as llvm
import numba

from firth.errors import SettingError
from firth.simd.processor import host_features, target_processor

__all__ = ["LANES", "VECTOR_REGISTERS"]

_ADDITION = """
define <16 x float> @add(<16 x float> %a, <16 x float> %b) {
  %sum = fadd <16 x float> %a, %b
  ret <16 x float> %sum
}
"""


def _host_lanes() -> int:
    """Numbers of float32 in the widest register: 16 with AVX-512, 8 with AVX, else 4 (SSE2, NEON)."""
    features = host_features()
    if features.get("avx512f"):
        return 16
    return 8 if features.get("avx") else 4


def _lanes_of(name: str, features: str) -> int:
    """The same of a processor that is only known by name: from the registers in which LLVM adds 16 numbers."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=name, features=features)
    text = machine.emit_assembly(llvm.parse_assembly(_ADDITION))
    if "zmm" in text:
        return 16
    return 8 if "ymm" in text else 4


def _lanes() -> int:
    """$FIRTH_LANES overrides the width, so that tests can run the kernels of another processor."""
    wanted = os.environ.get("FIRTH_LANES")
    if wanted:
        if wanted not in ("4", "8", "16"):
            raise SettingError(f"FIRTH_LANES={wanted}: must be 4, 8 or 16, or unset for the width of this processor")
        return int(wanted)
    if numba.config.CPU_NAME is None and numba.config.CPU_FEATURES is None:
        return _host_lanes()
    return _lanes_of(*target_processor())


LANES = _lanes()

# AVX-512 and AArch64 have 32; AVX and SSE have 16. (4 lanes on anything but x86 are taken for AArch64.)
_IS_X86 = llvm.get_process_triple().startswith(("x86_64", "i386", "i686"))
VECTOR_REGISTERS = 16 if LANES == 8 or (LANES == 4 and _IS_X86) else 32
