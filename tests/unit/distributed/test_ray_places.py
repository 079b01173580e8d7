"""Where nodes of a Ray cluster are put."""

import pytest

from firth.distributed.ray_places import Place, chosen_places, places_on
from firth.errors import SettingError
from firth.training.hyperparameters import Hyperparameters


def machine(name, processors, gpus=None, alive=True):
    resources = {"CPU": float(processors)} | ({} if gpus is None else {"GPU": float(gpus)})
    return {"NodeID": f"id-{name}", "NodeManagerHostname": name, "Alive": alive, "Resources": resources}


LARGE, SMALL, DEAD, HEAD = machine("b", 8, 2), machine("a", 3), machine("c", 8, 2, alive=False), machine("d", 0)
MACHINES = [LARGE, SMALL, DEAD, HEAD]


def found(used=(), nodes=None, **settings):
    made = Hyperparameters(**settings)
    places = chosen_places(places_on(MACHINES, made, used), nodes, made)
    return [(place.name, place.processors, place.gpus) for place in places]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"backend": "cpu"}, [("a", 3, 0), ("b", 8, 0)]),
        ({"backend": "auto"}, [("a", 3, 0), ("b", 8, 1)]),
        ({"backend": "auto", "threads": 2}, [("a", 2, 0), ("b", 2, 0)]),
        ({"backend": "auto", "threads": 2, "nodes": 4}, [("a", 2, 0), ("b", 2, 0), ("b", 2, 0), ("b", 2, 0)]),
        ({"backend": "cuda"}, [("b", 4, 1), ("b", 4, 1)]),
        ({"backend": "cuda", "threads": 3}, [("b", 3, 1), ("b", 3, 1)]),
        ({"backend": "cuda", "nodes": 1}, [("b", 4, 1)]),
    ],
    ids=str,
)
def test_places(settings, expected):
    assert found(**settings) == expected


def test_places_that_are_left():
    settings = Hyperparameters(backend="cuda")
    assert places_on(MACHINES, settings, ["id-b"]) == [Place("b", "id-b", 4, 1)]
    assert places_on(MACHINES, Hyperparameters(threads=4, backend="cpu"), ["id-b"]) == [Place("b", "id-b", 4, 0)]
    assert places_on(MACHINES, settings, ["id-b", "id-b"]) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"nodes": 3, "backend": "cuda"}, "nodes=3: the Ray cluster has GPUs for 2"),
        ({"nodes": 9, "threads": 2}, "nodes=9: the Ray cluster has processors for 5, with threads=2"),
        ({"threads": 9}, "no machine with 9 processors"),
    ],
)
def test_too_few(settings, message):
    with pytest.raises(SettingError, match=message):
        found(**settings)
