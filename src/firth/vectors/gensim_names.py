"""Names of gensim's KeyedVectors: what they are called here, for the errors of those who come from gensim."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from firth.errors import SettingError

__all__ = ["GENSIM_ATTRIBUTES", "names_gensims", "no_attribute"]

# Attributes and methods of KeyedVectors; docs/vectors.md has the same table.
GENSIM_ATTRIBUTES = {
    "vectors": "matrix",
    "index_to_key": "words",
    "key_to_index": "word_id(word)",
    "wv": "the vectors themselves",
    "get_vector": "vectors[word]",
    "word_vec": "vectors[word]",
    "get_index": "word_id(word)",
    "get_vecattr": "counts[vectors.word_id(word)]",
    "has_index_for": "word in vectors",
    "most_similar_cosmul": 'most_similar(positive=…, negative=…, method="3cosmul")',
    "similar_by_word": "most_similar(word)",
    "similar_by_key": "most_similar(word)",
    "similar_by_vector": "nearest_to_vector(vector)",
    "most_similar_to_given": "most_similar(word, 1, restrict=words)",
    "closer_than": "most_similar(a, len(vectors))[: vectors.rank(a, b) - 1]",
    "distance": "1 - similarity(a, b)",
    "distances": "1 - similarity_matrix([word], words)[0]",
    "doesnt_match": "odd_one_out(words)",
    "n_similarity": "similarity(vectors.mean_vector(a), vectors.mean_vector(b))",
    "get_mean_vector": "mean_vector(words)",
    "evaluate_word_analogies": "firth.evaluation.evaluate_analogies(vectors, path)",
    "evaluate_word_pairs": "firth.evaluation.evaluate_similarity(vectors, path)",
    "save_word2vec_format": 'save(path, format="word2vec-text" or "word2vec-binary")',
    "load_word2vec_format": "firth.load(path)",
}

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def names_gensims(**ours: str) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """A method that answers parameters of gensim with their names here: topn="count"."""

    def decorate(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @functools.wraps(method)
        def named(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
            for theirs, name in ours.items():
                if theirs in options:
                    raise SettingError(f"{theirs}= is gensim's name: it is {name}= here")
            return method(*arguments, **options)

        return named

    return decorate


def no_attribute(owner: Any, name: str) -> AttributeError:
    """The error for an attribute that does not exist, with the name of what gensim calls so."""
    message = f"{type(owner).__name__!r} object has no attribute {name!r}"
    if name in GENSIM_ATTRIBUTES:
        message += f"; gensim's {name} is {GENSIM_ATTRIBUTES[name]} here"
    return AttributeError(message, name=name, obj=owner)
