"""gensim.utils: texts to words, and the rules of trim_rule. What pickles or belongs to topic models is left out."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from firth.formats.compressed import write_compressed

__all__ = [
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "any2unicode",
    "any2utf8",
    "deaccent",
    "keep_vocab_item",
    "save_as_line_sentence",
    "simple_preprocess",
    "simple_tokenize",
    "to_unicode",
    "to_utf8",
    "tokenize",
]

RULE_DEFAULT, RULE_DISCARD, RULE_KEEP = 0, 1, 2

_WORD = re.compile(r"[^\W\d]+")


def any2unicode(text: str | bytes, encoding: str = "utf8", errors: str = "strict") -> str:
    """A text, decoded where it is bytes. Raises UnicodeDecodeError."""
    return text if isinstance(text, str) else str(text, encoding, errors=errors)


def any2utf8(text: str | bytes, errors: str = "strict", encoding: str = "utf8") -> bytes:
    """A text in UTF-8. errors, encoding : of bytes that are decoded first. Raises UnicodeError."""
    return any2unicode(text, encoding, errors).encode("utf8")


to_unicode, to_utf8 = any2unicode, any2utf8


def deaccent(text: str | bytes) -> str:
    """A text without the accents of its letters; bytes are in UTF-8."""
    text = any2unicode(text)
    if text.isascii():
        return text
    letters = (letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", "".join(letters))


def tokenize(
    text: str | bytes,
    lowercase: bool = False,
    deacc: bool = False,
    encoding: str = "utf8",
    errors: str = "strict",
    to_lower: bool = False,
    lower: bool = False,
) -> Iterator[str]:
    """The words of a text: runs of letters and underscores, without digits.

    lowercase, to_lower, lower : one of them makes all letters lower case. deacc : removes accents.
    encoding, errors : of bytes.
    """
    text = any2unicode(text, encoding, errors=errors)
    if lowercase or to_lower or lower:
        text = text.lower()
    return simple_tokenize(deaccent(text) if deacc else text)


def simple_tokenize(text: str) -> Iterator[str]:
    """The runs of letters and underscores of a text."""
    return (found.group() for found in _WORD.finditer(text))


def simple_preprocess(doc: str | bytes, deacc: bool = False, min_len: int = 2, max_len: int = 15) -> list[str]:
    """The words of a text in lower case, of min_len to max_len characters, but for those that begin with "_"."""
    words = tokenize(doc, lower=True, deacc=deacc, errors="ignore")
    return [word for word in words if min_len <= len(word) <= max_len and not word.startswith("_")]


def keep_vocab_item(
    word: Any, count: int, min_count: int, trim_rule: Callable[[Any, int, int], int] | None = None
) -> bool:
    """Whether a vocabulary keeps a word: what trim_rule(word, count, min_count) decides, or else its count."""
    result = RULE_DEFAULT if trim_rule is None else trim_rule(word, count, min_count)
    return result == RULE_KEEP or (result != RULE_DISCARD and count >= min_count)


def save_as_line_sentence(corpus: Iterable[Iterable[str]], filename: str | Path) -> None:
    """Write sentences as lines of words with spaces between them, which corpus_file= reads.

    The file appears when it is complete; a name such as "corpus.txt.gz" compresses it.
    """
    with write_compressed(filename) as file:
        file.writelines((" ".join(sentence) + "\n").encode() for sentence in corpus)
