"""Comparisons and choices, as expressions of C."""

from software_gpu.modifiers import C_TYPES, is_float, operands, took
from software_gpu.ptx import Instruction

__all__ = ["selp", "set_", "setp", "slct"]


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
    a, b = operands(one, left, kind, read)[:2]
    took(left, "ftz")
    found = None
    for word in list(left):
        if word in _COMPARED:
            left.remove(word)
            found = f"({a} {_COMPARED[word]} {b})"
            if word == "ne" and is_float(kind):
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


def setp(one, left, kind, read):
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


def set_(one, left, kind, read):
    result = left.pop()
    found = _comparison(one, left, kind, read)
    if not found:
        return None
    return (f"({found} ? 1.0f : 0.0f)" if result == "f32" else f"(-({C_TYPES[result]}){found})"), result


def selp(one, left, kind, read):
    a, b = (read(operand, kind) for operand in one.operands[1:3])
    return f"({read(one.operands[3], 'pred')} ? {a} : {b})", kind


def slct(one, left, kind, read):
    result = left.pop()
    a, b = (read(operand, result) for operand in one.operands[1:3])
    return f"({read(one.operands[3], kind)} >= 0 ? {a} : {b})", result
