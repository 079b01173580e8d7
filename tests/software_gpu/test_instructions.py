"""Every instruction against NumPy and exact fractions, on PTX written by hand. It needs a C compiler alone."""

import operator
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from software_gpu.hand_written import HEAD, Entry, dtype, library, needs_gcc
from software_gpu.ptx import PtxError, read_ptx
from software_gpu.translate import translate

pytestmark = needs_gcc

SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    1.5,
    -2.5,
    3.7,
    np.inf,
    -np.inf,
    np.nan,
    1e-40,
    -1e-45,
    2.0**-126,
    3.4e38,
    -3.4e38,
    0.1,
]
SPECIAL += [16777216.0, -16777217.0, 1e10, 0.33333334]
INTEGERS = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    33,
    63,
    64,
    100,
    255,
    65535,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**33 + 5,
    2**63 - 1,
    2**63,
]
INTEGERS += [2**64 - 1, 2**64 - 7, 0x123456789ABCDEF0]


def values(kind: str) -> np.ndarray:
    if kind[0] == "f":
        return np.array(SPECIAL, dtype(kind))
    return np.unique(
        np.array([one % 2 ** int(kind[1:]) for one in INTEGERS], np.uint64).astype("u" + dtype(kind).str[2:])
    ).view(dtype(kind))


def signed(number: int, kind: str) -> int:
    bits = int(kind[1:])
    number %= 2**bits
    return number - 2**bits if kind[0] == "s" and number >= 2 ** (bits - 1) else number


def flushed(x):
    return np.where(np.abs(x) < np.float32(2.0**-126), np.copysign(np.float32(0), x), x)


def rounded(exact: Fraction, mode: str) -> np.float32:
    """An exact number as float32."""
    near = np.float32(float(exact))  # close by; then step to the right side
    for candidate in (near, np.nextafter(near, np.float32(-np.inf)), np.nextafter(near, np.float32(np.inf))):
        above = np.nextafter(candidate, np.float32(np.inf))
        least = Fraction(float(candidate)) <= exact if np.isfinite(candidate) else candidate < 0
        most = exact < Fraction(float(above)) if np.isfinite(above) else True
        if least and most:
            if Fraction(float(candidate)) == exact or mode == "m" or (mode == "z" and exact > 0):
                return candidate
            return above
    raise AssertionError((exact, near))


def fused(a, b, c, mode):
    """fma of finite numbers, rounded down or towards 0."""
    return rounded(Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c)), mode)


def divided(a, b):
    if b == 0:
        return -1
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def remainder(a, b):
    return a if b == 0 else a - b * divided(a, b)


def with_integers(text, kinds, result, function):
    """A case of integers: the function is of Python's."""
    return pytest.param(text, kinds, result, np.frompyfunc(function, len(kinds.split()), 1), id=text)


def with_floats(text, kinds, result, function):
    return pytest.param(text, kinds, result, function, id=text)


