"""What is said about a text that was read: of its encoding, of scripts without blanks, of words that are too rare."""

import re

import numpy as np

from firth.corpus.scan import Scanned
from firth.errors import CorpusError, quoted, warn

__all__ = ["too_rare", "warn_of_invalid_bytes", "warn_of_script"]

_WORDS_LOOKED_AT = 1_000
_ENOUGH_WORDS = 2  # distinct ones, to judge a text by

# Runs of scripts that are written without blanks, longer than words of theirs are.
_UNSPACED = re.compile(
    "[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{5,}"  # Chinese, Japanese
    "|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{14,}"  # Thai, Lao, Burmese, Khmer
)
_WITHOUT_BLANKS = (
    "most words are long runs of letters of a script without blanks between words (Chinese, Japanese, Thai, …): "
    "cut the text into words first, or give a tokenizer that does"
)


def warn_of_invalid_bytes(scanned: Scanned, name: str) -> None:
    """Warn of bytes that are not UTF-8."""
    if scanned.invalid_bytes:
        total = f" of {scanned.text_bytes:,}" if scanned.text_bytes else ""
        warn(
            f"{name}: {scanned.invalid_bytes:,}{total} bytes are not UTF-8; each invalid sequence became U+FFFD. "
            "If the text has another encoding, convert it (iconv -f latin1 -t utf-8), or open it with that and give "
            "the open file: open(path, encoding='latin-1')"
        )


def warn_of_script(scanned: Scanned, name: str) -> None:
    """Warn of a text that the built-in tokenizers cannot cut into words."""
    if _is_unspaced(scanned):
        warn(f"{name}: {_WITHOUT_BLANKS}")


def too_rare(scanned: Scanned, name: str, min_count: int) -> CorpusError:
    """The error for a text none of whose words is frequent enough."""
    counts = scanned.tally.counts
    most_frequent = np.lexsort((scanned.tally.first, -counts))[:1]
    return CorpusError(
        f"{name}: none of the {len(counts):,} distinct words ({scanned.total_words:,} in all) occurs "
        f"min_count={min_count} times; the most frequent one, {quoted(scanned.tally.words(most_frequent)[0])}, occurs "
        f"{counts[most_frequent[0]]:,} {'time' if counts[most_frequent[0]] == 1 else 'times'}: "
        + (_WITHOUT_BLANKS if _is_unspaced(scanned) else "give more text or a smaller min_count")
    )


def _is_unspaced(scanned: Scanned) -> bool:
    """Whether most of the first words are whole phrases."""
    words = scanned.tally.words(np.arange(min(len(scanned.tally.counts), _WORDS_LOOKED_AT)))
    phrases = sum(_UNSPACED.search(word) is not None for word in words)
    return len(words) >= _ENOUGH_WORDS and phrases * 2 > len(words)
