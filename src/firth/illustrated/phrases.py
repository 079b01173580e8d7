"""Phrases in plain Python: count pairs of neighbouring words, score them, join those with a high score.

Words such as `new york` that occur together more often than chance would have it become one word, `new_york`. Connector
words (`of`, `the`) may be inside a phrase, as in `bank_of_england`, but begin and end none.

Compiled   kernels/cpu/text/phrases.py
Source     Mikolov et al. 2013, arXiv:1310.4546, section 4 (the score); Bouma 2009, "Normalized (pointwise) mutual
           information in collocation extraction" (npmi).
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

__all__ = ["PhraseCounts", "best_phrases_joined", "count_pairs", "join_phrases", "mikolov_score", "npmi_score"]


class PhraseCounts(NamedTuple):
    """How often words and pairs occur. A pair is a tuple of words; those between its first and last are connectors."""

    words: Counter[str]  # without connectors
    pairs: Counter[tuple[str, ...]]
    total: int  # all words of the text, connectors included


def count_pairs(sentences: Sequence[Sequence[str]], connectors: Collection[str] = ()) -> PhraseCounts:
    """Count the words of a text, and each two that are neighbours in a sentence or have only connectors between."""
    counts = PhraseCounts(Counter(), Counter(), sum(map(len, sentences)))
    for sentence in sentences:
        candidate: list[str] = []  # the last word that is no connector, and the connectors behind it
        for word in sentence:
            if word not in connectors:
                counts.words[word] += 1
                if candidate:
                    counts.pairs[(*candidate, word)] += 1
                candidate = [word]
            elif candidate:
                candidate.append(word)
    return counts


def mikolov_score(counts: PhraseCounts, pair: Sequence[str], min_count: int) -> float:
    """(n_ab - min_count) V / (n_a n_b), where V is the number of different words and pairs, as in gensim."""
    n_a, n_b = counts.words[pair[0]], counts.words[pair[-1]]
    return (counts.pairs[tuple(pair)] - min_count) / (n_a * n_b) * (len(counts.words) + len(counts.pairs))


def npmi_score(counts: PhraseCounts, pair: Sequence[str], min_count: int) -> float:
    """ln(p_ab / (p_a p_b)) / -ln p_ab, from -1 (never together) to 1 (never apart)."""
    if counts.pairs[tuple(pair)] < min_count:
        return -math.inf
    p_a, p_b = counts.words[pair[0]] / counts.total, counts.words[pair[-1]] / counts.total
    p_ab = counts.pairs[tuple(pair)] / counts.total
    return math.log(p_ab / (p_a * p_b)) / -math.log(p_ab)


def join_phrases(sentence: Sequence[str], phrases: Mapping[tuple[str, ...], str]) -> list[str]:
    """Replace phrases from left to right, at each word the longest that begins there."""
    longest = max(map(len, phrases), default=0)
    joined, i = [], 0
    while i < len(sentence):
        ends = range(min(len(sentence), i + longest), i, -1)
        end = next((end for end in ends if tuple(sentence[i:end]) in phrases), i + 1)
        joined.append(phrases.get(tuple(sentence[i:end]), sentence[i]))
        i = end
    return joined


def best_phrases_joined(
    sentence: Sequence[str], phrases: Mapping[tuple[str, ...], str], scores: Mapping[tuple[str, ...], float]
) -> list[str]:
    """Replace phrases by falling score (of equal ones the left), each unless it overlaps one replaced before.

    Of the phrases that begin at the same word, the longest counts.
    """
    longest = max(map(len, phrases), default=0)
    matches = []
    for i in range(len(sentence)):
        ends = range(min(len(sentence), i + longest), i, -1)
        end = next((end for end in ends if tuple(sentence[i:end]) in phrases), None)
        if end is not None:
            matches.append((-scores[tuple(sentence[i:end])], i, end))
    taken: set[int] = set()
    chosen = {}
    for _, start, end in sorted(matches):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            chosen[start] = end
    joined, i = [], 0
    while i < len(sentence):
        end = chosen.get(i, i + 1)
        joined.append(phrases[tuple(sentence[i:end])] if i in chosen else sentence[i])
        i = end
    return joined
