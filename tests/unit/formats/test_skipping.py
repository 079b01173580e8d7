"""on_error="skip": bad lines are left out and counted, everything else is read as usual."""

import gzip
import struct

import numpy as np
import pytest

import firth
from firth.errors import FormatError, SettingError
from firth.formats import text_vectors_blocks, text_vectors_reader, word2vec_binary
from firth.formats.detect import read_any
from firth.formats.skip_report import Skipped
from firth.formats.text_vectors_parser import parse_line
from firth.formats.text_vectors_reader import read_text


@pytest.fixture(params=["careful", "compiled"])
def reader(request, monkeypatch):
    if request.param == "compiled":
        monkeypatch.setattr(text_vectors_reader, "SMALL", 0)
        monkeypatch.setattr(text_vectors_blocks, "BLOCK", 64)
    return read_text


def read(reader, tmp_path, content):
    path = tmp_path / "vectors.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FormatError):
        reader(path)
    return reader(path, on_error="skip")


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("x 1", "line 2: 1 numbers instead of 2"),
        ("", "line 2: 0 numbers instead of 2"),
        ("x 1 2 3", "line 2: more than 2 numbers"),
        ("x 1 2e", "line 2: '2e' is not a finite number"),
        ("x 1 nan", "line 2: 'nan' is not a finite number"),
        ("x -inf 1", "line 2: '-inf' is not a finite number"),
        ("x 1 1e99", "line 2: '1e99' is too large for float32"),
        ("a 8 9", "line 2: 'a' again: it is already on line 1"),
    ],
)
def test_a_bad_line_is_left_out_and_reported(reader, tmp_path, bad, problem):
    back = read(reader, tmp_path, f"a 1 2\n{bad}\nb 3 4\n")
    assert list(back.words) == ["a", "b"]
    assert back.matrix.tolist() == [[1, 2], [3, 4]]
    assert back.skipped.count == 1
    assert len(back.skipped.problems) == 1
    assert back.skipped.problems[0].startswith(problem)


def test_many_bad_lines_among_good_ones(reader, tmp_path):
    good = {f"word{i}": [i, -i] for i in range(300)}
    lines = []
    for i, (word, vector) in enumerate(good.items()):
        lines += [f"{word} {vector[0]} {vector[1]}"]
        lines += [["", "short 1", "x nan 1", f"word{i // 2} 7 7", "long 1 2 3"][i % 5]]
    back = read(reader, tmp_path, "\n".join(lines) + "\nlast 1 2\n")
    assert list(back.words) == [*good, "last"]
    assert back.matrix.tolist() == [*good.values(), [1, 2]]
    assert back.skipped.count == 300
    assert len(back.skipped.problems) == 5


def test_lines_of_repeated_words_are_named_right_after_skipped_ones(reader, tmp_path):
    lines = [f"w{i} 1 2" for i in range(1, 40)]
    lines[4], lines[6], lines[34] = "bad 1", "bad nan nan", "w10 1 2"
    back = read(reader, tmp_path, "\n".join(lines))
    assert back.skipped.problems[2] == "line 35: 'w10' again: it is already on line 10"


@pytest.mark.parametrize("promised", [0, 1, 3, 10**12])
def test_a_wrong_count_is_reported_and_tolerated(reader, tmp_path, promised):
    back = read(reader, tmp_path, f"{promised} 2\na 1 2\nb 3 4\n")
    assert list(back.words) == ["a", "b"]
    assert back.skipped.count == 0
    assert back.skipped.problems == (
        f"line 4: the header promises {promised:,} words, but there are 2; the file is cut short or damaged",
    )


@pytest.mark.parametrize("content", ["9 3\na 1 2\nb 1 2\n", "1 1000000000000\na 1 2\n", "2 2\na nan 2\nb\n"])
def test_nothing_left_is_an_error(reader, tmp_path, content):
    (tmp_path / "a").write_text(content)
    with pytest.raises(FormatError, match="no line can be read|which do not fit"):
        reader(tmp_path / "a", on_error="skip")


def test_short_lines_need_no_memory(tmp_path):
    """100,000 blank lines in a file of long vectors would need 20 GB if rows were reserved for them."""
    numbers = " 0" * 50_000
    (tmp_path / "a").write_text(f"a{numbers}\n" + "\n" * 100_000 + f"b{numbers}\n")
    back = read_any(tmp_path / "a", on_error="skip")
    assert list(back.words) == ["a", "b"]
    assert back.skipped.count == 100_000


@pytest.mark.parametrize("bad", ["x 1", "x 1 2 3", "x 1 2e", " 1 2", "x nan 1", "x 1 1e99", "x 1 1e-99 2", "x  - 1"])
def test_of_many_bad_lines_only_a_few_are_parsed_in_python(tmp_path, monkeypatch, bad):
    """A compressed file of 50 kB can hold a million."""
    parsed = []

    def counting(path, line, *arguments):
        parsed.append(line)
        return parse_line(path, line, *arguments)

    monkeypatch.setattr(text_vectors_reader, "parse_line", counting)
    path = tmp_path / "a.txt.gz"
    lines = b"".join(b"%d 1 2\n%b\n\n" % (i, bad.encode()) for i in range(50_000))
    path.write_bytes(gzip.compress(b"149999 2\n" + lines))  # a blank line at the end is none
    back = read_text(path, on_error="skip")
    assert len(back.words) == 50_000
    assert back.skipped.count == 99_999
    assert [problem.split(":")[0] for problem in back.skipped.problems] == [f"line {i}" for i in (3, 4, 6, 7, 9)]
    assert len(parsed) < 100


