"""Recommender: the next item after a history, from vectors, rules and nearest sequences together."""

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from firth.arrays import Matrix, Vector
from firth.errors import NotFittedError, SettingError
from firth.progress import ProgressOption, open_progress
from firth.recommend.answers import Wanted, lists
from firth.recommend.attributes import Attributes
from firth.recommend.cold_start import ColdMethod, ColdVectors
from firth.recommend.durations import Span
from firth.recommend.evidence import FEATURES, LAGS
from firth.recommend.explain import explain
from firth.recommend.given_items import known_numbers, read_histories
from firth.recommend.interactions import Interactions
from firth.recommend.item_index import check_recall
from firth.recommend.items import Item, Items
from firth.recommend.learned import Learned, learn
from firth.recommend.new_items import ColdStart
from firth.recommend.recommendations import Explanation, ManyRecommendations, Recommendation, Recommendations
from firth.recommend.recommender_file import StoredRecommender, read, write
from firth.recommend.recommender_settings import RecommenderSettings
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.sequences import Sequences
from firth.recommend.user_vectors import user_vector
from firth.settings import answers_names
from firth.vectors.given import check_whole
from firth.vectors.word_vectors import WordVectors

__all__ = ["Recommender"]

SEEN = tuple(f"seen {lag} ago" for lag in range(1, LAGS)) + (f"seen {LAGS} or more ago",)


