"""NVIDIA's library: where it is found, and what its error codes mean.

nvidia-ml-py is imported at the first question, since most machines have no GPU. The meanings are
those of NVIDIA's NVML API reference (``nvmlReturn_t``), the places those of NVIDIA's packages for
Linux distributions and of WSL.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .model import DriverState

NOT_SUPPORTED = 3
NO_PERMISSION = 4
NOT_FOUND = 6
LIBRARY_NOT_FOUND = 12
FUNCTION_NOT_FOUND = 13
GPU_IS_LOST = 15
RESET_REQUIRED = 16
OPERATING_SYSTEM = 17
VERSION_MISMATCH = 18
ARGUMENT_VERSION_MISMATCH = 25
UNKNOWN = 999

#: Why the driver as a whole cannot be used: the state, and the code of its text.
DRIVER_ERRORS: dict[int, tuple[DriverState, str]] = {
    NO_PERMISSION: ("no_permission", "driver_no_permission"),
    8: ("error", "driver_power_cable"),
    9: ("not_loaded", "driver_not_loaded"),
    10: ("error", "driver_timeout"),
    11: ("error", "driver_interrupts"),
    LIBRARY_NOT_FOUND: ("none", "no_driver"),
    FUNCTION_NOT_FOUND: ("error", "driver_too_old"),
    14: ("error", "driver_inforom"),
    GPU_IS_LOST: ("error", "driver_gpu_lost"),
    RESET_REQUIRED: ("error", "driver_reset_required"),
    OPERATING_SYSTEM: ("blocked", "driver_blocked"),
    VERSION_MISMATCH: ("version_mismatch", "driver_version_mismatch"),
    20: ("error", "driver_out_of_memory"),
    27: ("error", "driver_not_ready"),
    UNKNOWN: ("error", "driver_unknown"),
}

#: What a container sees that had its devices and lost them.
GONE = frozenset({UNKNOWN, OPERATING_SYSTEM, 28})

#: Why one field is empty, by the code of its text; anything else is "failed".
FIELD_ERRORS: dict[int, str] = {
    2: "not_supported",
    NOT_SUPPORTED: "not_supported",
    NO_PERMISSION: "permission",
    NOT_FOUND: "no_data",
    FUNCTION_NOT_FOUND: "driver_is_old",
    GPU_IS_LOST: "lost",
    RESET_REQUIRED: "reset",
    21: "no_data",
    22: "not_supported",
    ARGUMENT_VERSION_MISMATCH: "driver_is_old",
    26: "driver_is_old",
}

SONAME = "libnvidia-ml.so.1"
#: Where it is on machines whose loader does not look there: WSL, RHEL, Debian, NixOS, Arm.
PLACES: tuple[str, ...] = (
    "/usr/lib/wsl/lib",
    "/usr/lib64/nvidia",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu/nvidia/current",
    "/usr/lib64",
    "/run/opengl-driver/lib",
    "/usr/local/nvidia/lib64",
)


class NvmlFailed(Exception):
    """The library refused a call; ``code`` is its own."""

    def __init__(self, code: int) -> None:
        super().__init__(f"NVML error {code}")
        self.code = code


def load_nvml(places: Sequence[str] = PLACES) -> Any:
    """nvidia-ml-py's module, whose library is loaded. Raises NvmlFailed where there is none."""
    # The library first: where there is none, its binding would be loaded for nothing. The binding
    # asks for the bare name only, and gets what is in memory under that name.
    files = (Path(place, SONAME) for place in places)
    if not _is_loadable(SONAME) and not any(f.exists() and _is_loadable(str(f)) for f in files):
        raise NvmlFailed(LIBRARY_NOT_FOUND)
    try:
        return importlib.import_module("pynvml")
    except ImportError as error:
        raise NvmlFailed(LIBRARY_NOT_FOUND) from error


def _is_loadable(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
