"""The documents from which a model goes on to learn: new_text.py, for what has tags.

New tags follow those that the model has; documents without tags are numbered on from the number of these. Of old
documents that are replayed, whole ones are drawn.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from firth.arrays import Counts
from firth.corpus.documents import (
    NO_TAGS,
    DocumentsInput,
    EncodedDocuments,
    KnownTags,
    encode_documents,
    mix_documents,
)
from firth.corpus.pieces_of_ids import count_ids
from firth.corpus.tokenizers import CUSTOM_TOKENIZER
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, SettingError, quoted, warn
from firth.formats.packed_words import PackedWords
from firth.progress import Reporter
from firth.training.corpus_mark import digest_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.lone_words import check_neighbours
from firth.training.new_text import NewWords, Replay, check_new_words, check_replay, renumbered, words_to_replay
from firth.training.notes import training_notes

__all__ = ["DocumentTexts", "ReadDocuments", "read_documents_again", "read_first_documents", "read_new_documents"]


class DocumentTexts(NamedTuple):
    """What a user gives; see Doc2Vec.fit and Doc2Vec.continue_training."""

    documents: DocumentsInput
    tags: Iterable[Any] | None
    replay: Replay = Replay(None, 1.0)


class ReadDocuments(NamedTuple):
    """What is read. V words.

    read : the new documents with old ones; its vocabulary and tags are those of the model from now on.
    counts : (V,) how often each word occurs there.
    digests : of the tags, and of old documents if there are any ("replay").
    """

    read: EncodedDocuments
    counts: Counts
    digests: dict[str, str]


def read_first_documents(settings: Hyperparameters, texts: DocumentTexts, reporter: Reporter) -> ReadDocuments:
    """Read the documents of a model that was not trained before.

    Raises   CorpusError, SettingError.
    """
    return _all_read(settings, _encoded(settings, texts, None, NO_TAGS, reporter), texts, None, reporter)


def read_new_documents(
    settings: Hyperparameters,
    model: tuple[Vocabulary, KnownTags],
    texts: DocumentTexts,
    new_words: NewWords,
    rng: np.random.Generator,
    reporter: Reporter,
) -> ReadDocuments:
    """Read new documents once, and what is to be replayed of old ones.

    model : its words and tags.

    Raises   CorpusError, SettingError.
    """
    check_new_words(settings, new_words)
    check_replay(texts.replay)
    vocabulary, known = model
    kept = None if new_words == "only" else vocabulary
    read = _encoded(settings, texts, kept, known, reporter, extend=new_words == "add")
    if new_words == "ignore" and not settings.has_nodes:
        read = read._replace(corpus=renumbered(settings, vocabulary, read.corpus, new_words))
    if empty := int((read.words[len(known.tags) :] == 0).sum()):
        warn(f"{empty:,} new tags have no word that is kept in their documents: their vectors are zeros")
    return _all_read(settings, read, texts, rng, reporter)


def read_documents_again(
    settings: Hyperparameters,
    model: tuple[Vocabulary, KnownTags],
    texts: DocumentTexts,
    rng: np.random.Generator,
    reporter: Reporter,
) -> ReadDocuments:
    """Read what read_new_documents() has read, with what came of it and random draws from the same state.

    Raises   CorpusError, SettingError.
    """
    return _all_read(settings, _encoded(settings, texts, *model, reporter), texts, rng, reporter)


def _encoded(
    settings: Hyperparameters,
    texts: DocumentTexts,
    vocabulary: Vocabulary | None,
    known: KnownTags,
    reporter: Reporter,
    *,
    extend: bool = False,
) -> EncodedDocuments:
    if settings.tokenizer == CUSTOM_TOKENIZER:
        raise SettingError(
            "the model's tokenizer was a function, which its file could not keep: pass it as tokenizer=, or any "
            "tokenizer if the documents are lists of tokens"
        )
    return encode_documents(
        texts.documents,
        texts.tags,
        tokenizer=settings.tokenizer,
        limits=(settings.min_count, settings.max_vocabulary),
        vocabulary=vocabulary,
        extend=extend,
        known=known,
        progress=reporter,
    )


def _all_read(
    settings: Hyperparameters,
    read: EncodedDocuments,
    texts: DocumentTexts,
    rng: np.random.Generator | None,
    reporter: Reporter,
) -> ReadDocuments:
    """With old documents among the new, if there are any.

    rng : draws them.
    """
    packed = PackedWords.pack(read.tags)
    digests = {"tags": digest_of(packed.text, packed.ends)}
    if rng is not None and texts.replay.corpus is not None:
        given = DocumentTexts(texts.replay.corpus, None)
        old = _encoded(settings, given, read.corpus.vocabulary, KnownTags(read.tags, 0), reporter)
        if len(old.tags) > len(read.tags):
            raise CorpusError(
                f"replay: the tag {quoted(old.tags[len(read.tags)])} is none of the model's; give the old documents "
                "with their tags, as pairs (tag, document) or a mapping from tags to documents"
            )
        digests["replay"] = digest_of(old.corpus.ids, old.corpus.sentence_offsets, old.starts, old.tag_ids)
        read = mix_documents(read, old, words_to_replay(texts.replay.words, read.corpus, old.corpus, reporter), rng)
    check_neighbours(read.corpus, required=False)
    counts = count_ids(read.corpus.ids, len(read.corpus.vocabulary))
    for note in training_notes(settings, read.corpus, counts):
        reporter.message(note)
    return ReadDocuments(read, counts, digests)
