"""Plans of texts without structure."""

import numpy as np

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.arguments import Documents
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs, extras_of, parts_of_words
from firth.training.plan import plan_training


def zipf_plan(words, tokens, tags_of=None, **settings):
    """A text without structure, whose word frequencies follow Zipf's law.

    tags_of : a function from the number of a sentence to its tags.
    """
    chances = 1 / np.arange(1, words + 1)
    ids = np.random.default_rng(1).choice(words, tokens, p=chances / chances.sum()).astype(np.int32)
    ids = np.unique(ids, return_inverse=True)[1].astype(np.int32)
    counts = np.bincount(ids)
    order = np.argsort(-counts, kind="stable")
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.arange(len(order))
    offsets = np.unique(np.append(np.arange(0, tokens, 20), tokens))
    corpus = EncodedCorpus(
        Vocabulary([f"w{i}" for i in range(len(counts))], counts[order]), ranks[ids], offsets, tokens
    )
    made = Hyperparameters(**settings)
    inputs = WordInputs(parts_of_words(made, corpus.vocabulary))
    extras = extras_of(made, corpus, inputs, (None, None, None))
    if tags_of is not None:
        tags = [tags_of(sentence) for sentence in range(corpus.n_sentences)]
        listed = np.concatenate(tags).astype(np.int32)
        starts = np.cumsum([0, *map(len, tags)])
        documents = Documents(starts, listed, len(counts), int(listed.max()) + 1, max(map(len, tags)))
        extras = extras._replace(documents=documents)
    return plan_training(made, corpus, extras)
