"""Threads: every part is worked on once, results come in order, no error is lost and no worker is left behind."""

import os
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from firth.ahead import read_ahead, send_ahead
from firth.parallel import Crew, Pipeline, even_parts, run_in_threads, share_parts


def nothing():
    pass


def test_even_parts_are_all_of_it_and_nearly_alike():
    for length, parts in ((10, 3), (3, 5), (0, 2), (8, 1)):
        slices = even_parts(length, parts)
        assert [i for some in slices for i in range(length)[some]] == list(range(length))
        sizes = [some.stop - some.start for some in slices]
        assert len(sizes) == parts
        assert max(sizes) - min(sizes) <= 1


class TestRunInThreads:
    """One thread for each job, while the caller watches."""

    def test_every_job_gets_its_arguments_in_a_thread_of_its_own(self):
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

    def test_the_caller_watches_while_threads_work(self):
        enough = threading.Event()
        watchers = []

        def watch():
            watchers.append(threading.current_thread())
            if len(watchers) == 3:
                enough.set()

        run_in_threads(lambda: enough.wait(timeout=60), [()], watch, nothing)
        assert enough.is_set()
        assert set(watchers) == {threading.current_thread()}

    def test_an_error_in_a_worker_stops_the_others_and_is_raised(self):
        stopped = threading.Event()

        def work(fails):
            if fails:
                raise ArithmeticError("broken")
            assert stopped.wait(timeout=60)

        with pytest.raises(ArithmeticError, match="broken"):
            run_in_threads(work, [(False,), (True,), (False,)], nothing, stopped.set)

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
    def test_an_error_in_the_caller_is_raised_after_all_workers_have_ended(self, error):
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

    def test_there_may_be_no_jobs(self):
        run_in_threads(nothing, [], nothing, nothing)


class TestCrew:
    """Threads that stay for several rounds."""

    def test_the_same_threads_do_all_rounds(self):
        threads = []

        def work(met, number):
            met.wait(timeout=60)
            threads.append((number, threading.current_thread()))

        with Crew(nothing) as crew:
            for number in range(5):
                crew.run(work, [(threading.Barrier(3), number)] * 3, nothing)
        assert [number for number, _ in threads] == [number for number in range(5) for _ in range(3)]
        assert len({thread for _, thread in threads}) == 3
        assert all(not thread.is_alive() or thread.join(60) is None for _, thread in threads)

    def test_a_round_may_have_more_or_fewer_jobs(self):
        done = []
        with Crew(nothing) as crew:
            for jobs in (1, 4, 0, 2):
                crew.run(done.append, [(jobs,)] * jobs, nothing)
        assert sorted(done) == [1, 2, 2, 4, 4, 4, 4]

    def test_an_error_ends_the_round_and_all_threads(self):
        stopped = threading.Event()
        ended = []

        def work(fails):
            if fails:
                raise ArithmeticError("broken")
            assert stopped.wait(timeout=60)
            ended.append(1)

        with pytest.raises(ArithmeticError, match="broken"), Crew(stopped.set) as crew:
            crew.run(nothing, [(), ()], nothing)
            crew.run(work, [(False,), (True,)], nothing)
        assert ended == [1]


