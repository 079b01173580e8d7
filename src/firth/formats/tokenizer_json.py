"""`tokenizer.json` of the tokenizers library: which row of a matrix belongs to which piece of text.

Written is a word-level tokenizer made to fit the words: each of them is found in a text as one
piece. Read are the vocabularies of word-level, WordPiece, BPE and Unigram tokenizers, pieces as
they are spelled there ("##ing", "▁the").
"""

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import FormatError

__all__ = ["Vocabulary", "read_vocabulary", "tokenizer_json", "unknown_word"]

ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Vocabulary(NamedTuple):
    """All pieces in the order of their rows, and the row of unknown pieces."""

    pieces: list[str]
    unknown: int | None


def unknown_word(words: Sequence[str]) -> str:
    """A name for the row of unknown words that is not one of the words itself."""
    taken = {word for word in words if word.startswith("[")}
    name = "[UNK]"
    while name in taken:
        name = f"[{name}]"
    return name


def tokenizer_json(words: Sequence[str], unknown: str) -> dict[str, Any]:
    """A tokenizer that numbers these words from 0 on and `unknown` after the last.

    Text is split at blanks, and every punctuation mark is a piece by itself. Words that this would
    split ("e-mail", "new york") are looked for first. Text is lower-cased if all words are in lower
    case, and brought into normal form C if all words are.
    """
    normalizers = []
    if all(unicodedata.is_normalized("NFC", word) for word in words):
        normalizers.append({"type": "NFC"})
    if all(word == word.lower() for word in words):
        normalizers.append({"type": "Lowercase"})
    vocabulary = {word: i for i, word in enumerate(words)}
    vocabulary[unknown] = len(vocabulary)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_whole(word, i) for i, word in enumerate(words) if _is_split(word)],
        "normalizer": {"type": "Sequence", "normalizers": normalizers} if normalizers else None,
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": unknown},
    }


def _is_split(word: str) -> bool:
    """Whether the pre-tokenizer would split this word: it has a blank, or punctuation and anything else."""
    return len(word) > 1 and any(letter.isspace() or _is_punctuation(letter) for letter in word)


def _is_punctuation(letter: str) -> bool:
    return letter in ASCII_PUNCTUATION or unicodedata.category(letter).startswith("P")


def _whole(word: str, row: int) -> dict[str, Any]:
    """A word to be found before text is split; where it has letters at an end, never inside another word."""
    is_single = word[0].isalnum() or word[-1].isalnum()
    return {
        "id": row,
        "content": word,
        "single_word": is_single,
        "lstrip": False,
        "rstrip": False,
        "normalized": True,
        "special": False,
    }


def read_vocabulary(path: Path) -> Vocabulary:
    """The pieces that a tokenizer numbers, and the number of the unknown one.

    Raises
    ------
    FileNotFoundError : the file does not exist.
    FormatError : it is not a tokenizer, or its numbers are not 0, 1, 2, … without a gap.
    """
    try:
        content = json.loads(path.read_bytes())
        model = content["model"]
        rows = _numbered(model["vocab"])
        for token in content.get("added_tokens") or []:
            rows[token["content"]] = token["id"]
        unknown = rows.get(model["unk_token"]) if model.get("unk_token") is not None else model.get("unk_id")
        if not all(isinstance(piece, str) and type(row) is int for piece, row in rows.items()):
            raise TypeError
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise FormatError(path, f"is not a tokenizer with a vocabulary ({type(error).__name__}: {error})") from None
    pieces = sorted(rows, key=rows.__getitem__)
    for i, piece in enumerate(pieces):
        if rows[piece] != i:
            raise FormatError(path, f"{piece!r} has the number {rows[piece]:,}, where {i:,} is expected")
    return Vocabulary(pieces, unknown if type(unknown) is int and 0 <= unknown < len(pieces) else None)


def _numbered(stored: Any) -> dict[Any, Any]:
    """Pieces with their numbers: as they are, or (Unigram) by their index in a list with scores."""
    if isinstance(stored, dict):
        return dict(stored)
    return {piece: i for i, (piece, _) in enumerate(stored)}
