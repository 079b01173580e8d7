"""The tokenizers for one line agree with the compiled ones."""

from hypothesis import example, given
from hypothesis import strategies as st

from firth.corpus.encoding import encode
from firth.corpus.tokenizers import tokenize_line
from firth.errors import CorpusError

lines = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n"), max_size=40)


@given(lines, st.sampled_from(["words", "whitespace"]))
@example("Don’t STOP, rock'n'roll' 'tis naïve—e\u0301 İstanbul ab\u00adcd x\u200dy 3.14", "words")
def test_same_words_as_the_compiled_tokenizer(line, tokenizer):
    try:
        expected = encode([line], tokenizer=tokenizer, min_count=1).sentence(0)
    except CorpusError:
        expected = []
    assert tokenize_line(line, tokenizer) == expected


def test_a_function_is_called():
    assert tokenize_line("a-b", lambda line: iter(line.split("-"))) == ["a", "b"]
