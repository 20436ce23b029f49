"""GPUs as the hardware room saw them, in the words of rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from jupyter_envs.doctor.facts import Gpus, Hold, Reading
from jupyter_envs.hardware import Device, Gpu, Hardware, Holders, Inventory

from .machine import Machine, data, environ_of, is_there


def look_at_gpus(
    machine: Machine,
    hardware: Hardware | None,
    holders: Holders | None,
    server: int | None = None,
) -> Gpus:
    """The GPUs and who holds them. ``server`` is the pid of the server whose kernels the holders
    name; None where there is none.

    Of a driver that has not answered yet nothing is known, which is not the same as no GPU.
    """
    if hardware is None or hardware.state == "waiting":
        return Gpus(stale_since=hardware.stale_since if hardware else None)
    holds = list(_holds(machine, hardware, holders, server)) if holders else []
    return Gpus(
        inventory=Inventory(
            state=hardware.state,
            driver=hardware.driver,
            cuda=hardware.cuda,
            gpus=tuple(_gpu(device) for device in hardware.devices),
            code=hardware.error,
        ),
        readings=tuple(
            _reading(device, tuple(hold for uuid, hold in holds if uuid == device.uuid))
            for device in hardware.devices
        ),
        stale_since=hardware.stale_since,
    )


def _gpu(device: Device) -> Gpu:
    return Gpu(
        uuid=device.uuid,
        index=device.index,
        vendor=device.vendor,
        name=device.name,
        capability=device.capability,
        memory=device.memory,
        unified=device.unified,
        mig=device.mig,
    )


def _reading(device: Device, holds: tuple[Hold, ...]) -> Reading:
    return Reading(
        uuid=device.uuid,
        state=device.state,
        total=device.memory,
        used=device.memory_used,
        utilisation=device.utilisation,
        temperature=device.temperature,
        throttle=device.throttle or (),
        ecc_uncorrected=device.ecc_errors or 0,
        remap_failed=bool(device.rows_failed),
        compute_mode=device.compute_mode or "default",
        mig=device.mig,
        mig_pending=device.mig_pending,
        slices=tuple(one.uuid for one in device.slices),
        holders=holds,
    )


def _holds(
    machine: Machine, hardware: Hardware, holders: Holders, server: int | None
) -> Iterator[tuple[str, Hold]]:
    """Each with the uuid of its GPU: what slices hold is held of their GPU."""
    whole = {one.uuid: device.uuid for device in hardware.devices for one in device.slices}
    for kernel in holders.kernels:
        for use in kernel.uses:
            yield (
                whole.get(use.device, use.device),
                Hold(
                    owner="mine",
                    memory=use.memory or 0,
                    pid=kernel.pid,
                    kernel=kernel.kernel_id,
                    notebook=kernel.notebooks[0] if kernel.notebooks else None,
                    environment=kernel.environment,
                    idle=_idle(kernel.state, kernel.last_activity),
                ),
            )
    for process in holders.processes:
        orphan = _is_orphan(machine, process.pid, server)
        for use in process.uses:
            yield (
                whole.get(use.device, use.device),
                Hold(
                    owner="mine",
                    memory=use.memory or 0,
                    pid=process.pid,
                    notebook=process.notebook,
                    environment=process.environment,
                    orphan=orphan,
                ),
            )
    for share in holders.devices:
        if share.others:
            yield whole.get(share.device, share.device), Hold(owner="other", memory=share.others)


def _idle(state: str | None, last: str | None) -> float | None:
    """Seconds since a kernel that rests did something."""
    if state != "idle" or last is None:
        return None
    try:
        since = datetime.fromisoformat(last.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (datetime.now(timezone.utc) - since).total_seconds()


def _is_orphan(machine: Machine, pid: int, server: int | None) -> bool:
    """Whether a kernel's process has outlived it: the server that it was started by is gone, or
    is this one, which knows of no such kernel."""
    parent = environ_of(data(machine.path(f"/proc/{pid}/environ"))).get("JPY_PARENT_PID", "")
    if not parent.isdigit():
        return False
    return int(parent) == server or not is_there(machine.path(f"/proc/{parent}"))
