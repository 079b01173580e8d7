"""What instructions compute, as expressions of C: those that need no memory and no other lane.

`expression()` is given the operands as C, of the type that it asks for, and returns the result as C with its type.
Whoever calls it puts a loop over lanes around, or none where all lanes have the same operands.
"""

from collections.abc import Callable

from software_gpu.ptx import Instruction, PtxError, size_of

__all__ = ["C_TYPES", "SLOW", "expression", "unknown"]

C_TYPES = {
    "pred": "int",
    "f32": "float",
    "f64": "double",
    **{f"{kind}{bits}": f"uint{bits}_t" for kind in "bu" for bits in (8, 16, 32, 64)},
    **{f"s{bits}": f"int{bits}_t" for bits in (8, 16, 32, 64)},
}
# What compilers cannot do in many lanes at once: each gets a loop of its own.
SLOW = {"div", "rem", "ex2", "lg2", "sin", "cos", "tanh", "rsqrt", "popc", "clz", "brev", "bfe", "bfi", "prmt", "bfind"}
SLOW |= {"lop3", "shf"}

Read = Callable[[str, str], str]  # (operand, type) -> C


def unknown(one: Instruction) -> PtxError:
    """The error for what is not translated."""
    return PtxError(f"line {one.line}: an instruction that is not translated: {one.name} {', '.join(one.operands)}")


def is_slow(one: Instruction) -> bool:
    """Whether the instruction gets a loop of its own."""
    return one.parts[0] in SLOW or one.parts[:2] == ["mul", "hi"] and one.parts[-1][1:] == "64"


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


def _took(left: list[str], word: str) -> bool:
    """Whether a modifier is there; it is used up."""
    if word in left:
        left.remove(word)
        return True
    return False


def _rounded(left: list[str]) -> str:
    """n, z, m or p: how floats are rounded."""
    for mode in "nzmp":
        if _took(left, f"r{mode}"):
            return mode
    return "n"


def _finished(text: str, left: list[str], kind: str) -> tuple[str, str]:
    """With .ftz and .sat of floats."""
    if _took(left, "ftz") and kind == "f32":
        text = f"sg_ftz({text})"
    if kind == "f32" and _took(left, "sat"):
        text = f"sg_saturate({text})"
    return text, kind


def _is_float(kind: str) -> bool:
    return kind in ("f32", "f64")


def _operands(one: Instruction, left: list[str], kind: str, read: Read) -> list[str]:
    """All operands but the first; with .ftz subnormal floats are 0."""
    values = [read(operand, kind) for operand in one.operands[1:]]
    return [f"sg_ftz({value})" for value in values] if "ftz" in left and kind == "f32" else values


def _unsigned(kind: str) -> str:
    return "u" + kind[1:]


def _arithmetic(sign):
    """add, sub"""

    def make(one, left, kind, read):
        if not _is_float(kind):
            a, b = _operands(one, left, _unsigned(kind), read)
            return f"({C_TYPES[_unsigned(kind)]})({a} {sign} {b})", _unsigned(kind)
        a, b = _operands(one, left, kind, read)
        mode = _rounded(left)
        if mode == "n":
            return _finished(f"({a} {sign} {b})", left, kind)
        if kind == "f64":
            return None
        return _finished(f"sg_add_round({a}, {'-' if sign == '-' else ''}{b}, '{mode}')", left, kind)

    return make


def _widened(kind: str) -> str:
    return kind[0] + str(2 * int(kind[1:]))


def _product(left, kind, a, b):
    """mul of integers: (C, type)"""
    if _took(left, "wide"):
        wide = _widened(kind)
        return f"(({C_TYPES[wide]}){a} * ({C_TYPES[wide]}){b})", wide
    if _took(left, "lo"):
        return (
            f"({C_TYPES[_unsigned(kind)]})(({C_TYPES[_unsigned(kind)]}){a} * ({C_TYPES[_unsigned(kind)]}){b})",
            _unsigned(kind),
        )
    if _took(left, "hi"):
        if kind[1:] == "64":
            return f"sg_mulhi_{kind}({a}, {b})", kind
        wide = C_TYPES[_widened(kind)]
        return f"({C_TYPES[kind]})(({wide}){a} * ({wide}){b} >> {kind[1:]})", kind
    return None


