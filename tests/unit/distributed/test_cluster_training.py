"""Training on several nodes: what it learns, what is the same bit for bit, and what happens when nodes are lost."""

import warnings

import numpy as np
import pytest

import firth
from firth.corpus.encoding import encode
from firth.distributed.combining import packed, unpacked
from firth.distributed.in_process import InProcess, LocalCluster
from firth.distributed.node import Node
from firth.distributed.node_facts import NodeFacts
from firth.errors import CorpusError, DivergenceError, FirthError, FirthWarning, SettingError, TrainingInterrupted

SETTINGS = {"vector_size": 16, "epochs": 3, "threads": 1, "subsample_threshold": 0, "learning_rate": 0.05}


def fitted(path, cluster=None, settings=None, **options):
    return firth.Word2Vec(**SETTINGS | (settings or {})).fit(path, progress=False, cluster=cluster, **options)


def bits(model):
    return model.vectors.matrix.tobytes() + model.context_vectors.tobytes()


class Nodes:
    """A cluster of nodes of a given kind."""

    wire = "float32"

    def __init__(self, kinds, new_node=None, overlap=False):
        self.kinds, self.new_node, self.overlap = kinds, new_node, overlap

    def open(self, settings):
        new_node = None if self.new_node is None else lambda: self.new_node(settings, self.wire)
        nodes = [kind(settings, self.wire) for kind in self.kinds]
        self.machines = InProcess(nodes, new_node, overlap=self.overlap)
        return self.machines


@pytest.fixture(scope="module")
def alone(topical_text):
    return fitted(topical_text)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_one_node_has_the_bits_of_one_machine(topical_text, architecture):
    settings = {"architecture": architecture, "subsample_threshold": 1e-2}
    expected = fitted(topical_text, settings=settings)
    found = fitted(topical_text, LocalCluster(1), settings)
    assert bits(found) == bits(expected)
    assert [record[:4] for record in found.history] == [record[:4] for record in expected.history]
    assert list(found.vocabulary.words) == list(expected.vocabulary.words)


@pytest.mark.parametrize("nodes", [2, 5])
def test_nodes_train_the_pairs_of_one_machine(topical_text, nodes):
    """At a learning rate near 0 only the examples decide the loss."""
    settings = {"learning_rate": 1e-9, "final_learning_rate": 0.0, "subsample_threshold": 1e-2, "epochs": 2}
    expected = fitted(topical_text, settings=settings).history
    found = fitted(topical_text, LocalCluster(nodes), settings).history
    assert [record.pairs for record in found] == [record.pairs for record in expected]
    assert [record.loss for record in found] == pytest.approx([record.loss for record in expected], rel=1e-6)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_four_nodes_learn_what_one_machine_learns(topical_text, architecture):
    expected, found = (
        fitted(topical_text, cluster, {"architecture": architecture}) for cluster in (None, LocalCluster(4))
    )
    assert found.history[-1].loss < expected.history[-1].loss * 1.05
    neighbours = found.vectors.most_similar("t3w0", 10)
    assert sum(neighbour.word.startswith("t3") for neighbour in neighbours) >= 8


class Averaging(Node):
    """What the rule of combining is there for: averages throw away most of what was learned."""

    def combine(self, given, rate, nodes, *of_nodes):
        changes = of_nodes[nodes:]
        means = [sum(unpacked(one.rows(side, slice(None))) for one in changes) / np.float32(nodes) for side in range(2)]
        return packed(means[0], "float32"), packed(means[1], "float32")


class Adding(Node):
    """And sums go too far."""

    def combine(self, given, rate, nodes, *of_nodes):
        changes = of_nodes[nodes:]
        sums = [sum(unpacked(one.rows(side, slice(None))) for one in changes) for side in range(2)]
        return packed(sums[0], "float32"), packed(sums[1], "float32")