def test_nothing_is_reported_of_a_correct_file(tmp_path):
    (tmp_path / "a").write_text("a 1 2\nb 3 4\n")
    assert read_any(tmp_path / "a", on_error="skip").skipped == Skipped()


RECORDS = [(b"a", 1, -2), (b"bc", 0.5, 10), (b"d", 3, 4)]


def binary(records, header=b"%d 2\n", line_end=b""):
    packed = [word + b" " + struct.pack("<2f", *numbers) + line_end for word, *numbers in records]
    return (header % len(records) if b"%" in header else header) + b"".join(packed)


@pytest.mark.parametrize(
    ("content", "words", "problem"),
    [
        (binary([*RECORDS, (b"x", np.nan, 1)]), ["a", "bc", "d"], "byte 37: the vector of word 3 is not finite"),
        (binary([(b"", 1, 2), *RECORDS]), ["a", "bc", "d"], "byte 4: no word where word 0 should be"),
        (binary([*RECORDS, (b"a", 7, 7)]), ["a", "bc", "d"], "word 3 is 'a', like word 0"),
        (binary(RECORDS)[:-3], ["a", "bc"], "byte 32: the file ends in the middle"),
        (binary(RECORDS, b"1000 2\n"), ["a", "bc", "d"], "byte 38: the file ends"),
        (binary(RECORDS, b"1000000000000 2\n"), ["a", "bc", "d"], "byte 47: the file ends"),
        (binary(RECORDS, b"2 2\n"), ["a", "bc"], "byte 25: continues after the last vector"),
    ],
)
@pytest.mark.parametrize("block", [1 << 20, 7])
def test_bad_binary_records(tmp_path, monkeypatch, content, words, problem, block):
    monkeypatch.setattr(word2vec_binary, "BLOCK", block)
    (tmp_path / "a").write_bytes(content)
    back = word2vec_binary.read(tmp_path / "a", on_error="skip")
    assert list(back.words) == words
    known = {word.decode(): list(vector) for word, *vector in RECORDS}
    assert back.matrix.tolist() == [known[word] for word in words]
    assert back.skipped.count == 1
    assert back.skipped.problems[0].startswith(problem)


def test_binary_files_with_shifted_records_are_refused(tmp_path):
    content = binary([(b"new york", 1, 2), *RECORDS])
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(FormatError):
        word2vec_binary.read(tmp_path / "a", on_error="skip")


def test_load_takes_the_choice_and_keeps_the_count(tmp_path):
    (tmp_path / "a").write_bytes(gzip.compress(b"a 1 2\nx 1\nb 3 4\n"))
    vectors = firth.load(tmp_path / "a", on_error="skip")
    assert vectors.words == ["a", "b"]
    assert vectors.skipped == Skipped(1, ("line 2: 1 numbers instead of 2 after the word",))
    vectors.save(tmp_path / "b.firth")
    assert firth.load(tmp_path / "b.firth").skipped.count == 0


def test_other_choices_are_refused(tmp_path):
    (tmp_path / "a").write_text("a 1 2\n")
    with pytest.raises(SettingError, match="on_error='ignore': must be 'raise' or 'skip'"):
        firth.load(tmp_path / "a", on_error="ignore")


def repeating(header, record):
    """The beginning of a compressed file in which the same word comes half a million times."""
    return gzip.compress(header + record * 500_000)[:-8]


REPEATING = {
    "text": repeating(b"500000 1\n", b"tea 0\n"),
    "text without a header": repeating(b"", b"tea 0\n"),
    "binary": repeating(b"500000 1\n", b"tea \0\0\0\0"),
}


@pytest.mark.parametrize("name", REPEATING)
@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_a_word_for_ever_in_a_compressed_file(tmp_path, name, on_error):
    """The reader stops long before it could notice that the end of the data is missing."""
    (tmp_path / "a").write_bytes(REPEATING[name])
    with pytest.raises(FormatError, match="'tea' again: it is already on line|word 1 is 'tea', like word 0"):
        read_any(tmp_path / "a", on_error=on_error)


def test_many_repetitions_are_counted_and_not_kept(tmp_path):
    (tmp_path / "a").write_bytes(b"".join(b"word%d 0\n" % (i % 1000) for i in range(50_000)))
    found = read_any(tmp_path / "a", on_error="skip")
    assert (len(found.words), found.skipped.count, len(found.skipped.problems)) == (1000, 49_000, 5)
    assert found.skipped.problems[0] == "line 1,001: 'word0' again: it is already on line 1"
