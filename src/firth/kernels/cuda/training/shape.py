"""Which shape a training kernel has: how many rows a warp holds in registers at a time.

Registers of a thread, by ptxas for sm_90, of skip-gram with 6 targets: 116 for D up to 128, 156 up to 256, 233 up to
384; nothing is spilled. At 128 registers 16 warps fit in a multiprocessor, at 255 there are 8.
"""

from firth.kernels.cuda.training.arguments import Shape

__all__ = ["COLUMNS", "MOST_TARGETS", "MOST_VECTORS", "TAKEN", "most_registers", "shape_of", "with_inputs"]

COLUMNS = 128  # of a row that one register of four numbers in each of 32 lanes holds
MOST_VECTORS = 3  # of these registers for a row: with more, a few rows would fill all registers
MOST_TARGETS = 128  # of a position: 32 positions are prepared at a time, in shared memory
TAKEN = 64  # words that a warp takes at a time: 256 was slower, and left the last warps more to do alone

_SIXTEEN_WARPS = 128  # registers of a thread with which 16 warps run in a multiprocessor
_SKIPGRAM_BLOCKS = {1: 8, 2: 7, 3: 6}  # most targets of a block, by vectors
_CBOW_BLOCKS = {1: 16, 2: 8, 3: 8}
_PARTS = {1: 4, 2: 2, 3: 2}  # rows that a composed word loads together, by vectors
_ONE_BLOCK = 16  # targets that one block holds where a row is one vector, with more registers


def shape_of(vector_size: int, negative_samples: int, cbow: bool, exact: bool, fours: bool) -> Shape:
    """The shape for vectors of so many numbers (at most 384) and K noise words (at most 127).

    fours : whether the GPU adds four numbers in one operation (compute capability 9.0 and later).
    """
    vectors = -(-vector_size // COLUMNS)
    every = 1 + negative_samples
    block = (_CBOW_BLOCKS if cbow else _SKIPGRAM_BLOCKS)[vectors]
    if vectors == 1 and every <= _ONE_BLOCK:
        block = _ONE_BLOCK
    targets = -(-every // -(-every // block))  # equal blocks
    inputs = 4 if vectors == 1 and (cbow or targets <= 7) else 2
    products = targets * (1 if cbow else inputs)
    sums = next(sums for sums in (8, 16, 32, 64) if sums >= products)
    return Shape(int(cbow), int(exact), every, targets, inputs, vectors, sums, int(fours), 0, 0, 1)


def with_inputs(shape: Shape, *, composed: bool, documents: bool) -> Shape:
    """The same for words that are made of several rows, and for documents."""
    parts = _PARTS[shape.vectors] if composed else 1
    return shape._replace(composed=int(composed), documents=int(documents), parts=parts)


def most_registers(shape: Shape) -> int | None:
    """Most registers of a thread; None for as many as the compiler wants."""
    is_small = shape.vectors == 1 and (shape.cbow or shape.targets <= 8)
    return _SIXTEEN_WARPS if is_small else None
