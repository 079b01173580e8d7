"""How much memory there is, as the system, a container or a limit of the process has it."""

import platform
import subprocess
import sys

import pytest

from firth.memory import available_memory


def test_available_memory(tmp_path):
    assert available_memory() > 1 << 20
    facts, group = tmp_path / "meminfo", tmp_path / "group"
    facts.write_text("MemTotal: 900 kB\nMemAvailable:  500 kB\n")
    assert available_memory(facts, group) == 500 * 1024
    group.mkdir()
    (group / "memory.max").write_text("300000\n")
    (group / "memory.current").write_text("100000\n")
    assert available_memory(facts, group) == 200_000
    (group / "memory.max").write_text("max\n")
    assert available_memory(facts, group) == 500 * 1024
    assert available_memory(tmp_path / "missing", group) > 1 << 20


LIMITED = """
import resource
from firth.memory import available_memory

before = available_memory()
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))
limited = available_memory()
taken = bytearray(100 << 20)
print(limited < 1 << 30, 99 << 20 < limited - available_memory() < 110 << 20)
resource.setrlimit(resource.RLIMIT_AS, (1 << 20, resource.RLIM_INFINITY))
print(available_memory())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
def test_a_limit_of_the_process():
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["True", "True", "0"], done.stderr


KEEPING = """
import re, sys
from pathlib import Path
from firth.memory import return_large_blocks

def own():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

if sys.argv[1] == "returned":
    return_large_blocks(1 << 20)
first = bytearray(30 << 20)
del first
before, large, small = own(), [], []
for _ in range(10):
    large.append(bytearray(5 << 20))
    small.append(bytearray(100_000))
del large
print(own() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_large_blocks_go_back_to_the_system():
    kept, returned = (
        float(subprocess.run([sys.executable, "-c", KEEPING, how], check=True, capture_output=True, text=True).stdout)
        for how in ("kept", "returned")
    )
    assert kept > 40  # MB: what the function is there for
    assert returned < 10
