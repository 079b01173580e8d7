"""A model as a table of a notebook."""

from firth.notebook import html_table
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters

__all__ = ["model_table"]


def model_table(settings: Hyperparameters, history: History, n_words: int | None) -> str:
    """HTML with the main settings and results of a Word2Vec model.

    n_words : of its vocabulary; None before fit().
    """
    facts = [
        ("architecture", settings.architecture),
        ("objective", settings.objective),
        ("numbers per vector", f"{settings.vector_size:,}"),
        ("vocabulary", "not fitted" if n_words is None else f"{n_words:,} words"),
    ]
    if history:
        last = history[-1]
        facts += [
            ("epochs", f"{len(history)} of {settings.epochs}"),
            ("loss of the last epoch", f"{last.loss:.4f} nats per pair"),
            ("speed", f"{last.words_per_second:,.0f} words/s"),
        ]
    return html_table("Word2Vec", ["", ""], facts, numbers=0)
