"""Random walks along the transitions of a graph, as node2vec biases them.

Source   Perozzi, Al-Rfou, Skiena 2014, "DeepWalk"; Grover, Leskovec 2016, "node2vec", section 3.2.
"""

import random

__all__ = ["step_probabilities", "transitions", "walk"]

Graph = dict[str, dict[str, float]]


def transitions(sequences: list[list[str]]) -> Graph:
    """How often each item came directly after each other one; an item after itself does not count."""
    graph: Graph = {}
    for sequence in sequences:
        for item, following in zip(sequence, sequence[1:], strict=False):
            if item != following:
                weights = graph.setdefault(item, {})
                weights[following] = weights.get(following, 0.0) + 1.0
    return graph


def step_probabilities(graph: Graph, previous: str | None, current: str, p: float, q: float) -> dict[str, float]:
    """Where a walk goes that came from `previous`: weights, times 1/p back, 1/q to where `previous` does not lead."""
    biased = {}
    for item, weight in graph.get(current, {}).items():
        if previous is None:
            bias = 1.0
        elif item == previous:
            bias = 1.0 / p
        else:
            bias = 1.0 if item in graph.get(previous, {}) else 1.0 / q
        biased[item] = weight * bias
    total = sum(biased.values())
    return {item: weight / total for item, weight in biased.items()}


def walk(graph: Graph, start: str, length: int, p: float, q: float, draws: random.Random) -> list[str]:
    """Items one after the other; fewer than `length` where no item comes after the last one."""
    items = [start]
    while len(items) < length:
        previous = items[-2] if len(items) > 1 else None
        chances = step_probabilities(graph, previous, items[-1], p, q)
        if not chances:
            break
        items += draws.choices(list(chances), list(chances.values()))
    return items
