"""Whether compiled code is worth loading: a few questions should not wait 0.5 s for Numba."""

__all__ = ["compiling_pays"]

WORTH_COMPILING = 1 << 33  # multiplications: some 400 questions to 400,000 × 50 numbers, or one batch of them
_so_far = 0


def compiling_pays(multiplications: int) -> bool:
    """Whether this process has been asked for so much, with what is asked now, that loading compiled code pays."""
    global _so_far
    _so_far += multiplications
    return _so_far >= WORTH_COMPILING
