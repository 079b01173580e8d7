"""How much one request may contain. docs/serving.md and the OpenAPI document state these numbers."""

__all__ = [
    "LONGEST_BODY",
    "LONGEST_NAME",
    "LONGEST_TEXT",
    "LONGEST_WORD",
    "MOST_HISTORY",
    "MOST_ITEMS",
    "MOST_NEIGHBOURS",
    "MOST_RESULTS",
    "MOST_TEXTS",
    "MOST_WORDS",
    "SHORTEST_TOKEN",
]

LONGEST_BODY = 1 << 20  # bytes
LONGEST_NAME = 100  # characters of the name of a model
LONGEST_WORD = 200  # characters
LONGEST_TEXT = 10_000  # characters of a sentence or a history
MOST_WORDS = 1_000  # words, pairs, sums, groups or sentences in a request
MOST_ITEMS = 100  # words in one sum or one group, and words that are excluded
MOST_TEXTS = 100  # histories: each one takes a distribution over the vocabulary
MOST_HISTORY = 1_000  # items of one history
MOST_NEIGHBOURS = 1_000  # results for each query
MOST_RESULTS = 100_000  # results for all queries of a request together: some 5 MB of JSON
SHORTEST_TOKEN = 16  # characters
