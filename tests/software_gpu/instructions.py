"""What instructions compute, as expressions of C: those that need no memory and no other lane.

`expression()` is given the operands as C, of the type that it asks for, and returns the result as C with its type.
Whoever calls it puts a loop over lanes around, or none where all lanes have the same operands.
"""

from software_gpu.bits import bfe, bfi, bfind, bitwise, brev, count, funnel_shift, invert, is_zero, lop3, prmt, shift
from software_gpu.comparisons import selp, set_, setp, slct
from software_gpu.conversions import cvt
from software_gpu.modifiers import C_TYPES, Read, finished, is_float, operands, rounded, took, unknown, unsigned
from software_gpu.ptx import Instruction

__all__ = ["expression", "is_slow"]

# What compilers cannot do in many lanes at once: each gets a loop of its own.
_SLOW = {"div", "rem", "ex2", "lg2", "sin", "cos", "tanh", "rsqrt", "popc", "clz", "brev", "bfe", "bfi", "prmt"}
_SLOW |= {"bfind", "lop3", "shf"}


def is_slow(one: Instruction) -> bool:
    """Whether the instruction gets a loop of its own."""
    return one.parts[0] in _SLOW or one.parts[:2] == ["mul", "hi"] and one.parts[-1][1:] == "64"


def expression(one: Instruction, read: Read) -> tuple[str, str]:
    """(C, type) of the result of an instruction."""
    name, modifiers, kind = one.parts[0], one.parts[1:-1], one.parts[-1]
    make = _MAKERS.get(name)
    if make is None:
        raise unknown(one)
    left = list(modifiers)
    found = make(one, left, kind, read)
    if found is None or left:
        raise unknown(one)
    return found


def _arithmetic(sign):
    """add, sub"""

    def make(one, left, kind, read):
        if not is_float(kind):
            a, b = operands(one, left, unsigned(kind), read)
            return f"({C_TYPES[unsigned(kind)]})({a} {sign} {b})", unsigned(kind)
        a, b = operands(one, left, kind, read)
        mode = rounded(left)
        if mode == "n":
            return finished(f"({a} {sign} {b})", left, kind)
        if kind == "f64":
            return None
        return finished(f"sg_add_round({a}, {'-' if sign == '-' else ''}{b}, '{mode}')", left, kind)

    return make


def _widened(kind: str) -> str:
    return kind[0] + str(2 * int(kind[1:]))


def _product(left, kind, a, b):
    """mul of integers: (C, type)"""
    if took(left, "wide"):
        wide = _widened(kind)
        return f"(({C_TYPES[wide]}){a} * ({C_TYPES[wide]}){b})", wide
    if took(left, "lo"):
        return (
            f"({C_TYPES[unsigned(kind)]})(({C_TYPES[unsigned(kind)]}){a} * ({C_TYPES[unsigned(kind)]}){b})",
            unsigned(kind),
        )
    if took(left, "hi"):
        if kind[1:] == "64":
            return f"sg_mulhi_{kind}({a}, {b})", kind
        wide = C_TYPES[_widened(kind)]
        return f"({C_TYPES[kind]})(({wide}){a} * ({wide}){b} >> {kind[1:]})", kind
    return None


def _mul(one, left, kind, read):
    a, b = operands(one, left, kind, read)
    if not is_float(kind):
        return _product(left, kind, a, b)
    mode = rounded(left)
    if mode == "n":
        return finished(f"({a} * {b})", left, kind)
    return None if kind == "f64" else finished(f"sg_mul_round({a}, {b}, '{mode}')", left, kind)


def _fma(one, left, kind, read):
    a, b, c = operands(one, left, kind, read)
    mode = rounded(left)
    if mode == "n":
        return finished(f"__builtin_fma{'f' if kind == 'f32' else ''}({a}, {b}, {c})", left, kind)
    return None if kind == "f64" else finished(f"sg_fma_round({a}, {b}, {c}, '{mode}')", left, kind)


def _mad(one, left, kind, read):
    if is_float(kind):
        return _fma(one, left, kind, read)
    a, b = (read(operand, kind) for operand in one.operands[1:3])
    found = _product(left, kind, a, b)
    if found is None:
        return None
    product, result = found
    result = unsigned(result)
    return f"({C_TYPES[result]})(({C_TYPES[result]}){product} + {read(one.operands[3], result)})", result


def _div(one, left, kind, read):
    a, b = operands(one, left, kind, read)
    if not is_float(kind):
        return f"sg_div_{kind}({a}, {b})", kind
    # The approximations are exact here: an approximation may be.
    if not (took(left, "rn") or took(left, "full") or took(left, "approx")):
        return None
    return finished(f"({a} / {b})", left, kind)


