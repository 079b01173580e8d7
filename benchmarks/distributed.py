"""Training on many machines: quality with 1, 4 and 16 nodes, over Ray with a node that is killed, and scaling on paper.

    PYTHONPATH=src python benchmarks/distributed.py CORPUS --analogies questions-words.txt --men men.csv
    PYTHONPATH=src python benchmarks/distributed.py --paper

`4` in --runs is 4 nodes in this process, `4-average` the same with plain averages at the meetings, `4-float32` with
changes that travel in float32, `4-overlap` with nodes that train on while they meet; `4-ray` is 4 actors of a Ray
cluster that is started for it, `4-killed` the same with the process of one of them killed in the middle of a round of
epoch 3. Each run is saved in the JSON file as soon as it is measured, and saved runs are not repeated: delete the file
to start over.
"""

import argparse
import json
import os
import signal
import time
from pathlib import Path

import numpy as np

import firth
from firth.distributed.combining import packed, unpacked
from firth.distributed.in_process import InProcess
from firth.distributed.node import Node
from firth.distributed.rounds import RoundPlan, rounds_for
from firth.evaluation.analogies import evaluate_analogies
from firth.evaluation.similarity import evaluate_similarity
from report import RESULTS, environment


class CountingNode(Node):
    """Counts rows that travel: to those that combine them, and back."""

    def train(self, given, nodes):
        result = super().train(given, nodes)
        self.note(0, result[2:])
        return result

    def combine(self, *arguments):
        result = super().combine(*arguments)
        self.note(1, [result])
        return result

    def note(self, way, blocks):
        self.travelled = getattr(self, "travelled", np.zeros((2, 2, 2)))  # ways, matrices, rows and those that travel
        for inputs, outputs, *_ in blocks:
            for side, one in enumerate((inputs, outputs)):
                self.travelled[way, side] += one.n, len(one.places)


class CountingCluster(firth.LocalCluster):
    def open(self, settings):
        self.nodes = [CountingNode(settings, self.wire) for _ in range(self.n_nodes)]
        return InProcess(self.nodes, overlap=self.overlap)

    def shares(self) -> list[float]:
        """Of the rows that travel: of the input and the output matrix to those that combine them, and back."""
        rows, travelled = sum(node.travelled for node in self.nodes).reshape(4, 2).T
        return (travelled / rows).round(3).tolist()


class AveragingNode(Node):
    """Meets by plain averages."""

    def combine(self, given, rate, nodes, *of_nodes):
        changes = of_nodes[nodes:]
        means = [sum(unpacked(one.rows(side, slice(None))) for one in changes) / np.float32(nodes) for side in range(2)]
        return packed(means[0], "float32"), packed(means[1], "float32")


class AveragingCluster(firth.LocalCluster):
    def open(self, settings):
        return InProcess([AveragingNode(settings, "float32") for _ in range(self.n_nodes)])


class KillingCluster(firth.RayCluster):
    """Kills the process of a node in the third epoch, and notes how long it takes until the next round ends."""

    def open(self, settings):
        machines = super().open(settings)
        call, self.killed, self.seconds = machines.call, None, None

        def watched(node, method, *arguments, results=1):
            if self.killed is None and method == "combine" and arguments[0].epoch == 2 and arguments[0].tokens.start:
                import ray

                pid = ray.get(machines.nodes[1].actor.__ray_call__.remote(lambda actor: os.getpid()))
                os.kill(pid, signal.SIGKILL)
                self.killed = time.perf_counter()
            elif method == "finish" and self.seconds is None and len(machines.nodes) < self.n_nodes:
                self.seconds = time.perf_counter() - self.killed
            return call(node, method, *arguments, results=results)

        machines.call = watched
        return machines


def on_ray(cluster):
    """A cluster of Ray's on this machine, with as many processors as nodes."""
    import ray

    if not ray.is_initialized():
        ray.init(num_cpus=cluster.n_nodes, include_dashboard=False, object_store_memory=1 << 30, log_to_driver=False)
    return cluster


def cluster_of(run: str):
    """What `4`, `4-float32`, `4-overlap`, `4-average`, `4-ray` or `4-killed` stands for; None for 1: no cluster."""
    count, _, kind = run.partition("-")
    if count == "1":
        return None
    if kind == "average":
        return AveragingCluster(int(count))
    if kind in ("ray", "killed"):
        return on_ray((KillingCluster if kind == "killed" else firth.RayCluster)(nodes=int(count)))
    if kind == "overlap":
        return CountingCluster(int(count), overlap=True)
    return CountingCluster(int(count), wire=kind or "int8")


