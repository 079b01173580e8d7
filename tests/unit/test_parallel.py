"""Work that threads take turns at."""

import os
import subprocess
import sys
import threading

import pytest

from firth.parallel import even_parts, share_parts


def test_even_parts_are_all_of_it_and_nearly_alike():
    for length, parts in ((10, 3), (3, 5), (0, 2), (8, 1)):
        slices = even_parts(length, parts)
        assert [i for some in slices for i in range(length)[some]] == list(range(length))
        sizes = [some.stop - some.start for some in slices]
        assert len(sizes) == parts
        assert max(sizes) - min(sizes) <= 1


def test_every_part_is_worked_on_once():
    for threads in (1, 2, 5):
        taken = share_parts(list, range(100), threads)
        assert len(taken) <= threads
        assert sorted(sum(taken, [])) == list(range(100))
        assert sum(share_parts(list, [], threads), []) == []


def test_a_thread_that_is_held_up_leaves_the_rest_to_the_others():
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


def test_an_error_in_any_thread_arrives():
    both_in = threading.Barrier(2)

    def work(parts):
        for _ in parts:
            both_in.wait(10)
            if threading.current_thread() is not threading.main_thread():
                raise ValueError("part of no use")

    with pytest.raises(ValueError, match="of no use"):
        share_parts(work, range(2), 2)
    assert sorted(sum(share_parts(list, range(9), 2), [])) == list(range(9))  # and the threads still work


def test_work_is_not_kept_waiting_by_a_helper_that_is_busy_elsewhere():
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
def test_a_forked_process_has_threads_of_its_own():
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
