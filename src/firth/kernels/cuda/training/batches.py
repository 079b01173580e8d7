"""From a piece of the corpus to the words that are trained on: three launches, as many passes over the tokens.

count_read    how many words each tile of 512 tokens reads, and how many sentences begin in it
sum_tiles     running sums of both; the counters of the piece are set to 0
gather_read   every word that is read to its place

Whether an occurrence is read follows from its position, by the same function as on the processor
(kernels/cpu/training/batches.py), so that the examples are the same.
"""

from numba import cuda
from numpy import int32, int64

from firth.kernels.cpu.training.batches import is_kept
from firth.kernels.cpu.training.random import draw
from firth.kernels.cuda.compile import device, gpu_kernel, of_cpu
from firth.kernels.cuda.warp import LANES, ballot

__all__ = ["SUM_THREADS", "TILE", "WORD", "count_read", "gather_read", "sum_tiles"]

TILE = 512  # tokens that a warp reads
SUM_THREADS = 1024  # most threads of sum_tiles
WORD = 0x7FFFFFFF  # the bits of an id that are the word; the highest one says that a sentence begins

_draw, _is_kept = of_cpu(draw), of_cpu(is_kept)


@device
def _look(piece, sampling, i):
    """Token i: its word, whether it is read, and whether a sentence begins with it."""
    if i >= piece.count:
        return int32(0), False, False
    entry = piece.ids[piece.at + i]
    word = entry & WORD
    return int32(word), _is_kept(word, _draw(sampling.key, int64(piece.first + i)), sampling), entry < 0


@device
def _steps(piece, tile):
    """How often the warp of a tile reads LANES tokens: all lanes equally often."""
    return (min(piece.count - tile * TILE, TILE) + LANES - 1) // LANES


def _count_read(piece, sampling, read):
    lane, tile = cuda.threadIdx.x, cuda.blockIdx.x
    words, sentences = int32(0), int32(0)
    for step in range(_steps(piece, tile)):
        i = tile * TILE + step * LANES + lane
        _, is_read, is_first = _look(piece, sampling, i)
        words += cuda.popc(ballot(is_read))
        sentences += cuda.popc(ballot(is_first))
    if lane == 0:
        read.tiles[tile, 0] = words
        read.tiles[tile, 1] = sentences


def _sum_tiles(read, counters):
    sums = cuda.shared.array(SUM_THREADS, int32)
    me, threads = cuda.threadIdx.x, cuda.blockDim.x
    tiles = read.n_tiles
    if me == 0:
        counters.next[0] = 0
        counters.pairs[0] = 0
        counters.loss[0] = 0.0
    each = (tiles + threads - 1) // threads
    first, last = min(me * each, tiles), min(me * each + each, tiles)
    for column in range(2):
        mine = int32(0)
        for tile in range(first, last):
            mine += read.tiles[tile, column]
        sums[me] = mine
        cuda.syncthreads()
        reach = 1
        while reach < threads:
            others = sums[me - reach] if me >= reach else int32(0)
            cuda.syncthreads()
            sums[me] += others
            cuda.syncthreads()
            reach *= 2
        running = sums[me] - mine
        if me == threads - 1:
            read.totals[column] = sums[me]
        for tile in range(first, last):
            here = read.tiles[tile, column]
            read.tiles[tile, column] = running
            running += here
        cuda.syncthreads()


@device
def _write_around(piece, read, lane):
    """The words before and after the piece, and where windows end."""
    start, stop = read.margin - piece.before, read.margin + read.totals[0]
    for k in range(lane, piece.before, LANES):
        read.words[start + k] = piece.around[k]
        read.sentences[start + k] = 0
    for k in range(lane, piece.after, LANES):
        read.words[stop + k] = piece.around[piece.before + k]
        read.sentences[stop + k] = read.totals[1]
    if lane == 0:
        read.sentences[start - 1] = -1
        read.sentences[stop + piece.after] = -1


def _gather_read(piece, sampling, read):
    lane, tile = cuda.threadIdx.x, cuda.blockIdx.x
    below = (1 << lane) - 1
    n, sentence = read.margin + read.tiles[tile, 0], read.tiles[tile, 1]
    for step in range(_steps(piece, tile)):
        i = tile * TILE + step * LANES + lane
        word, is_read, is_first = _look(piece, sampling, i)
        all_read, all_first = ballot(is_read), ballot(is_first)
        if is_read:
            to = n + cuda.popc(all_read & below)
            read.words[to] = word
            read.sentences[to] = sentence + cuda.popc(all_first & (2 * below + 1))
            read.offsets[to] = i
        n += cuda.popc(all_read)
        sentence += cuda.popc(all_first)
    if tile == 0:
        _write_around(piece, read, lane)


count_read, sum_tiles, gather_read = gpu_kernel(_count_read), gpu_kernel(_sum_tiles), gpu_kernel(_gather_read)
