"""Phrases are those of gensim, with its scores."""

import gzip
import json

import numpy as np
import pytest

pytest.importorskip("gensim")

from gensim.models import phrases as theirs

from firth.errors import FirthWarning, FormatError
from firth.gensim import (
    ENGLISH_CONNECTOR_WORDS,
    FrozenPhrases,
    Phraser,
    Phrases,
    Word2Vec,
    npmi_scorer,
    original_scorer,
)


def sentences(count: int = 300) -> list[list[str]]:
    """Some pairs come together more often than others, some across connectors."""
    rng = np.random.default_rng(11)
    words = np.array([*"abcdefghijklmnop", "of", "the"])
    text = [rng.choice(words, rng.integers(0, 12)).tolist() for _ in range(count)]
    for sentence in text[::3]:
        sentence += ["new", "york", "bank", "of", "the", "river"]
    return text


def lengthy(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count) -> float:
    return bigram_count / (worda_count + wordb_count + len_vocab / corpus_word_count)


SETTINGS = [
    {"threshold": 2.0},
    {"min_count": 1, "threshold": 0.5},
    {"min_count": 3, "threshold": 0.1, "scoring": "npmi"},
    {"min_count": 3, "threshold": 1.0, "connector_words": frozenset({"of", "the"})},
    {"min_count": 3, "threshold": 0.1, "scoring": "npmi", "connector_words": {"of", "the"}, "delimiter": "+"},
    {"min_count": 2, "threshold": 0.2, "scoring": lengthy},
]


def close(ours: dict, other: dict) -> None:
    assert ours.keys() == other.keys()
    assert list(ours.values()) == pytest.approx([other[phrase] for phrase in ours], abs=1e-9)


@pytest.mark.parametrize("settings", SETTINGS, ids=map(str, range(len(SETTINGS))))
def test_phrases_are_those_of_gensim(settings) -> None:
    text = sentences()
    pair = theirs.Phrases(text, **settings), Phrases(text, **settings)
    assert len(pair[1].export_phrases()) > 0
    if "connector_words" not in settings:  # gensim looks for connectors among words joined by its own export
        close(pair[1].export_phrases(), pair[0].export_phrases())
    close(pair[1].find_phrases(text), pair[0].find_phrases(text))
    assert list(pair[1][text]) == list(pair[0][text])
    assert str(pair[1]) == str(pair[0])
    frozen = pair[1].freeze()
    assert list(frozen[text]) == list(pair[0][text])
    assert pair[1].vocab == pair[0].vocab
    assert pair[1].corpus_word_count == pair[0].corpus_word_count
    close(pair[1].find_phrases(text), pair[0].find_phrases(text))  # from the dictionary, now that it was made


def test_counts_are_added() -> None:
    text = sentences()
    pair = []
    for kind in (theirs.Phrases, Phrases):
        phrases = kind(text[:200], min_count=2, threshold=0.5)
        phrases.add_vocab(text[200:])
        pair.append(phrases)
    assert pair[0].vocab == pair[1].vocab
    close(pair[1].find_phrases(text), pair[0].find_phrases(text))
    assert len(Phrases(text, max_vocab_size=50).vocab) == 50


def test_passes_make_longer_phrases() -> None:
    text = sentences()
    found = []
    for kind, frozen in ((theirs.Phrases, theirs.FrozenPhrases), (Phrases, FrozenPhrases)):
        once = frozen(kind(text, min_count=5, threshold=1))
        twice = frozen(kind(once[text], min_count=5, threshold=1))
        found.append(list(kind(once[text], min_count=5, threshold=1)[once[text]]))
        assert list(twice[once[text]]) == list(twice[once[text]])
    assert found[0] == found[1]


