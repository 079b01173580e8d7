"""Seconds of waiting: import, --help, and the first training of a process with an empty and a filled cache.

python benchmarks/startup.py
"""

import os
import subprocess
import sys
import tempfile
import time

from report import median, save

# The overhead of the first fit(): its time less that of the second, in the same process.
FIRST_CALL = """
import time
import firth
def fit():
    begun = time.perf_counter()
    firth.Word2Vec(threads=2, epochs=1).fit(["a b c d e " * 20] * 50, progress=False)
    return time.perf_counter() - begun
first = fit()
print(first - fit())
"""


def seconds_of(*command: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def first_call(cache: str) -> float:
    environment = {**os.environ, "FIRTH_CACHE_DIR": cache}
    done = subprocess.run([sys.executable, "-c", FIRST_CALL], check=True, capture_output=True, env=environment)
    return float(done.stdout)


def main() -> None:
    results = {"nothing": [], "import firth": [], "firth --help": [], "first fit, warm": [], "first fit, cold": []}
    with tempfile.TemporaryDirectory() as warm:
        first_call(warm)
        for _ in range(5):
            results["nothing"].append(seconds_of("-c", "pass"))
            results["import firth"].append(seconds_of("-c", "import firth"))
            results["firth --help"].append(seconds_of("-m", "firth", "--help"))
            results["first fit, warm"].append(first_call(warm))
    for _ in range(3):
        with tempfile.TemporaryDirectory() as cold:
            results["first fit, cold"].append(first_call(cold))
    for name, values in results.items():
        print(f"{name:<16} {median(values):6.3f} s   ({' '.join(f'{value:.3f}' for value in values)})")
    save("startup", results)


if __name__ == "__main__":
    main()
