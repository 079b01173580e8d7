"""Which hardware searches; the searches of a GPU are in tests/simulated and tests/gpu."""

import numpy as np
import pytest

from firth import FirthError, SettingError, WordVectors
from firth.kernels.cuda.present import is_installed, why_no_gpu
from firth.vectors.exact_search import ExactSearch

MATRIX = np.eye(3, dtype=np.float32)


def test_only_known_backends():
    search = ExactSearch(MATRIX)
    with pytest.raises(SettingError, match="backend='gpu': must be one of cpu, cuda"):
        search.backend = "gpu"
    search.backend = "cpu"
    assert search.nearest(np.eye(3)[:1], 1, [[]]).rows.tolist() == [[0]]


@pytest.mark.skipif(is_installed() and why_no_gpu() is None, reason="a GPU can be used")
def test_without_a_gpu_the_error_says_what_to_do_and_the_processor_still_searches():
    vectors = WordVectors(["a", "b", "c"], MATRIX)
    with pytest.raises(FirthError, match=r"backend='cuda'.*pip install 'firth\[cuda\]'"):
        vectors.search.backend = "cuda"
    assert vectors.search.backend == "cpu"
    assert len(vectors.most_similar("a")) == 2
