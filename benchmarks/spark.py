"""Word2Vec of Spark ML beside ours: time and quality on one text.

    PYTHONPATH=src python benchmarks/spark.py CORPUS --python SPARK/bin/python --analogies FILE --men FILE

Spark runs in a process of its own, with the interpreter that --python names, which has PySpark (`pip install pyspark
numpy setuptools`) and finds a Java runtime; it has local[2], as many partitions as the run's name says, and its own
method, skip-gram with hierarchical softmax. Ours has 2 threads, and runs as one machine and as 2 nodes of a
LocalCluster; with negative sampling, which is its default, and with hierarchical softmax. CPU seconds are those of all
processes of a run, with their start, reading and compilation: other programs may compute at the same time.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

SPARK = """
import sys, json
from pyspark.ml.feature import Word2Vec
from pyspark.sql import SparkSession, functions as f
given = json.loads(sys.argv[1])
spark = (SparkSession.builder.master("local[2]").config("spark.driver.memory", "6g").config("spark.ui.enabled", "false")
         .config("spark.driver.maxResultSize", "4g").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
lines = spark.read.text(given["corpus"])
words = lines.select(f.split(f.trim("value"), r"\\s+").alias("words")).where(f.trim("value") != "")
model = Word2Vec(inputCol="words", outputCol="vector", vectorSize=given["dim"], windowSize=given["window"],
                 minCount=5, maxIter=given["epochs"], numPartitions=given["partitions"], stepSize=0.025,
                 maxSentenceLength=1000, seed=given["seed"]).fit(words)
rows = model.getVectors().collect()
with open(given["output"], "w", encoding="utf-8") as file:
    file.write(f"{len(rows)} {given['dim']}\\n")
    for row in rows:
        file.write(row.word + " " + " ".join(f"{number:.6g}" for number in row.vector) + "\\n")
bean = spark._jvm.java.lang.management.ManagementFactory.getOperatingSystemMXBean()
print(bean.getProcessCpuTime() / 1e9)  # of the JVM, whose end nobody waits for
"""

OURS = """
import sys, json, firth
given = json.loads(sys.argv[1])
cluster = firth.LocalCluster(given["nodes"]) if given["nodes"] else None
model = firth.Word2Vec(vector_size=given["dim"], window=given["window"], epochs=given["epochs"], seed=given["seed"],
    objective=given["objective"], tokenizer="whitespace", threads=1 if cluster else 2,
    ).fit(given["corpus"], progress=False, cluster=cluster)
model.vectors.save(given["output"])
"""


def settings_of(run: str) -> dict:
    """What a run's name stands for."""
    name, _, count = run.partition("-")
    if name == "spark":
        return {"partitions": int(count)}
    return {
        "objective": "hierarchical_softmax" if count == "tree" else "negative_sampling",
        "nodes": int(count) if count.isdigit() else 0,
    }


def by_frequency(vectors, corpus: str):
    """The same vectors, most frequent words first, as the test of analogies takes them."""
    from firth.corpus.encoding import encode
    from firth.vectors.word_vectors import WordVectors

    rows = {word: row for row, word in enumerate(vectors.words)}
    words = [word for word in encode(corpus, tokenizer="whitespace").vocabulary.words if word in rows]
    return WordVectors(words, vectors.matrix[[rows[word] for word in words]])


def measured(run: str, options, seed: int) -> dict:
    from firth.evaluation.analogies import evaluate_analogies
    from firth.evaluation.similarity import evaluate_similarity
    from firth.vectors.load import load

    is_spark = run.startswith("spark")
    output = Path(options.folder, f"{run}-{seed}.vec")
    given = {"corpus": str(Path(options.corpus).resolve()), "output": str(output), "seed": seed, **settings_of(run)}
    given |= {name: getattr(options, name) for name in ("dim", "window", "epochs")}
    program, source = (options.python, SPARK) if is_spark else (sys.executable, OURS)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([program, "-c", source, json.dumps(given)], check=True, stdout=subprocess.PIPE, text=True,
                          env=os.environ | {"PYSPARK_PYTHON": options.python}, stderr=subprocess.DEVNULL)  # fmt: skip
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime + float(done.stdout or 0)
    vectors = by_frequency(load(output), options.corpus)
    return {
        "run": run,
        "seed": seed,
        "words": len(vectors),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "analogies": round(evaluate_analogies(vectors, options.analogies, top=30_000).accuracy, 4),
        "men": round(evaluate_similarity(vectors, options.men).spearman, 4),
    }


def main():
    from report import RESULTS, environment

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--python", required=True, help="an interpreter that has PySpark")
    parser.add_argument("--analogies", required=True)
    parser.add_argument("--men", required=True)
    parser.add_argument("--runs", default="firth firth-2 firth-tree spark-1 spark-2")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1])
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--window", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--folder", default="/tmp", help="for the vectors")
    parser.add_argument("--output", default=str(RESULTS / "spark.json"))
    options = parser.parse_args()
    results = []
    for seed in options.seeds:
        for run in options.runs.split():
            results.append(measured(run, options, seed))
            print(json.dumps(results[-1]), flush=True)
            names = "runs", "seeds", "dim", "window", "epochs"
            shown = {"corpus": Path(options.corpus).name} | {name: getattr(options, name) for name in names}
            found = {"environment": environment(), "options": shown, "results": results}
            Path(options.output).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
