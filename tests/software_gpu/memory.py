"""Instructions that read and write memory, as C. Addresses are those of this process."""

import re

from software_gpu.modifiers import C_TYPES, unknown
from software_gpu.ptx import Instruction, size_of
from software_gpu.uniform import definitions, uses

__all__ = ["address_of", "memory", "vector"]

_ORDERED = {"volatile", "relaxed", "acquire", "release", "acq_rel", "mmio"}
_NO_EFFECT = {"weak", "gpu", "sys", "cta", "cluster", "ca", "cg", "cs", "lu", "cv", "wb", "wt", "nc"}
_SPACES = {"global", "shared", "local", "param", "const"}
_WIDTHS = {"v2": 2, "v4": 4, "v8": 8}


def vector(operand: str) -> list[str]:
    """The registers of {a, b}, or the one that is there."""
    return [part.strip() for part in operand.strip("{}").split(",")]


def address_of(operand: str) -> tuple[str, int]:
    """[base+offset], taken apart."""
    base, offset = re.fullmatch(r"\[\s*([^\s+\]]+)\s*(?:\+\s*(-?\w+))?\s*\]", operand).groups()
    return base, int(offset or "0", 0)


def _access(one: Instruction) -> tuple[str, str, int, bool]:
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


def _operation(one: Instruction) -> tuple[str, str, str, int]:
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


def _atomic_result(operation: str, kind: str, values: list[str]) -> tuple[str, str]:
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


def memory(writer, one: Instruction) -> None:
    if one.parts[0] in ("atom", "red"):
        writer.flush()
        _atomic(writer, one)
    elif one.parts[0] in ("ld", "ldu"):
        _load(writer, one)
    else:
        _store(writer, one)


def _load(writer, one: Instruction) -> None:
    space, kind, width, is_volatile = _access(one)
    c_type = ("volatile " if is_volatile else "") + C_TYPES[kind]
    targets = vector(one.operands[0])
    one_for_all = not writer.parted and not one.guard and not writer.uniform.is_divergent(one.operands[1])
    size, is_shared = size_of(kind) * width, int(space == "shared")
    if one_for_all:
        if any(set(definitions(one)) & set(uses(other)) for _, other in writer.group) or any(
            writer.is_vector(target) for target in targets
        ):
            writer.flush()
        a = writer.fresh()
        writer.add(f"const uint64_t {a} = {writer.address(one.operands[1])};")
        if space != "param":
            writer.add(f"SG_EXAMINE({one.line}, 0, {a}, {size}, {is_shared});")
        for at, target in enumerate(targets):
            writer.keep(target)
            loop = "LANES " if writer.is_vector(target) else ""
            writer.add(loop + writer.assign(target, f"(({c_type} *){a})[{at}]", kind))
        return
    writer.flush()
    for target in targets:
        writer.keep(target)
    writer.add(f"EACH_LANE({writer.masked(one) or 'active'}) {{ const uint64_t a = {writer.address(one.operands[1])};")
    writer.add(f"SG_EXAMINE({one.line}, l, a, {size}, {is_shared});")
    for at, target in enumerate(targets):
        if target != "_":
            writer.add(writer.assign(target, f"(({c_type} *)a)[{at}]", kind))
    writer.add("}")


def _store(writer, one: Instruction) -> None:
    writer.flush()
    space, kind, width, is_volatile = _access(one)
    c_type = ("volatile " if is_volatile else "") + C_TYPES[kind]
    size, is_shared = size_of(kind) * width, int(space == "shared")
    loop = f"EACH_LANE({writer.masked(one) or 'active'})"
    lane = "l"
    if writer.is_scalar(one) and not one.guard:
        loop, lane = "", "0"
    writer.add(f"{loop} {{ const uint64_t a = {writer.address(one.operands[0])};")
    writer.add(f"SG_EXAMINE({one.line}, {lane}, a, {size}, {is_shared});")
    for at, source in enumerate(vector(one.operands[1])):
        writer.add(f"(({c_type} *)a)[{at}] = {writer.read(source, kind)};")
    writer.add("}")


def _atomic(writer, one: Instruction) -> None:
    space, operation, kind, width = _operation(one)
    has_result = one.parts[0] == "atom"
    targets = vector(one.operands[0]) if has_result else []
    where, *values = one.operands[1:] if has_result else one.operands
    size = size_of(kind) * width
    bits = kind if operation not in ("exch", "cas") else f"b{8 * size_of(kind)}"
    for target in targets:
        writer.keep(target)
    writer.add("SG_TURN();")
    writer.add(f"EACH_LANE({writer.masked(one) or 'active'}) {{ const uint64_t whole = {writer.address(where)};")
    writer.add(f"SG_EXAMINE({one.line}, l, whole, {size}, {int(space == 'shared')});")
    if width > 1:
        parts = vector(values[0])
        if width == 4 and not has_result:
            numbers = ", ".join(writer.read(part, "f32") for part in parts)
            writer.add(f"sg_add_v4(whole, {numbers});")
        else:
            for at, part in enumerate(parts):
                text = f"sg_add_f32(whole + {4 * at}, {writer.read(part, kind)})"
                writer.add(writer.assign(targets[at], text, "b32") if has_result else f"{text};")
    else:
        writer.add("const uint64_t a = whole;")
        text, result = _atomic_result(operation, kind, [writer.read(value, bits) for value in values])
        writer.add(writer.assign(targets[0], text, result) if has_result else f"(void){text};")
    writer.add("}")
