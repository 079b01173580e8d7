"""Python imports this when it starts: programs that use numba-cuda keep the PTX of a kernel behind its machine code.

numba-cuda links PTX to a cubin with NVIDIA's own assembler, which so sees every kernel, and gives the cubin to the
driver. The driver in this folder cannot run a cubin: it finds the PTX that it was made of behind it. Nothing else of
numba-cuda changes; caches keep the cubin with its PTX.
"""

import sys
from importlib.machinery import ModuleSpec

LINKER = "numba.cuda.cudadrv.driver"
MARK = b"SG-PTX:"


def keep_ptx(driver) -> None:
    """Have the linker put the PTX behind the cubin."""
    from cuda.core import Linker, ObjectCode

    complete = driver._Linker.complete

    def linked(self) -> bytes:
        if self._has_ltoir:  # the form before PTX: nvJitLink makes PTX of it
            return bytes(Linker(*self._object_codes, options=self._get_linker_options(ptx=True)).link("ptx").code)
        (ptx,) = (bytes(one.code) for one in self._object_codes)  # Firth links nothing else
        return ptx

    def completed(self):
        cubin, ptx = bytes(complete(self).code), linked(self)
        return ObjectCode.from_cubin(cubin + MARK + ptx.rstrip(b"\0") + b"\0")

    driver._Linker.complete = completed


class Finder:
    """Finds the linker of numba-cuda as others do, and changes it once it is imported."""

    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        if name != LINKER:
            return None
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next((one for one in found if one is not None), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                keep_ptx(module)

            spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