def _mul(one, left, kind, read):
    a, b = _operands(one, left, kind, read)
    if not _is_float(kind):
        return _product(left, kind, a, b)
    mode = _rounded(left)
    if mode == "n":
        return _finished(f"({a} * {b})", left, kind)
    return None if kind == "f64" else _finished(f"sg_mul_round({a}, {b}, '{mode}')", left, kind)


def _fma(one, left, kind, read):
    a, b, c = _operands(one, left, kind, read)
    mode = _rounded(left)
    if mode == "n":
        return _finished(f"__builtin_fma{'f' if kind == 'f32' else ''}({a}, {b}, {c})", left, kind)
    return None if kind == "f64" else _finished(f"sg_fma_round({a}, {b}, {c}, '{mode}')", left, kind)


def _mad(one, left, kind, read):
    if _is_float(kind):
        return _fma(one, left, kind, read)
    a, b = (read(operand, kind) for operand in one.operands[1:3])
    found = _product(left, kind, a, b)
    if found is None:
        return None
    product, result = found
    result = _unsigned(result)
    return f"({C_TYPES[result]})(({C_TYPES[result]}){product} + {read(one.operands[3], result)})", result


def _div(one, left, kind, read):
    a, b = _operands(one, left, kind, read)
    if not _is_float(kind):
        return f"sg_div_{kind}({a}, {b})", kind
    # The approximations are exact here: an approximation may be.
    if not (_took(left, "rn") or _took(left, "full") or _took(left, "approx")):
        return None
    return _finished(f"({a} / {b})", left, kind)


def _rem(one, left, kind, read):
    a, b = _operands(one, left, kind, read)
    return f"sg_rem_{kind}({a}, {b})", kind


def _least(which):
    def make(one, left, kind, read):
        a, b = _operands(one, left, kind, read)
        if _is_float(kind):
            return _finished(f"sg_{which}_{kind}({a}, {b})", left, kind)
        return f"({a} {'<' if which == 'min' else '>'} {b} ? {a} : {b})", kind

    return make


def _neg(one, left, kind, read):
    (a,) = _operands(one, left, kind, read)
    if _is_float(kind):
        return _finished(f"(-{a})", left, kind)
    return f"({C_TYPES[_unsigned(kind)]})(0 - ({C_TYPES[_unsigned(kind)]}){a})", _unsigned(kind)


def _abs(one, left, kind, read):
    (a,) = _operands(one, left, kind, read)
    if _is_float(kind):
        return _finished(f"__builtin_fabs{'f' if kind == 'f32' else ''}({a})", left, kind)
    result = C_TYPES[_unsigned(kind)]
    return f"({a} < 0 ? ({result})(0 - ({result}){a}) : ({result}){a})", _unsigned(kind)


def _of_c(function):
    """A function of the C library of one number; approximations are exact here."""

    def make(one, left, kind, read):
        (a,) = _operands(one, left, kind, read)
        if not (_took(left, "approx") or _took(left, "rn")):
            return None
        suffix = "f" if kind == "f32" else ""
        one_c = "1.0f" if kind == "f32" else "1.0"
        return _finished(function.format(a=a, f=suffix, one=one_c), left, kind)

    return make


def _bitwise(sign):
    def make(one, left, kind, read):
        a, b = _operands(one, left, kind, read)
        return f"({a} {sign} {b})", kind

    return make


def _not(one, left, kind, read):
    (a,) = _operands(one, left, kind, read)
    return (f"(!{a})" if kind == "pred" else f"({C_TYPES[kind]})(~{a})"), kind


def _cnot(one, left, kind, read):
    (a,) = _operands(one, left, kind, read)
    return f"({C_TYPES[kind]})({a} == 0)", kind


def _shift(sign):
    """Counts above the width are the width."""

    def make(one, left, kind, read):
        width = int(kind[1:])
        a, b = read(one.operands[1], kind), read(one.operands[2], "u32")
        plain = f"({C_TYPES[kind]})({a} {sign} {b})"
        if one.operands[2].isdigit() and int(one.operands[2]) < width:
            return plain, kind
        past = f"{a} {sign} {width - 1}" if kind[0] == "s" else "0"
        return f"({b} < {width} ? {plain} : ({C_TYPES[kind]})({past}))", kind

    return make


