"""Queries and their results: what the OpenAPI document says of them is written here.

FastAPI checks requests against these classes. Responses are described by them, not built from them: they are made of
plain lists and dictionaries, which are serialised once.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from firth.server.limits import (
    LONGEST_TEXT,
    LONGEST_WORD,
    MOST_ITEMS,
    MOST_NEIGHBOURS,
    MOST_WORDS,
)
from firth.vectors.analogy_search import AnalogyMethod

__all__ = [
    "Count",
    "Request",
    "Text",
    "AnalogyRequest",
    "AnalogyResponse",
    "BetweenRequest",
    "BetweenResponse",
    "OddOneOutRequest",
    "OddOneOutResponse",
    "SentenceVectorsRequest",
    "SentenceVectorsResponse",
    "SimilarRequest",
    "SimilarResponse",
    "SimilarityRequest",
    "SimilarityResponse",
    "VectorsRequest",
    "VectorsResponse",
    "example",
]

Word = Annotated[str, Field(min_length=1, max_length=LONGEST_WORD, description="A word, exactly as the model has it.")]
Words = Annotated[list[Word], Field(min_length=1, max_length=MOST_WORDS)]
Pair = Annotated[list[Word], Field(min_length=2, max_length=2)]
Pairs = Annotated[list[Pair], Field(min_length=1, max_length=MOST_WORDS, description="Pairs of words.")]
Items = Annotated[list[Word], Field(max_length=MOST_ITEMS)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Count = Annotated[
    int,
    Field(
        ge=1,
        le=MOST_NEIGHBOURS,
        description="How many words to return for each query, best first. Fewer are returned only where there are "
        "fewer candidates.",
    ),
]
Unknown = Annotated[
    Literal["error", "null"],
    Field(
        description='What to do with words that the model does not know. "error": the request fails with the code '
        '`unknown_word`, which names near spellings. "null": the results of queries with such a word are null, and the '
        "others are returned."
    ),
]
Similarity = Annotated[float, Field(description="The cosine of the angle between two vectors, in [-1, 1].")]


class Request(BaseModel):
    """The base of all requests."""

    # Strict: "10" is no number, and what is misspelt is an error, not ignored.
    model_config = ConfigDict(extra="forbid", strict=True)


def example(**fields: Any) -> ConfigDict:
    """The configuration of a class that has an example in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class _Candidates(Request):
    restrict: Annotated[
        int | None, Field(ge=1, description="Search only the first N words, in most files the most frequent.")
    ] = None
    exclude: Annotated[Items, Field(description="Words to leave out of the results; unknown ones are ignored.")] = []


Approximate = Annotated[
    bool,
    Field(
        description="Search the index that `firth index` built, which finds most of the nearest words and reads few. "
        "Not together with `restrict`."
    ),
]

# ---------------------------------------------------------------- similar


class SimilarRequest(_Candidates):
    """Words whose neighbours are wanted."""

    model_config = example(words=["king", "water"], count=3)

    words: Annotated[Words, Field(description="One query for each word.")]
    count: Count = 10
    approximate: Approximate = False
    unknown: Unknown = "error"


class Neighbour(BaseModel):
    """A word and its similarity to the query."""

    word: str
    similarity: Similarity


class SimilarResult(BaseModel):
    """The neighbours of one word."""

    word: str
    neighbours: Annotated[list[Neighbour] | None, Field(description="Best first; null for an unknown word.")]


class SimilarResponse(BaseModel):
    """The neighbours of each word, in the order of the request."""

    model_config = example(
        model="glove",
        results=[{"word": "king", "neighbours": [{"word": "prince", "similarity": 0.823618}]}],
    )

    model: str
    results: list[SimilarResult]


# ---------------------------------------------------------------- analogy


class Sum(Request):
    """Words to add and to subtract, each first scaled to length 1. "man is to king as woman is to …" is king - man + woman."""  # noqa: E501

    positive: Annotated[list[Word], Field(min_length=1, max_length=MOST_ITEMS, description="Words to add.")]
    negative: Annotated[Items, Field(description="Words to subtract.")] = []


class AnalogyRequest(_Candidates):
    """Sums of words, for each of which the nearest words are wanted."""

    model_config = example(sums=[{"positive": ["king", "woman"], "negative": ["man"]}], count=3)

    sums: Annotated[list[Sum], Field(min_length=1, max_length=MOST_WORDS, description="One query for each sum.")]
    count: Count = 10
    method: Annotated[
        AnalogyMethod,
        Field(
            description='"3cosadd" ranks by the cosine to the sum. "3cosmul" ranks by the product of the similarities '
            "to the added words, divided by those to the subtracted ones (Levy and Goldberg 2014); its scores are at "
            "least 0, and it cannot be approximate."
        ),
    ] = "3cosadd"
    approximate: Approximate = False
    unknown: Unknown = "error"


class AnalogyResult(Sum):
    """The words nearest to one sum."""

    neighbours: Annotated[
        list[Neighbour] | None, Field(description="Best first, without the words of the sum; null for an unknown word.")
    ]


