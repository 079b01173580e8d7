"""A corpus of ids to one in which phrases are joined, with a vocabulary of its own."""

from collections.abc import Sequence

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.merging import renumber
from firth.corpus.vocabulary import Vocabulary, check_limits, most_frequent
from firth.errors import CorpusError, quoted, warn
from firth.kernels.arguments import EncodedIds
from firth.phrases.joining import JoinedText, join_text
from firth.phrases.numbering import GrowingWords, joiners_of
from firth.phrases.settings import PhraseSettings
from firth.phrases.table import Phrase
from firth.progress import Reporter

__all__ = ["encode_joined"]


def encode_joined(
    corpus: EncodedCorpus,
    table: Sequence[Phrase],
    settings: PhraseSettings,
    limits: tuple[int, int | None],
    reporter: Reporter,
) -> EncodedCorpus:
    """Join phrases, then choose the vocabulary: most frequent first, ties by first appearance.

    limits : min_count and max_vocabulary.

    Raises   CorpusError if no word is frequent enough; SettingError if a limit is below 1.
    """
    check_limits(*limits)
    words = GrowingWords(corpus.vocabulary.words)
    joiners = joiners_of(table, words, settings.delimiter, best=settings.overlaps == "best")
    text = EncodedIds(corpus.ids, corpus.sentence_offsets)
    with reporter.stage("joining phrases", len(text.ids), "words") as stage:
        joined = join_text(text, joiners, len(words), settings.worker_threads, stage, mapped=corpus.memory_mapped)
    if len(joined.text.ids) == len(text.ids) and table:
        warn(
            f"none of the {len(table):,} phrases occurs in the text: were they found with another tokenizer, or in "
            "another language?"
        )
    return _with_vocabulary(corpus, joined, words.words, limits)


def _with_vocabulary(
    corpus: EncodedCorpus, joined: JoinedText, words: Sequence[str], limits: tuple[int, int | None]
) -> EncodedCorpus:
    min_count, max_vocabulary = limits
    chosen, final_ids = most_frequent(joined.counts, joined.first, min_count, max_vocabulary)
    if not len(chosen):
        most = int(joined.counts.argmax())
        raise CorpusError(
            f"none of the {len(words):,} distinct words and phrases occurs min_count={min_count} times; the most "
            f"frequent one, {quoted(words[most])}, occurs {joined.counts[most]:,} times: give more text or a smaller "
            "min_count"
        )
    total = len(joined.text.ids) + corpus.unknown_words
    every_word = EncodedCorpus(
        Vocabulary(words, joined.counts), *joined.text, total, corpus.invalid_bytes, corpus.memory_mapped
    )
    kept = [words[word] for word in chosen.tolist()]
    return renumber(every_word, final_ids, Vocabulary(kept, joined.counts[chosen], min_count, max_vocabulary, total))
