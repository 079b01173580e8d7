"""The text of a model: read as its settings say, or checked where it was read before."""

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import CUSTOM_TOKENIZER
from firth.errors import SettingError
from firth.kernels.compile import is_compiled
from firth.phrases.model import Phrases, PhrasesInput, given_phrases
from firth.progress import Reporter
from firth.training.hyperparameters import Hyperparameters
from firth.training.lone_words import check_neighbours

__all__ = ["corpus_for", "every_word_joined"]


def corpus_for(
    settings: Hyperparameters,
    corpus: "CorpusInput | EncodedCorpus",
    reporter: Reporter,
    phrases: PhrasesInput | None = None,
) -> EncodedCorpus:
    """The corpus as ids, with the tokenizer and the vocabulary of the settings, and phrases joined.

    Raises   CorpusError if it cannot be read or holds nothing to learn from; SettingError if it was encoded with
             another min_count or max_vocabulary, or the tokenizer was a function that a file could not keep;
             FormatError if the table of phrases is damaged.
    """
    found = None if phrases is None else given_phrases(phrases, settings.threads)
    if isinstance(corpus, EncodedCorpus):
        _check_encoded(corpus, settings, has_phrases=found is not None)
        encoded = corpus
    else:
        encoded = _read(settings, corpus, reporter, every_word=found is not None)
    if found is not None:
        encoded = _joined(encoded, found, (settings.min_count, settings.max_vocabulary), reporter)
    check_neighbours(encoded, None if encoded is corpus else corpus)
    return encoded


def every_word_joined(
    settings: Hyperparameters, corpus: "CorpusInput | EncodedCorpus", phrases: Phrases, reporter: Reporter
) -> EncodedCorpus:
    """The corpus as ids, with phrases joined and all its words. Raises CorpusError, SettingError."""
    if isinstance(corpus, EncodedCorpus):
        corpus.check()
        return _joined(corpus, phrases, (1, None), reporter)
    return _joined(_read(settings, corpus, reporter, every_word=True), phrases, (1, None), reporter)


def _read(settings: Hyperparameters, corpus: CorpusInput, reporter: Reporter, *, every_word: bool) -> EncodedCorpus:
    if settings.tokenizer == CUSTOM_TOKENIZER:
        raise SettingError(
            "tokenizer='custom': it was a function, which a file cannot keep; make a new Word2Vec with it"
        )
    if not is_compiled("tokens.number_words"):
        reporter.message("Compiling the text reader for this processor, once …")
    return encode(
        corpus,
        tokenizer=settings.tokenizer,
        min_count=1 if every_word else settings.min_count,
        max_vocabulary=None if every_word else settings.max_vocabulary,
        threads=settings.threads,
        progress=reporter,
    )


def _joined(
    every_word: EncodedCorpus, phrases: Phrases, limits: tuple[int, int | None], reporter: Reporter
) -> EncodedCorpus:
    """The text with phrases joined, and its words within min_count and max_vocabulary."""
    if not is_compiled("phrases.join_phrases"):
        reporter.message("Compiling what joins phrases for this processor, once …")
    if not phrases.is_fitted:
        phrases.fit(every_word, progress=reporter)
    min_count, max_vocabulary = limits
    return phrases.encode(every_word, min_count=min_count, max_vocabulary=max_vocabulary, progress=reporter)


def _check_encoded(encoded: EncodedCorpus, settings: Hyperparameters, *, has_phrases: bool) -> None:
    """A model says truly how its vocabulary was chosen, and compiled code meets no id without a row.

    has_phrases : the vocabulary will be chosen again, so that it may be larger now.
    """
    for name in ("min_count", "max_vocabulary"):
        given, wanted = getattr(encoded.vocabulary, name), getattr(settings, name)
        is_larger = given is None if name == "max_vocabulary" else given < wanted
        if given != wanted and not (has_phrases and is_larger):
            raise SettingError(
                f"{name}={wanted}, but the corpus was encoded with {name}={given}: make both the same, or give the text"
            )
    encoded.check()
