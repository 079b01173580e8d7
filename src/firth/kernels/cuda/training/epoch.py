"""A piece of an epoch on a GPU. One warp is one block, and trains one position after another.

Reference   firth.illustrated.skipgram, firth.illustrated.cbow

Warps take TAKEN words at a time from a counter. The 32 lanes prepare 32 positions at once, one each: window, targets
and learning rate, by the functions of the processor's kernels. Then the warp trains them one by one. All change
the same rows, by atomic additions: plain stores lose changes, and were slower as well.
"""

from functools import cache

from numba import cuda
from numpy import float32, int32, int64

from firth.kernels.cpu.training.batches import BATCH, drawn_reach
from firth.kernels.cpu.training.random import draw
from firth.kernels.cuda.compile import device, gpu_kernel, of_cpu
from firth.kernels.cuda.training.arguments import CONTRAST, EXTRAS, NOISE, TREE, PositionTargets, Shape
from firth.kernels.cuda.training.cbow import train_cbow
from firth.kernels.cuda.training.inputs import count_inputs, find_tags, noted_tags
from firth.kernels.cuda.training.shape import TAKEN
from firth.kernels.cuda.training.skipgram import train_skipgram
from firth.kernels.cuda.training.targets import list_targets
from firth.kernels.cuda.warp import LANES, add_number, integer_from_lane, meet

__all__ = ["train_kernel"]

_draw, _drawn_reach = of_cpu(draw), of_cpu(drawn_reach)


@device
def _window(c, bits, read, sampling):
    """The first and the last index of the window of word c; its own index is between them or one of them."""
    left, right = _drawn_reach(sampling, bits)
    sentence = read.sentences[c]
    low, high = c, c
    while c - low < left and read.sentences[low - 1] == sentence:
        low -= 1
    while high - c < right and read.sentences[high + 1] == sentence:
        high += 1
    return low, high


@device
def _rate(position, schedule):
    """The learning rate of a position."""
    return float32(schedule.first_rate + schedule.slope * (position - position % BATCH))


@cache
def train_kernel(shape: Shape, registers: int | None):
    """The kernel for one shape.

    registers : most registers of a thread.
    """
    cbow, slots = shape.cbow, shape.slots
    all_targets = shape.all_targets
    weighted = all_targets if shape.kind in (CONTRAST, EXTRAS) else 1
    is_noise, is_tree = shape.kind == NOISE, shape.kind == TREE
    width = 4 * shape.vectors
    block_floats = (1 if cbow else shape.targets) * width  # the changes of targets, or the hidden vector
    target_floats, input_floats = shape.targets * width, shape.inputs * width
    sums, half = shape.sums, shape.sums // 2
    part_floats = shape.parts * width

    def train_epoch(read, sampling, tables, schedule, weights, inputs, counters):
        """Train all words that the piece reads."""
        lane = cuda.threadIdx.x
        words = cuda.shared.array((slots, all_targets), int32)
        counted = cuda.shared.array((slots, weighted), float32)
        firsts = cuda.shared.array(slots, int64)
        counts = cuda.shared.array(slots, int32)
        of_sessions = cuda.shared.array(slots, int32)
        lows = cuda.shared.array(LANES, int32)
        highs = cuda.shared.array(LANES, int32)
        tags = cuda.shared.array((LANES, 2), int64)
        rates = cuda.shared.array(slots, float32)
        rows = cuda.local.array(target_floats, float32)
        changes = cuda.local.array(block_floats, float32)
        some_inputs = cuda.local.array(input_floats, float32)
        change = cuda.local.array(width, float32)
        dots = cuda.local.array(sums, float32)
        scratch = cuda.local.array(half, float32)
        parts = cuda.local.array(part_floats, float32)
        arrays = (rows, changes, some_inputs, change, dots, scratch)
        sources = (read.words, inputs, parts)
        end = read.margin + read.totals[0]
        pairs, loss = int64(0), 0.0
        while True:
            taken = int32(0)
            if lane == 0:
                taken = int32(cuda.atomic.add(counters.next, 0, TAKEN))
            start = read.margin + integer_from_lane(taken, 0)
            if start >= end:
                break
            for first in range(start, min(start + TAKEN, end), slots):
                c = first + lane if lane < slots else end
                lows[lane] = 0
                highs[lane] = 0
                tags[lane, 0] = 0
                tags[lane, 1] = 0
                if c < end:
                    position = int64(schedule.first + read.offsets[c])
                    bits = _draw(sampling.key, position)
                    low, high = _window(c, bits, read, sampling)
                    lows[lane] = low
                    highs[lane] = high
                    rates[lane] = _rate(position, schedule)
                    listed, drawn = (words[lane], counted[lane]), (position, bits)
                    of_lane = list_targets(int64(read.words[c]), drawn, sampling, tables, listed, shape)
                    firsts[lane], counts[lane], of_sessions[lane] = of_lane
                    n = high - low + find_tags(read.sentences[c], inputs, tags[lane], shape)
                    pairs += min(n, 1) if cbow else n
                meet()
                some = float32(0)
                for slot in range(slots):
                    tag, stop = noted_tags(tags[slot], shape)
                    center = (first + slot, lows[slot], highs[slot], rates[slot], tag, stop)
                    if count_inputs(center) > 0:
                        entries = tables.tree.turns if is_tree else words[slot]
                        count = all_targets if is_noise else counts[slot]
                        described = counted[slot], of_sessions[slot], tables
                        targets = PositionTargets(entries, firsts[slot] if is_tree else 0, count, *described)
                        if cbow:
                            some += train_cbow(center, sources, targets, weights, arrays, lane, shape)
                        else:
                            some += train_skipgram(center, sources, targets, weights, arrays, lane, shape)
                loss += some
                meet()
        add_number(counters.loss, loss)
        add_number(counters.pairs, pairs)

    return gpu_kernel(train_epoch, tuple(shape), registers)
