"""Another machine for a process: one whose PCI bus has the devices that a test says.

The rest is this one. It is a mount namespace of Linux, which only root may make.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_BUS = Path("/sys/bus/pci/devices")


def machine_with_gpu(folder: Path) -> tuple[str, ...] | None:
    """An argv that starts a program on a machine with one GPU of NVIDIA's, and no driver; None
    where such a machine cannot be made."""
    device = folder / "0000:01:00.0"
    device.mkdir(parents=True)
    for name, text in {"vendor": "0x10de", "class": "0x030200", "device": "0x2330"}.items():
        (device / name).write_text(f"{text}\n")
    script = f'mount --bind "{folder}" {_BUS} && exec "$@"'
    argv = ("unshare", "--mount", "sh", "-c", script, "sh")
    if os.geteuid() != 0 or shutil.which("unshare") is None or not _BUS.is_dir():
        return None
    tried = subprocess.run([*argv, "true"], capture_output=True, check=False)
    return argv if tried.returncode == 0 else None
