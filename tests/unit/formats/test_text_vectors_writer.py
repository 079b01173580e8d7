"""Numbers as text: the fewest digits that read back exactly, the same from compiled code and from Python."""

import fractions

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.formats import glove, text_vectors_writer
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_writer import exact_lines, exact_lines_in_python, exact_number

RNG = np.random.default_rng(7)
EDGES = [
    0, -0.0, 1, -1, 0.1, 1e-4, 9.9999e-5, 1e16, 9.9999998e15, -1e15, 123456789, 16777216, 16777217, 33554432,
    3.4028235e38, 1.17549435e-38, 1e-38, 1e-45, -1e-45, 0.418, 1e-10, 1 / 3, 8388608, 8388609.5, 9.999999e8, 1e9,
]  # fmt: skip


@pytest.mark.parametrize(
    "numbers",
    [
        EDGES,
        2.0 ** np.arange(-149, 128),
        10.0 ** np.arange(-44, 39),
        np.arange(-3000, 3000),
        RNG.normal(size=20_000),
        np.round(RNG.normal(size=20_000), 5),
        RNG.integers(0, 1 << 32, 20_000, np.uint32).view(np.float32),
        RNG.normal(size=20_000) * 10.0 ** RNG.integers(-44, 38, 20_000),
        [np.nan, np.inf, -np.inf, 1],
    ],
)
def test_compiled_digits_equal_the_reference_implementation(numbers):
    with np.errstate(over="ignore", under="ignore"):
        matrix = np.asarray(numbers).astype(np.float32).reshape(-1, 1)
    words = [b"w"] * len(matrix)
    written = bytes(exact_lines(words, matrix))
    assert written == exact_lines_in_python(words, matrix)
    back = np.array(written.split()[1::2], np.float32)
    assert back.tobytes() == matrix.tobytes() or np.isnan(matrix).any()


@given(bits=st.integers(2, 0x7F7FFFFE))
def test_no_shorter_decimal_would_do(bits):
    """By exact arithmetic: no number with one digit less lies between the midpoints to the neighbours."""
    number = np.uint32(bits).view(np.float32)
    exact = fractions.Fraction(float(number))
    low, high = ((exact + fractions.Fraction(float(np.uint32(bits + way).view(np.float32)))) / 2 for way in (-1, 1))
    text = bytes(exact_lines([b"w"], np.array([[number]]))).split()[1].decode()
    assert np.float32(text) == number
    mantissa = text.partition("e")[0].replace(".", "").strip("0")
    if len(mantissa) > 1:
        unit = fractions.Fraction(text) / int(mantissa) * 10  # the value of the last digit of a shorter decimal
        nearest = round(exact / unit) * unit
        assert not any(low < nearest + step * unit < high for step in (-1, 0, 1))


@pytest.mark.parametrize("number", [0.1, 1e-5, 123456.0, 1e20])
def test_numbers_are_spelled_as_python_does(number):
    assert exact_number(np.float32(number)) == repr(number)


def test_files_written_by_threads_and_by_python_are_equal(tmp_path, monkeypatch):
    words = [f"wört {i}x" for i in range(3000)]
    stored = StoredVectors(words, RNG.normal(size=(3000, 7)).astype(np.float32))
    glove.write(tmp_path / "python", stored)
    monkeypatch.setattr(text_vectors_writer, "SMALL", 0)
    monkeypatch.setattr(text_vectors_writer, "NUMBERS_AT_ONCE", 700)
    glove.write(tmp_path / "compiled", stored)
    assert (tmp_path / "compiled").read_bytes() == (tmp_path / "python").read_bytes()
    assert glove.read(tmp_path / "compiled").matrix.tobytes() == stored.matrix.tobytes()
