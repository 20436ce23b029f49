"""Apple's GPUs: which one it is. How busy it is, macOS tells to no ordinary program."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache

from .readings import Device

_NOT_TOLD = ("memory_used", "memory_free", "memory_reserved", "utilisation", "temperature",
             "power", "power_limit", "throttle", "ecc_errors", "rows_failed", "compute_mode",
             "capability", "bus")  # fmt: skip
_SECONDS = 5


@cache
def apple_devices() -> tuple[Device, ...]:
    """The GPU of a Mac with a chip of Apple's; nothing elsewhere."""
    if platform.system() != "Darwin" or platform.machine() != "arm64":
        return ()
    return (apple_device(_chip(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")),)


def apple_device(chip: str | None, memory: int) -> Device:
    """The one of a chip, which shares the machine's memory."""
    return Device(
        uuid="APPLE-0",
        index=0,
        vendor="apple",
        name=chip or "Apple GPU",
        memory=memory,
        unified=True,
        reasons=dict.fromkeys(_NOT_TOLD, "not_on_macos"),
    )


def _chip() -> str | None:
    command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
