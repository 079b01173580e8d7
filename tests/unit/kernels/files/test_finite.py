"""The search for infinities and NaN in a file."""

import numpy as np
import pytest

from firth.kernels.cpu.files import finite


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("index", [0, 1, 4095, 4096, 9_998, 9_999])
def test_the_first_number_that_is_not_finite_is_found(index, value):
    numbers = np.full(10_000, 3e38, "<f4")
    numbers[index] = value
    numbers[min(index + 1, 9_999)] = value
    content = np.frombuffer(b"odd" + numbers.tobytes(), np.uint8)
    assert finite.first_not_finite(content, 3, 10_000) == index
    assert finite.first_not_finite(content, 3, index) == finite.NONE
