"""What holds for all tests."""

from hypothesis import settings

# The same examples every time, and no judgement by the clock: the first call of a kernel compiles it.
settings.register_profile("firth", deadline=None, derandomize=True)
settings.load_profile("firth")