def _shf(one, left, kind, read):
    is_left = _took(left, "l")
    if not is_left and not _took(left, "r"):
        return None
    clamps = _took(left, "clamp")
    if not clamps and not _took(left, "wrap"):
        return None
    a, b, c = _operands(one, left, "b32", read)
    return f"sg_shf({a}, {b}, {c}, {int(is_left)}, {int(clamps)})", "b32"


def _lop3(one, left, kind, read):
    a, b, c = (read(operand, kind) for operand in one.operands[1:4])
    table = int(one.operands[4], 0)
    terms = []
    for index in range(8):
        if table >> index & 1:
            terms.append("&".join(x if index & bit else f"~{x}" for x, bit in ((a, 4), (b, 2), (c, 1))))
    return f"({C_TYPES[kind]})({' | '.join(f'({term})' for term in terms) or '0'})", kind


def _bfe(one, left, kind, read):
    a, b, c = read(one.operands[1], kind), *(read(operand, "u32") for operand in one.operands[2:])
    return (
        f"({C_TYPES[kind]})sg_bfe(({C_TYPES[_unsigned(kind)]}){a}, {b}, {c}, {kind[1:]}, {int(kind[0] == 's')})",
        kind,
    )


def _bfi(one, left, kind, read):
    a, b = (read(operand, kind) for operand in one.operands[1:3])
    c, d = (read(operand, "u32") for operand in one.operands[3:])
    return f"({C_TYPES[kind]})sg_bfi({a}, {b}, {c}, {d}, {kind[1:]})", kind


def _prmt(one, left, kind, read):
    a, b, c = _operands(one, left, kind, read)
    return f"sg_prmt({a}, {b}, {c})", kind


def _count(function):
    def make(one, left, kind, read):
        (a,) = _operands(one, left, kind, read)
        return function.format(a=a, bits=kind[1:], ll="ll" if kind[1:] == "64" else ""), "u32"

    return make


def _brev(one, left, kind, read):
    (a,) = _operands(one, left, kind, read)
    return f"sg_brev{kind[1:]}({a})", kind


def _bfind(one, left, kind, read):
    shifts = _took(left, "shiftamt")
    (a,) = _operands(one, left, kind, read)
    if kind[0] == "s":
        a = f"({a} < 0 ? ~{a} : {a})"
    return f"sg_bfind((uint64_t){a}, {kind[1:]}, {int(shifts)})", "u32"


# Of floats, those with u hold if a number is NaN.
_COMPARED = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "lo": "<",
    "ls": "<=",
    "hi": ">",
    "hs": ">=",
}
_UNORDERED = {"equ": "!=", "neu": "==", "ltu": ">=", "leu": ">", "gtu": "<=", "geu": "<"}


def _comparison(one, left, kind, read):
    """The condition of setp and set."""
    a, b = _operands(one, left, kind, read)[:2]
    _took(left, "ftz")
    found = None
    for word in list(left):
        if word in _COMPARED:
            left.remove(word)
            found = f"({a} {_COMPARED[word]} {b})"
            if word == "ne" and _is_float(kind):
                found = f"({a} < {b} || {a} > {b})"
        elif word == "neu":
            left.remove(word)
            found = f"({a} != {b})"
        elif word == "equ":
            left.remove(word)
            found = f"(!({a} < {b} || {a} > {b}))"
        elif word in _UNORDERED:
            left.remove(word)
            found = f"(!({a} {_UNORDERED[word]} {b}))"
        elif word in ("num", "nan"):
            left.remove(word)
            found = f"({a} == {a} && {b} == {b})" if word == "num" else f"({a} != {a} || {b} != {b})"
    return found


def _setp(one, left, kind, read):
    combined = next((word for word in ("and", "or", "xor") if word in left), None)
    if combined:
        left.remove(combined)
    values = Instruction(one.line, None, one.parts, one.operands[:3])
    found = _comparison(values, left, kind, read)
    if found and combined:
        found = (
            f"({found} {dict(zip(('and', 'or', 'xor'), '&|^', strict=True))[combined]} {read(one.operands[3], 'pred')})"
        )
    return found and (found, "pred")


