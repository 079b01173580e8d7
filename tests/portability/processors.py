"""Firth on processors that this machine does not have; `make portability` runs it. Not part of the test suite.

    python tests/portability/processors.py x86        old x86 processors, by telling Numba to compile for them
    python tests/portability/processors.py aarch64    ARM, under qemu's emulator: training and the kernels' tests

x86       Code for an older processor also runs on a newer one. Losses must be those of this machine; where only the
          width differs, so must all bits.
aarch64   Needs the commands mmdebstrap and qemu-aarch64-static (Debian: mmdebstrap, qemu-user-static), Debian's mirror
          and PyPI. About 400 MB are kept in build/aarch64. The emulator is slow, and compiling under it takes minutes.
          Tests that start processes are left out: the emulated Python cannot start itself.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRAIN = ROOT / "tests" / "portability" / "train_all.py"
BUILD = ROOT / "build"

# Processor, lanes, and whether it has fused multiply-add.
X86 = (("x86-64", 4, False), ("nehalem", 4, False), ("sandybridge", 8, False), ("haswell", 8, True))

DEBIAN = "bookworm"
PYTHON = "python3.11"  # Debian's
PACKAGES = ("numpy", "numba", "safetensors", "typer", "rich", "pytest", "hypothesis")
PLATFORMS = [f"manylinux{version}_aarch64" for version in ("_2_28", "_2_27", "_2_17", "2014")]
KERNEL_TESTS = ("tests/unit/kernels/test_simd.py", "tests/unit/kernels/text", "tests/unit/kernels/search")
KERNEL_TESTS += ("tests/unit/kernels/files", "tests/unit/kernels/training/test_hot_rows.py")
STARTS_PROCESSES = "not forked and not subprocess"


def trained(command: list[str], **environment: str) -> dict:
    """What train_all.py prints when it runs with this interpreter and environment."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment}
    done = subprocess.run([*command, str(TRAIN)], env=variables, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def differences(found: dict, here: dict, *, same_bits: bool) -> list[str]:
    """In what the vectors of two processors differ: in nothing, or in the rounding alone."""
    wrong = []
    for name, (loss, digest) in found["trained"].items():
        loss_here, digest_here = here["trained"][name]
        if same_bits and digest != digest_here:
            wrong.append(f"{name}: other bits")
        if not abs(loss - loss_here) < 2e-3 * loss_here:
            wrong.append(f"{name}: loss {loss}, here {loss_here}")
    return wrong


def report(name: str, wrong: list[str], facts: str) -> bool:
    sys.stdout.write(f"{name:12} {facts:30} {'; '.join(wrong) or 'trains as here'}\n")
    sys.stdout.flush()
    return not wrong


def run_x86() -> bool:
    good = True
    for processor, lanes, fused in X86:
        found = trained([sys.executable], NUMBA_CPU_NAME=processor, NUMBA_CPU_FEATURES="")
        here = trained([sys.executable], FIRTH_LANES=str(lanes))
        wrong = differences(found, here, same_bits=fused)
        if found["lanes"] != lanes:
            wrong.append(f"{found['lanes']} lanes, expected {lanes}")
        good &= report(processor, wrong, f"{lanes} lanes, " + ("the same bits" if fused else "no fused products"))
    return good


def emulated_python() -> list[str]:
    """The command for Python under qemu, with the packages of the tests; installed in build/aarch64 the first time."""
    for program, package in (("mmdebstrap", "mmdebstrap"), ("qemu-aarch64-static", "qemu-user-static")):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not installed (Debian's package {package})")
    folder = BUILD / "aarch64"
    root, packages = folder / "root", folder / "packages"
    if not root.exists():
        folder.mkdir(parents=True, exist_ok=True)
        make = ["mmdebstrap", "--quiet", "--variant=extract", "--architectures=arm64"]
        subprocess.run([*make, f"--include={PYTHON},libstdc++6,libgcc-s1", DEBIAN, str(root)], check=True)
    if not packages.exists():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--target", str(packages)]
        install += [option for platform in PLATFORMS for option in ("--platform", platform)]
        install += ["--implementation", "cp", "--python-version", PYTHON.removeprefix("python")]
        subprocess.run([*install, *PACKAGES], check=True)
    paths = f"{packages}:{ROOT / 'src'}:{ROOT / 'tests'}"
    variables = (f"PYTHONPATH={paths}", f"FIRTH_CACHE_DIR={folder}", "PYTHONDONTWRITEBYTECODE=1")
    options = [word for variable in variables for word in ("-E", variable)]
    return ["qemu-aarch64-static", "-L", str(root), *options, str(root / "usr" / "bin" / PYTHON)]


def run_aarch64() -> bool:
    python = emulated_python()
    found = trained(python)
    wrong = differences(found, trained([sys.executable], FIRTH_LANES="4"), same_bits=True)
    good = report("aarch64", wrong, f"{found['lanes']} lanes, the same bits")
    tests = [*python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", STARTS_PROCESSES, *KERNEL_TESTS]
    return subprocess.run(tests, cwd=ROOT).returncode == 0 and good


def main() -> None:
    checks = {"x86": run_x86, "aarch64": run_aarch64}
    wanted = sys.argv[1:] or list(checks)
    if not set(wanted) <= set(checks):
        sys.exit(f"give x86, aarch64 or both, not {' '.join(wanted)}")
    sys.exit(0 if all([checks[name]() for name in wanted]) else 1)


if __name__ == "__main__":
    main()