def test_plain_averages_and_sums_would_not(topical_text, alone):
    expected = alone.history[-1].loss
    losses = {kind: fitted(topical_text, Nodes([kind] * 8)).history[-1].loss for kind in (Node, Averaging)}
    assert losses[Node] < expected * 1.05
    assert losses[Averaging] > expected * 1.08
    with pytest.raises((DivergenceError, FirthWarning), match="learning_rate=0.05 is too high"):
        fitted(topical_text, Nodes([Adding] * 8))


@pytest.mark.parametrize("wire", ["int8", "float32"])
def test_a_cluster_repeats_bit_for_bit(topical_text, wire):
    one, other = (fitted(topical_text, LocalCluster(3, wire=wire)) for _ in range(2))
    assert bits(one) == bits(other)


def test_bytes_are_enough_for_changes(topical_text):
    losses = [fitted(topical_text, LocalCluster(4, wire=wire)).history[-1].loss for wire in ("int8", "float32")]
    assert losses[0] == pytest.approx(losses[1], rel=2e-3)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_nodes_that_train_on_while_they_meet_learn_nearly_as_much(topical_text, architecture):
    settings = {"architecture": architecture}
    clusters = LocalCluster(4), LocalCluster(4, overlap=True), LocalCluster(4, overlap=True)
    waiting, found, again = (fitted(topical_text, cluster, settings) for cluster in clusters)
    assert bits(again) == bits(found) != bits(waiting)
    assert [record.pairs for record in found.history] == [record.pairs for record in waiting.history]
    assert found.history[-1].loss < waiting.history[-1].loss * 1.02


class Watched(Node):
    """Notes how much of the weights of others is in its own when a round begins."""

    def train(self, given, nodes):
        result = super().train(given, nodes)
        self.rounds = [*getattr(self, "rounds", []), (given.number, self._round)]
        return result


@pytest.mark.parametrize("overlap", [False, True])
def test_the_meeting_before_is_over_when_a_round_begins_unless_meetings_overlap(topical_text, overlap):
    cluster = Nodes([Watched] * 3, overlap=overlap)
    opened = []
    cluster.open = lambda settings, open=cluster.open: opened.append(open(settings)) or opened[0]
    closing = InProcess.close
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(InProcess, "close", lambda machines: opened.append(machines.nodes) or closing(machines))
        model = fitted(topical_text, cluster)
    rounds = opened[1][0].node.rounds
    lags = [number - met for number, met in rounds]
    assert max(lags) == 1 + overlap and lags.count(1) >= model.hyperparameters.epochs
    assert len(opened[1][0].node._member._unmet) == 0


def test_initial_vectors_are_taken(topical_text, alone):
    found = fitted(topical_text, LocalCluster(2), {"epochs": 1}, initial=alone)
    assert found.history[0].loss < alone.history[0].loss - 0.2


# ---------------------------------------------------------------- progress, observers, checkpoints


def test_progress_and_observers_are_as_on_one_machine(topical_text):
    stages, moments = [], []
    model = firth.Word2Vec(**SETTINGS).fit(
        topical_text,
        progress=lambda progress: stages.append((progress.stage, progress.done, progress.total)),
        observers=[lambda seen: moments.append((seen.moment, seen.rows(["t1w0"]).shape))],
        cluster=LocalCluster(3),
    )
    assert stages[-1] == ("training", 3 * 36_000, 3 * 36_000)
    assert {stage for stage, _, _ in stages} == {"reading", "training"}
    assert [moment for moment, _ in moments if moment == "epoch"] == ["epoch"] * 3
    assert {shape for _, shape in moments} == {(1, 16)}
    assert model.history[0].words == 36_000


class Stopping(Node):
    """Interrupted by Ctrl-C in the middle of a round."""

    def train(self, given, nodes):
        if given.epoch == 1 and given.node == 1 and given.tokens.start > 0:
            raise KeyboardInterrupt
        return super().train(given, nodes)


