"""Random walks on a weighted directed graph.

Source   Grover, Leskovec 2016, "node2vec", section 3.2; rejection in place of a table for each edge: Yang et al. 2019,
         "KnightKing", section 4.
Reference   firth.illustrated.walks
Shapes   N items and E edges, in the arrays of kernels.arguments.ItemEdges.

Draws are functions of the walk and the step, so walks are the same for any number of threads.
"""

from numpy import float64, int64, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.random import draw
from firth.kernels.cpu.training.sampling import draw_from, fill_alias_table

__all__ = ["fill_rows", "walk"]

ATTEMPTS = 64  # draws that may be rejected; then the exact distribution is computed
NO_ITEM = -1
ACCEPTANCE = uint64(0xD1B54A32D192ED03)  # another stream of draws
UNIT = 1.0 / 18446744073709551616.0  # 2 ** -64


@kernel
def fill_rows(offsets, weights, table):
    """An alias table for the neighbours of each item."""
    for item in range(len(offsets) - 1):
        first, stop = offsets[item], offsets[item + 1]
        if stop > first:
            fill_alias_table(weights[first:stop].astype(float64), table[first:stop])


@step
def leads_to(graph, item, target):
    """Whether there is an edge, by bisection."""
    low, high = graph.offsets[item], graph.offsets[item + 1]
    while low < high:
        middle = (low + high) >> 1
        if graph.targets[middle] < target:
            low = middle + 1
        else:
            high = middle
    return low < graph.offsets[item + 1] and graph.targets[low] == target


@step
def bias_of(graph, previous, target, bias):
    """How much more likely a step is than by its weight; `bias` is (1/p, 1, 1/q)."""
    if target == previous:
        return bias[0]
    return bias[1] if leads_to(graph, previous, target) else bias[2]


@step
def exact_step(graph, previous, current, bias, bits):
    """A neighbour, drawn from the weights times the biases of all."""
    first, stop = graph.offsets[current], graph.offsets[current + 1]
    total = 0.0
    for edge in range(first, stop):
        total += float64(graph.weights[edge]) * bias_of(graph, previous, graph.targets[edge], bias)
    rest = float64(bits) * UNIT * total
    for edge in range(first, stop - 1):
        rest -= float64(graph.weights[edge]) * bias_of(graph, previous, graph.targets[edge], bias)
        if rest < 0.0:
            return graph.targets[edge]
    return graph.targets[stop - 1]


@step
def next_item(graph, previous, current, bias, key, counter):
    """The item after `current`; NO_ITEM if there is none."""
    first, stop = graph.offsets[current], graph.offsets[current + 1]
    if first == stop:
        return NO_ITEM
    is_biased = previous != NO_ITEM and (bias[0] != bias[1] or bias[2] != bias[1])
    largest = max(bias[0], max(bias[1], bias[2]))
    for attempt in range(ATTEMPTS):
        bits = draw(key, counter + attempt)
        target = graph.targets[first + draw_from(bits, graph.table, first, stop - first)]
        if not is_biased:
            return target
        chance = float64(draw(key ^ ACCEPTANCE, counter + attempt)) * UNIT
        if chance * largest < bias_of(graph, previous, target, bias):
            return target
    return exact_step(graph, previous, current, bias, draw(key, counter + ATTEMPTS))


@kernel
def walk(graph, starts, numbers, bias, key, out):
    """Fill the rows of out (W, L) int32 with walks, and NO_ITEM behind where one cannot go on.

    starts : (W,) int32, the first items.
    numbers : (W,) int64, of the walks: what their draws depend on.
    bias : (3,) float64, 1/p, 1 and 1/q.
    """
    length = out.shape[1]
    for row in range(len(starts)):
        own_key = draw(key, numbers[row])
        previous, current = int64(NO_ITEM), int64(starts[row])
        for position in range(length):
            out[row, position] = current
            if current != NO_ITEM and position + 1 < length:
                following = int64(next_item(graph, previous, current, bias, own_key, position * (ATTEMPTS + 1)))
                previous, current = current, following
