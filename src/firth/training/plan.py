"""From hyperparameters and an encoded text to what a backend trains: the plan, and the vectors it starts from."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix
from firth.backends.plan import Origin, TrainingPlan, epoch_key
from firth.corpus.encoded import EncodedCorpus
from firth.kernels.arguments import Composition, Documents, EncodedIds, GroupNoise, Sampling, SessionTargets, Tree
from firth.kernels.cpu.training.huffman import merge_rarest, write_paths
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import contrast_shifts, keep_thresholds, noise_table
from firth.training.untrained_loss import untrained_loss

__all__ = ["NO_EXTRAS", "Extras", "huffman_tree", "initial_word_vectors", "plan_of_ids", "plan_training"]
__all__ += ["random_vectors"]


class Extras(NamedTuple):
    """What a plan may have beyond the settings and the text; None for what it has not."""

    composition: Composition | None = None
    ngram_rows: int = 0  # P, rows of the input matrix behind those of the words
    groups: GroupNoise | None = None
    sessions: SessionTargets | None = None
    documents: Documents | None = None  # further inputs of each sentence
    window: tuple[int, int] | None = None  # in place of the settings'; (0, 0) where documents are the only inputs
    rows_of_words: NDArray[np.float32] | None = None  # (V,) how much each word weighs in the mean of CBOW
    sums_inputs: bool = False  # CBOW with the sum of a window in place of its mean
    noise_counts: Counts | None = None  # (V,) noise words are drawn by these; None: by those of the vocabulary
    origins: list[Origin] | None = None  # of the pieces of a larger text


NO_EXTRAS = Extras()


def plan_training(settings: Hyperparameters, corpus: EncodedCorpus, extras: Extras = NO_EXTRAS) -> TrainingPlan:
    """The plan of training a model with these settings on a text."""
    return plan_of_ids(settings, EncodedIds(corpus.ids, corpus.sentence_offsets), corpus.vocabulary.counts, extras)


def plan_of_ids(
    settings: Hyperparameters, corpus: EncodedIds, counts: Counts, extras: Extras = NO_EXTRAS
) -> TrainingPlan:
    """The same for a text, or pieces of one, whose words are only numbers.

    counts : (V,) of the words of the vocabulary in all of the text.
    """
    noise = counts if extras.noise_counts is None else extras.noise_counts
    negative_samples = settings.noise_words
    if settings.objective == "negative_sampling":
        # All noise words of a position differ from each other and from its word.
        negative_samples = min(negative_samples, int(np.count_nonzero(noise)) - 1)
    shifts = tree = None
    if settings.objective == "nce":
        shifts = contrast_shifts(noise, settings.noise_power, negative_samples)
    elif settings.objective == "hierarchical_softmax":
        tree = huffman_tree(counts)
    sampling = Sampling(
        keep_thresholds=keep_thresholds(counts, settings.subsample_threshold),
        noise_table=noise_table(noise, settings.noise_power),
        window=settings.window_sides if extras.window is None else extras.window,
        shrink_window=settings.shrink_window,
        negative_samples=negative_samples,
        key=epoch_key(settings.seed, 0),
    )
    return TrainingPlan(
        corpus=corpus,
        architecture=settings.architecture,
        exact_gradient=settings.cbow_gradient == "exact",
        objective=settings.objective,
        sampling=sampling,
        tree=tree,
        contrast_shifts=shifts,
        seed=settings.seed,
        untrained_loss=untrained_loss(settings, counts, negative_samples, tree, extras.groups, extras.sessions),
        composition=extras.composition,
        ngram_rows=extras.ngram_rows,
        groups=extras.groups,
        sessions=extras.sessions,
        documents=extras.documents,
        rows_of_words=extras.rows_of_words,
        sums_inputs=extras.sums_inputs,
        origins=extras.origins,
    )


def initial_word_vectors(words: int, vector_size: int, seed: int) -> Matrix:
    """(V, D) numbers drawn uniformly from -1 / D to 1 / D, as in gensim.

    word2vec.c draws from half of that range; ranges from a tenth to five times made no measurable difference.
    """
    return random_vectors(words, vector_size, 1 / vector_size, np.random.default_rng(seed % 2**64))


def random_vectors(words: int, vector_size: int, largest: float, rng: np.random.Generator) -> Matrix:
    """(words, D) numbers drawn uniformly from -largest to largest."""
    matrix = rng.random((words, vector_size), np.float32)
    matrix -= np.float32(0.5)
    matrix *= np.float32(2 * largest)
    return matrix


def huffman_tree(counts: Counts) -> Tree:
    """Huffman's tree over words with these counts (V,), as the path to each word.

    It follows from the counts alone, so no file needs to keep it. Node 0 is the root; nodes are numbered by falling
    count. Of two branches the one with the rarer words has code 1; where counts are equal, words count as rarer than
    nodes, later words as rarer than earlier ones and nodes made earlier (which have higher numbers) as rarer than those
    made later.
    """
    words = len(counts)
    rarest_first = np.argsort(-counts, kind="stable")[::-1].astype(np.int64)
    parents, codes = np.zeros(2 * words - 1, np.int64), np.zeros(2 * words - 1, np.int8)
    offsets = np.zeros(words + 1, np.int64)
    merge_rarest(np.ascontiguousarray(counts, np.int64), rarest_first, parents, codes, offsets[1:])
    longest = int(offsets.max())
    np.cumsum(offsets, out=offsets)
    turns = np.empty(offsets[-1], np.int32)
    write_paths(parents, codes, offsets, turns)
    return Tree(offsets, turns, longest)