def integer_cases():
    for kind in ("u32", "s32", "u64", "s64", "u16", "s16"):
        bits = int(kind[1:])
        two, bit = f"{kind} {kind}", f"b{bits}"
        for name, function in (("add", operator.add), ("sub", operator.sub), ("mul.lo", operator.mul)):
            yield with_integers(f"{name}.{kind} $out, $0, $1;", two, kind, function)
        yield with_integers(f"mul.hi.{kind} $out, $0, $1;", two, kind, lambda a, b, n=bits: (a * b) >> n)
        yield with_integers(f"div.{kind} $out, $0, $1;", two, kind, divided)
        yield with_integers(f"rem.{kind} $out, $0, $1;", two, kind, remainder)
        yield with_integers(f"min.{kind} $out, $0, $1;", two, kind, min)
        yield with_integers(f"max.{kind} $out, $0, $1;", two, kind, max)
        yield (
            with_integers(f"shr.{kind} $out, $0, $1;", f"{kind} u32", kind, lambda a, b: a >> min(b, 70))
            if bits > 16
            else None
        )
        yield with_integers(f"shr.{kind} $out, $0, 3;", kind, kind, lambda a: a >> 3)
        yield with_integers(f"mad.lo.{kind} $out, $0, $1, 5;", two, kind, lambda a, b: a * b + 5)
        if kind[0] == "s":
            yield with_integers(f"neg.{kind} $out, $0;", kind, kind, operator.neg)
            yield with_integers(f"abs.{kind} $out, $0;", kind, kind, abs)
        else:
            yield with_integers(f"and.{bit} $out, $0, $1;", two, kind, operator.and_)
            yield with_integers(f"or.{bit} $out, $0, $1;", two, kind, operator.or_)
            yield with_integers(f"xor.{bit} $out, $0, $1;", two, kind, operator.xor)
            yield with_integers(f"not.{bit} $out, $0;", kind, kind, operator.invert)
            yield (
                with_integers(f"shl.{bit} $out, $0, $1;", f"{kind} u32", kind, lambda a, b: a << min(b, 70))
                if bits > 16
                else None
            )
        for name, function in (
            ("eq", operator.eq),
            ("ne", operator.ne),
            ("lt", operator.lt),
            ("le", operator.le),
            ("gt", operator.gt),
            ("ge", operator.ge),
        ):
            yield with_integers(
                f"setp.{name}.{kind} %p1, $0, $1; selp.u32 $out, 7, 3, %p1;",
                two,
                "u32",
                lambda a, b, f=function: 7 if f(a, b) else 3,
            )
    for kind, wide in (("u32", "u64"), ("s32", "s64")):
        yield with_integers(f"mul.wide.{kind} $out, $0, $1;", f"{kind} {kind}", wide, operator.mul)
        yield with_integers(
            f"mad.wide.{kind} $out, $0, $1, $2;", f"{kind} {kind} {wide}", wide, lambda a, b, c: a * b + c
        )
        yield with_integers(f"cvt.{wide}.{kind} $out, $0;", kind, wide, int)
        yield with_integers(f"cvt.{kind}.{wide} $out, $0;", wide, kind, int)
        yield with_integers(
            f"cvt.sat.{kind}.s64 $out, $0;",
            "s64",
            kind,
            lambda a, k=kind: max(min(a, 2**31 - 1 if k[0] == "s" else 2**32 - 1), -(2**31) if k[0] == "s" else 0),
        )
    for bits in (32, 64):
        kind = f"u{bits}"
        yield with_integers(f"popc.b{bits} $out, $0;", kind, "u32", lambda a: a.bit_count())
        yield with_integers(f"clz.b{bits} $out, $0;", kind, "u32", lambda a, n=bits: n - a.bit_length())
        yield with_integers(f"brev.b{bits} $out, $0;", kind, kind, lambda a, n=bits: int(f"{a:0{n}b}"[::-1], 2))
        yield with_integers(f"bfind.u{bits} $out, $0;", kind, "u32", lambda a: a.bit_length() - 1)
        yield with_integers(
            f"bfe.u{bits} $out, $0, $1, $2;",
            f"{kind} u32 u32",
            kind,
            lambda a, p, n: (a >> (p & 255)) & (2 ** (n & 255) - 1),
        )
        yield with_integers(
            f"bfi.b{bits} $out, $0, $1, 5, 9;", f"{kind} {kind}", kind, lambda a, b: (b & ~(511 << 5)) | (a & 511) << 5
        )
    yield with_integers("bfe.s32 $out, $0, 4, 8;", "s32", "s32", lambda a: signed(a >> 4, "s8"))
    yield with_integers("bfe.s64 $out, $0, 60, 20;", "s64", "s64", lambda a: a >> 60)
    yield with_integers(
        "shf.l.wrap.b32 $out, $0, $1, $2;", "u32 u32 u32", "u32", lambda a, b, c: ((b << 32 | a) << (c & 31)) >> 32
    )
    yield with_integers(
        "shf.r.clamp.b32 $out, $0, $1, $2;", "u32 u32 u32", "u32", lambda a, b, c: (b << 32 | a) >> min(c, 32)
    )
    yield with_integers("lop3.b32 $out, $0, $1, $2, 0xCA;", "u32 u32 u32", "u32", lambda a, b, c: (a & b) | (~a & c))
    yield with_integers("prmt.b32 $out, $0, $1, 0x4B71;", "u32 u32", "u32", permuted)
    yield with_integers("mov.b64 {%r1, %r2}, $0; mov.b64 $out, {%r2, %r1};", "u64", "u64", lambda a: a >> 32 | a << 32)
    yield with_integers(
        "setp.lt.u32 %p1|%p2, $0, 40; @%p1 mov.u32 $out, 1; @%p2 mov.u32 $out, 2; @!%p2 add.u32 $out, $out, 10;",
        "u32",
        "u32",
        lambda a: 11 if a < 40 else 2,
    )
    yield with_integers(
        "setp.lt.u32 %p1, $0, 40; setp.gt.and.u32 %p2, $0, 6, %p1; not.pred %p3, %p2; xor.pred %p4, %p3, %p1;"
        " selp.u32 $out, 1, 0, %p4;",
        "u32",
        "u32",
        lambda a: int((not 6 < a < 40) ^ (a < 40)),
    )