@pytest.mark.parametrize("overlap", [False, True])
def test_a_training_that_is_interrupted_goes_on_to_the_same_bits(topical_text, tmp_path, overlap):
    path = tmp_path / "training.firth"
    expected = fitted(topical_text, Nodes([Node] * 3, overlap=overlap))
    with pytest.raises(TrainingInterrupted):
        fitted(topical_text, Nodes([Stopping] * 3, overlap=overlap), checkpoint=path)
    stopped = firth.Word2Vec.load(path)
    assert len(stopped.history) == 1 and bits(stopped) != bits(expected)
    found = firth.Word2Vec.resume(path, topical_text, cluster=Nodes([Node] * 3, overlap=overlap), progress=False)
    assert bits(found) == bits(expected)
    assert [record.loss for record in found.history] == [record.loss for record in expected.history]


def test_a_checkpoint_of_another_text_is_refused(topical_text, tmp_path):
    path, other = tmp_path / "training.firth", tmp_path / "other.txt"
    with pytest.raises(TrainingInterrupted):
        fitted(topical_text, Nodes([Stopping] * 3), checkpoint=path)
    other.write_text(topical_text.read_text().replace("t1w0 t1w1", "t1w1 t1w0"))
    with pytest.raises(CorpusError, match="was trained on another corpus"):
        firth.Word2Vec.resume(path, other, cluster=LocalCluster(3), progress=False)


# ---------------------------------------------------------------- lost nodes


def lost_in(method, epoch, number=1):
    """A kind of node that is lost in one of its calls, in the middle of an epoch."""

    class Lost(Node):
        epoch = -1

        def train(self, given, nodes):
            self.epoch, self.is_later = given.epoch, given.tokens.start > 0 or nodes == 1
            return self.lose("train", lambda: super(Lost, self).train(given, nodes))

        def combine(self, *arguments):
            return self.lose("combine", lambda: super(Lost, self).combine(*arguments))

        def finish(self, *arguments):
            return self.lose("finish", lambda: super(Lost, self).finish(*arguments))

        def lose(self, name, call):
            if self.epoch >= epoch and self.is_later and name == method:
                raise ConnectionError("the power went out")
            return call()

    return [Lost if node == number else Node for node in range(3)]


@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize("method", ["train", "combine", "finish"])
@pytest.mark.parametrize("number", [0, 2])
def test_training_goes_on_without_a_lost_node(topical_text, alone, method, number, overlap):
    cluster = Nodes(lost_in(method, 1, number), overlap=overlap)
    with pytest.warns(FirthWarning, match=f"node {number} was lost in epoch 2 .the power went out.: .* with 2 nodes"):
        found = fitted(topical_text, cluster)
    assert [record.words for record in found.history] == [36_000] * 3
    # Of the epoch in which the node was lost, its shards are trained from the same share of each on.
    assert found.history[2].pairs == alone.history[2].pairs
    assert found.history[2].loss < alone.history[2].loss * 1.05


class Asked(Node):
    """Lost when it is asked for what all nodes have learned, in the middle of an epoch or at its end."""

    def state(self):
        if self._round > 3:
            raise ConnectionError("the power went out")
        return super().state()


def test_weights_are_those_of_another_node_if_the_first_is_lost(topical_text, alone):
    found = fitted(topical_text, Nodes([Asked, Node, Node]))
    assert found.history[2].loss < alone.history[2].loss * 1.05
    assert found.vectors.matrix.any() and found.context_vectors.any()


