"""Finding the phrases of a text: count pairs, score them, join those above the threshold, and once more.

In a later pass, a pair of plain words is compared with the threshold of the first pass, a pair in which there is a
phrase of the first pass with that of the second, and so on: falling thresholds make longer phrases and let no weaker
pairs in.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.encoded import EncodedCorpus
from firth.errors import warn
from firth.kernels.arguments import EncodedIds
from firth.phrases.joining import IdPhrases, Joiner, join_text
from firth.phrases.numbering import GrowingWords
from firth.phrases.pairs import CountedPairs, PairLimits, count_pairs, count_words
from firth.phrases.scoring import PairCounts, scores_of
from firth.phrases.settings import PhraseSettings
from firth.phrases.table import Phrase
from firth.progress import Reporter

__all__ = ["PassCandidates", "find_phrases"]


class PassCandidates(NamedTuple):
    """The N pairs of one pass that are frequent enough, best first, and their scores.

    words : the words that the ids number.
    """

    words: Sequence[str]
    pairs: CountedPairs
    scores: NDArray[np.float64]
    is_phrase: NDArray[np.bool_]
    in_pass: int

    def phrases(self, chosen: NDArray[np.int64]) -> list[Phrase]:
        """Those with these indices."""
        pairs, words = self.pairs, self.words
        between = {run: tuple(words[word] for word in ids) for run, ids in pairs.runs.items()}
        columns = (column[chosen].tolist() for column in (*pairs[:4], self.scores))
        return [
            Phrase((words[first], *between[run], words[second]), count, score, self.in_pass)
            for first, second, run, count, score in zip(*columns, strict=True)
        ]


def find_phrases(settings: PhraseSettings, corpus: EncodedCorpus, reporter: Reporter) -> list[PassCandidates]:
    """The candidates of each pass; fewer passes than wanted where one finds no phrase.

    Raises   SettingError if the scoring function returns no scores.
    """
    text = EncodedIds(corpus.ids, corpus.sentence_offsets)
    words = GrowingWords(corpus.vocabulary.words)
    counts = count_words(text.ids, len(words))
    passes: list[PassCandidates] = []
    for in_pass in range(1, settings.passes + 1):
        found = _candidates(settings, text, counts, words, (in_pass, reporter))
        passes.append(found)
        if not found.is_phrase.any() or in_pass == settings.passes:
            break
        with reporter.stage("joining phrases", len(text.ids), "words") as stage:
            joiner = _joiner(found, words, settings)
            joined = join_text(text, [joiner], len(words), settings.worker_threads, stage, mapped=corpus.memory_mapped)
        text, counts = joined.text, joined.counts
    return passes


def _candidates(
    settings: PhraseSettings, text: EncodedIds, counts: Counts, words: GrowingWords, of_pass: tuple[int, Reporter]
) -> PassCandidates:
    in_pass, reporter = of_pass
    is_connector = np.zeros(len(words), np.uint8)
    is_connector[[word for word in map(words.get, settings.connectors) if word >= 0]] = 1
    limits = PairLimits(settings.min_count, settings.max_pairs, settings.worker_threads)
    with reporter.stage("counting pairs", len(text.ids), "words") as stage:
        pairs = count_pairs(text, is_connector, limits, stage)
    if pairs.min_count > settings.min_count:
        warn(
            f"more than max_pairs={settings.max_pairs:,} pairs occur min_count={settings.min_count} times: those that "
            f"occur less than {pairs.min_count:,} times were left out; raise max_pairs or min_count"
        )
    n_words = int(((counts > 0) & (is_connector == 0)).sum())
    scores = scores_of(
        settings.scoring,
        PairCounts(
            together=pairs.counts.astype(np.float64),
            first=counts[pairs.first].astype(np.float64),
            second=counts[pairs.second].astype(np.float64),
            distinct=n_words + pairs.distinct,
            total=len(text.ids),
            min_count=settings.min_count,
        ),
    )
    order = np.lexsort((-pairs.counts, np.where(np.isnan(scores), np.inf, -scores)))
    pairs = pairs._replace(
        first=pairs.first[order],
        second=pairs.second[order],
        between=pairs.between[order],
        counts=pairs.counts[order],
    )
    scores = scores[order]
    depths = np.array(words.depths, np.int8)
    thresholds = np.array(settings.thresholds)[np.maximum(depths[pairs.first], depths[pairs.second])]
    return PassCandidates(words.words[:], pairs, scores, scores > thresholds, in_pass)


def _joiner(found: PassCandidates, words: GrowingWords, settings: PhraseSettings) -> Joiner:
    """What joins the phrases of a pass; they are added to the words."""
    chosen = np.flatnonzero(found.is_phrase)
    pairs = found.pairs
    ids: list[int] = []
    ends, joined = [], []
    columns = (column[chosen].tolist() for column in pairs[:3])
    for first, second, run in zip(*columns, strict=True):
        phrase = (first, *pairs.runs[run], second)
        depth = 1 + max(words.depths[first], words.depths[second])
        ids += phrase
        ends.append(len(ids))
        joined.append(words.add(settings.delimiter.join(words.words[word] for word in phrase), depth))
    phrases = IdPhrases(np.array(ids, np.int32), np.array(ends, np.int64), np.array(joined, np.int32))
    return Joiner(phrases, len(words), best=settings.overlaps == "best")
