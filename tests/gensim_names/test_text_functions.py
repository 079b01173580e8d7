"""firth.gensim.utils: the same words as gensim makes of any text."""

import pytest

pytest.importorskip("gensim")

import gensim.utils
from hypothesis import example, given
from hypothesis import strategies as st

from firth.gensim import utils
from firth.gensim.models.word2vec import LineSentence

AWKWARD = [
    "",
    "_",
    "a_b _c",
    "Šéf chomutovských komunistů",
    "e\u0301 E\u0301a",
    "x²y ½ ⅷ",
    "İstanbul ſS ßẞ",
    "\ud800a",
    "1a2b٣c",
]
TEXTS = st.one_of(
    st.text(st.characters(), max_size=60),
    st.text(st.sampled_from("aB _1é\u0301Ç\u0327٣ߕ\n-’"), max_size=60),
    st.sampled_from(AWKWARD),
)


@given(TEXTS, st.booleans(), st.integers(0, 4), st.integers(0, 16))
@example("\ud800 abc", False, 2, 15)
def test_words_are_those_of_gensim(text, deacc, min_len, max_len):
    assert utils.deaccent(text) == gensim.utils.deaccent(text)
    assert list(utils.simple_tokenize(text)) == list(gensim.utils.simple_tokenize(text))
    for lower in (False, True):
        options = {"deacc": deacc, "lower": lower}
        assert list(utils.tokenize(text, **options)) == list(gensim.utils.tokenize(text, **options))
    lengths = {"min_len": min_len, "max_len": max_len}
    assert utils.simple_preprocess(text, deacc, **lengths) == gensim.utils.simple_preprocess(text, deacc, **lengths)


def result(function, *arguments, **options):
    """What a function returns, or the type of its error."""
    try:
        return function(*arguments, **options)
    except (UnicodeError, LookupError, TypeError) as error:
        return type(error)


@given(
    st.one_of(st.binary(max_size=30), TEXTS),
    st.sampled_from(["utf8", "latin-1", "utf-16", "ascii", "no such"]),
    st.sampled_from(["strict", "ignore", "replace"]),
)
def test_bytes_become_texts_as_in_gensim(text, encoding, errors):
    for name in ("any2unicode", "to_unicode", "any2utf8", "to_utf8"):
        ours, theirs = (getattr(module, name) for module in (utils, gensim.utils))
        options = {"encoding": encoding, "errors": errors}
        assert result(ours, text, **options) == result(theirs, text, **options)
    assert result(utils.deaccent, text) == result(gensim.utils.deaccent, text)
    assert result(utils.simple_preprocess, text) == result(gensim.utils.simple_preprocess, text)
    assert result(utils.any2unicode, 5) is TypeError


@given(st.integers(0, 9), st.integers(0, 9), st.sampled_from([None, 0, 1, 2, 7, None]))
def test_words_are_kept_as_in_gensim(count, min_count, answer):
    rule = None if answer is None else lambda word, count, least: answer
    expected = gensim.utils.keep_vocab_item("word", count, min_count, rule)
    assert utils.keep_vocab_item("word", count, min_count, trim_rule=rule) == expected
    names = ("RULE_DEFAULT", "RULE_DISCARD", "RULE_KEEP")
    assert [getattr(utils, name) for name in names] == [getattr(gensim.utils, name) for name in names]


@pytest.mark.parametrize("name", ["corpus.txt", "corpus.txt.gz"])
def test_sentences_are_saved_as_lines(name, tmp_path):
    sentences = [["first", "сентенция"], [], ["ß"]]
    utils.save_as_line_sentence(iter(sentences), tmp_path / name)
    gensim.utils.save_as_line_sentence(sentences, str(tmp_path / f"theirs-{name}"))
    for written in (name, f"theirs-{name}"):
        assert list(LineSentence(tmp_path / written)) == [["first", "сентенция"], ["ß"]]
    with pytest.raises(TypeError):
        utils.save_as_line_sentence([[1]], tmp_path / "numbers.txt")
    assert not (tmp_path / "numbers.txt").exists()
