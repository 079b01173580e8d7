"""The reference implementation of encoding, in plain Python; its lines are split by tokenize_line."""

import sys

import pytest

from firth.corpus.tokenizers import tokenize_line


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
    sentences = [tokenize_line(line, tokenizer) for line in text.split("\n")]
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
