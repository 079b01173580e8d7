"""The two compiled tokenizers in plain Python: slow, obvious, and what the compiled ones must agree with."""

import functools
import sys
import unicodedata

import pytest

APOSTROPHES = "'’"
JOINERS = "\u200c\u200d"
ZERO_WIDTH_SPACE = "\u200b"

category = functools.cache(unicodedata.category)


def is_letter(character):
    return category(character)[0] in "LN"


def is_mark(character):
    return category(character)[0] == "M" or character in JOINERS


def is_invisible(character):
    kept = JOINERS + ZERO_WIDTH_SPACE
    return category(character) == "Cf" and character not in kept


def split_words(line):
    """Runs of letters and marks that start with a letter; apostrophes between a word and a letter join them."""
    characters = [character for character in line if not is_invisible(character)]
    words = []
    word = ""
    for character, following in zip(characters, [*characters, " "][1:], strict=True):
        if is_letter(character) or (word and is_mark(character)):
            word += character.lower()
        elif character in APOSTROPHES and word and is_letter(following):
            word += "'"
        else:
            words.append(word)
            word = ""
    return [word for word in [*words, word] if word]


TOKENIZERS = {"words": split_words, "whitespace": str.split}


def decode(data):
    """Text, and how many bytes of it were not UTF-8."""
    text = data.decode(errors="replace")
    invalid = 0
    while data:
        try:
            data.decode()
            break
        except UnicodeDecodeError as error:
            invalid += error.end - error.start
            data = data[error.end :]
    return text, invalid


def sentences_of(data, tokenizer):
    """All sentences of a file that have words in them, and the bytes that were not UTF-8."""
    text, invalid = decode(data.removeprefix(b"\xef\xbb\xbf"))
    sentences = [TOKENIZERS[tokenizer](line) for line in text.split("\n")]
    return [words for words in sentences if words], invalid


def encode(sentences, min_count=1, max_vocabulary=None):
    """Words, counts, ids and sentence offsets, by falling count and first appearance."""
    counts = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    frequent = [word for word in counts if counts[word] >= min_count]
    words = sorted(frequent, key=lambda word: -counts[word])[:max_vocabulary]
    number = {word: i for i, word in enumerate(words)}
    ids, offsets = [], [0]
    for sentence in sentences:
        ids += [number[word] for word in sentence if word in number]
        if len(ids) > offsets[-1]:
            offsets.append(len(ids))
    return words, [counts[word] for word in words], ids, offsets


@pytest.fixture(scope="session")
def reference():
    """The functions above."""
    return sys.modules[__name__]