def permuted(a, b):
    bytes_ = (b << 32 | a).to_bytes(8, "little")
    picked = [bytes_[1], bytes_[7], 255 if bytes_[3] & 128 else 0, bytes_[4]]
    return int.from_bytes(bytes(picked), "little")


def float_cases():
    for kind in ("f32", "f64"):
        two, f = f"{kind} {kind}", dtype(kind).type
        for name, function in (
            ("add.rn", np.add),
            ("sub", np.subtract),
            ("mul.rn", np.multiply),
            ("div.rn", np.divide),
        ):
            yield with_floats(f"{name}.{kind} $out, $0, $1;", two, kind, function)
        yield with_floats(f"min.{kind} $out, $0, $1;", two, kind, least)
        yield with_floats(f"max.{kind} $out, $0, $1;", two, kind, lambda a, b: -least(-a, -b))
        yield with_floats(f"abs.{kind} $out, $0;", kind, kind, np.abs)
        yield with_floats(f"neg.{kind} $out, $0;", kind, kind, np.negative)
        yield with_floats(f"sqrt.rn.{kind} $out, $0;", kind, kind, np.sqrt)
        yield with_floats(f"rcp.rn.{kind} $out, $0;", kind, kind, lambda a, f=f: f(1) / a)
        yield with_floats(f"copysign.{kind} $out, $0, $1;", two, kind, lambda a, b: np.copysign(b, a))
        for name, function in COMPARED.items():
            yield with_floats(f"setp.{name}.{kind} %p1, $0, $1; selp.u32 $out, 1, 0, %p1;", two, "u32", function)
        for to in ("s32", "u32", "s64", "u64"):
            yield with_floats(f"cvt.rzi.{to}.{kind} $out, $0;", kind, to, lambda a, t=to: into_integer(np.trunc(a), t))
        yield with_floats(f"cvt.rni.s32.{kind} $out, $0;", kind, "s32", lambda a: into_integer(np.rint(a), "s32"))
        for mode, function in (("rmi", np.floor), ("rpi", np.ceil), ("rzi", np.trunc), ("rni", np.rint)):
            yield with_floats(f"cvt.{mode}.{kind}.{kind} $out, $0;", kind, kind, function)
        for source in ("s32", "u32", "s64", "u64"):
            yield with_floats(f"cvt.rn.{kind}.{source} $out, $0;", source, kind, lambda a, f=f: a.astype(f))
    yield with_floats("cvt.f64.f32 $out, $0;", "f32", "f64", lambda a: a.astype(np.float64))
    yield with_floats("cvt.rn.f32.f64 $out, $0;", "f64", "f32", lambda a: a.astype(np.float32))
    yield with_floats("add.ftz.f32 $out, $0, $1;", "f32 f32", "f32", lambda a, b: flushed(flushed(a) + flushed(b)))
    yield with_floats("mul.ftz.f32 $out, $0, $1;", "f32 f32", "f32", lambda a, b: flushed(flushed(a) * flushed(b)))
    yield with_floats("ex2.approx.ftz.f32 $out, $0;", "f32", "f32", lambda a: flushed(np.exp2(flushed(a))))
    yield with_floats("lg2.approx.f32 $out, $0;", "f32", "f32", np.log2)
    yield with_floats("rsqrt.approx.f32 $out, $0;", "f32", "f32", lambda a: np.float32(1) / np.sqrt(a))
    yield with_floats(
        "cvt.sat.f32.f32 $out, $0;", "f32", "f32", lambda a: np.where(a > 0, np.minimum(a, np.float32(1)), 0)
    )
    yield with_floats("mov.b32 %r1, $0; xor.b32 %r1, %r1, 0x80000000; mov.b32 $out, %r1;", "f32", "f32", np.negative)
    yield with_floats("testp.finite.f32 %p1, $0; selp.u32 $out, 1, 0, %p1;", "f32", "u32", np.isfinite)


COMPARED = {
    "eq": np.equal,
    "ne": lambda a, b: (a < b) | (a > b),
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "equ": lambda a, b: ~((a < b) | (a > b)),
    "neu": np.not_equal,
    "ltu": lambda a, b: ~(a >= b),
    "leu": lambda a, b: ~(a > b),
    "gtu": lambda a, b: ~(a <= b),
    "geu": lambda a, b: ~(a < b),
    "num": lambda a, b: ~(np.isnan(a) | np.isnan(b)),
    "nan": lambda a, b: np.isnan(a) | np.isnan(b),
}


