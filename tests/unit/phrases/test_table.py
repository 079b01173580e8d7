"""Tables of phrases as text: written, edited by hand, damaged."""

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import FormatError, SettingError
from firth.phrases import Phrase, Phrases


def test_the_file_as_it_is_described(tmp_path):
    phrases = Phrases(passes=2, threshold=(1.0, 0.5), connectors=["of"], min_count=2)
    phrases = Phrases.from_table(
        [(("new", "york"), 12, 3.5), (("new_york", "times"), 7, 0.1 + 0.2, 2)], **phrases.settings.values()
    )
    phrases.save(tmp_path / "table.tsv")
    first, *rest = (tmp_path / "table.tsv").read_text().splitlines()
    assert first.startswith("# firth phrases 1 {")
    assert json.loads(first.removeprefix("# firth phrases 1 ")) == {
        "min_count": 2, "threshold": [1.0, 0.5], "scoring": "default", "connectors": ["of"], "delimiter": "_",
        "passes": 2, "overlaps": "first", "max_pairs": 40_000_000, "tokenizer": "words",
    }  # fmt: skip
    assert rest == ["phrase\tcount\tscore\tpass", "new york\t12\t3.5\t1", "new_york times\t7\t0.30000000000000004\t2"]
    back = Phrases.load(tmp_path / "table.tsv")
    assert back.table == phrases.table
    assert back.settings == phrases.settings


WORDS = st.text(max_size=8)


@given(
    st.lists(
        st.tuples(
            st.lists(WORDS, min_size=2, max_size=4).map(tuple),
            st.integers(0, 2**60),
            st.floats(allow_nan=False),
            st.integers(1, 9),
        )
    )
)
def test_any_words_come_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tables") / "table.tsv"
    phrases = Phrases.from_table(rows)
    phrases.save(path)
    assert Phrases.load(path).table == [Phrase(*row) for row in rows]


def test_half_surrogates_and_marks_come_back(tmp_path):
    rows = [(("\ud800", "#"), 1), (("# firth", "phrases"), 1), (("\ufeffa", "b\\n\n"), 1), (("e\u0301", "\u200d"), 1)]
    Phrases.from_table(rows).save(tmp_path / "table.tsv")
    assert [phrase.words for phrase in Phrases.load(tmp_path / "table.tsv").table] == [words for words, _ in rows]


def test_a_table_written_by_hand(tmp_path):
    path = tmp_path / "table.txt"
    path.write_bytes("\ufeff# my phrases\r\nnew york\r\n\r\n  los   angeles\t12\r\ncosta rica\t3\t4.5\r\n".encode())
    phrases = Phrases.load(path)
    assert phrases.table == [
        Phrase(("new", "york"), 0, math.inf, 1),
        Phrase(("los", "angeles"), 12, math.inf, 1),
        Phrase(("costa", "rica"), 3, 4.5, 1),
    ]
    assert next(phrases.join(["In Los Angeles, New York and Costa Rica"])) == [
        "in", "los_angeles", "new_york", "and", "costa_rica",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"new york\nnewyork\t3", "line 2: 'newyork' has 1 words: a phrase has two or more, separated by blanks"),
        (b"\t3\t4", "line 1: '' has 0 words"),
        (b"new york\tmany", "line 1: count 'many' must be a whole number"),
        (b"new york\t-3", "line 1: count -3 must be a whole number, 0 or more"),
        (b"new york\t3\t4,5", "line 1: score '4,5' must be a number"),
        (b"new york\t3\tnan", "line 1: score nan must be a number"),
        (b"new york\t3\t4\t0", "line 1: pass 0 must be a whole number from 1 to 100"),
        (b"new york\t3\t4\t1\tx", "line 1: 5 columns: a phrase has phrase, count, score, pass, separated by tabs"),
        (b"new y\\ork", r"line 1: 'y\\\\ork': a backslash is written as \\\\, other characters as \\uXXXX"),
        (b"new \\Uffffffff", "line 1: '.*': there is no character"),
        (b"new york\n\xff", "byte 9: not a text file in UTF-8"),
        (b"# firth phrases 2 {}\n", "line 1: version '2' of the table of phrases, but only version 1 is known"),
        (b"# firth phrases 1 {\n", "line 1: the settings behind the version are not a JSON object"),
        (b"# firth phrases 1 []\n", "line 1: the settings behind the version are not a JSON object"),
        (b'# firth phrases 1 {"min_count": 0}\n', "line 1: min_count=0: must be a whole number"),
        (b'# firth phrases 1 {"threshold": 1' + b"0" * 400 + b"}", "line 1: threshold="),
        (b"a b\t" + b"9" * 5000, "line 1: count '9"),
        (b"a " * 40_000, "line 1: 80,000 characters: at most 65,536 are a phrase"),
        (b'# firth phrases 1 {"colour": 0}\n', "line 1: unknown settings: colour"),
        (b'# firth phrases 1 {"connectors": [1]}\n', "line 1: connectors="),
        (b'# firth phrases 1 {"scoring": ["x"]}\n', "line 1: scoring="),
        (b'# firth phrases 1 {"scoring": {}}\n', "line 1: scoring="),
        (b'# firth phrases 1 {"tokenizer": []}\n', "line 1: tokenizer="),
    ],
)
def test_damaged_tables(tmp_path, content, message):
    path = tmp_path / "table.tsv"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=message.replace("[]", r"\[\]")) as raised:
        Phrases.load(path)
    assert str(raised.value).startswith(f"{path}, ")


def test_random_damage_is_read_or_refused(tmp_path):
    path = tmp_path / "table.tsv"
    Phrases.from_table([(("new", "york"), 3, 4.5), (("a b", "\\"), 1, 2.0)]).save(path)
    intact = path.read_bytes()
    rng = random.Random(1)
    for _ in range(300):
        damaged = bytearray(intact)
        for _ in range(rng.randrange(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.choice(b'\t\n \\"{}[]#0:\xff,')
        path.write_bytes(damaged)
        try:
            Phrases.load(path)
        except FormatError as error:
            assert error.line is not None or error.byte is not None


def test_functions_are_not_kept_in_files(tmp_path):
    def score(pairs):
        return pairs.together

    def tokenize(line):
        return line.split()

    sentences = [["new", "york"]] * 3
    Phrases(min_count=1, scoring=score, threshold=1, tokenizer=tokenize).fit(["new york"] * 3, progress=False).save(
        tmp_path / "table.tsv"
    )
    with pytest.raises(SettingError, match="scoring='custom': it was a function"):
        Phrases.load(tmp_path / "table.tsv", tokenizer="words").fit(sentences, progress=False)
    back = Phrases.load(tmp_path / "table.tsv")
    with pytest.raises(SettingError, match="tokenizer='custom': it was a function"):
        back.join(["in new york"])
    again = Phrases.load(tmp_path / "table.tsv", scoring=score, tokenizer=tokenize)
    assert again.fit(["new york"] * 3, progress=False).table == [Phrase(("new", "york"), 3, 3.0)]
    assert next(again.join(["in new york"])) == ["in", "new_york"]
