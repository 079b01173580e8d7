"""A model as one line, and as a table in a notebook."""

from firth.notebook import html_table
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters

__all__ = ["as_html", "in_one_line"]


def in_one_line(settings: Hyperparameters, words: int | None) -> str:
    """What a model is; words : of its vocabulary, None before it is fitted."""
    objective = "" if settings.objective == "negative_sampling" else f" with {settings.objective}"
    size = _size(words)
    return f"Word2Vec({settings.architecture}{objective}, {settings.vector_size} numbers per vector, {size})"


def as_html(settings: Hyperparameters, words: int | None, history: History) -> str:
    """The same and the end of its training."""
    facts = [
        ("architecture", settings.architecture),
        ("objective", settings.objective),
        ("numbers per vector", f"{settings.vector_size:,}"),
        ("vocabulary", _size(words)),
    ]
    if history:
        last = history[-1]
        facts += [
            ("epochs", f"{len(history)}" + (f" of {settings.epochs}" if len(history) <= settings.epochs else "")),
            ("loss of the last epoch", f"{last.loss:.4f} nats per pair"),
            ("speed", f"{last.words_per_second:,.0f} words/s"),
        ]
    return html_table("Word2Vec", ["", ""], facts, numbers=0)


def _size(words: int | None) -> str:
    return "not fitted" if words is None else f"{words:,} words"
