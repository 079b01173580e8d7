"""Worker threads: everyone works, the caller watches, and no error is lost."""

import subprocess
import sys
import threading

import pytest

from firth.parallel import run_in_threads


def nothing():
    pass


def test_everyone_gets_their_arguments_in_a_thread_of_their_own():
    met = threading.Barrier(3)  # passed only by three threads at once
    seen = {}

    def work(name, number):
        met.wait(timeout=60)
        seen[name] = number, threading.current_thread()

    run_in_threads(work, [("a", 1), ("b", 2), ("c", 3)], nothing, nothing)
    assert {name: number for name, (number, _) in seen.items()} == {"a": 1, "b": 2, "c": 3}
    workers = {thread for _, thread in seen.values()}
    assert len(workers) == 3
    assert threading.current_thread() not in workers


def test_the_caller_watches_while_threads_work():
    enough = threading.Event()
    watchers = []

    def watch():
        watchers.append(threading.current_thread())
        if len(watchers) == 3:
            enough.set()

    run_in_threads(lambda: enough.wait(timeout=60), [()], watch, nothing)
    assert enough.is_set()
    assert set(watchers) == {threading.current_thread()}


def test_a_workers_exception_stops_the_others_and_is_raised():
    stopped = threading.Event()

    def work(fails):
        if fails:
            raise ArithmeticError("broken")
        assert stopped.wait(timeout=60)

    with pytest.raises(ArithmeticError, match="broken"):
        run_in_threads(work, [(False,), (True,), (False,)], nothing, stopped.set)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_the_callers_exception_stops_everyone_before_it_goes_on(error):
    stopped = threading.Event()
    ended = []

    def work():
        assert stopped.wait(timeout=60)
        ended.append(1)

    def watch():
        raise error

    with pytest.raises(error):
        run_in_threads(work, [(), ()], watch, stopped.set)
    assert ended == [1, 1], "no thread may be left working on the weights"


SCRIPT = """
import os, signal, threading, time
from firth.parallel import run_in_threads

signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
begun, stopped, ended = threading.Barrier(3), threading.Event(), []

def press_ctrl_c():
    begun.wait()
    os.kill(os.getpid(), signal.SIGINT)

def work():
    begun.wait()
    stopped.wait()
    time.sleep(0.3)  # still at work while the caller could already have gone on
    ended.append(1)

threading.Thread(target=press_ctrl_c).start()
try:
    run_in_threads(work, [(), ()], lambda: None, stopped.set)
except KeyboardInterrupt:
    print("ended:", len(ended))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_waits_for_the_workers_to_end():
    """An interrupted Thread.join() of Python 3.11 believes that the thread has ended, and so did we."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60)
    assert done.stdout == "ended: 2\n", done.stderr


def test_there_may_be_nothing_to_do():
    run_in_threads(nothing, [], nothing, nothing)
