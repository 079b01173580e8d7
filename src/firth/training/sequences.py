"""Further targets for sequences: noise items of the center's own group, and an item that every position of a session
predicts, too.

Source   Grbovic & Cheng 2018, "Real-time personalization using embeddings for search ranking at Airbnb": listings are
         compared with others of their own market (equation 5), and the booked listing is a target of all positions of
         its session (equation 4).
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from firth.corpus.encoded import EncodedCorpus
from firth.errors import CorpusError, SettingError, quoted, warn
from firth.kernels.arguments import GroupNoise, SessionTargets
from firth.settings import check_value, real_number, whole_number
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import noise_table

__all__ = ["Groups", "Sessions", "check_extras"]


class Groups:
    """Items in groups, such as markets or departments: each center gets noise items of its own group as well.

    Without them, noise comes from everywhere, and a model mostly learns to distinguish groups. Only with negative
    sampling.

    Parameters
    ----------
    of : the group of each item, any value that can be a key of a dictionary; items that are not in it have no group.
    negatives : noise items from the center's group for each position, besides the `negative_samples` from everywhere;
        fewer where a group has fewer other items. From 1 to 1,000.

    Raises   SettingError if no item has a group or the number is impossible.
    """

    def __init__(self, of: Mapping[str, Hashable], negatives: int = 5) -> None:
        if not isinstance(of, Mapping) or not of:
            raise SettingError(f"of={quoted(of)}: must be a dictionary from items to their groups, with one at least")
        check_value("negatives", negatives, whole_number(1, 1_000))
        self.of, self.negatives = of, negatives

    def encoded(self, corpus: EncodedCorpus, noise_exponent: float) -> GroupNoise:
        """The groups of the words of a vocabulary, with a noise distribution for each.

        Raises   SettingError if no word of the vocabulary has a group.
        """
        numbers: dict[Hashable, int] = {}
        vocabulary = corpus.vocabulary
        of_word = np.full(len(vocabulary), -1, np.int32)
        for word_id, word in enumerate(vocabulary.words):
            if word in self.of:
                of_word[word_id] = numbers.setdefault(self.of[word], len(numbers))
        if not numbers:
            raise SettingError(f"groups: none of the {len(self.of):,} items with a group is in the vocabulary")
        words = np.argsort(of_word, kind="stable")[int((of_word < 0).sum()) :].astype(np.int32)
        starts = np.concatenate(([0], np.cumsum(np.bincount(of_word[words], minlength=len(numbers)))))
        ends = zip(starts[:-1], starts[1:], strict=True)
        tables = [noise_table(vocabulary.counts[words[first:stop]], noise_exponent) for first, stop in ends]
        return GroupNoise(of_word, starts.astype(np.int64), words, np.concatenate(tables), self.negatives)


class Sessions:
    """An item for each sequence that all of its positions predict, besides their own: the one bought in the end.

    Only with negative sampling, for a corpus of sequences (a list of lists of tokens) or an EncodedCorpus.

    Parameters
    ----------
    targets : for each sequence of the corpus an item, or None.
    weight : how often the target counts where the center counts once; above 0, at most 1,000.

    Raises   SettingError if the weight is impossible or targets are no list.
    """

    def __init__(self, targets: Sequence[str | None], weight: float = 1.0) -> None:
        if isinstance(targets, str) or not isinstance(targets, Sequence):
            raise SettingError(f"targets={quoted(targets)}: must be a list with an item or None for each sequence")
        check_value("weight", weight, real_number(0, 1_000, above=True))
        self.targets, self.weight = targets, float(weight)

    def encoded(self, given: object, corpus: EncodedCorpus) -> SessionTargets:
        """The targets of the sentences of an encoded corpus.

        given : what it was encoded from: sequences without any word of the vocabulary are not in it.

        Raises   CorpusError if there is not one target for each sequence, or `given` is no list.
        Warns    if targets are not in the vocabulary: they have no effect.
        """
        vocabulary = corpus.vocabulary
        if isinstance(given, EncodedCorpus):
            n_sequences = corpus.n_sentences
        elif isinstance(given, list | tuple) and not any(isinstance(sequence, str) for sequence in given):
            n_sequences = len(given)
        else:
            raise CorpusError("with sessions=, the corpus must be a list of lists of tokens, or an EncodedCorpus")
        if len(self.targets) != n_sequences:
            raise CorpusError(
                f"sessions: {len(self.targets):,} targets for {n_sequences:,} sequences; give one for each"
            )
        chosen = list(self.targets)
        if isinstance(given, list | tuple):
            pairs = zip(self.targets, given, strict=True)
            chosen = [target for target, sequence in pairs if any(word in vocabulary for word in sequence)]
        ids = np.array([-1 if word is None else vocabulary.get(word, -1) for word in chosen], np.int32)
        wanted = sum(word is not None for word in chosen)
        if unknown := wanted - int((ids >= 0).sum()):
            warn(f"sessions: {unknown:,} of {wanted:,} targets are not in the vocabulary and have no effect")
        return SessionTargets(ids, self.weight)


def check_extras(
    settings: Hyperparameters, sessions: Sessions | None, groups: Groups | None, phrases: object = None
) -> None:
    """Raise SettingError if the objective has no use for them, or phrases would change the sequences."""
    if sessions is not None and phrases is not None:
        raise SettingError("phrases with sessions: join the sequences first, list(phrases.join(sequences))")
    for name, given in (("sessions", sessions), ("groups", groups)):
        if given is not None and settings.objective != "negative_sampling":
            raise SettingError(f"{name}: only with objective='negative_sampling', not {settings.objective!r}")
