"""A thread that makes calls in the background; what starts threads together is tested with parallel.py."""

import threading

import pytest

from firth.threads import TICK, Assistant
from threads_left import threads_left

PATIENCE = 60


def test_calls_are_made_in_order_by_another_thread():
    made = []
    with Assistant(None) as assistant:
        for number in range(100):
            assistant.give(lambda number=number: made.append((number, threading.current_thread())))
        assistant.wait(None)
        assert assistant.is_idle
        assert [number for number, _ in made] == list(range(100))
    assert len({thread for _, thread in made}) == 1
    assert made[0][1] is not threading.current_thread()


def test_at_the_end_all_calls_have_been_made():
    gate, made = threading.Event(), []
    with Assistant(None) as assistant:
        assistant.give(lambda: gate.wait(PATIENCE))
        assistant.give(lambda: made.append(1))
        assert not assistant.is_idle
        assistant.wait(0.01)
        assert not made
        gate.set()
    assert made == [1]


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_the_first_error_is_raised_and_no_further_calls_are_made(error):
    made = []

    def fail():
        raise error("first")

    with pytest.raises(error, match="first"), Assistant(None) as assistant:
        assistant.give(fail)
        assistant.wait(None)
        with pytest.raises(error, match="first"):
            assistant.check()
        assistant.give(lambda: made.append(1))
    assert not made


def test_after_an_exception_of_the_block_a_call_that_lasts_is_left_to_itself():
    gate, begun, made = threading.Event(), threading.Event(), []

    def last():
        begun.set()
        gate.wait(PATIENCE)
        made.append("lasting")

    with pytest.raises(ZeroDivisionError), Assistant(TICK) as assistant:
        assistant.give(last)
        assistant.give(lambda: made.append("dropped"))
        assert begun.wait(PATIENCE)
        raise ZeroDivisionError
    assert made == []
    gate.set()
    assistant.wait(PATIENCE)
    assert made == ["lasting"]


def test_an_exception_of_the_block_is_raised_rather_than_that_of_a_call():
    def fail():
        raise ValueError

    with pytest.raises(ZeroDivisionError), Assistant(None) as assistant:
        assistant.give(fail)
        raise ZeroDivisionError


def test_without_a_thread_the_calling_one_makes_the_calls(monkeypatch):
    monkeypatch.setattr("firth.threads.start_thread", lambda *call: False)
    made = []
    with Assistant(None) as assistant:
        assistant.give(lambda: made.append(threading.current_thread()))
        assert made == [threading.current_thread()]
        assert assistant.is_idle


def test_its_thread_ends():
    before = threading.active_count()
    with Assistant(None) as assistant:
        assistant.give(lambda: None)
    assert threads_left(before) <= before