@pytest.mark.parametrize("method", [None, "finish"])
def test_a_meeting_that_is_due_is_waited_for(topical_text, method):
    """Weights are taken in the middle of an epoch: by a checkpoint after each round, also when a node is lost."""
    pending = []

    class Checked(InProcess):
        def call(self, node, method, *arguments, results=1):
            if method == "state":
                pending.extend(bool(one.node._member._unmet) for one in self.nodes)
            return super().call(node, method, *arguments, results=results)

    class Overlapping(Nodes):
        def open(self, settings):
            return Checked([kind(settings, self.wire) for kind in self.kinds], overlap=True)

    kinds = [Node] * 3 if method is None else lost_in(method, 1)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        path = topical_text.with_suffix(".firth")
        model = fitted(topical_text, Overlapping(kinds), checkpoint=path, every=1e-6)
    assert len(pending) > 3 * len(model.history) and not any(pending)
    assert len(found) == (method is not None)


def test_a_new_node_joins_at_the_next_epoch(topical_text, alone):
    cluster = Nodes(lost_in("train", 0), new_node=Node)
    with pytest.warns(FirthWarning, match="node 1 was lost in epoch 1"):
        found = fitted(topical_text, cluster)
    assert [record.pairs for record in found.history[1:]] == [record.pairs for record in alone.history[1:]]
    assert found.history[2].loss < alone.history[2].loss * 1.05


def test_the_last_node_goes_on_alone(topical_text, alone):
    first, second, _ = lost_in("combine", 1, 0)[:2] + [None]
    with pytest.warns(FirthWarning, match="with 1 nodes"):
        found = fitted(topical_text, Nodes([first, second]))
    assert found.history[2].loss < alone.history[2].loss * 1.05


def test_without_any_node_there_is_an_error(topical_text):
    lost = lost_in("train", 1)[1]
    with pytest.raises(FirthError, match="all nodes of the cluster are lost"):
        fitted(topical_text, Nodes([lost]))


# ---------------------------------------------------------------- texts that are no files


def of_kind(kind, path):
    """The text of a file in another form, as one that can be given again."""
    lines = path.read_text().splitlines()
    if kind == "encoded":
        return encode(path)
    if kind == "stream":
        return path.open("rb")
    if kind == "tokens":  # with blanks and line ends in them
        return ([f"a {word}\nb" for word in line.split()] for line in lines)
    return iter(lines)


@pytest.mark.parametrize("kind", ["texts", "tokens", "stream", "encoded"])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_one_node_has_the_bits_of_one_machine_for_what_is_no_file(topical_text, kind, monkeypatch):
    monkeypatch.setattr("firth.distributed.handing._ON_THE_WAY", 1000)  # so that a shard takes several pieces
    expected, found = (fitted(of_kind(kind, topical_text), cluster) for cluster in (None, LocalCluster(1)))
    assert bits(found) == bits(expected)
    assert list(found.vocabulary.words) == list(expected.vocabulary.words)
    if kind == "tokens":
        assert found.vocabulary.words[0].startswith("a t") and found.vocabulary.words[0].endswith("\nb")


def test_several_nodes_train_the_pairs_of_texts_that_are_no_files(topical_text):
    settings = {"learning_rate": 1e-9, "final_learning_rate": 0.0, "subsample_threshold": 1e-2, "epochs": 2}
    expected = fitted(of_kind("tokens", topical_text), settings=settings).history
    found = fitted(of_kind("tokens", topical_text), LocalCluster(3), settings).history
    assert [record.pairs for record in found] == [record.pairs for record in expected]
    assert [record.loss for record in found] == pytest.approx([record.loss for record in expected], rel=1e-6)


def backwards(line):
    return line.split()[::-1]


@pytest.mark.parametrize("kind", ["function", "phrases"])
def test_what_a_function_or_phrases_make_of_files_is_read_by_the_driver(topical_text, kind):
    settings = {"tokenizer": backwards} if kind == "function" else {}
    options = {} if kind == "function" else {"phrases": firth.Phrases(min_count=5, threshold=0.3)}
    expected = fitted(topical_text, None, settings, **options)
    assert bits(fitted(topical_text, LocalCluster(1), settings, **options)) == bits(expected)
    found = fitted(topical_text, LocalCluster(3), settings, **options)
    assert [record.pairs for record in found.history] == [record.pairs for record in expected.history]
    assert any("_" in word for word in found.vocabulary.words) == (kind == "phrases")


