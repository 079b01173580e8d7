"""`python modules.py FILE.ptx`: the path of the module that this PTX is translated to; made if it is not there."""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
OTHERS = ("__main__.py", "modules.py", "library.py", "hand_written.py")
BUILT = FOLDER / ".built"  # by digest; delete it at will


def digest(parts) -> str:
    """Of some bytes."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:24]


def sources(folder: Path) -> list[bytes]:
    """What is in the files of a folder; of this one, in those that translate."""
    paths = (path for path in sorted(folder.iterdir()) if path.suffix in (".c", ".h", ".py"))
    return [path.read_bytes() for path in paths if path.name not in OTHERS and not path.name.startswith("test_")]


def translated(ptx: Path) -> Path:
    """The module of some PTX."""
    name = digest([ptx.read_bytes(), *sources(FOLDER)])
    module = BUILT / f"{name}.so"
    BUILT.mkdir(exist_ok=True)
    with (BUILT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not module.exists():
            kept, new = BUILT / f"{name}.ptx", BUILT / f"{name}.new.so"
            kept.write_bytes(ptx.read_bytes())
            subprocess.run([sys.executable, FOLDER / "translate.py", kept, new], check=True, stdout=sys.stderr)
            new.rename(module)
    return module


if __name__ == "__main__":
    os.environ.pop("LD_LIBRARY_PATH", None)
    sys.stdout.write(str(translated(Path(sys.argv[1]))))
