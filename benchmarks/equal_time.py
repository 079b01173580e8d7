"""Quality at equal time: Firth trains as many epochs as fit into the time of one gensim epoch.

python benchmarks/equal_time.py CORPUS --analogies questions-words.txt --men men.csv
"""

import argparse

from quality import Run, judge, table
from report import save


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
        epochs = 10  # a first guess
        for seed in range(1, arguments.seeds + 1):
            peer = judge(Run("gensim corpus_file", architecture, seed, arguments.threads, one), *files)
            while True:  # repeated with fewer epochs if they took longer after all: the machine's speed changes
                run = Run("firth", architecture, seed, arguments.threads, (("epochs", epochs),))
                ours = judge(run, *files)
                if ours["seconds"] <= peer["seconds"] or epochs == 1:
                    break
                epochs = max(1, min(epochs - 1, int(epochs * peer["seconds"] / ours["seconds"])))
            for result in (peer, ours):
                print(f"{result['name']:<50} seed {seed}  analogies {result['analogies']:.4f}  "
                      f"MEN {result['men']:.4f}  {result['seconds']:.1f} s", flush=True)  # fmt: skip
                results.append(result)
            save("equal_time", {"runs": results})
    print(table(results))


if __name__ == "__main__":
    main()
