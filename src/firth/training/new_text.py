"""The text from which a model goes on to learn: its vocabulary with the new words, and old text among the new.

What a model reads anew is in the order of the text; of an old text that is replayed, sentences are drawn at random and
spread evenly (corpus/mixing.py). The vocabulary has the counts of everything that was ever read, which subsampling
follows; noise words follow the counts of what is read now: words that the new text lacks would else only be noise, and
be pushed away from everything (docs/going-on.md has measurements).
"""

import dataclasses
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from firth.arrays import Counts
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.merging import merge, renumber, rows_in
from firth.corpus.mixing import mix
from firth.corpus.pieces_of_ids import count_ids
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import CUSTOM_TOKENIZER
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError, quoted
from firth.phrases.model import Phrases, PhrasesInput, given_phrases
from firth.progress import Reporter
from firth.training.corpus_for import corpus_for, every_word_joined
from firth.training.corpus_mark import digest_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.lone_words import check_neighbours

__all__ = [
    "NEW_WORDS",
    "NewText",
    "NewWords",
    "Replay",
    "Texts",
    "check_new_words",
    "check_replay",
    "read_again",
    "read_new_text",
    "renumbered",
    "rng_of_run",
    "settings_of_run",
    "words_to_replay",
]

NewWords: TypeAlias = Literal["add", "ignore", "only"]
NEW_WORDS: tuple[str, ...] = get_args(NewWords)


class Replay(NamedTuple):
    """Old text to be read among the new.

    corpus : any corpus, or an EncodedCorpus; None for none.
    words : words of it for each word of the new text.
    """

    corpus: "CorpusInput | EncodedCorpus | None"
    words: float


class Texts(NamedTuple):
    """What a model reads that goes on, as a user gives it; see Word2Vec.continue_training."""

    corpus: "CorpusInput | EncodedCorpus"
    replay: Replay
    phrases: PhrasesInput | None


class NewText(NamedTuple):
    """What is read. V words.

    corpus : the new text with sentences of the old one; its vocabulary is that of the model from now on.
    counts : (V,) how often each word occurs there; 0 for those that only the old text has.
    digests : "replay", that of the old text, if there is one.
    """

    corpus: EncodedCorpus
    counts: Counts
    digests: dict[str, str]


def check_new_words(settings: Hyperparameters, new_words: NewWords) -> None:
    """Raise SettingError unless new words can be treated so by a model of these settings."""
    if new_words not in NEW_WORDS:
        raise SettingError(f"new_words={quoted(new_words)}: must be 'add', 'ignore' or 'only'")
    if settings.has_nodes and new_words != "ignore":
        raise SettingError(
            f"new_words={new_words!r}: with objective='hierarchical_softmax' the tree of words follows from their "
            "counts, and other words or counts would give a node vector other words to decide between; "
            "new_words='ignore' keeps vocabulary, counts and tree"
        )


def read_new_text(
    settings: Hyperparameters,
    old: Vocabulary,
    texts: Texts,
    new_words: NewWords,
    rng: np.random.Generator,
    reporter: Reporter,
) -> NewText:
    """Read a new text once, and what is to be replayed of an old one.

    settings : of the model; the tokenizer may have been replaced.
    old : the vocabulary of the model.
    rng : draws the sentences that are replayed.

    Raises   CorpusError if a text cannot be read, or holds nothing to learn from; SettingError if the tokenizer was a
             function that a file could not keep, or replay is impossible; FormatError if the table of phrases is
             damaged.
    """
    check_new_words(settings, new_words)
    check_replay(texts.replay)
    _check_tokenizer(settings, texts)
    phrases = _phrases_of(settings, texts)
    text = _with_new_words(settings, old, texts.corpus, phrases, new_words, reporter)
    return _with_replay(settings, text, texts, phrases, rng, reporter)


def read_again(
    settings: Hyperparameters, vocabulary: Vocabulary, texts: Texts, rng: np.random.Generator, reporter: Reporter
) -> NewText:
    """Read what read_new_text() has read, with the vocabulary that came of it and random draws from the same state.

    Raises   CorpusError, SettingError, FormatError as that; CorpusError if none of the words is in the vocabulary.
    """
    _check_tokenizer(settings, texts)
    phrases = _phrases_of(settings, texts)
    text = _in_vocabulary(settings, texts.corpus, phrases, vocabulary, reporter)
    return _with_replay(settings, text, texts, phrases, rng, reporter)


def check_replay(replay: Replay) -> None:
    """Raise SettingError unless so many words can be read."""
    words: Any = replay.words
    if isinstance(words, bool) or not isinstance(words, int | float) or not 0 < words < float("inf"):
        raise SettingError(
            f"replay_words={quoted(words)}: must be a number above 0, words of the old text for a new one"
        )


def _check_tokenizer(settings: Hyperparameters, texts: Texts) -> None:
    corpora = texts.corpus, texts.replay.corpus
    are_encoded = all(corpus is None or isinstance(corpus, EncodedCorpus) for corpus in corpora)
    if settings.tokenizer == CUSTOM_TOKENIZER and not are_encoded:
        raise SettingError(
            "the model's tokenizer was a function, which its file could not keep: pass it as tokenizer=, or any "
            "tokenizer if the corpus is lists of tokens"
        )


def _phrases_of(settings: Hyperparameters, texts: Texts) -> Phrases | None:
    return None if texts.phrases is None else given_phrases(texts.phrases, settings.threads)


