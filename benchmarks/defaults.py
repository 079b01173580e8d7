"""The measurements behind the defaults: learning rates and their decay, CBOW gradients and windows, several seeds each.

python benchmarks/defaults.py CORPUS --analogies questions-words.txt --men men.csv
"""

from itertools import product

import quality
from quality import Run

SKIPGRAM = [
    {},
    {"learning_rate": 0.0375},
    {"learning_rate": 0.05},
    {"final_learning_rate": 0.0025},
    {"final_learning_rate": 0.0125},
    {"shrink_window": False, "window": 3},
    {"subsample_threshold": 1e-4},
]
CBOW = [
    {},
    {"learning_rate": 0.025},
    {"learning_rate": 0.075},
    {"final_learning_rate": 0.005},
    {"final_learning_rate": 0.025},
    {"cbow_gradient": "exact", "learning_rate": 0.05},
    {"cbow_gradient": "exact", "learning_rate": 0.1},
    {"cbow_gradient": "exact", "learning_rate": 0.2},
]


def planned(arguments) -> list[Run]:
    """Every setting with every seed."""
    settings = [("skipgram", options) for options in SKIPGRAM] + [("cbow", options) for options in CBOW]
    seeds = range(1, arguments.seeds + 1)
    return [
        Run("firth", architecture, seed, options=tuple(options.items()))
        for seed, (architecture, options) in product(seeds, settings)
    ]


if __name__ == "__main__":
    quality.main(planned, "defaults")
