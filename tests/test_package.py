"""The wheel: what is in it, and that it works without the repository. `make test-wheel` also installs it afresh."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from source_tree import ROOT

pytest.importorskip("setuptools", minversion="77")

BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy of the sources, because setuptools writes next to them."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignored)
    done = subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    wanted = {
        file.relative_to(ROOT / "src").as_posix()
        for file in (ROOT / "src" / "firth").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if ".dist-info/" not in name} == wanted
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheel_works_without_the_repository(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    program = (
        "import firth\n"
        "from firth.evaluation import evaluate_analogies, evaluate_categorisation\n"
        "model = firth.Word2Vec(min_count=1, vector_size=8, epochs=1, threads=1)\n"
        "vectors = model.fit(['green tea with milk', 'black tea'] * 50, progress=False).vectors\n"
        "vectors.save('vectors.bin')\n"
        "print(firth.__file__, firth.load('vectors.bin').words == vectors.words)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / "installed" / "firth" / "__init__.py"), "True"]
