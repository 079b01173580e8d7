"""Next items: Firth's recommenders and baselines beside implicit and gensim, on the same questions.

    python benchmarks/recommend.py DATA [--sets video-games sports nowplaying] [--seeds 3] [--questions N]

DATA is a folder with amazon-video-games.txt (`user item` a line, in time order within a user) and sequences/ with
sports.txt.xz (`user item item …` a line), sports.attributes.txt.xz (`item<TAB>ids`), nowplaying.train.txt.xz and
nowplaying.test.txt.xz (a session a line). The last item of each user of the Amazon sets is the test; every event but
the first of nowplaying's test sessions is a question. All items are ranked; answers that do not occur in training are
left out for all systems.

Every run has a process of its own; systems alternate, and finished runs are saved and not repeated. Times are processor
seconds of one thread, those of queries with the best 20 chosen. Histories weigh .8 per step back for other systems,
which do not recommend seen items either where no item ever comes again in training.
"""

import argparse
import lzma
import multiprocessing
import time
from pathlib import Path

import numpy as np

from report import load, save

SETS = ("video-games", "sports", "nowplaying")
RECENCY = 0.8
BATCH = 256


def opened(path):
    return lzma.open(path, "rt") if path.suffix == ".xz" else path.open()


def lines(path):
    with opened(path) as file:
        return [line.split() for line in file]


def data(folder, name):
    """Training and test sequences, and attributes or None."""
    from firth.recommend import Sequences

    attributes = None
    if name == "nowplaying":
        parts = [lines(folder / "sequences" / f"nowplaying.{part}.txt.xz") for part in ("train", "test")]
        both = Sequences.of(parts[0] + parts[1])
        middle = len(parts[0])
        cut = both.offsets[middle]
        train = Sequences(both.items, both.ids[:cut], both.offsets[: middle + 1])
        test = Sequences(both.items, both.ids[cut:], both.offsets[middle:] - cut)
        return train, test, attributes
    if name == "sports":
        sequences = Sequences.of(line[1:] for line in lines(folder / "sequences" / "sports.txt.xz"))
        attributes = read_attributes(folder / "sequences" / "sports.attributes.txt.xz")
    else:
        users = {}
        for user, item in lines(folder / "amazon-video-games.txt"):
            users.setdefault(user, []).append(item)
        sequences = Sequences.of(users.values())
    return *sequences.split("last"), attributes


def read_attributes(path):
    from firth.recommend import Attributes

    rows = [(line[0], [int(value) for value in line[1:]]) for line in lines(path)]
    values = np.array([value for _, found in rows for value in found], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(found) for _, found in rows])])
    names = [("value", str(number)) for number in range(int(values.max()) + 1)]
    return Attributes([item for item, _ in rows], offsets, values, names)


# ---------------------------------------------------------------- other systems, as scorers


class Other:
    """Vectors or a matrix of another package, with Firth's numbers of items."""

    def fit(self, train):
        from firth.recommend import Repeats
        from firth.recommend.training_events import TrainingEvents

        events = TrainingEvents(train)
        self.items, self.repeats = events.items, Repeats().fit_events(events)
        self.learn(events)
        return self

    def scores(self, histories):
        scores = np.ascontiguousarray(self.score(weighted(histories, len(self.items))), np.float32)
        self.repeats.exclude(scores, histories)
        return scores


def weighted(histories, n_items):
    """(Q, N) sparse: .8 per step back for each item of a history."""
    from scipy.sparse import csr_matrix

    lengths = np.diff(histories.offsets)
    lags = np.repeat(histories.offsets[1:], lengths) - 1 - np.arange(len(histories.ids))
    weights = (RECENCY**lags).astype(np.float32)
    return csr_matrix((weights, histories.ids, histories.offsets), (len(histories), n_items))


def matrix(events):
    """Users x items, 1 where a user has an item."""
    from scipy.sparse import csr_matrix

    found = csr_matrix(
        (np.ones(len(events.ids), np.float32), events.ids, events.offsets), (len(events.offsets) - 1, len(events.items))
    )
    found.sum_duplicates()
    found.data[:] = 1
    return found


class ImplicitKnn(Other):
    name = "implicit, item-kNN (cosine)"

    def learn(self, events):
        from implicit.nearest_neighbours import CosineRecommender

        model = CosineRecommender(K=500, num_threads=1)
        model.fit(matrix(events), show_progress=False)
        self.similar = model.similarity

    def score(self, histories):
        return never_where_zero((histories @ self.similar).toarray())


class ImplicitFactors(Other):
    """ALS and BPR with 128 factors and the defaults otherwise; a history is the mean of its items' vectors for BPR, and
    is solved for by ALS."""

    def __init__(self, name, seed):
        self.name, self.seed = f"implicit, {name}", seed

    def learn(self, events):
        from implicit.als import AlternatingLeastSquares
        from implicit.bpr import BayesianPersonalizedRanking

        kind = {"ALS": AlternatingLeastSquares, "BPR": BayesianPersonalizedRanking}[self.name[-3:]]
        self.model = kind(factors=128, num_threads=1, random_state=self.seed)
        self.model.fit(matrix(events), show_progress=False)

    def score(self, histories):
        if self.name.endswith("ALS"):
            users = self.model.recalculate_user(np.arange(histories.shape[0]), (histories > 0).astype(np.float32))
        else:
            users = histories @ self.model.item_factors
        return users @ self.model.item_factors.T