def test_a_sentence_or_a_corpus() -> None:
    phrases = Phrases(sentences(), min_count=5, threshold=1)
    assert phrases[["a", "new", "york"]] == ["a", "new_york"]
    assert list(phrases[[["new", "york"], []]]) == [["new_york"], []]
    assert phrases[[]] == []
    assert list(phrases[iter([["new", "york"]])]) == [["new_york"]]
    assert phrases.score_candidate("new", "york", [])[0] == "new_york"
    assert phrases.score_candidate("new", "a", []) == (None, None)
    assert Phraser is FrozenPhrases
    assert frozenset(theirs.ENGLISH_CONNECTOR_WORDS) == ENGLISH_CONNECTOR_WORDS


def test_words_can_be_trained_on() -> None:
    text = sentences()
    model = Word2Vec(Phrases(text, min_count=5, threshold=1)[text], vector_size=5, epochs=1, min_count=5)
    assert "new_york" in model.wv


@pytest.mark.parametrize("name", ["phrases.json", "phrases.json.gz"])
def test_files_are_json(tmp_path, name) -> None:
    path, text = tmp_path / name, sentences()
    phrases = Phrases(text, min_count=3, threshold=1.0, connector_words={"of", "the"})
    phrases.save(path)
    document = json.loads((gzip.decompress if name.endswith("gz") else bytes)(path.read_bytes()))
    assert document["counts"]["new"] == phrases.vocab["new"]
    read = Phrases.load(path)
    close(read.export_phrases(), phrases.export_phrases())
    read.add_vocab(text)
    phrases.freeze().save(str(path))
    frozen = FrozenPhrases.load(str(path))
    assert frozen.phrasegrams == phrases.freeze().phrasegrams
    assert str(frozen) == str(phrases.freeze())
    with pytest.raises(AttributeError, match="FrozenPhrases"):
        Phrases.load(path)


def test_functions_are_not_in_files(tmp_path) -> None:
    path, text = tmp_path / "phrases", sentences()
    phrases = Phrases(text, min_count=2, threshold=0.2, scoring=lengthy)
    phrases.save(path)
    with pytest.raises(ValueError, match="scoring"):
        Phrases.load(path).export_phrases()
    close(Phrases.load(path, scoring=lengthy).export_phrases(), phrases.export_phrases())


def test_gensims_own_files_are_read(tmp_path) -> None:
    text = sentences()
    phrases = theirs.Phrases(text, min_count=3, threshold=1.0, connector_words={"of", "the"})
    phrases.save(str(tmp_path / "phrases"))
    read = Phrases.load(tmp_path / "phrases")
    assert list(read[text]) == list(phrases[text])
    assert read.vocab == phrases.vocab
    phrases.freeze().save(str(tmp_path / "frozen"))
    assert list(FrozenPhrases.load(tmp_path / "frozen")[text]) == list(phrases[text])
    (tmp_path / "other").write_text('{"format": "something"}')
    with pytest.raises(FormatError, match="no phrases"):
        Phrases.load(tmp_path / "other")


@pytest.mark.parametrize(
    "settings",
    [
        {"min_count": 0},
        {"threshold": 0},
        {"threshold": 2, "scoring": "npmi"},
        {"scoring": "best"},
        {"scoring": len},
        {"scoring": 5},
    ],
    ids=str,
)
def test_impossible_settings(settings) -> None:
    with pytest.raises(ValueError, match="."):
        Phrases(**settings)


def test_scorers_and_settings_without_effect() -> None:
    counts = {"worda_count": 5, "wordb_count": 4, "bigram_count": 3, "len_vocab": 20, "min_count": 2}
    for ours, other in ((original_scorer, theirs.original_scorer), (npmi_scorer, theirs.npmi_scorer)):
        assert ours(**counts, corpus_word_count=50) == pytest.approx(other(**counts, corpus_word_count=50))
        empty = counts | {"worda_count": 0}
        assert ours(**empty, corpus_word_count=50) == float("-inf")
    with pytest.warns(FirthWarning, match="progress_per"):
        Phrases(progress_per=5)