class AnalogyResponse(BaseModel):
    """The words nearest to each sum, in the order of the request."""

    model_config = example(
        model="glove",
        results=[
            {
                "positive": ["king", "woman"],
                "negative": ["man"],
                "neighbours": [{"word": "queen", "similarity": 0.860958}],
            }
        ],
    )

    model: str
    results: list[AnalogyResult]


# ---------------------------------------------------------------- between


class BetweenRequest(_Candidates):
    """Pairs of words, between which others are wanted."""

    model_config = example(pairs=[["cold", "hot"]], count=3)

    pairs: Pairs
    count: Count = 10
    unknown: Unknown = "error"


class WordBetween(BaseModel):
    """A word near the straight line from one word to another."""

    word: str
    similarity: Annotated[float, Field(description="Its cosine with the nearest point of the line, in (0, 1].")]
    position: Annotated[float, Field(description="Where that point is, from 0 (the first word) to 1 (the second).")]


class BetweenResult(BaseModel):
    """The words between one pair."""

    pair: list[str]
    between: Annotated[list[WordBetween] | None, Field(description="Nearest first; null for an unknown word.")]


class BetweenResponse(BaseModel):
    """The words between each pair, in the order of the request."""

    model_config = example(
        model="glove",
        results=[
            {"pair": ["cold", "hot"], "between": [{"word": "warm", "similarity": 0.857811, "position": 0.500231}]}
        ],
    )

    model: str
    results: list[BetweenResult]


# ---------------------------------------------------------------- comparisons


class SimilarityRequest(Request):
    """Pairs of words to compare."""

    model_config = example(pairs=[["king", "queen"], ["king", "water"]])

    pairs: Pairs
    unknown: Unknown = "error"


class SimilarityResult(BaseModel):
    """The similarity of one pair."""

    pair: list[str]
    similarity: Annotated[float | None, Field(description="The cosine, in [-1, 1]; null for an unknown word.")]


class SimilarityResponse(BaseModel):
    """The similarity of each pair, in the order of the request."""

    model_config = example(model="glove", results=[{"pair": ["king", "queen"], "similarity": 0.783904}])

    model: str
    results: list[SimilarityResult]


class OddOneOutRequest(Request):
    """Groups of words, in each of which one does not belong with the others."""

    model_config = example(groups=[["king", "queen", "prince", "water"]])

    groups: Annotated[
        list[Annotated[list[Word], Field(min_length=3, max_length=MOST_ITEMS)]],
        Field(min_length=1, max_length=MOST_WORDS, description="Groups of at least three words."),
    ]
    unknown: Unknown = "error"


class OddOneOutResult(BaseModel):
    """The odd one out of one group."""

    group: list[str]
    odd_one_out: Annotated[
        str | None,
        Field(description="The word least similar to the mean of the group; null for an unknown word."),
    ]


class OddOneOutResponse(BaseModel):
    """The odd one out of each group, in the order of the request."""

    model_config = example(
        model="glove", results=[{"group": ["king", "queen", "prince", "water"], "odd_one_out": "water"}]
    )

    model: str
    results: list[OddOneOutResult]


# ---------------------------------------------------------------- vectors


class VectorsRequest(Request):
    """Words whose vectors are wanted."""

    model_config = example(words=["king", "queen"])

    words: Annotated[Words, Field(description="The words.")]
    unknown: Unknown = "error"


class VectorResult(BaseModel):
    """The vector of one word."""

    word: str
    vector: Annotated[list[float] | None, Field(description="Numbers as the model has them; null for an unknown word.")]


class VectorsResponse(BaseModel):
    """The vector of each word, in the order of the request."""

    model_config = example(model="glove", results=[{"word": "king", "vector": [0.50451, 0.68607, -0.59517]}])

    model: str
    results: list[VectorResult]


class SentenceVectorsRequest(Request):
    """Sentences whose vectors are wanted."""

    model_config = example(sentences=["the king of the land", "a glass of water"])

    sentences: Annotated[
        list[Text],
        Field(
            min_length=1,
            max_length=MOST_WORDS,
            description="Texts, which are split at white space and otherwise taken as they are: where the words of the "
            "model are in lower case, they should be.",
        ),
    ]
    sif: Annotated[
        FiniteFloat | None,
        Field(
            gt=0,
            description="null for the plain mean of the words' vectors; a number a, such as 0.001, weights each word "
            "by a / (a + its relative frequency) (Arora et al. 2017). The component that the sentences have in "
            "common is not removed: vectors of different requests would not be comparable. Needs a model with counts.",
        ),
    ] = None


class SentenceVectorResult(BaseModel):
    """The vector of one sentence."""

    sentence: str
    vector: Annotated[list[float], Field(description="Zeros where the model knows no word of the sentence.")]


class SentenceVectorsResponse(BaseModel):
    """The vector of each sentence, in the order of the request."""

    model_config = example(model="glove", results=[{"sentence": "a glass of water", "vector": [0.2, -0.1, 0.4]}])

    model: str
    results: list[SentenceVectorResult]
