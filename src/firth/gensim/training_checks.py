"""What gensim checks before a training, with its errors and warnings."""

import logging
from typing import Any

from firth.errors import NotFittedError
from firth.gensim.texts import Text

__all__ = ["check_training", "fraction_of"]

logger = logging.getLogger(__name__)


def check_training(model: Any, totals: dict[str, Any]) -> None:
    """Raise ValueError for impossible settings, and RuntimeError for a model without vocabulary."""
    if model.alpha > model.min_alpha_yet_reached:
        logger.warning("Effective 'alpha' higher than previous training cycles")
    if model.hs and model.negative:
        logger.warning(
            "Both hierarchical softmax and negative sampling are activated. "
            "This is probably a mistake. You should set either 'hs=0' or 'negative=0' to disable one of them."
        )
    if not model.hs and not model.negative:
        raise ValueError("You must set either 'hs' or 'negative' to be positive for proper training.")
    if not len(model.wv):
        raise NotFittedError("you must first build vocabulary before training the model")
    if totals.get("total_words") is None and totals.get("total_examples") is None:
        raise ValueError(
            "You must specify either total_examples or total_words, for proper learning-rate updates. "
            "The usual value is total_examples=model.corpus_count."
        )
    epochs = totals.get("epochs")
    if epochs is None or epochs <= 0:
        raise ValueError("You must specify an explicit epochs count. The usual value is epochs=model.epochs.")
    if model.window < 1:
        raise ValueError(f"window={model.window}: must be at least 1")


def fraction_of(text: Text, totals: dict[str, Any]) -> float:
    """How much of an epoch, as far as the learning rate is concerned, the text is; at most 1."""
    examples, words = totals.get("total_examples"), totals.get("total_words")
    expected, found = (examples, text.sentences) if examples else (words, text.total_words)
    if expected != found:
        logger.warning("supplied count (%s) did not equal expected count (%i)", expected, found)
    return min(1.0, found / expected) if expected else 1.0
