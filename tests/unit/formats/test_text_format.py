"""Text files of vectors: word2vec's with a header, GloVe's without."""

import fractions
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.errors import FormatError
from firth.formats import glove, text_vectors_blocks, text_vectors_reader, word2vec_text
from firth.formats.packed_words import hash_words
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_parser import parse_line
from firth.formats.text_vectors_reader import read_text
from firth.kernels.arguments import BAD_LINE, GOOD_LINE, LINE_PADDING, ParsedLines
from firth.kernels.cpu.files.numbers import parse_lines

finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
plain_words = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \x00\t\r\n"), min_size=1),
    unique=True,
    min_size=1,
    max_size=6,
)


@pytest.fixture(params=["careful", "compiled"])
def reader(request, monkeypatch):
    """Small files are read in Python, large ones by compiled code in blocks: the answers are the same."""
    if request.param == "compiled":
        monkeypatch.setattr(text_vectors_reader, "SMALL", 0)
        monkeypatch.setattr(text_vectors_blocks, "BLOCK", 64)
    return read_text


def file(tmp_path, content):
    path = tmp_path / "vectors.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(reader, tmp_path, content):
    back = reader(file(tmp_path, content))
    return list(back.words), back.matrix.tolist()


@pytest.mark.parametrize(
    "content",
    [
        "2 3\na 1 2.5 -3\nb .5 1e2 -0\n",
        "2 3\na 1 2.5 -3\nb .5 1e2 -0",
        "2 3 \na 1 2.5 -3 \nb .5 1e2 -0 \n",
        "2 3\r\na 1 2.5 -3\r\nb .5 1e2 -0\r\n",
        "\ufeff2 3\na 1 2.5 -3\nb .5 1e2 -0\n",
        "a 1 2.5 -3\nb .5 1e2 -0\n",
        "\ufeffa 1 2.5 -3\nb .5 1e2 -0\n",
        "a\t1\t2.5\t-3\nb\t.5\t1e2\t-0\n",
        "a  1   2.5 -3\nb .5 \t1e2 -0\n\n \n\n",
        "a 1. +2.5 -3.\nb 0.5 100.0E+00 -0.0\n",
    ],
)
def test_dialects_of_the_same_content(reader, tmp_path, content):
    words, matrix = read(reader, tmp_path, content)
    assert words == ["a", "b"]
    assert matrix == [[1, 2.5, -3], [0.5, 100, 0]]


def test_words_with_blanks_are_read_from_the_right(reader, tmp_path):
    content = ". . . 1 2\nat x@y.z 3 4\n\u00a0 5 6\nx\u00a0\u2003y 7 8\n99 9 10\n\x85 11 12\n"
    words, matrix = read(reader, tmp_path, content)
    assert words == [". . .", "at x@y.z", "\u00a0", "x\u00a0\u2003y", "99", "\x85"]
    assert matrix == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]]


def test_words_that_look_like_numbers(reader, tmp_path):
    words, matrix = read(reader, tmp_path, "1 0.5 0.25\n2e3 1 2\nnan 3 4\n")
    assert words == ["1", "2e3", "nan"]
    assert matrix == [[0.5, 0.25], [1, 2], [3, 4]]


def test_a_file_without_words(reader, tmp_path):
    back = reader(file(tmp_path, "0 7\n"))
    assert len(back.words) == 0
    assert back.matrix.shape == (0, 7)


def test_words_cut_inside_a_character_stay_different(reader, tmp_path):
    words, _ = read(reader, tmp_path, b"caf\xc3 1 2\ncaf\xc2 3 4\ncaf\xc3\xa9 5 6\n")
    assert words == ["caf\\xc3", "caf\\xc2", "café"]


