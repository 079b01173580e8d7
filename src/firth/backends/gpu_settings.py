"""Which settings a GPU can train with. Nothing compiled is imported here: settings are checked when a model is made."""

from firth.kernels.cuda.training.shape import COLUMNS, MOST_TARGETS, MOST_VECTORS

__all__ = ["refused_settings"]


def refused_settings(objective: str, vector_size: int, noise_words: int) -> str | None:
    """Which of these settings a GPU cannot train with, and what it can; None if it can."""
    if objective != "negative_sampling":
        return f"objective={objective!r}: backend='cuda' trains negative sampling; use backend='cpu' for this objective"
    if vector_size > COLUMNS * MOST_VECTORS:
        return (
            f"vector_size={vector_size}: backend='cuda' trains vectors of at most {COLUMNS * MOST_VECTORS} numbers; "
            "use backend='cpu' for larger ones"
        )
    if noise_words >= MOST_TARGETS:
        return (
            f"negative_samples={noise_words}: backend='cuda' draws at most {MOST_TARGETS - 1} noise words; "
            "use backend='cpu' for more"
        )
    return None
