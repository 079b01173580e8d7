"""The outcomes of a language model: its known words, `<unk>` for all others, and `</s>`, the end of a sentence.

Ids   0 … K - 1 are words, K is `<unk>`, K + 1 is `</s>`: V = K + 2 outcomes. `<s>`, the start of a sentence, has
      the id V: it occurs in histories and is never predicted.
"""

from collections.abc import Sequence

import numpy as np

from firth.arrays import Counts, WordIds
from firth.errors import SettingError

__all__ = ["END", "START", "UNKNOWN", "LanguageVocabulary"]

UNKNOWN, END, START = "<unk>", "</s>", "<s>"
SPECIAL = frozenset((UNKNOWN, END, START))


class LanguageVocabulary:
    """K known words, `<unk>` and `</s>`.

    Parameters
    ----------
    words : (K,) different strings, most frequent first; `<unk>`, `</s>` and `<s>` are not among them.
    counts : (K,) occurrences of each in the training text.

    Attributes
    ----------
    known : (K,) the words.
    counts : (K,) int64.

    Raises SettingError if a word occurs twice or is one of the three, or if there is not one count per word.
    """

    def __init__(self, words: Sequence[str], counts: Counts) -> None:
        self.known = list(words)
        self.counts = np.asarray(counts, np.int64)
        self._ids = {word: i for i, word in enumerate(self.known)}
        if len(self._ids) < len(self.known) or SPECIAL & self._ids.keys():
            raise SettingError("words of a language model: must all be different, and none <unk>, </s> or <s>")
        if self.counts.shape != (len(self.known),):
            raise SettingError(
                f"{len(self.known):,} words, but counts of shape {self.counts.shape}: must be one count per word"
            )

    def __len__(self) -> int:
        """V, the outcomes: the words, `<unk>` and `</s>`."""
        return len(self.known) + 2

    def __contains__(self, word: object) -> bool:
        return word in self._ids

    @property
    def words(self) -> list[str]:
        """All outcomes (V,), by id."""
        return [*self.known, UNKNOWN, END]

    @property
    def unknown(self) -> int:
        """The id of `<unk>`."""
        return len(self.known)

    @property
    def end(self) -> int:
        """The id of `</s>`."""
        return len(self.known) + 1

    @property
    def start(self) -> int:
        """The id of `<s>`: V, one beyond the outcomes."""
        return len(self.known) + 2

    def id_of(self, word: str) -> int:
        """The id of a word, or of `<unk>` if the word is not known."""
        return self._ids.get(word, self.unknown)

    def ids_of(self, words: Sequence[str]) -> WordIds:
        """The ids of words (n,), as id_of gives them."""
        return np.array([self.id_of(word) for word in words], np.int32)
