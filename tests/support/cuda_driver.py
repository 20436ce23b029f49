"""A ``libcuda.so.1`` that answers as it is told, built from C when a test first needs it.

Variables of the process that loads it: ``CUDA_DRIVER_CODE`` (what ``cuInit`` returns),
``CUDA_DRIVER_COUNT``, ``CUDA_DRIVER_VERSION``, ``CUDA_DRIVER_SLEEPS`` (seconds in ``cuInit``) and
``CUDA_DRIVER_CRASHES``. It proves how answers are read, nothing about a real driver.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


def compiler() -> str | None:
    """A C compiler of this machine."""
    return next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)


def build(folder: Path) -> Path:
    """The library in ``folder``, which LD_LIBRARY_PATH then has to name."""
    made = folder / "libcuda.so.1"
    found = compiler()
    assert found is not None
    subprocess.run(
        [found, "-shared", "-fPIC", "-O1", "-Wl,-soname,libcuda.so.1", "-o", made, SOURCE],
        check=True,
        timeout=60,
    )
    return made
