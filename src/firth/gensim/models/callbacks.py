"""gensim.models.callbacks: what a training calls."""

from typing import Any

__all__ = ["CallbackAny2Vec"]


class CallbackAny2Vec:
    """The base of callbacks, given to Word2Vec() or train() as callbacks=[…]; `model.wv` is what was learned so far."""

    def on_epoch_begin(self, model: Any) -> None:
        """Called at the start of each epoch."""

    def on_epoch_end(self, model: Any) -> None:
        """Called at the end of each epoch."""

    def on_train_begin(self, model: Any) -> None:
        """Called at the start of the training."""

    def on_train_end(self, model: Any) -> None:
        """Called at the end of the training."""
