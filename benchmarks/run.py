"""Every benchmark, one after another, then the tables of docs/benchmarks.md and docs/defaults.md.

    python benchmarks/run.py CORPUS [--evaluation FOLDER]

FOLDER holds questions-words.txt (Google's analogies) and men.csv (MEN); without it, quality is not measured.
"""

import argparse
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent


def has_chapters(corpus: str) -> bool:
    """Whether documents can be judged by the chapter that they are from."""
    return b"\nchapter" in Path(corpus).read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--evaluation", type=Path)
    arguments = parser.parse_args()
    scripts = [
        ["startup.py"],
        ["compile_time.py"],
        ["small_text.py"],
        ["loading.py"],
        *([["fasttext_loading.py"]] if find_spec("fasttext") else []),  # its package does not exist for every Python
        ["approximate.py"],
        *([["serving.py"]] if shutil.which("wrk") else []),
        *([["explorer.py"]] if find_spec("playwright") else []),
        *([name, arguments.corpus] for name in ("encoding.py", "phrases.py", "train_speed.py", "command.py")),
        ["gensim_drop_in.py", arguments.corpus],
        *([["documents.py", arguments.corpus, "--same-rates"]] if has_chapters(arguments.corpus) else []),
    ]
    if arguments.evaluation:
        files = ["--analogies", str(arguments.evaluation / "questions-words.txt")]
        files += ["--men", str(arguments.evaluation / "men.csv")]
        scripts += [["querying.py", *files[:2]]]
        with_both = ("equal_time.py", "quality.py", "defaults.py", "objectives.py")
        scripts += [[name, arguments.corpus, *files] for name in with_both]
    for script, *options in [*scripts, ["tables.py"]]:
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *options], check=True)


if __name__ == "__main__":
    main()