class TestShareParts:
    """Threads that take parts until there are no more."""

    def test_every_part_is_worked_on_once(self):
        for threads in (1, 2, 5):
            taken = share_parts(list, range(100), threads)
            assert len(taken) <= threads
            assert sorted(sum(taken, [])) == list(range(100))
            assert sum(share_parts(list, [], threads), []) == []

    def test_a_thread_that_is_held_up_leaves_the_rest_to_the_others(self):
        held_up = threading.Event()

        def work(parts):
            done = []
            for part in parts:
                done.append(part)
                if part == 0:
                    held_up.wait(10)
                elif part == 19:
                    held_up.set()
            return done

        by_thread = share_parts(work, range(20), 2)
        assert sorted(map(sorted, by_thread)) == [[0], list(range(1, 20))]

    def test_an_error_in_any_thread_is_raised(self):
        both_in = threading.Barrier(2)

        def work(parts):
            for _ in parts:
                both_in.wait(10)
                if threading.current_thread() is not threading.main_thread():
                    raise ValueError("bad part")

        with pytest.raises(ValueError, match="bad part"):
            share_parts(work, range(2), 2)
        assert sorted(sum(share_parts(list, range(9), 2), [])) == list(range(9))  # and the threads still work

    def test_an_error_in_the_caller_stops_the_others_before_it_is_raised(self):
        both_in = threading.Barrier(2)
        done = []

        def work(parts):
            for part in parts:
                if part < 2:
                    both_in.wait(10)
                    if threading.current_thread() is threading.main_thread():
                        raise KeyboardInterrupt
                    time.sleep(0.1)  # still at work when the caller is interrupted
                done.append(part)

        with pytest.raises(KeyboardInterrupt):
            share_parts(work, range(1000), 2)
        after = list(done)
        time.sleep(0.1)
        assert done == after, "a thread works on"
        assert len(done) < 1000

    def test_the_caller_does_not_wait_for_a_thread_that_is_busy_elsewhere(self):
        release, busy = threading.Event(), threading.Event()

        def hold(parts):
            for _ in parts:
                if threading.current_thread() is other:
                    busy.wait(10)
                else:
                    busy.set()
                    release.wait(10)

        other = threading.Thread(target=lambda: share_parts(hold, [0, 1], 2))
        other.start()
        assert busy.wait(10)
        assert share_parts(list, range(5), 2) == [[0, 1, 2, 3, 4]]
        release.set()
        other.join(10)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
    def test_a_forked_process_has_threads_of_its_own(self):
        program = """
import os
from firth.parallel import share_parts
assert sorted(sum(share_parts(list, range(50), 3), [])) == list(range(50))
child = os.fork()
assert sorted(sum(share_parts(list, range(50), 3), [])) == list(range(50))
if child:
    assert os.waitpid(child, 0)[1] == 0
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


class TestPipeline:
    """Calls in threads, results in order."""

    @pytest.mark.parametrize("threads", [0, 1, 3])
    def test_results_are_taken_in_order_by_the_calling_thread(self, threads):
        taken = []

        def work(number, factor):
            time.sleep(0.002 * (number % 3))
            return number * factor, threading.current_thread() is threading.main_thread()

        with Pipeline(work, lambda result: taken.append((*result, threading.current_thread())), threads) as pipeline:
            for number in range(20):
                pipeline.add(number, 2)
        assert [result for result, _, _ in taken] == list(range(0, 40, 2))
        assert {in_main for _, in_main, _ in taken} == {threads == 0}
        assert {taker for _, _, taker in taken} == {threading.main_thread()}

    def test_few_calls_wait_and_none_after_a_flush(self):
        begun, taken = [], []
        with Pipeline(begun.append, taken.append, 2) as pipeline:
            for number in range(9):
                pipeline.add(number)
                assert len(begun) - len(taken) <= 2
            pipeline.flush()
            assert len(taken) == 9

    @pytest.mark.parametrize("threads", [0, 2])
    def test_an_error_in_a_call_is_raised_after_the_results_before_it(self, threads):
        taken = []

        def work(number):
            if number == 3:
                raise ArithmeticError("three")
            return number

        def run():
            with Pipeline(work, taken.append, threads) as pipeline:
                for number in range(9):
                    pipeline.add(number)

        with pytest.raises(ArithmeticError, match="three"):
            run()
        assert taken == [0, 1, 2]

    def test_an_error_in_the_caller_is_raised_after_all_workers_have_ended(self):
        both_in = threading.Barrier(3)
        ended = []

        def work(number):
            both_in.wait(10)
            time.sleep(0.1)
            ended.append(number)

        def run():
            with Pipeline(work, nothing, 2) as pipeline:
                pipeline.add(0)
                pipeline.add(1)
                both_in.wait(10)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run()
        assert sorted(ended) == [0, 1]


class TestChannels:
    """Items from one thread to another."""

    @pytest.mark.parametrize("ahead", [1, 5])
    def test_items_are_read_ahead_in_another_thread(self, ahead):
        makers = set()

        def make():
            for number in range(50):
                makers.add(threading.current_thread())
                yield number

        assert list(read_ahead(make(), ahead)) == list(range(50))
        assert threading.current_thread() not in makers

    def test_a_reader_that_stops_early_ends_the_thread(self):
        made, is_closed = [], threading.Event()

        def make():
            try:
                for number in range(1000):
                    made.append(number)
                    yield number
            finally:
                is_closed.set()

        with closing(read_ahead(make(), 2)) as items:
            assert next(items) == 0
        after = len(made)
        time.sleep(0.05)
        assert len(made) == after < 10

    def test_an_error_while_reading_ahead_is_raised(self):
        def make():
            yield 1
            raise ArithmeticError("broken")

        with pytest.raises(ArithmeticError, match="broken"):
            list(read_ahead(make(), 3))

    def test_items_are_sent_to_another_thread(self):
        received, sent = [], []

        def work(items):
            received.extend((item, threading.current_thread()) for item in items)

        send_ahead(range(30), work, 3, sent.append)
        assert [item for item, _ in received] == sent == list(range(30))
        assert threading.current_thread() not in {thread for _, thread in received}

    def test_an_error_in_the_receiver_stops_the_sender(self):
        sent = []

        def work(items):
            next(items)
            raise ArithmeticError("broken")

        with pytest.raises(ArithmeticError, match="broken"):
            send_ahead(iter(int, 1), work, 3, sent.append)  # endless zeros
        assert len(sent) < 10

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
    def test_an_error_in_the_sender_is_raised_after_the_receiver_has_ended(self, error):
        ended = []

        def work(items):
            for _ in items:
                pass
            time.sleep(0.1)
            ended.append(1)

        def make():
            yield 1
            raise error

        with pytest.raises(error):
            send_ahead(make(), work, 3, lambda item: None)
        assert ended == [1]


SCRIPTS = {
    "run_in_threads": "run_in_threads(work, [(), ()], lambda: None, stopped.set)",
    "Crew": """