class Gensim(Other):
    """item2vec: skip-gram, with defaults or tuned for sequences, answered by cosines or by in·out products."""

    def __init__(self, seed, tuned, products):
        self.seed, self.products = seed, products
        self.settings = {}
        if tuned:
            self.settings = {"epochs": 30, "negative": 20, "vector_size": 128, "sample": 0, "alpha": 0.05}
        self.name = f"gensim item2vec, {'tuned' if tuned else 'default'}, {'in·out' if products else 'cosine'}"

    def learn(self, events):
        from gensim.models import Word2Vec

        words = [str(number) for number in range(len(events.items))]
        texts = [
            [words[item] for item in events.ids[first:stop]]
            for first, stop in zip(events.offsets[:-1], events.offsets[1:], strict=True)
        ]
        model = Word2Vec(texts, sg=1, min_count=1, workers=1, seed=self.seed, **self.settings)
        order = [model.wv.key_to_index[word] for word in words]
        self.inputs = unit(model.wv.vectors[order])
        self.outputs = model.syn1neg[order] if self.products else self.inputs

    def score(self, histories):
        return (histories @ self.inputs) @ self.outputs.T


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def never_where_zero(scores):
    scores[scores == 0] = -np.inf
    return scores


class WithAttributes:
    """A model of Firth's that is fitted with side information."""

    def __init__(self, model, attributes):
        self.model, self.attributes, self.name = model, attributes, f"{model.name}, with attributes"

    def fit(self, train):
        self.model.fit(train, attributes=self.attributes)
        self.items = self.model.items
        return self

    def scores(self, histories):
        return self.model.scores(histories)


def systems(seed, attributes):
    """Those that are fitted with this seed; without randomness only with the first one."""
    from firth.recommend import NextItemVectors, Recommender, baselines

    made = [*(kind() for kind in baselines.all), ImplicitKnn()] if seed == 1 else []
    made += [NextItemVectors(seed=seed), Recommender(seed=seed)]
    if attributes is not None:
        made += [WithAttributes(kind(seed=seed), attributes) for kind in (NextItemVectors, Recommender)]
    made += [ImplicitFactors(name, seed) for name in ("ALS", "BPR")]
    return made + [Gensim(seed, tuned, products) for tuned in (False, True) for products in (False, True)]


# ---------------------------------------------------------------- one run


def run(folder, name, system, seed, questions):
    from firth.recommend import Sequences, evaluate

    train, test, attributes = data(folder, name)
    scorer = next(one for one in systems(seed, attributes) if one.name == system)
    if isinstance(scorer, WithAttributes) or not isinstance(scorer, Other):  # compile, or load what is compiled
        small = next(one for one in systems(seed, attributes) if one.name == system)
        small.fit(Sequences.of([[str(i), str(i + 1), str(i + 2)] for i in range(300)]))
        milliseconds(small, Sequences.of([["1", "2"]]), 1)
    begun = time.process_time()
    scorer.fit(train)
    seconds = time.process_time() - begun
    report = evaluate(scorer, test, at=(10, 20), questions=questions, progress=False).to_dict()
    return {
        "set": name,
        "system": system,
        "seed": seed,
        "seconds": seconds,
        "single_ms": milliseconds(scorer, test, 1),
        "batched_ms": milliseconds(scorer, test, BATCH),
        "questions": report["questions"],
        "unknown_answers": report["unknown_answers"],
        **report["scorers"][0]["metrics"],
        "intervals": report["scorers"][0]["intervals"],
    }


def milliseconds(scorer, test, batch):
    """Processor time of a query, with the best 20 items chosen."""
    from firth.kernels.cpu.recommend.ranks import list_best
    from firth.recommend.questions import Questions

    numbers = test.items.numbers_in(scorer.items)
    asked = Questions.of(test, np.ones(len(test.items), bool), 4 * max(batch, 50), 1, all_count=True)
    best, values = np.empty((batch, 20), np.int32), np.empty(20, np.float32)
    rounds = []
    for first in range(0, len(asked) - batch + 1, batch):
        histories = asked.histories(numbers, first, first + batch)
        begun = time.process_time()
        list_best(scorer.scores(histories), best, values)
        rounds.append((time.process_time() - begun) / batch * 1e3)
    return float(np.median(rounds)) if rounds else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--questions", type=int)
    parser.add_argument("--only", default="", help="systems whose names contain this")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results = load("recommend") or {}
    runs = results.get("runs", [])
    for seed in range(1, options.seeds + 1):
        for name in options.sets:
            has_attributes = True if name == "sports" else None
            for system in (one.name for one in systems(seed, has_attributes)):
                done = any((one["set"], one["system"], one["seed"]) == (name, system, seed) for one in runs)
                if done or options.only not in system:
                    continue
                with context.Pool(1) as pool:
                    found = pool.apply(run, (options.data, name, system, seed, options.questions))
                shown = "  ".join(f"{metric} {found[metric]:.4f}" for metric in ("HR@10", "HR@20", "NDCG@10", "MRR@20"))
                print(f"{name:<12} {system:<36} {seed}  {shown}  {found['seconds']:.1f} s", flush=True)
                runs.append(found)
                save("recommend", {"runs": runs})


if __name__ == "__main__":
    main()
