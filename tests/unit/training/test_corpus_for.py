"""A text that is read once for several models."""

import numpy as np
import pytest

from firth import CorpusError, SettingError, Word2Vec
from firth.corpus import encode
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary

LINES = ["The cat sat on the mat.", "The dog sat on the log.", "A cat and a dog met."] * 20
QUICK = {"vector_size": 8, "min_count": 2, "epochs": 2, "threads": 1, "subsample_threshold": 0.05}


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_an_encoded_corpus_gives_the_bits_of_its_text(architecture):
    from_text = Word2Vec(architecture=architecture, **QUICK).fit(LINES, progress=False)
    encoded = encode(LINES, min_count=2)
    for _ in range(2):  # nothing of it is used up
        model = Word2Vec(architecture=architecture, **QUICK).fit(encoded, progress=False)
        assert model.vectors.matrix.tobytes() == from_text.vectors.matrix.tobytes()
        assert model.context_vectors.tobytes() == from_text.context_vectors.tobytes()
        assert [record.loss for record in model.history] == [record.loss for record in from_text.history]
        assert model.vocabulary.total_words == from_text.vocabulary.total_words


def test_a_mapped_corpus_is_trained_on_as_well():
    mapped = encode(LINES, min_count=2, memory_limit=0)
    assert mapped.memory_mapped
    model = Word2Vec(**QUICK).fit(mapped, progress=False)
    assert model.vectors.matrix.tobytes() == Word2Vec(**QUICK).fit(LINES, progress=False).vectors.matrix.tobytes()


@pytest.mark.parametrize("settings", [{"min_count": 3}, {"max_vocabulary": 5}])
def test_a_model_says_truly_how_its_vocabulary_was_chosen(settings):
    (name,) = settings
    with pytest.raises(SettingError, match=f"{name}={settings[name]}, but the corpus was encoded with {name}="):
        Word2Vec(**{**QUICK, **settings}).fit(encode(LINES, min_count=2), progress=False)


def corpus_of(ids, offsets, counts=(3, 2, 1)):
    vocabulary = Vocabulary(["a", "b", "c"], np.array(counts), min_count=2)
    return EncodedCorpus(vocabulary, np.array(ids, np.int32), np.array(offsets, np.int64))


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (corpus_of([0, 1, 3], [0, 3]), "from 0 to 3: must be indices into the vocabulary, from 0 to 2"),
        (corpus_of([0, -1, 2], [0, 3]), "from -1 to 2"),
        (corpus_of([0, 1, 2], [0, 2, 2, 3]), "must increase"),
        (corpus_of([0, 1, 2], [0, 9, 3]), "must increase"),
        (corpus_of([], [0]), "no words"),
        (corpus_of([0, 1, 2], [0, 3], (3, 2, 0)), "count below 1"),
    ],
)
def test_ids_without_a_row_never_reach_compiled_code(corpus, message):
    with pytest.raises(CorpusError, match=message):
        Word2Vec(**QUICK).fit(corpus, progress=False)
