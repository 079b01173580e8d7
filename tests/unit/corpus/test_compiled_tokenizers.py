"""Both built-in tokenizers, compiled and threaded, against plain Python."""

import sys
import unicodedata

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from firth.corpus import encode
from firth.corpus.content import SAMPLE, why_not_text
from firth.corpus.pieces import BlockSizes
from firth.decompression import compression_of

pytestmark = pytest.mark.filterwarnings("ignore::firth.errors.FirthWarning")  # any bytes are read, and most warn

TINY = [
    BlockSizes(1, 1, 1),
    BlockSizes(2, 7, 3),
    BlockSizes(5, 40, 10),
    BlockSizes(70, 150, 64),
    BlockSizes(),
]

# Bytes that have a meaning to a tokenizer, and pieces of characters that are cut or forbidden.
SNIPPETS = [b"a", b"Zoo", b"x9", b"'", b"''", b" ", b"  ", b"\n", b"\r\n", b"\r", b"\t", b"\x0b\x0c"]
SNIPPETS += [b"\0", b"\x1c", b"\x1b", b"\x7f", b"\xef\xbb\xbf", b"-", b".", b"_", b"\xff", b"\xc0\x80"]
SNIPPETS += [b"\xe2\x80", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe0\x80", b"\x80"]
SNIPPETS += [b"the quick brown fox jumps over the lazy dog's back, they said; and it's all we've got to say"]
SNIPPETS += [text.encode() for text in "éÉßİıΣ’‘“”Жж中文あ한क्\u0301\u200d\u200b\u00ad\u2028\u3000\x85\xa0\ufffd😀🇩"]


PLAIN = b"a text is judged by its first bytes\n" * (SAMPLE // 36 + 1)  # whatever follows is read

texts = st.lists(st.sampled_from(SNIPPETS) | st.binary(max_size=6), max_size=60).map(b"".join)
texts = texts.map(lambda data: data if why_not_text(data) is None and not compression_of(data) else PLAIN + data)


def check(reference, data, path, tokenizer, threads, blocks):
    """Encode the file and compare everything with the reference."""
    path.write_bytes(data)
    sentences, invalid = reference.sentences_of(data, tokenizer)
    if not sentences:
        return
    words, counts, ids, offsets = reference.encode(sentences)
    corpus = encode(path, tokenizer=tokenizer, min_count=1, threads=threads, blocks=blocks)
    assert corpus.vocabulary.words == words
    assert corpus.vocabulary.counts.tolist() == counts
    assert corpus.ids.tolist() == ids
    assert corpus.sentence_offsets.tolist() == offsets
    assert corpus.invalid_bytes == invalid


@pytest.mark.parametrize("tokenizer", ["words", "whitespace"])
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts, st.sampled_from([1, 2, 5]), st.sampled_from(TINY))
@example(b"\xef\xbb\xbfmark", 1, TINY[0])
@example(b"a'\xe2\x80\x99b a' 'b rock'n'roll", 2, TINY[0])
@example(b"x" * 63 + b"'s " + b"y" * 64 + b"'", 1, TINY[-1])
@example("İstanbul Ⱥ\u0301x \u0301lone".encode(), 5, TINY[1])
def test_agrees_with_reference(reference, tmp_path, tokenizer, data, threads, blocks):
    check(reference, data, tmp_path / "text.txt", tokenizer, threads, blocks)


@pytest.mark.parametrize("tokenizer", ["words", "whitespace"])
def test_every_assigned_character(reference, tmp_path, tokenizer):
    """Lower case and class of every character; each is tried after a letter and before one."""
    lines = [
        f"{code:x} {chr(code)} a{chr(code)} a{chr(code)}b"
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")
    ]
    check(reference, "\n".join(lines).encode(), tmp_path / "text.txt", tokenizer, 2, BlockSizes())


def test_lower_case_is_that_of_each_character(tmp_path):
    """Except where Python looks around: Σ becomes σ also at the end of a word."""
    (tmp_path / "a").write_text("ΟΔΟΣ İI ẞ Ǆ", encoding="utf-8")
    corpus = encode(tmp_path / "a", min_count=1)
    assert corpus.sentence(0) == ["οδοσ", "i\u0307i", "ß", "ǆ"]


def test_words_by_example():
    text = "The cat’s 'whiskers', don't_you ROCK'n'roll—naïve 3.5% x²"
    corpus = encode([text], min_count=1)
    assert corpus.sentence(0) == [*["the", "cat's", "whiskers", "don't", "you", "rock'n'roll", "naïve", "3", "5", "x²"]]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_whitespace_is_what_line_sentence_sees(tmp_path, threads):
    path = tmp_path / "text.txt"
    text = "a b\u00a0c\td\r\n\n \n\x0be\x0cf\x1cg\x85h\u3000i\u200bj NUL\0inside \x1b[0m don't Ünï 中文\nlast"
    path.write_bytes(text.encode() * 20)
    line_sentence = pytest.importorskip("gensim.models.word2vec").LineSentence
    wanted = [sentence for sentence in line_sentence(str(path)) if sentence]
    corpus = encode(path, tokenizer="whitespace", min_count=1, threads=threads, blocks=BlockSizes(13, 30, 9))
    assert [corpus.sentence(i) for i in range(corpus.n_sentences)] == wanted


@pytest.mark.parametrize("blocks", [BlockSizes(), BlockSizes(1000, 5000, 1000)])
@pytest.mark.parametrize("tokenizer", ["words", "whitespace"])
def test_very_long_words_and_lines(reference, tmp_path, tokenizer, blocks):
    long = b"long" * (250_000 if tokenizer == "whitespace" else 100_000)
    many = b" ".join(b"w%d" % (i % 700) for i in range(50_000))
    check(reference, long + b" " + many + b" " + long + b" " + long[1:], tmp_path / "text.txt", tokenizer, 2, blocks)


def test_many_words_make_tables_grow(reference, tmp_path):
    words = [b"word%d" % (i * 7919 % 60_000) for i in range(150_000)]
    lines = [b" ".join(words[i : i + 9]) for i in range(0, len(words), 9)]
    blocks = BlockSizes(piece=30_000, part=100_000)
    check(reference, b"\n".join(lines), tmp_path / "text.txt", "whitespace", 3, blocks)


def test_control_characters_stay_in_words(tmp_path):
    """The whitespace tokenizer keeps them, though compiled code writes them as an escape."""
    (tmp_path / "a").write_bytes(b"a\0b \x01 \x80")
    corpus = encode(tmp_path / "a", tokenizer="whitespace", min_count=1)
    assert corpus.vocabulary.words == ["a\0b", "\x01", "\ufffd"]
    assert corpus.invalid_bytes == 1


def test_invalid_bytes_that_look_alike_are_one_word(tmp_path):
    (tmp_path / "a").write_bytes(b"x\xff x\xfe x\xef\xbf\xbd")
    corpus = encode(tmp_path / "a", tokenizer="whitespace", min_count=1)
    assert corpus.vocabulary.words == ["x\ufffd"]
    assert (corpus.vocabulary.counts.tolist(), corpus.invalid_bytes) == ([3], 2)