def _rem(one, left, kind, read):
    a, b = operands(one, left, kind, read)
    return f"sg_rem_{kind}({a}, {b})", kind


def _least(which):
    def make(one, left, kind, read):
        a, b = operands(one, left, kind, read)
        if is_float(kind):
            return finished(f"sg_{which}_{kind}({a}, {b})", left, kind)
        return f"({a} {'<' if which == 'min' else '>'} {b} ? {a} : {b})", kind

    return make


def _neg(one, left, kind, read):
    (a,) = operands(one, left, kind, read)
    if is_float(kind):
        return finished(f"(-{a})", left, kind)
    return f"({C_TYPES[unsigned(kind)]})(0 - ({C_TYPES[unsigned(kind)]}){a})", unsigned(kind)


def _abs(one, left, kind, read):
    (a,) = operands(one, left, kind, read)
    if is_float(kind):
        return finished(f"__builtin_fabs{'f' if kind == 'f32' else ''}({a})", left, kind)
    result = C_TYPES[unsigned(kind)]
    return f"({a} < 0 ? ({result})(0 - ({result}){a}) : ({result}){a})", unsigned(kind)


def _of_c(function):
    """A function of the C library of one number; approximations are exact here."""

    def make(one, left, kind, read):
        (a,) = operands(one, left, kind, read)
        if not (took(left, "approx") or took(left, "rn")):
            return None
        suffix = "f" if kind == "f32" else ""
        one_c = "1.0f" if kind == "f32" else "1.0"
        return finished(function.format(a=a, f=suffix, one=one_c), left, kind)

    return make


def _mov(one, left, kind, read):
    (source,) = one.operands[1:]
    if source.startswith("{"):  # a number of two or four, the lowest first
        parts = [part.strip() for part in source.strip("{}").split(",")]
        bits = int(kind[1:]) // len(parts)
        joined = " | ".join(
            f"({C_TYPES[kind]}){read(part, f'b{bits}')} << {bits * at}" for at, part in enumerate(parts)
        )
        return f"({joined})", kind
    return read(source, kind), kind


def _cvta(one, left, kind, read):
    left.clear()
    return read(one.operands[1], kind), kind


def _testp(one, left, kind, read):
    a = read(one.operands[1], kind)
    word = left.pop()
    tests = {
        "finite": "__builtin_isfinite({a})",
        "infinite": "__builtin_isinf({a})",
        "number": "({a} == {a})",
        "notanumber": "({a} != {a})",
        "normal": "__builtin_isnormal({a})",
    }
    return (tests[word].format(a=a), "pred") if word in tests else None


def _copysign(one, left, kind, read):
    a, b = operands(one, left, kind, read)
    return f"__builtin_copysign{'f' if kind == 'f32' else ''}({b}, {a})", kind


_MAKERS = {
    "add": _arithmetic("+"),
    "sub": _arithmetic("-"),
    "mul": _mul,
    "mad": _mad,
    "fma": _fma,
    "div": _div,
    "rem": _rem,
    "min": _least("min"),
    "max": _least("max"),
    "neg": _neg,
    "abs": _abs,
    "sqrt": _of_c("__builtin_sqrt{f}({a})"),
    "rsqrt": _of_c("({one} / __builtin_sqrt{f}({a}))"),
    "rcp": _of_c("({one} / {a})"),
    "ex2": _of_c("__builtin_exp2{f}({a})"),
    "lg2": _of_c("__builtin_log2{f}({a})"),
    "sin": _of_c("__builtin_sin{f}({a})"),
    "cos": _of_c("__builtin_cos{f}({a})"),
    "tanh": _of_c("__builtin_tanh{f}({a})"),
    "and": bitwise("&"),
    "or": bitwise("|"),
    "xor": bitwise("^"),
    "not": invert,
    "cnot": is_zero,
    "shl": shift("<<"),
    "shr": shift(">>"),
    "shf": funnel_shift,
    "lop3": lop3,
    "bfe": bfe,
    "bfi": bfi,
    "prmt": prmt,
    "popc": count("(uint32_t)__builtin_popcount{ll}({a})"),
    "clz": count("sg_clz{bits}({a})"),
    "brev": brev,
    "bfind": bfind,
    "setp": setp,
    "set": set_,
    "selp": selp,
    "slct": slct,
    "mov": _mov,
    "cvta": _cvta,
    "cvt": cvt,
    "testp": _testp,
    "copysign": _copysign,
}
