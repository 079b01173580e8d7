"""Files of language models with impossible numbers: refused when they are read, not noticed when they are used."""

import json

import numpy as np
import pytest

import firth
from firth import NeuralModel, NgramModel

TEXTS = ["the tea is hot", "the milk is cold", "the tea is cold"] * 3


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lm")
    NgramModel(order=3, min_count=1).fit(TEXTS, progress=False).save(folder / "ngram")
    settings = {"vector_size": 4, "hidden_size": 4, "epochs": 1}
    NeuralModel(order=3, min_count=1, **settings).fit(TEXTS, progress=False).save(folder / "neural")
    return folder


def with_number(content, name, index, number):
    """The file with another number in one of its tensors."""
    end = 8 + int.from_bytes(content[:8], "little")
    begin = end + json.loads(content[8:end])[name]["data_offsets"][0] + 4 * index
    return content[:begin] + np.float32(number).tobytes() + content[begin + 4 :]


@pytest.mark.parametrize("number", [0, -1, np.inf, np.nan, 2])
@pytest.mark.parametrize("name", ["probabilities.1", "probabilities.3", "backoffs.1", "backoffs.2"])
def test_numbers_that_are_no_probabilities(files, tmp_path, name, number):
    (tmp_path / "a").write_bytes(with_number((files / "ngram").read_bytes(), name, 1, number))
    with pytest.raises(firth.FormatError, match="n-grams of order . .*the file is damaged"):
        firth.load_language_model(tmp_path / "a")


@pytest.mark.parametrize("number", [np.inf, np.nan, 3e38])
@pytest.mark.parametrize("name", ["embeddings", "hidden", "hidden_bias", "output", "output_bias"])
def test_weights_that_cannot_be_computed_with(files, tmp_path, name, number):
    (tmp_path / "a").write_bytes(with_number((files / "neural").read_bytes(), name, 2, number))
    with pytest.raises(firth.FormatError, match=f"'{name}' has a number that is not finite, or too large"):
        firth.load_language_model(tmp_path / "a")


def test_a_model_without_discounts_keeps_what_it_thinks_impossible(tmp_path):
    nothing = [(0, 0, 0)] * 2
    NgramModel(order=2, min_count=1, discounts=nothing).fit(TEXTS, progress=False).save(tmp_path / "a")
    model = firth.load_language_model(tmp_path / "a")
    assert model.perplexity(["hot hot"]) > 1e300
