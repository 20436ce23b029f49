"""A machine with NVIDIA GPUs, as far as a solver can see: a double of the driver's library."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("nvidia_driver.c")


def compiler() -> str | None:
    """The system's C compiler."""
    return shutil.which("cc") or shutil.which("gcc")


def machine_with(folder: Path, *capabilities: str, cuda: str) -> dict[str, str]:
    """Variables of a process that then sees GPUs of these compute capabilities, and a driver for
    ``cuda``. The library is built into ``folder``."""
    cc = compiler()
    assert cc is not None
    library = folder / "libnvidia-ml.so.1"
    if not library.exists():
        folder.mkdir(parents=True, exist_ok=True)
        flags = ["-shared", "-fPIC", "-fvisibility=hidden", f"-Wl,-soname,{library.name}"]
        subprocess.run([cc, *flags, str(_SOURCE), "-o", str(library)], check=True, timeout=60)
    major, _, minor = cuda.partition(".")
    return {
        "LD_LIBRARY_PATH": str(folder),
        "FAKE_CUDA": str(int(major) * 1000 + int(minor or 0) * 10),
        "FAKE_CAPABILITIES": ",".join(capabilities),
    }
