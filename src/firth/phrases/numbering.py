"""Phrases as ids: which words of a text they consist of, and which word they become."""

from collections.abc import Iterable, Sequence

import numpy as np

from firth.phrases.joining import IdPhrases, Joiner
from firth.phrases.table import Phrase

__all__ = ["GrowingWords", "joiners_of"]


class GrowingWords:
    """Words by id, to which phrases are added. A phrase that is spelled as a word is that word.

    depths : for each word how often words were joined to make it; 0 for the words of the text.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        self.depths = [0] * len(self.words)
        self._ids = dict(zip(self.words, range(len(self.words)), strict=True))

    def __len__(self) -> int:
        return len(self.words)

    def get(self, word: str) -> int:
        """The id of a word; -1 if there is none."""
        return self._ids.get(word, -1)

    def add(self, word: str, depth: int) -> int:
        """The id of a word, new or not."""
        word_id = self._ids.setdefault(word, len(self.words))
        if word_id == len(self.words):
            self.words.append(word)
            self.depths.append(depth)
        self.depths[word_id] = max(self.depths[word_id], depth)
        return word_id


def joiners_of(phrases: Sequence[Phrase], words: GrowingWords, delimiter: str, *, best: bool) -> list[Joiner]:
    """What joins these phrases, pass after pass; those with a word that is not there are left out.

    words : those of the text; the phrases are added.
    """
    passes = []
    for in_pass in sorted({phrase.in_pass for phrase in phrases}):
        of_pass = [phrase for phrase in phrases if phrase.in_pass == in_pass]
        if best:
            of_pass.sort(key=lambda phrase: -phrase.score)
        found = []
        for phrase in of_pass:
            ids = [words.get(word) for word in phrase.words]
            if min(ids) >= 0:
                found.append((ids, words.add(delimiter.join(phrase.words), in_pass)))
        if found:
            passes.append(_id_phrases(found))
    return [Joiner(of_pass, len(words), best=best) for of_pass in passes]


def _id_phrases(found: Sequence[tuple[list[int], int]]) -> IdPhrases:
    ids = [word_id for phrase, _ in found for word_id in phrase]
    ends = np.cumsum([len(phrase) for phrase, _ in found])
    return IdPhrases(
        np.array(ids, np.int32), ends.astype(np.int64), np.array([joined for _, joined in found], np.int32)
    )
