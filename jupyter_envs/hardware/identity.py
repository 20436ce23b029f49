"""Which machine this is to a GPU's user: its driver and its GPUs, read from files alone.

What was tried on one machine says nothing of another. No driver is asked, so that it costs less
than a millisecond and cannot hang. Source: the files of the ``nvidia`` kernel module below
``/proc/driver/nvidia``, and ``/sys/bus/pci`` with the vendors' ids of the PCI ID repository.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

_VERSION = re.compile(r"Kernel Module\s+(?:for \S+\s+)?(\d+(?:\.\d+)+)")
_UUID = re.compile(r"^GPU UUID:\s*(GPU-\S+)", re.MULTILINE)
#: NVIDIA and AMD.
_VENDORS = ("0x10de", "0x1002")
#: PCI classes of what computes: VGA and 3D controllers, processing accelerators.
_CLASSES = ("0x0300", "0x0302", "0x0380", "0x1200")


class MachineIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """``gpus`` are UUIDs where the driver tells them, else addresses with their ids; ``driver``
    is the kernel module's version, None where there is none."""

    driver: str | None = None
    gpus: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """16 hexadecimal digits; the same for all machines without a GPU."""
        text = "\n".join((self.driver or "", *sorted(self.gpus)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def machine_identity(root: Path = Path("/")) -> MachineIdentity:
    """The identity of the machine whose file system begins at ``root``."""
    told = root / "proc/driver/nvidia"
    version = _VERSION.search(_text(told / "version"))
    uuids = tuple(sorted(_uuids(told / "gpus")))
    gpus = uuids or tuple(sorted(_on_the_bus(root / "sys/bus/pci/devices")))
    wsl = (root / "dev/dxg").exists()
    return MachineIdentity(
        driver=version[1] if version else None, gpus=gpus or (("wsl",) if wsl else ())
    )


def _uuids(folder: Path) -> Iterator[str]:
    for path in _entries(folder):
        found = _UUID.search(_text(path / "information"))
        if found is not None:
            yield found[1]


def _on_the_bus(folder: Path) -> Iterator[str]:
    for path in _entries(folder):
        vendor = _text(path / "vendor").strip()
        if vendor in _VENDORS and _text(path / "class").strip()[:6] in _CLASSES:
            yield f"{path.name} {vendor}:{_text(path / 'device').strip()}"


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")[:4096]
    except OSError:
        return ""