with Crew(stopped.set) as crew:
    crew.run(len, [((),), ((),)], lambda: None)
    crew.run(work, [(), ()], lambda: None)
""",
    "Pipeline": """
with Pipeline(work, len, 2) as pipeline:
    pipeline.add()
    pipeline.add()
""",
    "share_parts": "share_parts(lambda parts: [work() for part in parts], range(2), 2)",
}
PROGRAM = """
import os, signal, threading, time
from firth.parallel import Crew, Pipeline, run_in_threads, share_parts

signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
begun, stopped, ended = threading.Barrier(3), threading.Event(), []

def press_ctrl_c():
    begun.wait()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.2)
    stopped.set()

def work():
    begun.wait()
    stopped.wait()
    time.sleep(0.3)  # still at work while the caller could already have returned
    ended.append(threading.current_thread())

threading.Thread(target=press_ctrl_c).start()
try:
    {call}
except KeyboardInterrupt:
    print("ended:", len([thread for thread in ended if thread is not threading.main_thread()]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("way", "workers"), [("run_in_threads", 2), ("Crew", 2), ("Pipeline", 2), ("share_parts", 1)])
def test_ctrl_c_waits_for_the_workers_to_end(way, workers):
    """An interrupted Thread.join() of Python 3.11 takes the thread for ended."""
    program = PROGRAM.format(call=SCRIPTS[way].strip().replace("\n", "\n    "))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"ended: {workers}\n", done.stderr


FEW_THREADS = """
import re, resource, threading
from firth.ahead import read_ahead, send_ahead
from firth.parallel import Pipeline, run_in_threads, share_parts
from firth.threads import startable_threads

threading.stack_size(1 << 30)  # of each new thread
used = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) << 10
resource.setrlimit(resource.RLIMIT_AS, (used + ({threads} << 30) + (1 << 29),) * 2)
started, done, taken, received = startable_threads(64), [], [], []
run_in_threads(done.append, [(number,) for number in range(64)], lambda: None, lambda: None)
with Pipeline(lambda number: number, taken.append, 64) as pipeline:
    for number in range(64):
        pipeline.add(number)
send_ahead(range(64), received.extend, 4, lambda item: None)
assert sorted(done) == taken == received == list(read_ahead(range(64), 4)) == list(range(64))
assert sorted(sum(share_parts(list, range(64), 64), [])) == taken
print(started)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
@pytest.mark.parametrize("threads", [0, 2])
def test_few_threads_or_none_do_all_the_work(threads):
    program = FEW_THREADS.format(threads=threads)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert 1 <= int(done.stdout) <= max(1, threads)
