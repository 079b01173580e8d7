"""Metrics in the text format of Prometheus: requests by route and status, their duration, searches, reloads.

Counters are numbers in a file that is mapped into memory, one file for each worker process in a folder that they share.
Any worker responds with the sums over all files, also those of workers that have ended, so that counters never fall.
Without a folder there is one process, and the numbers are in its memory.
"""

import os
import time
from bisect import bisect_left
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Measured", "Metrics"]

STATUSES = (200, 400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503)
OTHER = "other"  # any further status, and paths without a route
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # upper bounds, in seconds
MOST_ROUTES, LONGEST_ROUTE = 128, 120  # in a file; further ones are counted as "other"
_STATUS_COLUMNS = {status: column for column, status in enumerate(STATUSES)}

Counter = Literal["searches", "queries", "reloads", "failed_reloads"]
_HELP: dict[Counter, str] = {
    "searches": "Searches for the most similar words, each for one or more requests.",
    "queries": "Words that were looked for in these searches.",
    "reloads": "Replaced model files that were opened.",
    "failed_reloads": "Replaced model files that could not be opened.",
}
_COLUMNS = {counter: column for column, counter in enumerate(_HELP)}

# What is in a file: a row for each route that had a request, in the order of their first ones; row 0 is for the others.
_ROUTE = [
    ("name", f"S{LONGEST_ROUTE}"),
    ("statuses", "f8", len(STATUSES) + 1),
    ("buckets", "f8", len(BUCKETS) + 1),
    ("seconds", "f8"),
]
_FILE = np.dtype([("counters", "f8", len(_HELP)), ("routes", _ROUTE, MOST_ROUTES)])


class Metrics:
    """The counters of this process, and their sums over all.

    Parameters
    ----------
    folder : where the processes of one server have their files; None: there is only this one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        if folder is None:
            self._numbers: NDArray[Any] = np.zeros(1, _FILE)
        else:
            path = folder / f"{os.getpid()}-{time.monotonic_ns()}.metrics"
            self._numbers = np.asarray(np.memmap(path, _FILE, "w+", shape=1))  # as an array: that is read faster
        self._counters = self._numbers["counters"][0]
        self._routes = self._numbers["routes"][0]
        self._routes["name"][0] = OTHER.encode()
        self._statuses, self._buckets, self._seconds = (self._routes[of] for of in ("statuses", "buckets", "seconds"))
        self._rows = {OTHER: 0}

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        row = self._rows.get(route)
        if row is None:
            row = self._add(route)
        self._statuses[row, _STATUS_COLUMNS.get(status, len(STATUSES))] += 1
        self._buckets[row, bisect_left(BUCKETS, seconds)] += 1
        self._seconds[row] += seconds

    def _add(self, route: str) -> int:
        row = len(self._rows)
        if row == MOST_ROUTES or len(route.encode()) > LONGEST_ROUTE:
            return 0
        self._routes["name"][row] = route.encode()
        self._rows[route] = row
        return row

    def count(self, counter: Counter, increase: int = 1) -> None:
        """Increase a counter of the process."""
        self._counters[_COLUMNS[counter]] += increase

    def text(self) -> str:
        """All metrics, summed over all processes."""
        processes = self._processes()
        routes: dict[str, Any] = {}
        for process in processes:
            for row in process["routes"][0]:
                if name := row["name"].decode():
                    numbers = np.concatenate([row["statuses"], row["buckets"], [row["seconds"]]])
                    routes[name] = routes.get(name, 0.0) + numbers
        lines = ["# HELP firth_requests_total Requests, by route and status.", "# TYPE firth_requests_total counter"]
        for route in sorted(routes):
            lines += _requests(route, routes[route][: len(STATUSES) + 1].tolist())
        lines += [
            "# HELP firth_request_seconds Time from the arrival of a request to the end of its response.",
            "# TYPE firth_request_seconds histogram",
        ]
        for route in sorted(routes):
            lines += _histogram(route, routes[route][len(STATUSES) + 1 :])
        totals = sum(process["counters"][0] for process in processes)
        for counter, help_text in _HELP.items():
            name = f"firth_{counter}_total"
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} counter"]
            lines.append(f"{name} {totals[_COLUMNS[counter]]:.0f}")
        return "\n".join(lines) + "\n"

    def _processes(self) -> list[NDArray[Any]]:
        if self._folder is None:
            return [self._numbers]
        found: list[NDArray[Any]] = []
        for path in self._folder.glob("*.metrics"):
            try:
                found.append(np.memmap(path, _FILE, "r", shape=1))
            except ValueError:  # another process is just making it
                continue
        return found


def _requests(route: str, counts: list[float]) -> list[str]:
    return [
        f'firth_requests_total{{route="{route}",status="{status}"}} {count:.0f}'
        for status, count in zip((*STATUSES, OTHER), counts, strict=True)
        if count
    ]


def _histogram(route: str, numbers: NDArray[np.float64]) -> list[str]:
    counts = np.cumsum(numbers[:-1]).tolist()
    if not counts[-1]:
        return []
    bounds = [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]
    return [
        *(
            f'firth_request_seconds_bucket{{route="{route}",le="{bound}"}} {count:.0f}'
            for bound, count in zip(bounds, counts, strict=True)
        ),
        f'firth_request_seconds_sum{{route="{route}"}} {numbers[-1]:.6f}',
        f'firth_request_seconds_count{{route="{route}"}} {counts[-1]:.0f}',
    ]


class Measured:
    """An ASGI middleware that counts requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and count it when its response has ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting_status)
        finally:
            self._metrics.observe(_route_of(scope), status, time.perf_counter() - begun)


def _route_of(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", OTHER)