def test_neighbouring_halves_of_a_character_are_not_joined(reader, tmp_path):
    words, _ = read(reader, tmp_path, b"a\xc3 1 2\n\xa9b 3 4\n")
    assert words == ["a\\xc3", "\\xa9b"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("Call me Ishmael.\nSome years ago\n", "line 1: is not a text file of vectors"),
        ("a 1 2 3\nb 1 2\nc 1 2 3\n", "line 2: 2 numbers instead of 3"),
        ("a 1 2 3\nb 1 2 3\n\nc 1 2 3\n", "line 3: 0 numbers instead of 3"),
        ("a 1 2 3\nb 1 2 3 4\nc 1 2 3\n", "line 2: more than 3 numbers"),
        ("a 1 2 3\nb 1 2 x3\nc 1 2 3\n", "line 2: 'x3' is not a finite number"),
        ("a 1 2 3\nb 1 1_0 3\nc 1 2 3\n", "line 2: '1_0' is not a finite number"),
        ("a 1 2 3\nb 1 nan 3\nc 1 2 3\n", "line 2: 'nan' is not a finite number"),
        ("a 1 2 3\nb 1 -inf 3\nc 1 2 3\n", "line 2: '-inf' is not a finite number"),
        ("a 1 2 3\nb 1 1e39 3\nc 1 2 3\n", "line 2: '1e39' is too large"),
        ("a 1 2 3\nb 1 ٣ 3\nc 1 2 3\n", "line 2: '٣' is not a finite number"),
        ("a 1 2\nb 1 2\na 3 4\n", "line 3: 'a' again: it is already on line 1"),
        ("3 2\na 1.00 2\nb 1.00 2\n", "line 4: the header promises 3 words, but there are 2"),
        ("2 2\na 1 2\nb 1 2\nc 1 2\n", "line 5: the header promises 2 words, but there are 3"),
        ("2 3\na 1 2\nb 1 2\n", "line 1: the header promises|line 2: 2 numbers instead of 3"),
        ("3 2\na 1 2\nb 1 2\nb 2 3\n", "line 4: 'b' again: it is already on line 3"),
        ("1000000000000 300\na 1 2\n", "line 1: the header promises 1,000,000,000,000 words"),
        ("1 1000000000000\na 1 2\n", "line 1: the header promises 1 words of 1,000,000,000,000"),
    ],
)
def test_damage_is_named_with_its_line(reader, tmp_path, content, problem):
    path = file(tmp_path, content)
    with pytest.raises(FormatError, match=problem) as caught:
        reader(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_no_words_at_all_of_an_impossible_length(reader, tmp_path, pack):
    """Once a ValueError of NumPy's, found by mutations."""
    path = file(tmp_path, pack(b"0 1844674407370955161\n"))
    with pytest.raises(FormatError, match="line 1: the header promises 1,844,674,407,370,955,161 numbers"):
        reader(path)


def test_a_bad_line_deep_in_a_large_file_is_found(tmp_path):
    lines = [f"word{i} {i} {i}.5 1e-3" for i in range(60_000)]
    lines[54_321] = "bad 1 2"
    with pytest.raises(FormatError, match="line 54,322: 2 numbers instead of 3"):
        read_text(file(tmp_path, "\n".join(lines)))


def test_large_files_of_uneven_lines(tmp_path):
    """The estimate of the number of lines is too small and too large."""
    words = ["w" * 200 + str(i) for i in range(20_000)] + [str(i) for i in range(100_000)]
    content = "\n".join(f"{word} {i} -{i}" for i, word in enumerate(words))
    back = read_text(file(tmp_path, content))
    assert list(back.words) == words
    assert back.matrix[:, 0].tolist() == list(range(len(words)))
    assert back.matrix[:, 1].tolist() == [-i for i in range(len(words))]
    assert back.matrix.base is None  # no larger array is kept alive behind it


fields = st.sampled_from([
    b"the", b"\xc3\xa9", b"7", b"-0.5", b".5e1", b"1.", b"+3E-2", b"x1", b"1x", b"nan", b"-inf", b"1e", b"1e+", b".",
    b"-", b"--1", b"1e39", b"-1e99", b"3.4028235e38", b"3.4028236e38", b"1e-45", b"7e-46", b"1e-99", b"0e99999",
    b"1e99999", b"16777217", b"16777217.0000000000000001", b"9" * 40, b"0." + b"0" * 30 + b"1",
    b"1e" + b"0" * 20 + b"5", b"1_0", b"1e5.5", b"\x0c",
])  # fmt: skip
blanks = st.sampled_from([b" ", b"\t", b"\r", b"  ", b" \t "])


@st.composite
def bad_and_good_lines(draw):
    """Lines of words and numbers, with few and many fields."""
    lines = []
    for _ in range(draw(st.integers(1, 8))):
        line = draw(st.sampled_from([b"", b"", b"", b" ", b"\t\t"]))
        for _ in range(draw(st.integers(0, 6))):
            line += draw(fields) + draw(blanks)
        lines.append(line if draw(st.booleans()) else line.strip(b" \t\r"))
    return lines


@given(lines=bad_and_good_lines(), size=st.integers(1, 3))
def test_compiled_code_agrees_with_the_careful_parser(lines, size):
    text = np.frombuffer(b"\n".join(lines) + b"\n" * LINE_PADDING, np.uint8)
    numbers, words = np.empty((len(lines), size), np.float32), np.empty(len(text), np.uint8)
    ends, hashes, states = (np.empty(len(lines), kind) for kind in (np.int64, np.uint64, np.uint8))
    parse_lines(text, ParsedLines(numbers, words, ends, hashes, states))
    for i, line in enumerate(lines):
        word = words[ends[i - 1] if i else 0 : ends[i]]
        try:
            expected = parse_line(Path("a"), line, size, 1)
        except FormatError:
            assert states[i] != GOOD_LINE
            continue
        assert states[i] != BAD_LINE
        assert word.tobytes() == expected.word
        assert hashes[i] == hash_words(word, np.array([len(word)]))[0]
        if states[i] == GOOD_LINE:
            assert numbers[i].tobytes() == expected.vector.tobytes()


def parse_fast(number):
    """What compiled code makes of a number; None where it leaves it to the careful reader."""
    text = np.frombuffer(b"w " + number.encode() + b"\n" * LINE_PADDING, np.uint8)
    out = np.empty((1, 1), np.float32)
    ends, hashes, states = np.empty(1, np.int64), np.empty(1, np.uint64), np.empty(1, np.uint8)
    parse_lines(text, ParsedLines(out, np.empty(99, np.uint8), ends, hashes, states))
    return out[0, 0] if states[0] == GOOD_LINE else None


def nearest_float32(number):
    """Correct rounding by exact arithmetic: to the nearest, ties to the even one."""
    exact = fractions.Fraction(number)
    guess = np.float32(float(number))
    around = [np.nextafter(guess, np.float32(way)) for way in (-np.inf, np.inf)]

    def rank(candidate):
        odd = int(np.float32(candidate).view(np.uint32)) & 1
        return abs(fractions.Fraction(float(candidate)) - exact), odd

    return min([guess, *(one for one in around if np.isfinite(one))], key=rank)


decimals = st.one_of(
    st.floats(-(2.0**99), 2.0**99, width=32).map(repr),
    st.floats(-1e30, 1e30).map(repr),
    st.builds("{}.{}e{}".format, st.integers(0, 10**9), st.integers(0, 10**8), st.integers(-30, 20)),
    # Exactly, or almost, in the middle between two float32 numbers.
    st.builds(lambda n, tail: f"{2 * n + 1}{tail}", st.integers(2**23, 2**24 - 1), st.sampled_from(
        ["", ".0", ".0000000001", ".000000000000000000000001", "e-0", "e3"])),
    st.builds(lambda n: f"{2 * n}.999999999999999999999999", st.integers(2**23, 2**24 - 1)),
    st.floats(1e-45, 1e-37).map(repr),
)  # fmt: skip


@given(number=decimals)
def test_numbers_are_correctly_rounded(tmp_path_factory, number):
    expected = nearest_float32(number)
    path = tmp_path_factory.getbasetemp() / "unused"
    careful = parse_line(path, b"w " + number.encode(), 1, 1).vector[0]
    assert careful == expected
    fast = parse_fast(number)
    assert fast is None or fast == expected


@pytest.mark.parametrize(
    "number", ["0.418", "-1.5", "3", "-.25", "7.", "1e-5", "0.12345678901234567", "1e-40", "1e-999", "3.4028234e38"]
)
def test_ordinary_numbers_take_the_fast_path(number):
    assert parse_fast(number) == np.float32(float(number))


@pytest.mark.parametrize(
    "number", ["", "-", ".", "e5", "1e", "1e+", "1x", "0x1p3", "nan", "1__0", "1e99999", "--1", "1.2.3"]
)
def test_other_numbers_are_refused(number):
    assert parse_fast(number) is None


def test_minus_zero_keeps_its_sign():
    assert np.signbit(parse_fast("-0.0"))


@given(words=plain_words, data=st.data())
def test_word2vec_text_round_trip_is_exact(tmp_path_factory, words, data):
    path = tmp_path_factory.mktemp("text") / "a.txt"
    size = data.draw(st.integers(1, 4))
    rows = st.lists(finite, min_size=size, max_size=size)
    matrix = np.array([data.draw(rows) for _ in words], np.float32)
    word2vec_text.write(path, StoredVectors(words, matrix))
    back = word2vec_text.read(path)
    assert list(back.words) == words
    assert back.matrix.tobytes() == matrix.tobytes()


@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\t\r\n"), min_size=1),
        unique=True, min_size=1, max_size=6,
    ),
    size=st.integers(2, 4),
)  # fmt: skip
def test_words_that_glove_accepts_are_kept(tmp_path_factory, words, size):
    path = tmp_path_factory.mktemp("text") / "a.txt"
    matrix = np.full((len(words), size), -0.25, np.float32)
    try:
        glove.write(path, StoredVectors(words, matrix))
    except FormatError as error:
        assert any(repr(word) in str(error) for word in words)
        assert not path.exists()
        return
    assert list(glove.read(path).words) == words


