"""Instructions that read and write memory, as C. Addresses are those of this process."""

import re

from software_gpu.instructions import C_TYPES, unknown
from software_gpu.ptx import Instruction, size_of

__all__ = ["access", "address", "atomic", "vector"]

_ORDERED = {"volatile", "relaxed", "acquire", "release", "acq_rel", "mmio"}
_NO_EFFECT = {"weak", "gpu", "sys", "cta", "cluster", "ca", "cg", "cs", "lu", "cv", "wb", "wt", "nc"}
_SPACES = {"global", "shared", "local", "param", "const"}
_WIDTHS = {"v2": 2, "v4": 4, "v8": 8}


def vector(operand: str) -> list[str]:
    """The registers of {a, b}, or the one that is there."""
    return [part.strip() for part in operand.strip("{}").split(",")]


def address(operand: str) -> tuple[str, int]:
    """[base+offset], taken apart."""
    base, offset = re.fullmatch(r"\[\s*([^\s+\]]+)\s*(?:\+\s*(-?\w+))?\s*\]", operand).groups()
    return base, int(offset or "0", 0)


def access(one: Instruction) -> tuple[str, str, int, bool]:
    """(space, type, numbers, volatile) of ld and st; space "generic" if none is named."""
    space, width, is_volatile = "generic", 1, False
    for word in one.parts[1:-1]:
        word = word.partition("::")[0]
        if word in _SPACES:
            space = word
        elif word in _WIDTHS:
            width = _WIDTHS[word]
        elif word in _ORDERED:
            is_volatile = True
        elif word not in _NO_EFFECT and word not in ("L1", "L2"):
            raise unknown(one)
    if one.parts[-1] not in C_TYPES:
        raise unknown(one)
    return space, one.parts[-1], width, is_volatile


# Operations by compare and exchange: what becomes of `old`, given b.
_CHANGES = {
    "min": "old < {b} ? old : {b}",
    "max": "old > {b} ? old : {b}",
    "inc": "old >= {b} ? 0 : old + 1",
    "dec": "old == 0 || old > {b} ? {b} : old - 1",
}
_FETCHES = {"add": "add", "and": "and", "or": "or", "xor": "xor"}


def atomic(one: Instruction) -> tuple[str, str, str, int]:
    """(space, operation, type, numbers) of atom and red."""
    space, operation, width = "generic", None, 1
    for word in one.parts[1:-1]:
        name = word.partition("::")[0]
        if name in _SPACES:
            space = name
        elif name in _WIDTHS:
            width = _WIDTHS[name]
        elif word in _CHANGES or word in _FETCHES or word in ("exch", "cas"):
            operation = word
        elif name not in _ORDERED and name not in _NO_EFFECT and name not in ("L1", "L2"):
            raise unknown(one)
    kind = one.parts[-1]
    if operation is None or kind not in C_TYPES or size_of(kind) < 4:
        raise unknown(one)
    if kind[0] == "f" and operation not in ("add", "exch") or width > 1 and (kind, operation) != ("f32", "add"):
        raise unknown(one)
    return space, operation, kind, width


def atomic_result(operation: str, kind: str, values: list[str]) -> tuple[str, str]:
    """(C, type) of what was there before; the address is `a`."""
    bits, c_type = f"b{8 * size_of(kind)}", C_TYPES[kind]
    if operation == "add" and kind[0] == "f":
        return f"sg_add_{kind}(a, {values[0]})", bits
    if operation in _FETCHES:
        return f"__atomic_fetch_{_FETCHES[operation]}(({c_type} *)a, {values[0]}, __ATOMIC_SEQ_CST)", kind
    whole = C_TYPES[bits]
    if operation == "exch":
        return f"__atomic_exchange_n(({whole} *)a, {values[0]}, __ATOMIC_SEQ_CST)", bits
    if operation == "cas":
        return f"__sync_val_compare_and_swap(({whole} *)a, {values[0]}, {values[1]})", bits
    return f"SG_ATOMIC({c_type}, a, {_CHANGES[operation].format(b=values[0])})", kind
