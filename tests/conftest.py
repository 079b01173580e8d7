"""What holds for all tests."""

import pytest
from hypothesis import settings

# The same examples every time, and no judgement by the clock: the first call of a kernel compiles it.
settings.register_profile("firth", deadline=None, derandomize=True)
settings.load_profile("firth")

MAY_NOT_LINK = 1314  # what Windows answers where a user may not make symbolic links


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Windows lets only some users make links: what needs them is skipped for the others."""
    try:
        return (yield)
    except OSError as error:
        if getattr(error, "winerror", None) == MAY_NOT_LINK:
            pytest.skip("this user may not make symbolic links")
        raise