def test_the_c_dialect_is_that_of_the_c_program(tmp_path):
    path = tmp_path / "a.txt"
    word2vec_text.write(
        path, StoredVectors(["</s>", "the"], np.array([[1, -0.5], [1 / 3, 0]], np.float32)), dialect="c"
    )
    assert path.read_bytes() == b"2 2\n</s> 1.000000 -0.500000 \nthe 0.333333 0.000000 \n"


def test_the_shortest_digits_are_written(tmp_path):
    path = tmp_path / "a.txt"
    glove.write(path, StoredVectors(["the"], np.array([[0.418, 1e-10]], np.float32)))
    assert path.read_bytes() == b"the 0.418 1e-10\n"


@pytest.mark.parametrize("word", ["", "two words", "tab\tbed", "a\n", "\rb", "\ud800"])
def test_word2vec_text_refuses_words_it_cannot_hold(tmp_path, word):
    with pytest.raises(FormatError, match="cannot hold") as caught:
        word2vec_text.write(tmp_path / "a", StoredVectors(["ok", word], np.ones((2, 2), np.float32)))
    assert repr(word) in str(caught.value)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("word", ["", " a", "a ", "a 1.5", "a 7", "a\tb", "\ufeffa", "\ud800"])
def test_glove_refuses_words_it_cannot_hold(tmp_path, word):
    with pytest.raises(FormatError) as caught:
        glove.write(tmp_path / "a", StoredVectors([word, "ok"], np.ones((2, 2), np.float32)))
    assert repr(word) in str(caught.value)
