"""Instructions on bits, as expressions of C."""

from software_gpu.modifiers import C_TYPES, operands, took, unsigned

__all__ = ["bfe", "bfi", "bfind", "bitwise", "brev", "count", "funnel_shift", "invert", "is_zero", "lop3"]
__all__ += ["prmt", "shift"]


def bitwise(sign):
    def make(one, left, kind, read):
        a, b = operands(one, left, kind, read)
        return f"({a} {sign} {b})", kind

    return make


def invert(one, left, kind, read):
    (a,) = operands(one, left, kind, read)
    return (f"(!{a})" if kind == "pred" else f"({C_TYPES[kind]})(~{a})"), kind


def is_zero(one, left, kind, read):
    (a,) = operands(one, left, kind, read)
    return f"({C_TYPES[kind]})({a} == 0)", kind


def shift(sign):
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


def funnel_shift(one, left, kind, read):
    is_left = took(left, "l")
    if not is_left and not took(left, "r"):
        return None
    clamps = took(left, "clamp")
    if not clamps and not took(left, "wrap"):
        return None
    a, b, c = operands(one, left, "b32", read)
    return f"sg_shf({a}, {b}, {c}, {int(is_left)}, {int(clamps)})", "b32"


def lop3(one, left, kind, read):
    a, b, c = (read(operand, kind) for operand in one.operands[1:4])
    table = int(one.operands[4], 0)
    terms = []
    for index in range(8):
        if table >> index & 1:
            terms.append("&".join(x if index & bit else f"~{x}" for x, bit in ((a, 4), (b, 2), (c, 1))))
    return f"({C_TYPES[kind]})({' | '.join(f'({term})' for term in terms) or '0'})", kind


def bfe(one, left, kind, read):
    a, b, c = read(one.operands[1], kind), *(read(operand, "u32") for operand in one.operands[2:])
    return (
        f"({C_TYPES[kind]})sg_bfe(({C_TYPES[unsigned(kind)]}){a}, {b}, {c}, {kind[1:]}, {int(kind[0] == 's')})",
        kind,
    )


def bfi(one, left, kind, read):
    a, b = (read(operand, kind) for operand in one.operands[1:3])
    c, d = (read(operand, "u32") for operand in one.operands[3:])
    return f"({C_TYPES[kind]})sg_bfi({a}, {b}, {c}, {d}, {kind[1:]})", kind


def prmt(one, left, kind, read):
    a, b, c = operands(one, left, kind, read)
    return f"sg_prmt({a}, {b}, {c})", kind


def count(function):
    def make(one, left, kind, read):
        (a,) = operands(one, left, kind, read)
        return function.format(a=a, bits=kind[1:], ll="ll" if kind[1:] == "64" else ""), "u32"

    return make


def brev(one, left, kind, read):
    (a,) = operands(one, left, kind, read)
    return f"sg_brev{kind[1:]}({a})", kind


def bfind(one, left, kind, read):
    shifts = took(left, "shiftamt")
    (a,) = operands(one, left, kind, read)
    if kind[0] == "s":
        a = f"({a} < 0 ? ~{a} : {a})"
    return f"sg_bfind((uint64_t){a}, {kind[1:]}, {int(shifts)})", "u32"


# Of floats, those with u hold if a number is NaN.
