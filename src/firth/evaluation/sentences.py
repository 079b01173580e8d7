"""Sentence similarity: do the cosines of sentence vectors rank pairs of sentences as people do?

A sentence vector is composed of the vectors of its words: their mean, or a mean in which rare words weigh more
(vectors/sentence_means.py). Test sets are those of semantic textual similarity (STS), SICK and others.

Shapes  P pairs of sentences.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from firth.corpus.tokenizers import Tokenizer, check_tokenizer, tokenize_line
from firth.errors import SettingError
from firth.evaluation.known_words import find_known_words, unit_rows
from firth.evaluation.score import format_number, warn_if_uncovered
from firth.evaluation.sentence_pairs import SentencePair, read_sentence_pairs
from firth.evaluation.similarity import SimilarityScore
from firth.evaluation.similarity_table import given_judgement
from firth.vectors.given import as_list
from firth.vectors.word_vectors import WordVectors

__all__ = ["SentencePair", "SentenceScore", "Weighting", "check_weighting", "evaluate_sentences", "read_sentence_pairs"]

SentenceSource: TypeAlias = str | os.PathLike[str] | Iterable[SentencePair]
Weighting: TypeAlias = Literal["mean", "sif", "tfidf"]

_SIF = 1e-3  # Arora et al. 2017: 1e-4 to 1e-3


@dataclass(frozen=True, repr=False)
class SentenceScore(SimilarityScore):
    """How well the cosines of sentence vectors agree with human judgements of P pairs of sentences.

    Attributes
    ----------
    pairs : (P,) the pairs with human judgements.
    cosines : (P,) the similarities, in [-1, 1]; NaN where a sentence has no word that is considered.
    words_considered : how many words, the most frequent, count as known.
    weighting : how sentence vectors were composed.
    """

    weighting: Weighting = "mean"

    def rows(self) -> list[tuple[str, ...]]:
        """A row for each correlation, both with their intervals; the first also has the coverage."""
        covered = f"{self.covered:,} of {self.total:,}"
        return [
            ("Spearman", format_number(self.spearman), self.interval().formatted(), covered),
            ("Pearson", format_number(self.pearson), self.pearson_interval().formatted(), ""),
        ]


def check_weighting(weighting: object) -> None:
    """Raise SettingError unless this is a Weighting."""
    if weighting not in get_args(Weighting):
        raise SettingError(f"weighting={weighting!r}: must be one of {', '.join(get_args(Weighting))}")


def evaluate_sentences(
    vectors: WordVectors,
    source: SentenceSource,
    *,
    weighting: Weighting = "mean",
    frequencies: Mapping[str, float] | None = None,
    tokenizer: Tokenizer = "words",
    top: int | None = None,
    ignore_case: bool = True,
) -> SentenceScore:
    """Correlate the cosines of sentence vectors with human judgements.

    Words that are not known are skipped; pairs with a sentence of which no word is known are left out.

    Parameters
    ----------
    source : a table of pairs as a file (see `read_sentence_pairs`), or the pairs: (sentence, sentence, number).
    weighting : "mean" of the words' vectors, which points as their sum does; "sif", smooth inverse frequency with
        a = 0.001, without the component that all sentences of the test set have in common; "tfidf", each word times
        its inverse document frequency, counted in the sentences of the test set.
    frequencies : for "sif", the relative frequency of each word; None: from the counts of the vectors.
    tokenizer : how sentences become words, as the text of the model did.
    top : only the `top` most frequent words are considered; None for all.
    ignore_case : a word that is not there as it is spelled is looked up in any case, and means the most frequent
        spelling.

    Raises
    ------
    FormatError : the file is not such a table; the error has path and line.
    SettingError : a given pair is not two sentences and a finite number, an option has an impossible value, or "sif"
        needs counts and there are none.

    Source
    ------
    Agirre et al. 2012, "SemEval-2012 task 6"; Cer et al. 2017, "SemEval-2017 task 1" (STS benchmark); Marelli et al.
    2014 (SICK); Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings" (SIF).
    """
    check_weighting(weighting)
    check_tokenizer(tokenizer)
    if frequencies is not None and weighting != "sif":
        raise SettingError(f"frequencies= with weighting={weighting!r} has no effect: leave it out, or use 'sif'")
    if isinstance(source, str | os.PathLike):
        pairs = read_sentence_pairs(source)
    else:
        pairs = [
            SentencePair(*given_judgement(pair, "sentences"))
            for pair in as_list(source, "a file, or a list of (sentence, sentence, number)")
        ]
    known = find_known_words(vectors, top, ignore_case)
    texts = [pair.first for pair in pairs] + [pair.second for pair in pairs]
    words = vectors.words
    sentences = [
        [words[row] for row in map(known.find, tokenize_line(" ".join(text.split()), tokenizer)) if row >= 0]
        for text in texts
    ]
    made = vectors.sentence_vectors(
        sentences, sif=_SIF if weighting == "sif" else None, frequencies=frequencies, tfidf=weighting == "tfidf"
    )
    has_words = np.array([bool(sentence) for sentence in sentences], bool)
    units = unit_rows(made)
    half = len(pairs)
    cosines = np.einsum("pd,pd->p", units[:half], units[half:]).astype(np.float64)
    cosines[~(has_words[:half] & has_words[half:])] = np.nan
    score = SentenceScore(pairs, cosines, len(known.canonical), weighting)
    warn_if_uncovered(score, "pairs of sentences", (text for pair in pairs for text in pair[:2]))
    return score