def test_shards_of_a_lost_node_are_given_to_the_others(topical_text):
    def texts():
        return of_kind("texts", topical_text)

    alone = fitted(texts())
    with pytest.warns(FirthWarning, match="node 1 was lost in epoch 1"):
        found = fitted(texts(), Nodes(lost_in("train", 0), new_node=Node))
    assert [record.pairs for record in found.history[1:]] == [record.pairs for record in alone.history[1:]]
    with pytest.warns(FirthWarning, match="with 1 nodes"):
        found = fitted(texts(), Nodes(lost_in("combine", 1, 0)[:2]))
    assert found.history[2].loss < alone.history[2].loss * 1.05


def test_a_training_of_texts_goes_on_to_the_same_bits(topical_text, tmp_path):
    path = tmp_path / "training.firth"
    expected = fitted(of_kind("texts", topical_text), Nodes([Node] * 3))
    with pytest.raises(TrainingInterrupted):
        fitted(of_kind("texts", topical_text), Nodes([Stopping] * 3), checkpoint=path)
    texts = of_kind("texts", topical_text)
    found = firth.Word2Vec.resume(path, texts, cluster=Nodes([Node] * 3), progress=False)
    assert bits(found) == bits(expected)


def test_nodes_read_files_at_addresses(topical_text):
    pytest.importorskip("fsspec").filesystem("memory").pipe_file("/cluster/text.txt", topical_text.read_bytes())
    expected = fitted(topical_text, LocalCluster(3))
    assert bits(fitted("memory://cluster/text.txt", LocalCluster(3))) == bits(expected)


# ---------------------------------------------------------------- what is refused before the first round


class Older(Node):
    def facts(self):
        return NodeFacts("0123", "3.11", "2.0.0")


class Small(Node):
    def start(self, start, state):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("firth.distributed.node_facts.available_memory", lambda: 10_000)
            super().start(start, state)


def test_other_versions_and_too_little_memory_are_found(topical_text):
    with pytest.raises(SettingError, match="node 1: its Firth is 0123, and that of the driver is"):
        fitted(topical_text, Nodes([Node, Older]))
    with pytest.raises(SettingError, match="node 1: training needs about 0.2 GB of memory, and 0.0 GB are available"):
        fitted(topical_text, Nodes([Node, Small]))


def test_a_node_without_the_gpu_that_is_wanted_is_found(topical_text, monkeypatch):
    monkeypatch.setattr("firth.kernels.cuda.present.is_installed", lambda: False)
    with pytest.raises(FirthError, match=r"node 0: backend='cuda' needs .*firth\[cuda\]"):
        fitted(topical_text, LocalCluster(2), {"backend": "cuda"})


@pytest.mark.parametrize(
    ("settings", "options", "message"),
    [
        ({"objective": "softmax"}, {}, "objective='softmax'"),
        ({"objective": "hierarchical_softmax"}, {}, "objective='hierarchical_softmax'"),
        ({"objective": "nce"}, {}, "objective='nce'"),
        ({"subwords": (3, 6)}, {}, "subwords: not with a cluster"),
        ({}, {"sessions": firth.Sessions(targets=[])}, "sessions: not with a cluster"),
    ],
)
def test_what_was_not_measured_is_refused(topical_text, settings, options, message):
    with pytest.raises(SettingError, match=message):
        fitted(topical_text, LocalCluster(2), settings, **options)


@pytest.mark.parametrize(
    ("given", "message"),
    [({"nodes": 0}, "nodes=0"), ({"wire": "int4"}, "wire='int4'"), ({"overlap": "no"}, "overlap='no'")],
)
def test_impossible_clusters_are_refused(given, message):
    with pytest.raises(SettingError, match=message):
        LocalCluster(**given)