def _set(one, left, kind, read):
    result = left.pop()
    found = _comparison(one, left, kind, read)
    if not found:
        return None
    return (f"({found} ? 1.0f : 0.0f)" if result == "f32" else f"(-({C_TYPES[result]}){found})"), result


def _selp(one, left, kind, read):
    a, b = (read(operand, kind) for operand in one.operands[1:3])
    return f"({read(one.operands[3], 'pred')} ? {a} : {b})", kind


def _slct(one, left, kind, read):
    result = left.pop()
    a, b = (read(operand, result) for operand in one.operands[1:3])
    return f"({read(one.operands[3], kind)} >= 0 ? {a} : {b})", result


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


_INTEGRAL = {"rni": "__builtin_nearbyint", "rzi": "__builtin_trunc", "rmi": "__builtin_floor", "rpi": "__builtin_ceil"}


def _cvt(one, left, kind, read):
    """cvt.rounding.to.from"""
    to, source = left.pop(), kind
    if to not in C_TYPES or source not in C_TYPES:
        return None
    (a,) = _operands(one, left, source, read)
    integral = next((word for word in _INTEGRAL if _took(left, word)), None)
    if integral:
        a = f"{_INTEGRAL[integral]}{'f' if source == 'f32' else ''}({a})"
    if _is_float(to):
        mode = _rounded(left)
        if mode != "n":
            if to == source or to == "f64" and source[1:] != "64":  # nothing is rounded
                pass
            elif (source, to) == ("f64", "f32"):
                return _finished(f"sg_round_f32({a}, 0, '{mode}')", left, to)
            else:
                return None
        return _finished(f"(({C_TYPES[to]}){a})", left, to)
    if _is_float(source):
        _took(left, "ftz")
        _took(left, "sat")
        return (_into_integer(a, to, source), to) if integral else None
    if _took(left, "sat"):
        return _saturated(a, to, source), to
    return f"({C_TYPES[to]}){a}", to


def _limits(kind):
    bits = int(kind[1:])
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if kind[0] == "s" else (0, 2**bits - 1)


def _into_integer(a, to, source):
    """Outside the range: the nearest in it; NaN becomes 0."""
    least, most = _limits(to)
    suffix = "f" if source == "f32" else ""
    minimum = f"({C_TYPES[to]}){'INT' if to[0] == 's' else 'UINT'}{to[1:]}_M"
    lowest = f"{minimum}IN" if to[0] == "s" else "0"
    below, above = f"{a} <= {float(least)!r}{suffix}", f"{a} >= {float(most + 1)!r}{suffix}"
    return f"({a} != {a} ? 0 : {below} ? {lowest} : {above} ? {minimum}AX : ({C_TYPES[to]}){a})"


def _saturated(a, to, source):
    least, most = _limits(to)
    from_least, from_most = _limits(source)
    text = f"({C_TYPES[to]}){a}"
    if from_most > most:
        text = f"{a} > {most} ? ({C_TYPES[to]}){most} : {text}"
    if from_least < least:
        text = f"{a} < ({C_TYPES[source]})({least}) ? ({C_TYPES[to]})({least}) : {text}"
    return f"({text})"


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
    a, b = _operands(one, left, kind, read)
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
    "and": _bitwise("&"),
    "or": _bitwise("|"),
    "xor": _bitwise("^"),
    "not": _not,
    "cnot": _cnot,
    "shl": _shift("<<"),
    "shr": _shift(">>"),
    "shf": _shf,
    "lop3": _lop3,
    "bfe": _bfe,
    "bfi": _bfi,
    "prmt": _prmt,
    "popc": _count("(uint32_t)__builtin_popcount{ll}({a})"),
    "clz": _count("sg_clz{bits}({a})"),
    "brev": _brev,
    "bfind": _bfind,
    "setp": _setp,
    "set": _set,
    "selp": _selp,
    "slct": _slct,
    "mov": _mov,
    "cvta": _cvta,
    "cvt": _cvt,
    "testp": _testp,
    "copysign": _copysign,
}

assert size_of("b64") == 8
