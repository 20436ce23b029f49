"""One of NVIDIA's GPUs with its slices, as the driver tells of it now, or no longer does."""

from __future__ import annotations

from typing import Any

import msgspec

from . import nvidia_fields as ask
from .nvidia_fields import Fields
from .nvml import GPU_IS_LOST, NO_PERMISSION, OPERATING_SYSTEM, RESET_REQUIRED, UNKNOWN
from .readings import Device, GpuState, Slice
from .texts import Note, note

#: A device's uuid, and what the driver calls it by.
Handle = tuple[str, Any]

#: What is wrong with a GPU, by the driver's code.
_ERRORS: dict[int, tuple[GpuState, str]] = {
    NO_PERMISSION: ("error", "gpu_no_permission"),
    GPU_IS_LOST: ("lost", "gpu_lost"),
    RESET_REQUIRED: ("reset_required", "gpu_reset_required"),
    OPERATING_SYSTEM: ("error", "gpu_blocked"),
    UNKNOWN: ("error", "gpu_unknown"),
}
_REASONS = {GPU_IS_LOST: "lost", RESET_REQUIRED: "reset", NO_PERMISSION: "permission"}

#: What a GPU that cannot be read keeps, where it was known.
_KEPT = ("name", "capability", "memory", "bus")
_LOST = ("memory_used", "memory_free", "memory_reserved", "utilisation", "temperature", "power",
         "power_limit", "throttle", "ecc_errors", "rows_failed", "compute_mode")  # fmt: skip


class Lasting(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for once, or with the processes only: it does not change, or hardly."""

    values: dict[str, Any]
    reasons: dict[str, str]


def read_device(
    nvml: Any, handle: Any, uuid: str, index: int, kept: Lasting
) -> tuple[Device, list[Handle]]:
    """A GPU, and those whose processes are to be asked for: itself, or its slices.

    Raises NVMLError where it cannot be used at all.
    """
    fields = Fields(nvml, handle)
    fields.reasons.update(kept.reasons)
    now, pending = ask.mig_modes(fields)
    memory = ask.memory_fields(fields, shared=not now)
    slices, handles = _slices(nvml, handle, kept.values.get("name")) if now else ((), [])
    device = Device(
        uuid=uuid,
        index=index,
        vendor="nvidia",
        unified=fields.reasons.get("memory_used") == "unified",
        mig=now,
        mig_pending=now != pending,
        utilisation=_utilisation(fields, now),
        temperature=ask.temperature(fields),
        power=ask.power(fields),
        throttle=ask.throttle(fields),
        slices=slices,
        note=_mig_note(index, now, pending, len(slices)),
        reasons=fields.reasons,
        **kept.values,
        **memory,
    )
    return device, handles if now else [(uuid, handle)]


def failed_device(index: int, code: int, known: Device | None) -> Device:
    """A GPU that cannot be read, by the driver's code, with what was ``known`` of it before."""
    state, text = _ERRORS.get(code, ("error", "gpu_failed"))
    kept: dict[str, Any] = {name: getattr(known, name, None) for name in _KEPT}
    missing = (*_LOST, *(name for name, value in kept.items() if value is None))
    return Device(
        uuid=known.uuid if known else f"unknown-{index}",
        index=index,
        vendor="nvidia",
        unified=known is not None and known.unified,
        mig=known is not None and known.mig,
        state=state,
        note=note(text, index=index, error=code),
        reasons=dict.fromkeys(missing, _REASONS.get(code, "failed")),
        **kept,
    )


def read_lasting(fields: Fields) -> Lasting:
    """What does not change from sample to sample."""
    values = {
        "name": ask.text(fields.ask("name", "nvmlDeviceGetName")),
        "capability": ask.capability(fields),
        "bus": ask.bus(fields),
        "power_limit": ask.power_limit(fields),
        "ecc_errors": ask.ecc_errors(fields),
        "rows_failed": ask.rows_failed(fields),
        "compute_mode": ask.compute_mode(fields),
    }
    return Lasting(values=values, reasons=dict(fields.reasons))


def _utilisation(fields: Fields, mig: bool) -> int | None:
    found = ask.utilisation(fields)
    if found is None and mig:
        fields.reasons["utilisation"] = "not_on_mig"
    return found


def _mig_note(index: int, now: bool, pending: bool, slices: int) -> Note | None:
    if now != pending:
        return note("mig_pending", index=index)
    return note("mig_without_slices", index=index) if now and not slices else None


def _slices(
    nvml: Any, parent: Any, parent_name: str | None
) -> tuple[tuple[Slice, ...], list[Handle]]:
    """The slices that a GPU is cut into, and their handles; places without one are passed by."""
    found: list[Slice] = []
    handles: list[Handle] = []
    try:
        places = int(nvml.nvmlDeviceGetMaxMigDeviceCount(parent))
    except nvml.NVMLError as error:
        if int(error.value) in ask.LOSSES:
            raise
        places = 0
    for index in range(places):
        try:
            handle = nvml.nvmlDeviceGetMigDeviceHandleByIndex(parent, index)
            uuid = str(ask.text(nvml.nvmlDeviceGetUUID(handle)))
        except nvml.NVMLError as error:
            if int(error.value) in ask.LOSSES:
                raise
            continue
        found.append(_slice(Fields(nvml, handle), uuid, index, parent_name))
        handles.append((uuid, handle))
    return tuple(found), handles


def _slice(fields: Fields, uuid: str, index: int, parent_name: str | None) -> Slice:
    memory = ask.memory_fields(fields, shared=False)
    fields.reasons["utilisation"] = "not_on_mig"
    name = ask.text(fields.ask("name", "nvmlDeviceGetName"))
    if name and parent_name and name.startswith(parent_name):
        name = name[len(parent_name) :].strip() or name
    return Slice(
        uuid=uuid,
        index=index,
        name=name,
        gpu_instance=fields.ask("gpu_instance", "nvmlDeviceGetGpuInstanceId"),
        compute_instance=fields.ask("compute_instance", "nvmlDeviceGetComputeInstanceId"),
        reasons=fields.reasons,
        **memory,
    )
