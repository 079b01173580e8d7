"""Quality at equal time: Firth trains for the seconds that gensim needs for one epoch.

python benchmarks/equal_time.py CORPUS --analogies questions-words.txt --men men.csv
"""

import argparse

from quality import Run, judge, table
from report import median, save


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--analogies", required=True)
    parser.add_argument("--men", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    files = (arguments.corpus, arguments.analogies, arguments.men)
    results, epochs = [], {}
    for architecture in ("skipgram", "cbow"):
        one = (("epochs", 1),)
        fast = median(
            judge(Run("firth", architecture, seed, arguments.threads, one), *files)["seconds"] for seed in (1, 2, 3)
        )
        for seed in range(1, arguments.seeds + 1):
            peer = judge(Run("gensim corpus_file", architecture, seed, arguments.threads, one), *files)
            epochs.setdefault(architecture, max(1, int(peer["seconds"] / fast)))
            run = Run("firth", architecture, seed, arguments.threads, (("epochs", epochs[architecture]),))
            for result in (peer, judge(run, *files)):
                print(f"{result['name']:<50} seed {seed}  analogies {result['analogies']:.4f}  "
                      f"MEN {result['men']:.4f}  {result['seconds']:.1f} s", flush=True)  # fmt: skip
                results.append(result)
    print(table(results))
    save("equal_time", {"runs": [{**result, "run": dict(result["run"])} for result in results]})


if __name__ == "__main__":
    main()
