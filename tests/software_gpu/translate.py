"""Make a library of C from a module of PTX: `python translate.py IN.ptx OUT.so`; with --c OUT.c only the C.

See module.h for what the library exports.
"""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from software_gpu.emit import Names, signature, write_function
from software_gpu.ptx import Function, Module, PtxError, Variable, read_ptx, size_of

__all__ = ["compile_ptx", "translate"]

HERE = Path(__file__).parent
COMPILER = os.environ.get("CC", "gcc")
# No fast mathematics: every operation rounds as PTX says. Vectors as wide as there are.
FLAGS = [
    *("-std=gnu11", "-O2", "-ftree-vectorize", "-fvect-cost-model=dynamic", "-march=native", "-mcx16"),
    *("-mprefer-vector-width=512", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
    *("-fno-strict-aliasing", "-fwrapv", "-fno-stack-protector", "-w", "-fPIC", "-shared", "-pthread"),
]


def _initial(variable: Variable) -> str:
    """The bytes of a variable."""
    if not variable.initial:
        return "{0}"
    bits, found = 8 * size_of(variable.kind), []
    for text in variable.initial:
        if re.fullmatch(r"0[fF][0-9a-fA-F]{8}|0[dD][0-9a-fA-F]{16}", text):
            number = int(text[2:], 16)
        elif variable.kind[0] == "f":
            number = int.from_bytes(struct.pack("<f" if bits == 32 else "<d", float(text)), "little")
        else:
            try:
                number = int(text.rstrip("U"), 0)
            except ValueError as error:
                raise PtxError(f"line {variable.line}: the initial value {text} of {variable.name}") from error
        found += list((number % 2**bits).to_bytes(bits // 8, "little"))
    return "{" + ", ".join(map(str, found)) + "}"


def _place(variables: list[Variable], offset: int = 0) -> tuple[dict[str, int], int]:
    """Offsets of variables behind one another, and the end."""
    offsets = {}
    for one in variables:
        offset = -(-offset // one.align) * one.align
        offsets[one.name] = offset
        offset += one.size
    return offsets, offset


def _shared_variables(function: Function, outside: list[Variable], is_calling: bool) -> list[Variable]:
    """The shared variables of a function, without those of dynamic size.

    is_calling : whether there are functions to call: they find variables at the same place, whichever kernel calls.
    """
    operands = [operand for one in function.body if not isinstance(one, str) for operand in one.operands]
    named = set(re.findall(r"[\w$]+", " ".join(operands)))
    inside = [one for one in function.variables if one.space == "shared" and function.is_entry]
    return [one for one in (*outside, *inside) if one.count and (is_calling or one.name in named)]


def translate(module: Module) -> str:
    """The C of a module."""
    parts = ['#include "warps.h"', "#include <math.h>"]
    names, globals_ = Names(), []
    for number, one in enumerate(module.variables):
        if one.space in ("global", "const"):
            size = max(one.size, 1)
            parts.append(
                f"static uint8_t g{number}[{size}] __attribute__((aligned({max(one.align, 16)}))) = {_initial(one)};"
            )
            names.addresses[one.name] = f"(uint64_t)g{number}"
            globals_.append(f'{{"{one.name}", g{number}, {size}}}')
    devices = [one for one in module.functions if not one.is_entry]
    for number, one in enumerate(devices):
        names.functions[one.name] = f"f{number}"
        parts.append(signature(one, f"f{number}") + ";")
    shared = [one for one in module.variables if one.space == "shared"]
    entries = [one for one in module.functions if one.is_entry]
    of_devices = [one for function in devices for one in function.variables if one.space == "shared"]
    kernels = []
    for function in module.functions:
        offsets, end = _place(_shared_variables(function, [*shared, *of_devices], bool(devices)))
        own = Names()
        own.functions, own.addresses = names.functions, dict(names.addresses)
        own.addresses |= {name: f"((uint64_t)w->shared + {offset})" for name, offset in offsets.items()}
        dynamic = -(-end // 16) * 16
        own.addresses |= {one.name: f"((uint64_t)w->shared + {dynamic})" for one in shared if not one.count}
        if function.is_entry:
            own.parameters, _ = _place(function.parameters)
            at = entries.index(function)
            parts.append(write_function(function, f"k{at}", own))
            kernels.append(_kernel(function, at, own.parameters, end, parts))
        else:
            parts.append(write_function(function, names.functions[function.name], own))
    parts.append(_exports(entries, kernels, globals_))
    return "\n".join(parts)


def _local_bytes(function: Function) -> int:
    return sum(one.size for one in function.variables if one.space in ("local", "param"))


def _kernel(function: Function, at: int, offsets: dict[str, int], shared: int, parts: list[str]) -> str:
    """The entry of a kernel in the table."""
    listed = ", ".join(f"{{{one.size}, {offsets[one.name]}}}" for one in function.parameters) or "{0, 0}"
    parts.append(f"static const struct sg_parameter p{at}[] = {{{listed}}};")
    count, most = len(function.parameters), function.max_threads or 1024
    local = sum(one.size for one in function.variables if one.space == "local")
    return f'{{"{function.name}", {count}, p{at}, {shared}, {local}, {most}, 0}}'


def _exports(entries: list[Function], kernels: list[str], globals_: list[str]) -> str:
    local = sum(16 + _local_bytes(one) for one in entries)
    bodies = ", ".join(f"k{at}" for at in range(len(entries))) or "0"
    return f"""
static const struct sg_kernel all_kernels[] = {{{", ".join(kernels)}}};
static const struct sg_global all_globals[] = {{{", ".join(globals_) or "{0, 0, 0}"}}};
static const sg_function bodies[] = {{{bodies}}};
const unsigned sg_most_local_bytes = {local};
sg_function sg_body(const struct sg_kernel *kernel) {{ return bodies[kernel - all_kernels]; }}
const struct sg_kernel *sg_kernels(int *count) {{ *count = {len(entries)}; return all_kernels; }}
const struct sg_global *sg_globals(int *count) {{ *count = {len(globals_)}; return all_globals; }}
"""


def compile_ptx(text: str, library: Path) -> None:
    """Translate and compile a module."""
    source = library.with_suffix(".c")
    source.write_text(translate(read_ptx(text)))
    command = [COMPILER, *FLAGS, f"-I{HERE}", source, HERE / "warps.c", "-lm", "-o", library]
    subprocess.run(command, check=True)


def main() -> None:
    """The command line."""
    taken, library = map(Path, sys.argv[1:])
    try:
        compile_ptx(taken.read_text(), library)
    except PtxError as error:
        sys.exit(f"{taken}: {error}")


if __name__ == "__main__":
    main()
