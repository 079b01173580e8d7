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
    parser.add_argument("--architectures", default="skipgram,cbow")
    arguments = parser.parse_args()
    files = (arguments.corpus, arguments.analogies, arguments.men)
    results = []
    for architecture in arguments.architectures.split(","):
        one = (("epochs", 1),)
        epochs = 0
        fast = median(
            judge(Run("firth", architecture, seed, arguments.threads, one), *files)["seconds"] for seed in (1, 2, 3)
        )
        for seed in range(1, arguments.seeds + 1):
            peer = judge(Run("gensim corpus_file", architecture, seed, arguments.threads, one), *files)
            epochs = epochs or max(1, int(peer["seconds"] / fast))
            run = Run("firth", architecture, seed, arguments.threads, (("epochs", epochs),))
            for result in (peer, judge(run, *files)):
                print(f"{result['name']:<50} seed {seed}  analogies {result['analogies']:.4f}  "
                      f"MEN {result['men']:.4f}  {result['seconds']:.1f} s", flush=True)  # fmt: skip
                results.append(result)
            save("equal_time", {"runs": results})
    print(table(results))


if __name__ == "__main__":
    main()