class Recommender:
    """Predicts the next item of a sequence: a session, a playlist, or all that a user did.

    Four components score each item: vectors that predict the next item from a recency-weighted mean of the last ones
    (NextItemVectors), sequential rules, item-kNN, and the nearest sequences (VS-kNN); popularity, and whether the item
    was seen before, count as well. How much each counts is learned from held-out answers (blend.py).

    Parameters
    ----------
    repeats : whether items that were seen may be recommended again. "auto" learns from the sequences whether and how
        soon items come again.
    held_out_events : so many events, at the ends of at most a fifth of the sequences, are held out until the last
        epoch, to learn how much each component counts.
    vector_size, history, recency, negative_samples, noise_exponent, batch_size, epochs, learning_rate, side_weights,
    target_event, negatives_from, seed, threads, backend : of the vectors; see NextItemVectors.

    Attributes
    ----------
    settings : all of the above.
    items : the N items that occur in the sequences, most frequent first.

    Raises   SettingError if a setting is impossible.

    Examples
    --------
    >>> visits = [["tea", "cup", "spoon"], ["tea", "cup"], ["oil", "pan"], ["tea", "cup", "spoon"]] * 5
    >>> model = Recommender(epochs=2, threads=1).fit(visits)
    >>> model.recommend(["tea", "cup"], count=1).items
    ['spoon']
    """

    name = "recommender"

    @answers_names({})
    def __init__(
        self,
        *,
        repeats: str | bool = "auto",
        held_out_events: int = 2500,
        vector_size: int = 64,
        history: int = 10,
        recency: float = 0.8,
        negative_samples: int = 240,
        noise_exponent: float = 0.5,
        batch_size: int = 512,
        epochs: int = 4,
        learning_rate: float = 0.25,
        side_weights: str = "equal",
        target_event: str | None = None,
        negatives_from: str | None = None,
        seed: int = 1,
        threads: int | None = None,
        backend: str = "cpu",
    ) -> None:
        settings = {name: value for name, value in locals().items() if name != "self"}
        self.settings = RecommenderSettings(**settings)
        self._learned: Learned | None = None

    def fit(
        self,
        sequences: Sequences | Interactions | Iterable[Iterable[Item]],
        attributes: Attributes | None = None,
        *,
        progress: ProgressOption = None,
    ) -> Self:
        """Learn from sequences, and return self. An earlier fit is replaced when this one is complete.

        Parameters
        ----------
        sequences : Sequences; or Interactions, all of whose events of a user are one sequence; or an iterable of lists
            of items, each oldest first.
        attributes : side information on the items, for the vectors.
        progress : None or True shows a bar (lines where none can be drawn); False nothing; a function is called with
            Progress records.

        Raises   CorpusError if there are no events; SettingError if no sequence has two, or the backend cannot be
                 used or not train this; MissingExtraError if it is not installed. KeyboardInterrupt on Ctrl-C;
                 the model is then what it was before.
        """
        self.settings.check_backend(attributes is not None)
        if isinstance(sequences, Interactions):
            sequences = sequences.sequences()
        elif not isinstance(sequences, Sequences):
            sequences = Sequences.of(sequences)
        with open_progress(progress) as reporter:
            self._learned = learn(sequences, attributes, self.settings, reporter)
        return self

    @property
    def learned(self) -> Learned:
        """Everything that was learned. Raises NotFittedError before fit()."""
        if self._learned is None:
            raise NotFittedError("this recommender is not fitted: call fit(sequences), or load(path) a saved one")
        return self._learned

    @property
    def items(self) -> Items:
        """The N items. Raises NotFittedError before fit()."""
        return self.learned.items

    @property
    def weights(self) -> dict[str, float]:
        """How much each feature counts, by name: the score of an item is the weighted sum of its features.

        "vectors": the product of the vectors; "sequential rules", "item-kNN", "VS-kNN": log(1 + the score, scaled);
        "popularity": log(count); "seen 1 ago" …: 1 for items that were seen so many events ago.
        """
        return dict(zip(FEATURES + SEEN, self.learned.weights.tolist(), strict=True))

    def scores(self, histories: Histories) -> Matrix:
        """A score (Q, N) of each item as the next one, by item numbers; see Scorer."""
        return self.learned.scores(histories)

    # ---------------------------------------------------------------- lists

    def recommend(
        self,
        history: Iterable[Item] | Vector,
        count: int = 20,
        *,
        exclude_seen: bool | None = None,
        only: Iterable[Item] | None = None,
        never: Iterable[Item] | None = None,
        new_items: int = 0,
        approximate: bool = False,
    ) -> Recommendations:
        """The items that most likely come next, best first.

        Parameters
        ----------
        history : items, oldest first. Unknown ones are skipped, and named in `skipped` of the result. If none is known,
            the most frequent items are recommended, and `is_popularity` of the result says so. Or a vector (D,) of
            floats, such as user_vector() returns: then the vectors and popularity rank.
        count : at least 1; fewer are returned where fewer may be recommended.
        exclude_seen : whether items of the history are left out. None: as was learned from the sequences, and set by
            `repeats`.
        only, never : the only items that may be recommended, such as those in stock; and items that may not.
        new_items : so many of the `count` are the best of those that add_items() added, at the end of the list. With 0
            they are where their scores put them, which is rarely among the best: they were never chosen.
        approximate : use the index (see build_index), which finds most of the best items and reads few.

        Raises   UnknownWordError, with near spellings, if an item of `only` or `never` is unknown. SettingError if
                 `count` is below 1, the history is not a list, or new items or an index are wanted that there are not.
        """
        wanted = Wanted(count, exclude_seen, only, never, new_items, approximate)
        found, given = lists(self.learned, [history], wanted)
        first = found[0]
        first.skipped = given.skipped[0]
        return first

    def recommend_many(
        self,
        histories: Iterable[Iterable[Item] | Vector],
        count: int = 20,
        *,
        exclude_seen: bool | None = None,
        only: Iterable[Item] | None = None,
        never: Iterable[Item] | None = None,
        new_items: int = 0,
        approximate: bool = False,
    ) -> ManyRecommendations:
        """The same for many histories, on all cores: arrays, which are also a sequence of lists."""
        return lists(self.learned, histories, Wanted(count, exclude_seen, only, never, new_items, approximate))[0]

    def user_vector(
        self, history: Iterable[Item], times: Iterable[Any] | None = None, *, half_life: Span | None = None
    ) -> Vector:
        """The vector (D,) of a user: the mean of the vectors of all items of a history, old ones counting less.

        Where the order of a history says little and its length much, as with the music that a user likes, it replaces
        the history: recommend(vector).

        Parameters
        ----------
        history : items, oldest first; unknown ones are skipped.
        times : of each, in seconds or as datetime64.
        half_life : after which an item counts half: with times a span, such as "30d" (the default), else a number of
            items, by default 10.

        Raises   SettingError if no item is known, or there is not a time for each.
        """
        return user_vector(self.learned, list(history), times, half_life)

    # ---------------------------------------------------------------- single items

    def similar_items(self, item: Item, count: int = 10) -> Recommendations:
        """The items whose vectors have the largest cosine to that of an item: they lead to the same items.

        Raises   UnknownWordError, with near spellings.
        """
        (number,) = known_numbers("item", [item], self.items)
        found = self.item_vectors.most_similar(self.items.vocabulary.words[number], count)
        number_of = self.items.number
        return Recommendations([Recommendation(self.items.item(number_of(word)), cosine) for word, cosine in found])

    def goes_with(self, item: Item, count: int = 10) -> Recommendations:
        """The items with the largest product of their output vector with the input vector of an item: what follows it,
        as the vectors alone see it.

        Raises   UnknownWordError, with near spellings.
        """
        numbers = known_numbers("item", [item], self.items)
        check_whole("count", count)
        products = self.learned.next_vectors @ self.learned.vectors.item_vectors[numbers[0]]
        products[numbers] = NEVER
        best = np.argsort(-products, kind="stable")[: min(count, len(products) - 1)]
        return Recommendations([Recommendation(self.items.item(i), float(products[i])) for i in best.tolist()])

    def explain(self, history: Iterable[Item], item: Item) -> Explanation:
        """Why an item has its score after a history: what each item of the history adds through each component.

        The contributions sum to the score. Those of the nearest sequences and of popularity belong to no single item.

        Raises   UnknownWordError if the item is unknown; SettingError if nothing of the history is known.
        """
        (number,) = known_numbers("item", [item], self.items)
        given = read_histories([history], self.items, self.settings.vector_size).histories
        if not len(given.ids):
            raise SettingError("no item of the history is known: there is nothing to explain")
        return explain(self.learned, given.ids, int(number))

    @property
    def item_vectors(self) -> WordVectors:
        """The vectors of items in histories (N, D), by their ids as strings."""
        return WordVectors(self.items.vocabulary.words, self.learned.vectors.item_vectors, self.items.counts)

    @property
    def next_vectors(self) -> WordVectors:
        """The vectors of items as the next ones (N, D): their products with those of a history are scores."""
        return WordVectors(self.items.vocabulary.words, self.learned.next_vectors, self.items.counts)

    # ---------------------------------------------------------------- new items

    def cold_start(
        self, attributes: Mapping[str, Any], *, method: ColdMethod = "composed", neighbours: int = 10
    ) -> ColdStart:
        """The vectors of an item of which only attributes are known: {"brand": "Acme", "category": ["pots", "steel"]}.

        Parameters
        ----------
        method : "composed": of what was learned of the values (EGES, Wang et al. 2018); "neighbours": the mean of the
            items that are most alike by their attributes, where rare values count more (Grbovic and Cheng 2018).
        neighbours : how many items.

        Raises   SettingError if the recommender was fitted without attributes, there is no such attribute, or no value
                 is known. Values that no item of the training has are left out with a warning.
        """
        return ColdVectors(self.learned, method, neighbours).of(attributes)

    def add_items(
        self,
        attributes: Attributes | Mapping[Item, Mapping[str, Any]],
        *,
        method: ColdMethod = "composed",
        neighbours: int = 10,
    ) -> Self:
        """Make new items recommendable, by their attributes, and return self; items that are known are left out.

        They are recommended where `new_items` keeps places for them, or `only` names them, and may be in histories.

        Parameters
        ----------
        attributes : {"pot 9": {"brand": "Acme"}, …}, or Attributes.
        method, neighbours : as of cold_start().

        Raises   SettingError as cold_start() does, or if no item is new.
        """
        self.learned.add(ColdVectors(self.learned, method, neighbours).new_items(attributes))
        return self

    # ---------------------------------------------------------------- index and files

    def build_index(self, *, recall: float = 0.97, progress: ProgressOption = None) -> Self:
        """Build an index for recommend(approximate=True), and return self; save() keeps it.

        It pays in large catalogues whose vectors are much alike; others the exact search reads as fast, because bounds
        rule out most items. What counts say about items is always compared, so that lists are nearer to
        the exact ones than the recall.

        Parameters
        ----------
        recall : the share to find of the 20 items with the largest products of vectors: as much of the index is read as
            that takes, on a sample of histories. `index_recall` is what it finds on another sample.

        Raises   SettingError for an impossible recall.
        """
        check_recall(recall)
        with open_progress(progress) as reporter:
            self.learned.build_index(recall, self.settings.seed, reporter)
        return self

    @property
    def index_recall(self) -> float | None:
        """The share of the 20 best items that the index finds; None without one."""
        index = self.learned.index
        return None if index is None else index.facts.recall

    def save(self, path: str | Path) -> None:
        """Write everything that was learned to one file, atomically; .firth is the usual suffix.

        Raises   FormatError if the file cannot be written; NotFittedError before fit().
        """
        write(path, StoredRecommender(self.learned, self.settings))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Open a file that save() wrote; it is mapped into memory.

        Raises   FileNotFoundError, or FormatError if the file is damaged, something else, or of a newer version.
        """
        stored = read(path)
        model = cls(**stored.settings.values())
        model._learned = stored.learned
        return model

    def __copy__(self) -> Self:
        """A recommender that shares everything with this one, but not the items that are added to either later."""
        copied = type(self)(**self.settings.values())
        copied._learned = copy.copy(self._learned)
        return copied

    def __repr__(self) -> str:
        return f"Recommender({'not fitted' if self._learned is None else f'{len(self.items):,} items'})"
