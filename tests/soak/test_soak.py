"""A few rounds of the work of `make soak`; whether memory stays steady shows in an hour, not here."""

import sys

import pytest

from soak.soak import Work, now

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured in /proc")


def test_files_and_threads_stay_as_they_are(tmp_path):
    work = Work(tmp_path, seed=1)
    moments = []
    for _ in range(3):
        for kind in work.every_kind():
            kind()
        moments.append(now())
    assert moments[-1].files <= moments[0].files
    assert moments[-1].threads <= moments[0].threads
