"""What the folder of compiled code says about itself."""

from firth.corpus import encode
from firth.kernels.compile import is_compiled


def test_a_kernel_is_compiled_once_it_has_run():
    encode(iter(["words to number"]), min_count=1)
    assert is_compiled("tokens.number_words")
    assert not is_compiled("tokens.no_such_kernel")
