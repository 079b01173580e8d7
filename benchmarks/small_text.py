"""A small text, the King James Bible: how many of several seeds solve three analogies, by number of epochs and threads.

python benchmarks/small_text.py
"""

import argparse

import firth
from firth.datasets import king_james
from report import median, save

SUMS = (
    ("king", "man", "woman", "queen"),
    ("father", "son", "daughter", "mother"),
    ("brother", "man", "woman", "sister"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    arguments = parser.parse_args()
    verses = king_james()
    rows = []
    for epochs in (5, 10, 15):
        for threads in (1, 2):
            right, seconds = [0] * len(SUMS), []
            for seed in range(1, arguments.seeds + 1):
                model = firth.Word2Vec(epochs=epochs, threads=threads, seed=seed).fit(verses, progress=False)
                seconds.append(sum(record.seconds for record in model.history))
                for i, (word, less, more, expected) in enumerate(SUMS):
                    right[i] += model.vectors.analogy(less, word, more, count=1)[0].word == expected
            rows.append({"epochs": epochs, "threads": threads, "right": right, "seconds": median(seconds)})
            print(rows[-1], flush=True)
    save("small_text", {"seeds": arguments.seeds, "sums": SUMS, "rows": rows})


if __name__ == "__main__":
    main()
