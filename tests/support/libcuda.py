"""The stand-in for CUDA's driver library, built when it is needed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .nvml import compiler

_SOURCE = Path(__file__).with_name("libcuda_double.c")
_NAME = "libcuda.so.1"


def build_libcuda(folder: Path) -> Path:
    """The folder, with the library in it: it goes into ``LD_LIBRARY_PATH`` of a process."""
    cc = compiler()
    assert cc is not None
    command = [
        cc, "-std=c11", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", f"-Wl,-soname,{_NAME}",
        "-o", str(folder / _NAME), str(_SOURCE),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return folder
