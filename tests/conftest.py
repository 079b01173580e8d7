"""What holds for all tests."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time, and no judgement by the clock: the first call of a kernel compiles it.
settings.register_profile("firth", deadline=None, derandomize=True)
settings.load_profile("firth")

HERE = Path(__file__).parent
LONGEST = (  # of all files, at least 30 s of processor time
    "explorer/",
    "unit/backends/test_cuda.py",
    "unit/kernels/training/test_epoch.py",
    "gensim_names/test_gensims_own_tests.py",
    "contracts/test_backends.py",
)
MAY_NOT_LINK = 1314  # what Windows answers where a user may not make symbolic links


def pytest_configure(config):
    """Signals do what they usually do, in tests and what they start: nohup or `&` may have switched them off."""
    config.option.loadscopereorder = False  # of pytest-xdist, which would begin with the files of most tests
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(config, items):
    """With several processes (pytest-xdist) one has all tests of a file, which share what they make and compile.

    Files that take longest are begun first, so that no process waits for another at the end.
    """
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0].removeprefix("tests/")))
    items.sort(key=lambda item: not item.path.is_relative_to(HERE) or order(item))


def order(item) -> int:
    place = item.path.relative_to(HERE).as_posix()
    return next((i for i, longest in enumerate(LONGEST) if place.startswith(longest)), len(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Windows lets only some users make links: what needs them is skipped for the others."""
    try:
        return (yield)
    except OSError as error:
        if getattr(error, "winerror", None) == MAY_NOT_LINK:
            pytest.skip("this user may not make symbolic links")
        raise
