"""Results that are computed by threads of their own."""

import threading

import pytest

from firth.progress import Progress
from firth.server.explorer import background as background_module
from firth.server.explorer.background import Background


def request(background, key, work, is_slow=False):
    """The job of a key, and whether it is done after some time."""
    job = background.request(key, work, is_slow=is_slow)
    return job, background.wait(key, job, 10)


def test_a_result_is_computed_once():
    background, calls = Background(), []
    for _ in range(3):
        job, is_done = request(background, "key", lambda report: calls.append(1) or "found")
        assert is_done
    assert (job.result, calls) == ("found", [1])


def test_at_most_two_slow_ones_run_and_quick_ones_do_not_wait_for_them():
    background, go = Background(), threading.Event()
    record = Progress("counting", 3, 4, 1.0, None, {})

    def work(report):
        report(record)
        return go.wait(10)

    slow = [background.request(key, work, is_slow=True) for key in range(3)]
    assert background.request(0, work, is_slow=True) is slow[0]
    assert [job.has_begun for job in slow] == [True, True, False]
    assert request(background, "quick", lambda report: "found")[1]
    assert not background.wait(0, slow[0], 0.01)
    go.set()
    assert background.wait(0, slow[0], 10)
    assert slow[0].progress == record
    assert request(background, 2, work, is_slow=True) == (slow[2], True)


def test_a_forgotten_one_makes_way_and_ends_at_its_next_report(monkeypatch):
    background, ended = Background(), threading.Event()

    def work_on(report):
        try:
            while True:
                report()
                ended.wait(0.01)
        finally:
            ended.set()

    first, second = (background.request(key, work_on, is_slow=True) for key in range(2))
    assert not background.request("third", lambda report: "found", is_slow=True).has_begun
    monkeypatch.setattr(background_module, "_FORGOTTEN", -1.0)
    third = background.request("third", lambda report: "found", is_slow=True)
    assert background.wait("third", third, 10)
    assert third.result == "found"
    assert ended.wait(10)
    assert first.is_unwanted and not second.is_unwanted
    second.is_unwanted = True  # ends its thread
    assert background.request(0, lambda report: "again", is_slow=True) is not first


def test_at_most_two_that_do_not_end_run_besides(monkeypatch):
    monkeypatch.setattr(background_module, "_FORGOTTEN", -1.0)
    background, go = Background(), threading.Event()
    jobs = [background.request(key, lambda report: go.wait(10), is_slow=True) for key in range(5)]
    assert [job.has_begun for job in jobs] == [True, True, True, True, False]
    go.set()


def test_an_error_is_raised_by_whoever_waits_and_the_next_request_tries_again():
    background, calls = Background(), []

    def work(report):
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError("once")
        return "found"

    with pytest.raises(ZeroDivisionError, match="once"):
        request(background, "key", work)
    job, is_done = request(background, "key", work)
    assert is_done
    assert job.result == "found"


def test_old_results_are_dropped():
    background, calls = Background(), []
    for key in [*range(20), 0]:
        assert request(background, key, calls.append)[1]
    assert len(calls) == 21
    assert request(background, 19, calls.append)[1]
    assert len(calls) == 21
