"""Print pip constraints that pin every package to the oldest version that pyproject.toml allows.

    python tests/oldest_versions.py > constraints.txt

`make test-oldest` installs these and runs tests, so that the minimums are known to work.
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
# The extra `test` names tools and other libraries to compare with; of those, only the ones that run these tests count.
NEEDED_FROM_TEST = ("duckdb", "gensim", "hypothesis", "pytest")


def oldest(requirement: str) -> str | None:
    """`name==version` for `name>=version`, with the marker; None for a requirement without a minimum."""
    found = re.match(r"([\w-]+)(?:\[[\w,-]+\])?\s*>=\s*([\w.]+)[^;]*(;.*)?$", requirement)
    return f"{found[1]}=={found[2]}{found[3] or ''}" if found else None


def main() -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    requirements = list(project["dependencies"])
    for name in extras.keys() - {"bench", "cuda", "cuda12", "docs", "test"}:
        requirements += extras[name]
    requirements += [one for one in extras["test"] if one.startswith(NEEDED_FROM_TEST) and "xdist" not in one]
    pins = {pin for one in requirements if (pin := oldest(one))}
    sys.stdout.write("\n".join(sorted(pins)) + "\n")


if __name__ == "__main__":
    main()
