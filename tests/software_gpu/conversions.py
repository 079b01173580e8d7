"""Conversions of numbers, as expressions of C."""

from software_gpu.modifiers import C_TYPES, finished, is_float, operands, rounded, took

__all__ = ["cvt"]


_INTEGRAL = {"rni": "__builtin_nearbyint", "rzi": "__builtin_trunc", "rmi": "__builtin_floor", "rpi": "__builtin_ceil"}


def cvt(one, left, kind, read):
    """cvt.rounding.to.from"""
    to, source = left.pop(), kind
    if to not in C_TYPES or source not in C_TYPES:
        return None
    (a,) = operands(one, left, source, read)
    integral = next((word for word in _INTEGRAL if took(left, word)), None)
    if integral:
        a = f"{_INTEGRAL[integral]}{'f' if source == 'f32' else ''}({a})"
    if is_float(to):
        mode = rounded(left)
        if mode != "n":
            if to == source or to == "f64" and source[1:] != "64":  # nothing is rounded
                pass
            elif (source, to) == ("f64", "f32"):
                return finished(f"sg_round_f32({a}, 0, '{mode}')", left, to)
            else:
                return None
        return finished(f"(({C_TYPES[to]}){a})", left, to)
    if is_float(source):
        took(left, "ftz")
        took(left, "sat")
        return (_into_integer(a, to, source), to) if integral else None
    if took(left, "sat"):
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
