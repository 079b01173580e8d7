"""Nodes of a Ray cluster: the memory of their processes, and what happens when all of a machine is killed.

    PYTHONPATH=src python benchmarks/cluster_nodes.py CORPUS

Machines are simulated on this one, each with a raylet of its own (ray.cluster_utils). Memory is what belongs to a
process alone (RssAnon, sampled every 50 ms), over what it had before it read the text: that is Python, NumPy, Numba,
compiled code and Ray. It is compared with twice both matrices, 4 bytes a word of the node's shards and 200 MB.
"""

import argparse
import json
import logging
import os
import threading
import time
from pathlib import Path

import firth
from report import RESULTS, environment


def own_memory(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon")), 0)  # 0: it has ended


def simulated(machines: int):
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1, object_store_memory=400 << 20) for _ in range(machines)]
    ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
    return cluster, nodes


class Watched(firth.RayCluster):
    """Samples the memory of all nodes; and kills a machine in the middle of a round of some epoch."""

    def __init__(self, kill=None, killed_in=None, **options):
        super().__init__(**options)
        self.kill, self.killed_in = kill, killed_in
        self.before, self.most = {}, {}
        self.killed = self.told = self.seconds = None
        self.is_over = threading.Event()

    def open(self, settings):
        import ray

        machines = super().open(settings)
        processes = ray.get([node.actor.__ray_call__.remote(lambda actor: os.getpid()) for node in machines.nodes])
        self.before = {process: own_memory(process) for process in processes}
        self.most = dict(self.before)
        threading.Thread(target=self.sample, daemon=True).start()
        call, lost = machines.call, machines._lost

        def told(call, error):
            self.told = self.told or time.perf_counter()
            return lost(call, error)

        def watched(node, method, *arguments, results=1):
            if self.killed is None and self.kill and method == "combine" and arguments[0].epoch == self.killed_in:
                self.kill()
                self.killed = time.perf_counter()
            elif method == "finish" and self.killed and self.seconds is None and len(machines.nodes) < self.n_nodes:
                now = time.perf_counter()
                self.seconds = {
                    "from the kill": round(now - self.killed, 1),
                    "from the error": round(now - self.told, 1),
                }
            return call(node, method, *arguments, results=results)

        machines.call, machines._lost = watched, told
        return machines

    def sample(self):
        while not self.is_over.wait(0.05):
            for process in self.most:
                try:
                    self.most[process] = max(self.most[process], own_memory(process))
                except OSError:
                    continue


def trained(options, cluster, epochs, **settings):
    model = firth.Word2Vec(threads=1, epochs=epochs, tokenizer="whitespace", **settings)
    model.fit(options.corpus, progress=False, cluster=cluster)
    cluster.is_over.set()
    return model


def memory(options, dim: int, min_count: int) -> dict:
    cluster = Watched(nodes=options.nodes)
    model = trained(options, cluster, 1, vector_size=dim, min_count=min_count)
    matrices = 2 * model.vectors.matrix.nbytes
    words = model.history[0].words
    limit = 2 * matrices + 4 * words / options.nodes + (200 << 20)
    return {
        "what": "memory",
        "nodes": options.nodes,
        "vocabulary": len(model.vocabulary),
        "dim": dim,
        "both_matrices": matrices,
        "limit": int(limit),
        "before_reading": max(cluster.before.values()),
        "of_its_own": max(cluster.most[process] - cluster.before[process] for process in cluster.most),
    }


def killed_machine(options, nodes, remove) -> dict:
    messages = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    logging.getLogger("ray._private.worker").addHandler(handler)
    cluster = Watched(lambda: remove(nodes[1]), 1, nodes=options.nodes)
    model = trained(options, cluster, 3, vector_size=50)
    return {
        "what": "a machine killed in epoch 2 of 3",
        "seconds_to_the_next_meeting": cluster.seconds,
        "losses": [round(record.loss, 4) for record in model.history],
        "errors_that_ray_reports": len(messages),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--sizes", nargs="*", default=["100:5", "600:1"], help="numbers per vector : min_count")
    parser.add_argument("--output", default=str(RESULTS / "cluster_nodes.json"))
    options = parser.parse_args()
    ray_cluster, nodes = simulated(options.nodes)
    results = []

    def keep(result):
        results.append(result)
        print(json.dumps(result), flush=True)
        given = {"corpus": Path(options.corpus).name, "nodes": options.nodes}
        found = {"environment": environment(), "options": given, "results": results}
        Path(options.output).write_text(json.dumps(found, indent=1) + "\n")

    for size in options.sizes:
        keep(memory(options, *map(int, size.split(":"))))
        time.sleep(3)  # until the actors are gone
    keep(killed_machine(options, nodes, lambda node: ray_cluster.remove_node(node, allow_graceful=False)))
    import ray

    ray.shutdown()
    ray_cluster.shutdown()


if __name__ == "__main__":
    main()