def least(a, b):
    """Not NaN if one is a number; of two zeros the negative one."""
    found = np.fmin(a, b)
    return np.where((a == 0) & (b == 0), np.where(np.signbit(a) | np.signbit(b), -np.abs(found), found), found)


def into_integer(a, kind):
    bits = int(kind[1:])
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if kind[0] == "s" else (0, 2**bits - 1)
    return np.array(
        [0 if x != x else min(max(int(np.clip(x, -1e30, 1e30)), low), high) for x in a.astype(float)], object
    )


CASES = [case for case in (*integer_cases(), *float_cases()) if case is not None]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """All cases as one module."""
    entries = [Entry(*case.values[:3]) for case in CASES]
    return library(tmp_path_factory.mktemp("instructions"), entries), entries


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.id for case in CASES])
@np.errstate(all="ignore")
def test_instruction(compiled, number):
    """For all combinations of special numbers."""
    made, entries = compiled
    function, entry = CASES[number].values[3], entries[number]
    columns = list(zip(*product(*(values(kind) for kind in entry.kinds)), strict=True))
    arrays = [np.array(column, dtype(kind)) for column, kind in zip(columns, entry.kinds, strict=True)]
    found = entry.run(made, number, *arrays)
    if (
        isinstance(function, np.ufunc)
        and function.nargs == len(arrays) + 1
        and function.types == ["O" * len(arrays) + "->O"]
    ):
        arrays = [array.astype(object) for array in arrays]
    wanted = function(*arrays)
    if entry.result[0] == "f":
        np.testing.assert_array_max_ulp(
            *(np.nan_to_num(x.astype(found.dtype), nan=1234.5, posinf=np.inf, neginf=-np.inf) for x in (found, wanted)),
            maxulp=0 if "approx" not in entry.body else 4,
        )
        is_number = ~np.isnan(found)
        assert (np.signbit(found) == np.signbit(wanted))[is_number].all()
    else:
        cut = np.array([signed(int(one), entry.result) for one in wanted], dtype(entry.result))
        np.testing.assert_array_equal(found, cut)


DIRECTED = {
    "fma.rm.f32 $out, $0, $1, $2;": lambda a, b, c: fused(a, b, c, "m"),
    "fma.rz.f32 $out, $0, $1, $2;": lambda a, b, c: fused(a, b, c, "z"),
    "fma.rp.f32 $out, $0, $1, $2;": lambda a, b, c: fused(a, b, c, "p"),
    "add.rz.f32 $out, $0, $1;": lambda a, b, c: fused(a, 1, b, "z"),
    "mul.rm.f32 $out, $0, $1;": lambda a, b, c: fused(a, b, 0, "m"),
}


def test_directed_rounding(tmp_path):
    entries = [Entry(body, "f32 f32 f32", "f32") for body in DIRECTED]
    made = library(tmp_path, entries)
    random = np.random.default_rng(1)
    a, b, c = (random.normal(size=2048) * 2.0 ** random.integers(-30, 30, 2048) for _ in range(3))
    a, b, c = (np.float32(x) for x in (a, b, c))
    c[:512] = -(a * b)[:512]  # what is left is small
    for number, (entry, function) in enumerate(zip(entries, DIRECTED.values(), strict=True)):
        wanted = np.array([function(*one) for one in zip(a, b, c, strict=True)])
        np.testing.assert_array_equal(entry.run(made, number, a, b, c), wanted, err_msg=entry.body)


def test_fma_rounds_once(tmp_path):
    entry = Entry("fma.rn.f32 $out, $0, $1, $2;", "f32 f32 f32", "f32")
    a = np.full(128, np.float32(1 + 2.0**-23))
    assert (entry.run(library(tmp_path, [entry]), 0, a, a, np.full(128, np.float32(-1 - 2.0**-22))) == 2.0**-46).all()


@pytest.mark.parametrize(
    "line",
    [
        "wmma.load.a.sync.f16 %r1;",
        "add.sat.s32 %r1, %r1, %r1;",
        "ld.global.f16 %rs1, [%rd1];",
        "ld.global.u32 %r1, [%r2];",
    ],
)
def test_what_is_not_known_is_an_error(line):
    with pytest.raises(PtxError):
        translate(read_ptx(HEAD + Entry(line, "u32", "u32").text("k")))
