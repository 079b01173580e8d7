"""Results that are computed by threads of their own."""

import threading

import pytest

from firth.progress import Progress
from firth.server.explorer.background import Background, BusyError


def test_a_result_is_computed_once():
    background, calls = Background(), []
    for _ in range(3):
        job = background.start("key", lambda report: calls.append(1) or "found")
        assert background.wait("key", job, 10)
    assert (job.result, calls) == ("found", [1])


def test_at_most_two_run_and_progress_is_seen():
    background, go = Background(), threading.Event()
    record = Progress("counting", 3, 4, 1.0, None, {})

    def work(report):
        report(record)
        return go.wait(10)

    first, _ = background.start(1, work), background.start(2, work)
    with pytest.raises(BusyError, match="two computations"):
        background.start(3, work)
    assert background.start(1, work) is first
    assert not background.wait(1, first, 0.01)
    go.set()
    assert background.wait(1, first, 10)
    assert first.progress == record
    assert background.wait(2, background.start(2, work), 10)
    assert background.wait(3, background.start(3, work), 10)


def test_an_error_is_raised_by_whoever_waits_and_the_next_request_tries_again():
    background, calls = Background(), []

    def work(report):
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError("once")
        return "found"

    with pytest.raises(ZeroDivisionError, match="once"):
        background.wait("key", background.start("key", work), 10)
    job = background.start("key", work)
    assert background.wait("key", job, 10)
    assert job.result == "found"


def test_old_results_are_dropped():
    background, calls = Background(), []
    for key in [*range(20), 0]:
        assert background.wait(key, background.start(key, calls.append), 10)
    assert len(calls) == 21
    background.start(19, calls.append)
    assert len(calls) == 21
