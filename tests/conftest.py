"""What holds for all tests."""

import gc
import signal

import pytest
from hypothesis import settings

# The same examples every time, and no judgement by the clock: the first call of a kernel compiles it.
settings.register_profile("firth", deadline=None, derandomize=True)
settings.load_profile("firth")

MAY_NOT_LINK = 1314  # what Windows answers where a user may not make symbolic links


def pytest_configure():
    """Signals do what they usually do, in tests and what they start: nohup or `&` may have switched them off."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish():
    """Thousands of tests, and all that is imported: nothing of it will be garbage, so nobody need look for it again."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Windows lets only some users make links: what needs them is skipped for the others."""
    try:
        return (yield)
    except OSError as error:
        if getattr(error, "winerror", None) == MAY_NOT_LINK:
            pytest.skip("this user may not make symbolic links")
        raise
