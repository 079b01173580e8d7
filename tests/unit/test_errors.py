"""Messages stay short, errors reach other processes, and warnings name the line of the caller."""

import pickle

import numpy as np
import pytest

import firth
from firth.corpus import encode
from firth.errors import (
    FirthError,
    FirthWarning,
    FormatError,
    MissingExtraError,
    SettingError,
    UnknownWordError,
    quoted,
)

LONG = "word " * 1_000_000


@pytest.mark.parametrize(
    "call",
    [
        lambda: encode(LONG),
        lambda: firth.Word2Vec(tokenizer=LONG),
        lambda: firth.WordVectors(["tea"], np.ones((1, 2))).most_similar(LONG),
        lambda: encode(["a"], min_count=1, progress=LONG),
        lambda: firth.read_table([[LONG, 1], [LONG, 2]]),
    ],
)
def test_no_message_grows_with_what_was_given(call):
    with pytest.raises(FirthError) as error:
        call()
    assert len(str(error.value)) <= 1100


def test_long_values_are_cut():
    assert quoted("tea") == "'tea'"
    assert quoted("x" * 61) == repr("x" * 60) + "…"
    assert quoted(b"x" * 61) == repr(b"x" * 60) + "…"
    assert quoted(list(range(1000))).endswith("…")
    assert quoted("\x1b[31m") == r"'\x1b[31m'"


@pytest.mark.parametrize(
    "error",
    [
        SettingError("wrong"),
        FormatError("a.txt", "is damaged", line=3),
        UnknownWordError("teh", 10, ["the"]),
        MissingExtraError("reading .zst", "zstd"),
    ],
)
def test_errors_reach_other_processes(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_a_warning_is_at_the_line_of_the_caller():
    with pytest.warns(FirthWarning) as issued:
        encode(["caf\udce9 " * 9], min_count=1)
    assert [warning.filename for warning in issued] == [__file__]
