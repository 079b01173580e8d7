"""The package as users install it: built, installed in a clean environment, and run there. `make test-wheel` runs it.

It builds an sdist, and from that a wheel, in dist/; checks that both hold every file that they should; installs the
wheel with the extra `demo` in a new environment outside the repository; and runs `firth demo` and a session there.
It downloads 300 MB of packages, or takes them from pip's cache, and then takes about a minute.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SESSION = """
import firth
assert "site-packages" in firth.__file__, firth.__file__
model = firth.Word2Vec(min_count=1, vector_size=8, epochs=2, threads=1)
model.fit(["green tea with milk", "black tea with sugar"] * 50, progress=False)
model.save("model.firth")
model.vectors.save("vectors.txt")
for name in ("model.firth", "vectors.txt"):
    assert firth.load(name).words == model.vectors.words
"""


def run(*command: str | Path, folder: Path) -> None:
    """Run a command that must succeed, without this process's own settings of Python."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([str(word) for word in command], cwd=folder, env=environment, check=True)


def new_environment(folder: Path) -> Path:
    """The folder of the programs of a new virtual environment; Debian's Python may lack ensurepip."""
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True)
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        run(sys.executable, "-m", "venv", "--without-pip", folder, folder=ROOT)
        programs = folder / "bin"
        run(sys.executable, "-m", "pip", "--python", programs / "python", "install", "-qq", "pip", folder=ROOT)
    return folder / ("Scripts" if os.name == "nt" else "bin")


def sources() -> set[str]:
    """The files of the package that belong in a wheel."""
    found = (file for file in (ROOT / "src").rglob("*") if file.is_file())
    kept = (file for file in found if file.suffix in (".py", ".txt", ".typed") and "egg-info" not in str(file))
    return {file.relative_to(ROOT / "src").as_posix() for file in kept}


def check_contents(wheel: Path, sdist: Path) -> None:
    """Every file of the package, and with the sdist also its tests and documentation."""
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == sources(), f"{wheel.name}: {sorted(packed ^ sources())}"
    with tarfile.open(sdist) as archive:
        unpacked = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {f"src/{name}" for name in sources()}
    wanted |= {"LICENSE", "Makefile", "docs/index.md", "tests/wheel.py", "tests/unit/test_cores.py"}
    assert wanted <= unpacked, f"{sdist.name} lacks {sorted(wanted - unpacked)}"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = new_environment(folder / "environment")
        python = programs / ("python.exe" if os.name == "nt" else "python")
        run(python, "-m", "pip", "install", "-qq", "build", folder=folder)
        run(python, "-m", "build", "--outdir", folder / "dist", ROOT, folder=folder)
        (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
        check_contents(wheel, sdist)
        run(python, "-m", "pip", "install", "-qq", f"{wheel}[demo]", folder=folder)
        run(python, "-c", SESSION, folder=folder)
        run(programs / "firth", "info", "model.firth", folder=folder)
        run(programs / "firth", "demo", folder=folder)
        (ROOT / "dist").mkdir(exist_ok=True)
        for file in (wheel, sdist):
            shutil.copy(file, ROOT / "dist")


if __name__ == "__main__":
    main()
