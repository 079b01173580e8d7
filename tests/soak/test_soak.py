"""A few rounds of the work of `make soak`; whether memory stays steady shows in an hour, not here."""

import sys
import time
from collections.abc import Iterator

import pytest

from firth.parallel import available_cores, share_parts
from soak.soak import Work, now
from threads_left import threads_left

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured in /proc")


def start_threads_that_stay():
    """Those of share_parts, which starts one where no other happens to be idle: all of them, before any are counted."""

    def work(rest: Iterator[int]) -> None:
        for _ in rest:
            time.sleep(0.05)

    share_parts(work, range(2 * available_cores()), available_cores())


def test_files_and_threads_stay_as_they_are(tmp_path):
    work = Work(tmp_path, seed=1)
    start_threads_that_stay()
    moments = []
    for _ in range(3):
        for kind in work.every_kind():
            kind()
        moments.append(now())
    assert moments[-1].files <= moments[0].files
    assert threads_left(moments[0].threads, lambda: now().threads) <= moments[0].threads
