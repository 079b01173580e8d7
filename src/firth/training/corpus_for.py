"""The text of a model: read as its settings say, or checked where it was read before."""

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import CUSTOM_TOKENIZER
from firth.errors import SettingError
from firth.kernels.compile import is_compiled
from firth.progress import Reporter
from firth.training.hyperparameters import Hyperparameters
from firth.training.lone_words import check_neighbours

__all__ = ["corpus_for"]


def corpus_for(settings: Hyperparameters, corpus: "CorpusInput | EncodedCorpus", reporter: Reporter) -> EncodedCorpus:
    """The corpus as ids, with the tokenizer and the vocabulary of the settings.

    Raises   CorpusError if it cannot be read or holds nothing to learn from; SettingError if it was encoded with
             another min_count or max_vocabulary, or the tokenizer was a function that a file could not keep.
    """
    if isinstance(corpus, EncodedCorpus):
        _check_encoded(corpus, settings)
        check_neighbours(corpus)
        return corpus
    if settings.tokenizer == CUSTOM_TOKENIZER:
        raise SettingError(
            "tokenizer='custom': it was a function, which a file cannot keep; make a new Word2Vec with it"
        )
    if not is_compiled("tokens.number_words"):
        reporter.message("Compiling the text reader for this processor, once …")
    encoded = encode(
        corpus,
        tokenizer=settings.tokenizer,
        min_count=settings.min_count,
        max_vocabulary=settings.max_vocabulary,
        threads=settings.threads,
        progress=reporter,
    )
    check_neighbours(encoded, corpus)
    return encoded


def _check_encoded(encoded: EncodedCorpus, settings: Hyperparameters) -> None:
    """A model says truly how its vocabulary was chosen, and compiled code meets no id without a row."""
    for name in ("min_count", "max_vocabulary"):
        given, wanted = getattr(encoded.vocabulary, name), getattr(settings, name)
        if given != wanted:
            raise SettingError(
                f"{name}={wanted}, but the corpus was encoded with {name}={given}: make both the same, or give the text"
            )
    encoded.check()
