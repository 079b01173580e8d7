"""How much memory training on a GPU needs."""

from firth.backends.gpu_inputs import bytes_of_inputs
from firth.backends.gpu_targets import bytes_of_tables
from firth.backends.plan import TrainingPlan

__all__ = ["GPU_CHUNK", "bytes_on_gpu", "padded"]

GPU_CHUNK = 1 << 24  # tokens of a launch: 35 ms on an H100, after which Ctrl-C takes effect
_SECTOR = 8  # floats that a GPU reads at once: rows are whole sectors
_PER_TOKEN = 4  # bytes: ids
_PER_TOKEN_OF_PIECE = 12  # words, sentences and positions that are read
_SPARE = 256 << 20  # for machine code and what else a process needs


def padded(vector_size: int) -> int:
    """Floats of a row on the GPU."""
    return -(-vector_size // _SECTOR) * _SECTOR


def bytes_on_gpu(
    plan: TrainingPlan, vector_size: int, chunk: int = GPU_CHUNK, *, streams: bool = False
) -> dict[str, int]:
    """The memory that training takes there, by what takes it.

    streams : whether only the text of two launches is there at a time.
    """
    tokens = len(plan.corpus.ids)
    text = min(tokens, 2 * chunk) if streams else tokens
    return {
        "matrices": 4 * padded(vector_size) * (plan.n_inputs + plan.n_outputs),
        "text": _PER_TOKEN * text,
        "words of a launch": _PER_TOKEN_OF_PIECE * min(tokens, chunk),
        "tables": 12 * plan.n_words + bytes_of_inputs(plan) + bytes_of_tables(plan),
        "spare": _SPARE,
    }
