"""Words and lines without end: they are left out or refused, and take no more memory than a long word may."""

import gzip
import tracemalloc

import pytest

from firth.corpus import encode
from firth.corpus.pieces import BlockSizes
from firth.corpus.text_counter import LONGEST_WORD
from firth.errors import CorpusError, FirthWarning

LIMIT = LONGEST_WORD


def words_of(path, **options):
    return encode(path, min_count=1, **options).vocabulary.words


@pytest.mark.parametrize("tokenizer", ["words", "whitespace"])
@pytest.mark.parametrize("size", [1 << 14, 1 << 18])
def test_only_words_that_are_too_long_are_left_out(tmp_path, size, tokenizer):
    """Wherever the pieces end in which the text is read."""
    kept, long, longer = "k" * LIMIT, "l" * (LIMIT + 1), "m" * (3 * LIMIT)
    (tmp_path / "a").write_text(f"tea {kept} milk {long} sugar {longer}\ncup {kept} tea", encoding="utf-8")
    with pytest.warns(FirthWarning, match="a: 2 words of more than 1,048,576 bytes were left out"):
        encoded = encode(tmp_path / "a", min_count=1, tokenizer=tokenizer, blocks=BlockSizes(piece=size))
    assert encoded.vocabulary.words == ["tea", kept, "milk", "sugar", "cup"]
    assert encoded.total_words == 7


@pytest.mark.parametrize("tokenizer", ["words", "whitespace"])
def test_a_text_of_one_word_takes_bounded_memory(tmp_path, tokenizer):
    with gzip.open(tmp_path / "a.gz", "wb", compresslevel=1) as file:
        for _ in range(60):
            file.write(b"a" * (1 << 20))
    encode(["a"], min_count=1)  # what is made once
    tracemalloc.start()
    try:
        with pytest.warns(FirthWarning, match="1 words of more"), pytest.raises(CorpusError, match="no words"):
            encode(tmp_path / "a.gz", tokenizer=tokenizer)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_a_line_without_end_is_not_given_to_a_tokenizer(tmp_path):
    (tmp_path / "a").write_bytes(b"tea milk " * (8 << 20))
    with pytest.raises(CorpusError, match="a: a line of more than 67,108,864 bytes.*break it"):
        encode(tmp_path / "a", tokenizer=lambda line: line.split())