def judged(model, options) -> dict:
    scores = {}
    if options.analogies:
        scores["analogies"] = evaluate_analogies(model.vectors, options.analogies, top=30_000).accuracy
    if options.men:
        scores["men"] = evaluate_similarity(model.vectors, options.men).spearman
    return scores


def quality(options) -> None:
    """Every run with every seed, trained from the start and judged; those that are saved are not repeated."""
    output = Path(options.output)
    runs = json.loads(output.read_text())["runs"] if output.exists() else []
    for seed in options.seeds:
        for run in options.runs.split():
            facts = {
                "run": run,
                "seed": seed,
                "architecture": options.architecture,
                "vector_size": options.dim,
                "epochs": options.epochs,
                "bytes": Path(options.corpus).stat().st_size,
            }
            if any(facts.items() <= {name: one.get(name) for name in facts}.items() for one in runs):
                continue
            runs.append(facts | trained(options, run, seed))
            print(json.dumps(runs[-1]), flush=True)
            output.parent.mkdir(exist_ok=True, parents=True)
            output.write_text(json.dumps({"environment": environment(), "runs": runs}, indent=1) + "\n")


def trained(options, run: str, seed: int) -> dict:
    """What is measured of one training."""
    begun = time.process_time()
    cluster = cluster_of(run)
    model = firth.Word2Vec(
        architecture=options.architecture, vector_size=options.dim, epochs=options.epochs, threads=1,
        seed=seed, tokenizer="whitespace",
    ).fit(options.corpus, progress=False, cluster=cluster)  # fmt: skip
    cpu_seconds = time.process_time() - begun
    tokens, nodes = model.history[0].words, int(run.partition("-")[0])
    rounds = RoundPlan(rounds_for(nodes), tokens, len(model.vocabulary))
    meetings = [len(list(rounds.parts(epoch, range(tokens)))) for epoch in range(options.epochs)]
    result = {
        "words": tokens,
        "vocabulary": len(model.vocabulary),
        "meetings": meetings if nodes > 1 else [],
        "losses": [round(record.loss, 4) for record in model.history],
        "cpu_seconds": round(cpu_seconds, 1),  # of this process
        **judged(model, options),
    }
    if isinstance(cluster, CountingCluster):
        result["shares_of_rows_that_travel"] = cluster.shares()
    if isinstance(cluster, KillingCluster):
        result["seconds_from_kill_to_next_meeting"] = round(cluster.seconds, 2)
    return result


# ---------------------------------------------------------------- on paper


# Of the rows of both matrices, how many travel in a meeting: as measured with 4 and 16 nodes, and all that could.
TRAVELLING = {4: 0.65, 16: 0.48, 64: 1.0}


def paper(words_per_second=3e6, cores=32, dim=100):
    """Speed-up over one node, from the bytes that a node sends and receives in a meeting.

    Assumptions: a node of so many cores that each train so many words a second; every node sends its changes of all
    rows but its own block, and receives the combined ones; a byte a number and 8 bytes a row of either matrix, of rows
    that travel; the network carries its nominal rate in both directions at the same time; the longest rounds of
    rounds.py. Training waits for meetings, or (overlapping) meetings and training go on at the same time.
    """
    rows = []
    for nodes in (4, 16, 64):
        longest = rounds_for(nodes).most
        for gigabits in (10, 25, 100):
            train = longest / nodes / (words_per_second * cores)  # seconds for each word of the vocabulary
            sent = 2 * (dim + 8) * TRAVELLING[nodes] * (nodes - 1) / nodes  # each way: to those that combine, and back
            meet = 2 * sent / (gigabits / 8 * 1e9)
            rows.append(
                {
                    "nodes": nodes,
                    "gigabits": gigabits,
                    "words_a_row": longest,
                    "speedup": round(nodes * train / (train + meet), 1),
                    "share_of_meetings": round(meet / (train + meet), 2),
                    "speedup_overlapping": round(nodes * train / max(train, meet), 1),
                }
            )
    return rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpus", nargs="?")
    arguments.add_argument("--analogies")
    arguments.add_argument("--men")
    arguments.add_argument("--runs", default="1 4 16 4-average 16-average")
    arguments.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    arguments.add_argument("--dim", type=int, default=100)
    arguments.add_argument("--epochs", type=int, default=5)
    arguments.add_argument("--architecture", default="skipgram")
    arguments.add_argument("--paper", action="store_true")
    arguments.add_argument("--output", default=str(RESULTS / "distributed.json"))
    options = arguments.parse_args()
    if options.paper:
        for row in paper():
            print(row)
    else:
        quality(options)


if __name__ == "__main__":
    main()
