"""Which shape a training kernel has: how many rows a warp holds in registers at a time.

Registers of a thread, by ptxas for sm_90, of skip-gram with 6 targets: 116 for D up to 128, 156 up to 256, 233 up to
384; nothing is spilled. At 128 registers 16 warps fit in a multiprocessor, at 255 there are 8. Longer rows leave space
for fewer: 4 targets up to 512, 3 up to 768, 2 up to 1,024. Only skip-gram with subwords and more than 896 numbers
spills (40 bytes).
"""

from firth.kernels.cuda.training.arguments import NOISE, TREE, Shape

__all__ = ["COLUMNS", "MOST_VECTORS", "TAKEN", "most_registers", "shape_of", "with_inputs"]

COLUMNS = 128  # of a row that one register of four numbers in each of 32 lanes holds
MOST_VECTORS = 8  # of these registers for a row: with more, two rows would fill all registers
TAKEN = 64  # words that a warp takes at a time: 256 was slower, and left the last warps more to do alone

_LANES = 32
_SIXTEEN_WARPS = 128  # registers of a thread with which 16 warps run in a multiprocessor
_SKIPGRAM_BLOCKS = (8, 7, 6, 4, 3, 3, 2, 2)  # most targets of a block, by vectors
_CBOW_BLOCKS = (12, 8, 8, 8, 6, 6, 4, 4)
_PARTS = (4, 2, 2, 1, 1, 1, 1, 1)  # rows that a composed word loads together, by vectors
_ONE_BLOCK = 16  # targets that one block holds where a row is one vector, with more registers
_LISTED = 16_384  # bytes of shared memory for the targets of positions: 14 warps fit in a multiprocessor of an H100


def shape_of(vector_size: int, most_targets: int, kind: int, *, cbow: bool, exact: bool, fours: bool) -> Shape:
    """The shape for vectors of at most 1,024 numbers.

    most_targets : of a position, at most 2,048. For a TREE it does not matter: paths differ in length, blocks do not.
    kind : see Shape.
    fours : whether the GPU adds four numbers in one operation (compute capability 9.0 and later).
    """
    vectors = -(-vector_size // COLUMNS)
    targets = block = (_CBOW_BLOCKS if cbow else _SKIPGRAM_BLOCKS)[vectors - 1]
    if kind == TREE:
        most_targets = 1
    else:
        if vectors == 1 and most_targets <= _ONE_BLOCK:
            block = _ONE_BLOCK
        targets = -(-most_targets // -(-most_targets // block))  # equal blocks
    slots, each = _LANES, 4 * most_targets * (1 if kind in (NOISE, TREE) else 2)
    while slots * each > _LISTED:
        slots //= 2
    inputs = 4 if vectors == 1 and (cbow or targets <= 7) else 2 if vectors <= 4 else 1
    products = targets * (1 if cbow else inputs)
    sums = next(sums for sums in (8, 16, 32, 64) if sums >= products)
    return Shape(
        int(cbow), int(exact), kind, most_targets, slots, targets, inputs, vectors, sums, int(fours),
        composed=0, documents=0, parts=1,
    )  # fmt: skip


def with_inputs(shape: Shape, *, composed: bool, documents: bool) -> Shape:
    """The same for words that are made of several rows, and for documents."""
    parts = _PARTS[shape.vectors - 1] if composed else 1
    return shape._replace(composed=int(composed), documents=int(documents), parts=parts)


def most_registers(shape: Shape) -> int | None:
    """Most registers of a thread; None for as many as the compiler wants."""
    is_small = shape.vectors == 1 and (shape.cbow or shape.targets <= 8)
    return _SIXTEEN_WARPS if is_small else None
