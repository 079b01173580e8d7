"""What a batch hands to the kernels of a GPU. Letters as in kernels/cpu/recommend/next_item_arguments.py."""

from typing import Any, NamedTuple

__all__ = ["GpuBatch", "GpuMatrix"]

Array = Any  # on the device


class GpuMatrix(NamedTuple):
    """Vectors of all items, flat, and the state of Adagrad."""

    numbers: Array  # (N * D,) float32
    squares: Array  # (N,) float32


class GpuBatch(NamedTuple):
    """The index of a batch (BatchIndex), and what is computed of it. Rows are D numbers apart, scores K."""

    lengths: Array
    input_slots: Array
    input_rows: Array
    input_starts: Array
    input_examples: Array
    input_weights: Array
    own_slots: Array
    output_rows: Array
    output_starts: Array
    output_examples: Array
    weights: Array  # (B,)
    shifts: Array  # (K,)
    powers: Array  # (H,)
    inverse_sums: Array  # (H + 1,)
    hidden: Array  # (B * D,)
    back: Array  # (B * D,)
    scores: Array  # (B * K,), then errors
    own_errors: Array  # (B,)
    losses: Array  # (B,) float64
    drawn: Array  # (K * D,)
    drawn_slopes: Array  # (K * D,)
    slopes: Array  # (most slots * D,)