def _with_new_words(
    settings: Hyperparameters,
    old: Vocabulary,
    corpus: "CorpusInput | EncodedCorpus",
    phrases: Phrases | None,
    new_words: NewWords,
    reporter: Reporter,
) -> EncodedCorpus:
    """The new text, with the ids of the vocabulary that the model will have."""
    if new_words == "only":
        return corpus_for(settings, corpus, reporter, phrases)
    if phrases is not None:
        return renumbered(settings, old, every_word_joined(settings, corpus, phrases, reporter), new_words)
    if isinstance(corpus, EncodedCorpus):
        corpus.check()
        return renumbered(settings, old, corpus, new_words)
    if new_words == "add":
        return _encoded(settings, corpus, old, reporter, extend=True)
    known = _encoded(settings, corpus, old, reporter, extend=False)
    return known if settings.has_nodes else renumbered(settings, old, known, new_words)


def _in_vocabulary(
    settings: Hyperparameters,
    corpus: "CorpusInput | EncodedCorpus",
    phrases: Phrases | None,
    vocabulary: Vocabulary,
    reporter: Reporter,
) -> EncodedCorpus:
    """A text with the ids of a vocabulary; other words are left out."""
    if phrases is not None:
        corpus = every_word_joined(settings, corpus, phrases, reporter)
    elif isinstance(corpus, EncodedCorpus):
        corpus.check()
    else:
        return _encoded(settings, corpus, vocabulary, reporter, extend=False)
    return renumber(corpus, rows_in(vocabulary, corpus.vocabulary).astype(np.int32), vocabulary)


def _encoded(
    settings: Hyperparameters, corpus: CorpusInput, vocabulary: Vocabulary, reporter: Reporter, *, extend: bool
) -> EncodedCorpus:
    return encode(
        corpus,
        tokenizer=settings.tokenizer,
        min_count=settings.min_count,
        max_vocabulary=settings.max_vocabulary,
        threads=settings.threads,
        vocabulary=vocabulary,
        extend=extend,
        progress=reporter,
    )


def renumbered(settings: Hyperparameters, old: Vocabulary, corpus: EncodedCorpus, new_words: NewWords) -> EncodedCorpus:
    """A text that is encoded already, with the ids of the merged vocabulary; of the old one where a tree keeps it.

    Raises   CorpusError if none of its words is in that vocabulary.
    """
    theirs = corpus.vocabulary
    numbers = rows_in(old, theirs)
    if settings.has_nodes:
        return renumber(corpus, numbers.astype(np.int32), old)
    counts = count_ids(corpus.ids, len(theirs))
    more = np.zeros(len(old), np.int64)
    more[numbers[numbers >= 0]] = counts[numbers >= 0]
    added = np.flatnonzero((numbers < 0) & (counts >= settings.min_count))[: None if new_words == "add" else 0]
    limits = settings.min_count, settings.max_vocabulary
    words = [theirs.words[index] for index in added.tolist()]
    merged = merge(old, more, words, counts[added], limits, corpus.total_words)
    ids = np.where(numbers >= 0, merged.old_ids[numbers], np.int32(-1))
    ids[added] = merged.new_ids
    return renumber(corpus, ids, merged.vocabulary)


def _with_replay(
    settings: Hyperparameters,
    text: EncodedCorpus,
    texts: Texts,
    phrases: Phrases | None,
    rng: np.random.Generator,
    reporter: Reporter,
) -> NewText:
    """The new text, and among it sentences of the old one, if there is one to be replayed."""
    (corpus, words), digests = texts.replay, {}
    if corpus is not None:
        old = _in_vocabulary(settings, corpus, phrases, text.vocabulary, reporter)
        digests["replay"] = digest_of(old.ids, old.sentence_offsets)
        text = mix(text, old, words_to_replay(words, text, old, reporter), rng).corpus
    check_neighbours(text, texts.corpus)
    return NewText(text, count_ids(text.ids, len(text.vocabulary)), digests)


def words_to_replay(share: float, new: EncodedCorpus, old: EncodedCorpus, reporter: Reporter) -> int:
    """How many words of the old text are read for the new one; reports where it has fewer.

    share : words of the old text for each word of the new one.
    """
    wanted = round(share * new.n_words)
    if old.n_words < wanted:
        reporter.message(
            f"Note: replay_words={share:g} would be {wanted:,} words of the old text; it has {old.n_words:,}, "
            "and all of them are read again."
        )
    return wanted


def rng_of_run(settings: Hyperparameters, epochs_before: int) -> np.random.Generator:
    """What draws old sentences, and then the vectors of new words: a function of the seed and the epochs before."""
    return np.random.default_rng([settings.seed % 2**64, epochs_before])


def settings_of_run(settings: Hyperparameters, **given: Any) -> Hyperparameters:
    """The settings of a model with those that are given for one run, which are not None.

    The learning rate is by default half of that at the beginning: more makes a model forget the old text, less leaves
    new words where they started. Raises SettingError for an impossible value.
    """
    changed = {name: value for name, value in given.items() if value is not None}
    rate = changed.setdefault("learning_rate", settings.rate / 2)
    if "final_learning_rate" not in changed and isinstance(rate, int | float):
        changed["final_learning_rate"] = min(settings.final_learning_rate, rate)
    return dataclasses.replace(settings, **changed)
