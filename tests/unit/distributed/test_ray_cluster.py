"""Training on a small Ray cluster on this machine, its actors real processes: the bits of nodes in one process."""

import gc
import logging
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

import firth
from firth.distributed.ray_cluster import RayMachines
from firth.errors import CorpusError, FirthError, FirthWarning, SettingError

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed: it has no wheels for all systems"),
    pytest.mark.filterwarnings("default:::ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # of Ray's own files and sockets
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SETTINGS = {"vector_size": 16, "epochs": 2, "threads": 1, "subsample_threshold": 0, "learning_rate": 0.05}


@pytest.fixture(scope="module")
def ray():
    import ray

    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    ray.init(
        num_cpus=3,
        include_dashboard=False,
        object_store_memory=80 << 20,
        log_to_driver=False,
        logging_level="ERROR",
    )
    yield ray
    ray.shutdown()


class Failing(firth.RayCluster):
    """A cluster whose process of one node is killed before a call of a later epoch; and which counts calls."""

    def __init__(self, method=None, **options):
        super().__init__(**options)
        self.method = method

    def open(self, settings):
        self.machines = FailingMachines(self, settings)
        self.machines.method = self.method
        return self.machines


class FailingMachines(RayMachines):
    def call(self, node, method, *arguments, results=1):
        if method == self.method and arguments[0].epoch == 1 and arguments[0].tokens.start > 0:
            self.method = None
            victim = self.nodes[1].actor
            pid = self._ray.get(victim.__ray_call__.remote(lambda actor: os.getpid()))
            os.kill(pid, signal.SIGKILL)
            while self._answers(self.nodes[1]):
                time.sleep(0.05)
        return super().call(node, method, *arguments, results=results)

    def join(self):
        self._ray.wait(list(self._coming.values()), timeout=60)  # an epoch takes less than a process to start
        return super().join()


def fitted(path, cluster, **options):
    return firth.Word2Vec(**SETTINGS).fit(path, progress=False, cluster=cluster, **options)


def bits(model):
    return model.vectors.matrix.tobytes() + model.context_vectors.tobytes()


@pytest.fixture(scope="module")
def expected(topical_text):
    return fitted(topical_text, firth.LocalCluster(3))


def test_actors_learn_the_bits_of_nodes_in_one_process(ray, topical_text, expected, tmp_path):
    seen = []
    found = fitted(
        topical_text,
        firth.RayCluster(nodes=3),
        checkpoint=tmp_path / "training.firth",
        observers=[lambda state: seen.append((state.moment, state.rows(["t1w0"]).shape))],
    )
    assert bits(found) == bits(expected)
    assert [record[:4] for record in found.history] == [record[:4] for record in expected.history]
    assert [moment for moment, _ in seen if moment == "epoch"] == ["epoch"] * 2
    assert wait_for(lambda: ray.available_resources().get("CPU") == 3)
    assert firth.Word2Vec.load(tmp_path / "training.firth").history == found.history


def test_actors_that_train_on_while_they_meet_learn_the_same_bits(ray, topical_text):
    wait_for(lambda: ray.available_resources().get("CPU") == 3)
    found, expected = (
        fitted(topical_text, kind(nodes=3, overlap=True)) for kind in (firth.RayCluster, firth.LocalCluster)
    )
    assert bits(found) == bits(expected)


def wait_for(condition):
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def reported():
    """What Ray prints of errors that nobody has taken."""
    records = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())
    logger = logging.getLogger("ray._private.worker")
    logger.addHandler(handler)
    yield records
    logger.removeHandler(handler)


@pytest.mark.parametrize("overlap", [False, True])
def test_a_killed_process_is_done_without_and_a_new_one_joins(ray, topical_text, reported, overlap):
    wait_for(lambda: ray.available_resources().get("CPU") == 3)
    cluster = Failing("combine", nodes=3, overlap=overlap)
    settings = SETTINGS | {"epochs": 3}
    joined = []

    def count(state):
        joined.append(len(cluster.machines.nodes))

    with pytest.warns(FirthWarning, match=r"node 1 \(.*\) was lost in epoch 2 \(.*\): .* with 2 nodes"):
        found = firth.Word2Vec(**settings).fit(topical_text, progress=False, cluster=cluster, observers=[count])
    assert min(joined) == 2 and joined[-1] == 3
    gc.collect()
    assert reported == []
    assert [record.words for record in found.history] == [36_000] * 3
    undisturbed = firth.Word2Vec(**settings).fit(topical_text, progress=False, cluster=firth.LocalCluster(3)).history
    assert found.history[2].pairs == undisturbed[2].pairs
    assert found.history[2].loss < undisturbed[2].loss * 1.03


def test_tokens_in_memory_are_handed_out(ray, topical_text):
    wait_for(lambda: ray.available_resources().get("CPU") == 3)
    sentences = [[f"a {word}" for word in line.split()] for line in topical_text.read_text().splitlines()]
    assert bits(fitted(sentences, firth.RayCluster(nodes=2))) == bits(fitted(sentences, firth.LocalCluster(2)))


def test_errors_of_nodes_have_their_names(ray, topical_text, tmp_path, monkeypatch):
    wait_for(lambda: ray.available_resources().get("CPU") == 3)
    path = tmp_path / "text.txt"
    path.write_text(topical_text.read_text())
    from firth.distributed import reading

    cut = reading.shards_of

    def shards_of(files):
        shards = cut(files)
        path.write_text("changed")  # as where another machine has another file
        return shards

    monkeypatch.setattr(reading, "shards_of", shards_of)
    with pytest.raises(CorpusError, match=r"node 0 \(.*\): .*text\.txt: has 7 bytes here, and"):
        fitted(path, firth.RayCluster(nodes=2))


def test_the_command_trains_on_a_cluster_that_runs(ray, topical_text, tmp_path):
    wait_for(lambda: ray.available_resources().get("CPU") == 3)
    address, target = ray.get_runtime_context().gcs_address, tmp_path / "model.firth"
    settings = ["--vector-size=16", "--epochs=2", "--threads=1", "--subsample-threshold=0", "--learning-rate=0.05"]
    # Relative to the folder of the command, which is not that of the nodes.
    name, folder = topical_text.name, topical_text.parent
    command = [sys.executable, "-m", "firth", "train", name, "-o", target, "--ray", address, "--nodes=2", *settings]
    done = subprocess.run([*map(str, command), "--json"], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert bits(firth.Word2Vec.load(target)) == bits(fitted(topical_text, firth.LocalCluster(2)))


def test_nodes_that_train_on_gpus_are_where_ray_has_some(ray, topical_text):
    with pytest.raises(SettingError, match="the Ray cluster has no machine with a GPU"):
        firth.Word2Vec(backend="cuda").fit(topical_text, progress=False, cluster=firth.RayCluster())


def test_too_few_machines_are_found_at_once(ray, topical_text):
    with pytest.raises(SettingError, match="nodes=9: the Ray cluster has processors for 3, with threads=1"):
        fitted(topical_text, firth.RayCluster(nodes=9))


def test_after_the_last_node_there_is_an_error(ray, topical_text):
    wait_for(lambda: ray.available_resources().get("CPU") == 3)

    class AllLost(firth.RayCluster):
        def open(self, settings):
            machines = super().open(settings)
            original = machines.call

            def call(node, method, *arguments, results=1):
                if method == "finish":
                    for one in machines.nodes:
                        ray.kill(one.actor)
                return original(node, method, *arguments, results=results)

            machines.call = call
            return machines

    with pytest.raises(FirthError, match="all nodes of the cluster are lost"):
        fitted(topical_text, AllLost(nodes=2))
