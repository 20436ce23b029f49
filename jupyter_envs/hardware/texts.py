"""Every sentence about hardware, by its code. Clients make their own from code and params."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

#: Of the driver: whether it answers, and why not.
DRIVER: dict[str, str] = {
    "driver_ok": "The GPU driver answers",
    "driver_waiting": "The GPU driver is being asked; its first answer can take seconds",
    "no_gpu": "The NVIDIA driver {driver} works, and finds no GPU on this machine",
    "no_driver": "No GPU driver is visible here, which is usual on a machine without a GPU",
    "driver_not_loaded": (
        "The NVIDIA library is here, but its kernel module is not loaded: there is no GPU, the"
        " module has to be loaded, or this container was started without its devices"
    ),
    "driver_version_mismatch": (
        "The NVIDIA driver was upgraded while it was in use: reboot; or reload its kernel module,"
        " and restart this server"
    ),
    "driver_no_permission": (
        "The NVIDIA driver may not be used from here: its device files are closed to this user"
    ),
    "driver_blocked": (
        "The GPU is blocked by the operating system or by the limits of this container"
    ),
    "driver_gone": (
        "The GPU driver answered before and no longer does ({error}); where this is a container,"
        " it has lost its devices: restart the server"
    ),
    "driver_unknown": (
        "The NVIDIA driver fails and does not say why (unknown error); where this is a container,"
        " restarting the server may bring its devices back"
    ),
    "driver_timeout": "The NVIDIA driver did not answer in time",
    "driver_interrupts": "The NVIDIA driver gets no interrupts from a GPU: an administrator's task",
    "driver_power_cable": "A GPU lacks power: an external power cable is not attached",
    "driver_inforom": "The configuration memory of a GPU (infoROM) is corrupted",
    "driver_out_of_memory": "The NVIDIA driver found no memory to work with on this machine",
    "driver_not_ready": "The NVIDIA driver is not ready yet",
    "driver_gpu_lost": "A GPU has fallen off the bus, and the NVIDIA driver does not start: reboot",
    "driver_reset_required": "A GPU has to be reset before the NVIDIA driver can be used",
    "driver_too_old": "The NVIDIA driver is too old to be asked for its GPUs",
    "driver_error": "The NVIDIA driver fails with error {error}",
}

#: Of one GPU that does not work as the others do.
GPU: dict[str, str] = {
    "gpu_lost": "GPU {index} has fallen off the bus; what ran on it is lost. Reboot to get it back",
    "gpu_reset_required": "GPU {index} has to be reset by an administrator before it can be used",
    "gpu_no_permission": "GPU {index} may not be used from here",
    "gpu_blocked": "GPU {index} is blocked by the operating system or the limits of this container",
    "gpu_unknown": (
        "GPU {index} fails and does not say why; where this is a container, it may have lost its"
        " devices: restart the server"
    ),
    "gpu_failed": "GPU {index} does not answer (NVIDIA's error {error})",
    "mig_without_slices": (
        "GPU {index} is set up to be cut into slices (MIG), and has none: nothing can run on it"
    ),
    "mig_pending": "GPU {index} changes its MIG mode at its next reset",
}

#: Why a field is empty.
UNTOLD: dict[str, str] = {
    "not_supported": "this GPU does not report it",
    "driver_is_old": "this driver does not report it",
    "permission": "not permitted to this user",
    "not_on_mig": "not reported while the GPU is cut into slices (MIG)",
    "unified": "it shares the machine's memory",
    "lost": "the GPU is lost",
    "reset": "the GPU has to be reset",
    "no_data": "no data yet",
    "needs_time": "it is measured between two readings",
    "no_proc": "this system does not tell",
    "not_on_macos": "macOS does not tell",
    "unreadable": "it could not be read",
    "failed": "the driver failed to tell",
}

#: What holds a GPU's clocks back, or lets them rest.
THROTTLES: dict[str, str] = {
    "idle": "nothing to do",
    "clocks_set": "its clocks were set by hand",
    "power_cap": "at its power limit",
    "slowdown": "slowed down by its hardware: hot, or short of power",
    "sync_boost": "waits for other GPUs of its group",
    "thermal": "hot: its driver slows it down",
    "hardware_thermal": "too hot: its hardware slows it down",
    "power_brake": "the machine's power supply slows it down",
    "display_clocks": "its display needs steady clocks",
}

#: How sure it is who holds memory.
CONFIDENCES: dict[str, str] = {
    "exact": "by its processes",
    "inferred": "the only process here that has the GPU open",
    "device-only": "known for the whole GPU only: its processes cannot be told from here",
}

HARDWARE: dict[str, str] = {**DRIVER, **GPU}


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said. ``message`` is an English text made from ``code`` and ``params``."""

    code: str
    params: dict[str, str] = {}
    message: str


def note(code: str, **params: object) -> Note:
    """A note with its text; ``code`` is a key of :data:`HARDWARE`."""
    given = {key: str(value) for key, value in params.items()}
    return Note(code=code, params=given, message=sentence(code, given))


def sentence(code: str, params: Mapping[str, str]) -> str:
    """The English text of a code."""
    return HARDWARE[code].format_map(params)
