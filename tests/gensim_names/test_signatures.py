"""Names and signatures are gensim's."""

import inspect

import pytest

pytest.importorskip("gensim")

import gensim.models

import firth.gensim

# Public names of gensim's that are left out on purpose; docs/gensim.md says why.
LEFT_OUT = {
    "add_lifecycle_event",
    "init_post_load",
    "load_binary_data",
    "recalc_char_ngram_buckets",
    "add_null_word",
    "create_binary_tree",
    "make_cum_table",
    "seeded_vector",
}
SAVING = {"Phrases.save", "FrozenPhrases.save"}  # (*args, **kwargs), as in other classes


def parameters(function: object) -> list[tuple]:
    """Names, kinds and defaults, without self and cls."""
    found = inspect.signature(function).parameters.values()
    return [(one.name, one.kind, one.default) for one in found if one.name not in ("self", "cls")]


def methods() -> list:
    pairs = [
        (gensim.models.KeyedVectors, firth.gensim.KeyedVectors),
        (gensim.models.Word2Vec, firth.gensim.Word2Vec),
        (gensim.models.Doc2Vec, firth.gensim.Doc2Vec),
        (gensim.models.doc2vec.TaggedLineDocument, firth.gensim.TaggedLineDocument),
        (gensim.models.doc2vec.TaggedBrownCorpus, firth.gensim.TaggedBrownCorpus),
        (gensim.models.Phrases, firth.gensim.Phrases),
        (gensim.models.phrases.FrozenPhrases, firth.gensim.FrozenPhrases),
        (gensim.models.FastText, firth.gensim.FastText),
        (gensim.models.fasttext.FastTextKeyedVectors, firth.gensim.FastTextKeyedVectors),
        (gensim.models.callbacks.CallbackAny2Vec, firth.gensim.CallbackAny2Vec),
        (gensim.models.word2vec.LineSentence, firth.gensim.LineSentence),
        (gensim.models.word2vec.PathLineSentences, firth.gensim.PathLineSentences),
        (gensim.models.word2vec.Text8Corpus, firth.gensim.Text8Corpus),
        (gensim.models.word2vec.BrownCorpus, firth.gensim.BrownCorpus),
    ]
    return [
        pytest.param(getattr(theirs, name), ours, name, id=f"{ours.__name__}.{name}")
        for theirs, ours in pairs
        for name in dir(theirs)
        if (not name.startswith("_") or name == "__init__") and name not in LEFT_OUT
        if callable(getattr(theirs, name)) and f"{ours.__name__}.{name}" not in SAVING
    ]


@pytest.mark.parametrize(("theirs", "ours", "name"), methods())
def test_signatures_are_those_of_gensim(theirs: object, ours: type, name: str) -> None:
    assert parameters(getattr(ours, name)) == parameters(theirs)


@pytest.mark.parametrize("name", sorted(set(firth.gensim.__all__) - {"models", "utils"}))
def test_names_are_in_the_modules_where_gensim_has_them(name: str) -> None:
    ours = getattr(firth.gensim, name)
    modules = [one for one in vars(gensim.models).values() if inspect.ismodule(one) and hasattr(one, name)]
    homes = [one.__name__ for one in modules if getattr(getattr(one, name), "__module__", None) == one.__name__] or [
        "gensim.models.phrases"
    ]
    module = __import__(f"firth.{homes[0]}", fromlist=[name])
    assert getattr(module, name) is ours


def test_modules_are_attributes_as_in_gensim() -> None:
    assert firth.gensim.models.Word2Vec is firth.gensim.Word2Vec
    with pytest.raises(AttributeError, match="LdaModel"):
        firth.gensim.models.LdaModel  # noqa: B018
