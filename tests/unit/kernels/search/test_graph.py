"""The search along the links of a graph, compared with the reference implementation."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.illustrated.graph_search import search_graph as reference
from firth.kernels.arguments import Graph
from firth.kernels.cpu.search.graph import search_graph


def read_only(array):
    array.flags.writeable = False
    return array


def graph_of(matrix, links, entries):
    inverse = (1 / np.linalg.norm(matrix, axis=1)).astype(np.float32)
    arrays = (matrix.ravel(), inverse, links.astype(np.int32), np.array(entries, np.int32))
    return Graph(*(read_only(np.ascontiguousarray(array)) for array in arrays))


def compiled(graph, queries, width):
    beams = np.full((len(queries), width), -7, np.int32)
    found = np.empty(len(queries), np.int64)
    search_graph(graph, queries, beams, found)
    return [beam[:n].tolist() for beam, n in zip(beams, found, strict=True)], found


@settings(max_examples=150)
@given(
    rows=st.integers(1, 80),
    size=st.sampled_from([1, 3, 16, 17, 50]),
    n_links=st.integers(1, 6),
    n_entries=st.integers(1, 3),
    width=st.integers(1, 90),
    seed=st.integers(0, 2**31),
)
def test_the_path_is_that_of_the_reference_implementation(rows, size, n_links, n_entries, width, seed):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(rows, size)).astype(np.float32)
    links = np.full((rows, n_links), -1)
    for row in range(rows):
        chosen = random.permutation(rows)[: random.integers(0, n_links + 1)]
        links[row, : len(chosen)] = chosen
    entries = random.permutation(rows)[:n_entries].tolist()
    queries = random.normal(size=(3, size)).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    graph = graph_of(matrix, links, entries)
    beams, _ = compiled(graph, queries, width)
    for query, beam in zip(queries, beams, strict=True):
        # The cosines as float32 gives them; two rows so near that the order of additions decides are not drawn.
        cosines = (matrix.astype(np.float64) @ query) * graph.inverse_norms
        gaps = np.diff(np.sort(cosines))
        if rows > 1 and gaps.min() < 1e-6:
            continue
        lists = [[link for link in row if link >= 0] for row in links.tolist()]
        assert beam == reference(cosines, lists, entries, width)


def test_of_equal_rows_the_first_seen_comes_first():
    matrix = np.ones((6, 4), np.float32)
    links = np.array([[3, 1], [2, -1], [-1, -1], [5, 4], [-1, -1], [-1, -1]])
    beams, _ = compiled(graph_of(matrix, links, [0]), np.full((1, 4), 0.5, np.float32), 10)
    assert beams == [reference(np.ones(6), [[3, 1], [2], [], [5, 4], [], []], [0], 10)] == [[0, 3, 1, 5, 4, 2]]


def test_a_beam_as_wide_as_the_graph_finds_every_reachable_row():
    random = np.random.default_rng(1)
    matrix = random.normal(size=(100, 8)).astype(np.float32)
    links = np.roll(np.arange(100), -1)[:, None]
    links[59] = -1  # the ring is cut: rows 60 to 99 are out of reach
    query = matrix[:1] / np.linalg.norm(matrix[0])
    beams, found = compiled(graph_of(matrix, links, [20]), query, 100)
    assert found.tolist() == [40]
    assert sorted(beams[0]) == list(range(20, 60))


def test_a_link_outside_the_matrix_is_reported():
    matrix = np.ones((4, 4), np.float32)
    links = np.array([[1], [4], [-1], [-1]])
    _, found = compiled(graph_of(matrix, links, [0]), np.full((2, 4), 0.5, np.float32), 3)
    assert found.tolist() == [-1, -1]
    links[1] = 2**31 - 1
    _, found = compiled(graph_of(matrix, links, [0]), np.full((1, 4), 0.5, np.float32), 3)
    assert found.tolist() == [-1]
