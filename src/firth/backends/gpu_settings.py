"""Which settings a GPU can train with. Nothing compiled is imported here: settings are checked when a model is made."""

from firth.kernels.cuda.training.shape import COLUMNS, MOST_VECTORS

__all__ = ["refused_settings"]


def refused_settings(objective: str, vector_size: int) -> str | None:
    """Which of these settings a GPU cannot train with, and what it can; None if it can."""
    if objective == "softmax":
        return "objective='softmax': backend='cuda' trains the other objectives; use backend='cpu' for this one"
    if vector_size > COLUMNS * MOST_VECTORS:
        return (
            f"vector_size={vector_size}: backend='cuda' trains vectors of at most {COLUMNS * MOST_VECTORS:,} numbers; "
            "use backend='cpu' for larger ones"
        )
    return None
