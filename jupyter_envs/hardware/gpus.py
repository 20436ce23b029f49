"""All GPUs of this machine, whoever made them, one sample after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from .amd import amd_devices
from .apple import apple_devices
from .model import Gpu, Inventory
from .nvidia import Nvidia
from .readings import Device, Sample
from .texts import note

_log = logging.getLogger(__name__)

#: Processes are asked for less often than the rest: a driver may take milliseconds for them.
PROCESSES_EVERY = 6.0

_INVENTORY = Gpu.__struct_fields__


class Gpus:
    """Reads them; ``read`` and ``close`` are for one thread, the sampler's."""

    def __init__(
        self,
        nvidia: Nvidia | None = None,
        *,
        sys: Path = Path("/sys"),
        processes_every: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nvidia = nvidia or Nvidia()
        self._sys = sys
        self._every = PROCESSES_EVERY if processes_every is None else processes_every
        self._clock = clock
        self._due: float | None = None
        self._last: Sample | None = None

    def read(self) -> Sample:
        """What there is now. It never fails: what goes wrong is in its state."""
        # A little early counts: the sampler's interval is never quite exact.
        wanted = self._due is None or self._clock() >= self._due - 0.5
        try:
            found = self._nvidia.sample(processes=wanted)
        except Exception as error:  # noqa: BLE001 - whatever a driver gives, the rest is wanted
            _log.exception("jupyter_envs cannot read NVIDIA's GPUs")
            found = Sample(state="error", note=note("driver_error", error=type(error).__name__))
        if found.state != "ok":
            self._due = None
        elif wanted:
            self._due = self._clock() + self._every
            found = _with_unified_use(msgspec.structs.replace(found, processes_at=time.time()))
        else:
            found = self._with_last_processes(found)
        self._last = found
        return self._with_others(found)

    def close(self) -> None:
        """Let the driver go."""
        self._due = None
        self._nvidia.close()

    def _with_last_processes(self, found: Sample) -> Sample:
        last = self._last
        if last is None:
            return found
        kept = msgspec.structs.replace(
            found,
            processes=last.processes,
            processes_at=last.processes_at,
            unlisted=last.unlisted,
        )
        return _with_unified_use(kept)

    def _with_others(self, found: Sample) -> Sample:
        others = (*amd_devices(self._sys), *apple_devices())
        if not others:
            return found
        start = len(found.devices)
        added = tuple(msgspec.structs.replace(d, index=start + i) for i, d in enumerate(others))
        devices = (*found.devices, *added)
        silent = tuple(device.uuid for device in added if device.vendor == "amd")
        found = msgspec.structs.replace(found, unlisted=(*found.unlisted, *silent))
        if found.state != "none" and found.devices:
            return msgspec.structs.replace(found, devices=devices)
        if found.state in ("none", "ok"):
            # Without a GPU of NVIDIA's, nothing of its driver is amiss.
            return msgspec.structs.replace(
                found, state="ok", note=note("driver_ok"), error=None, devices=devices
            )
        return msgspec.structs.replace(found, devices=devices)


def _with_unified_use(found: Sample) -> Sample:
    """Of a GPU that shares the machine's memory, what is used is what its processes have."""
    if not any(device.unified for device in found.devices):
        return found
    used: dict[str, int] = {}
    for process in found.processes:
        used[process.device] = used.get(process.device, 0) + (process.memory or 0)

    def told(device: Device) -> Device:
        if not device.unified or device.state != "ok" or device.uuid in found.unlisted:
            return device
        reasons = {k: v for k, v in device.reasons.items() if k != "memory_used"}
        return msgspec.structs.replace(
            device, memory_used=used.get(device.uuid, 0), reasons=reasons
        )

    return msgspec.structs.replace(found, devices=tuple(map(told, found.devices)))


def inventory(found: Sample) -> Inventory:
    """What stays from sample to sample: what there is to compute on, for choosing packages."""
    return Inventory(
        state=found.state,
        driver=found.driver,
        cuda=found.cuda,
        gpus=tuple(_gpu(device) for device in found.devices),
        code=found.error,
    )


def _gpu(device: Device) -> Gpu:
    values = {name: getattr(device, name) for name in _INVENTORY}
    values["reasons"] = {k: v for k, v in device.reasons.items() if k in _INVENTORY}
    return Gpu(**values)


def read_inventory() -> Inventory:
    """The GPUs of this machine, now. It asks the driver, which can take seconds."""
    gpus = Gpus()
    try:
        return inventory(gpus.read())
    finally:
        gpus.close()
