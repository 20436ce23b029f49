"""Who has memory of NVIDIA's GPUs and slices, by the driver's lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .nvidia_fields import LOSSES
from .nvml import FUNCTION_NOT_FOUND
from .readings import GpuProcess

#: The processes of a device come in three lists.
_LISTS = ("Compute", "Graphics", "MPSCompute")


def processes_of(nvml: Any, handles: list[tuple[str, Any]]) -> tuple[list[GpuProcess], list[str]]:
    """The processes of devices, and the uuids of those whose lists were refused. Each process is
    there once for each device: it may be in several of the lists. Raises NVMLError where a
    device is lost."""
    held: list[GpuProcess] = []
    unlisted: list[str] = []
    for uuid, handle in handles:
        found = _found(nvml, handle)
        if found is None:
            unlisted.append(uuid)
        else:
            held += (GpuProcess(device=uuid, pid=p, memory=m) for p, m in sorted(found.items()))
    return held, unlisted


def _found(nvml: Any, handle: Any) -> dict[int, int | None] | None:
    """Pid to memory; None where no list was to be had."""
    found: dict[int, int | None] = {}
    answered = False
    for name in _LISTS:
        try:
            listed = list(_listed(nvml, name, handle))
        except nvml.NVMLError as error:
            if int(error.value) in LOSSES:
                raise
            continue
        answered = True
        for pid, memory in listed:
            known = found.get(pid)
            found[pid] = memory if known is None else max(known, memory or 0)
    return found if answered else None


def _listed(nvml: Any, kind: str, handle: Any) -> Iterator[tuple[int, int | None]]:
    """By the version that the driver has: without one in its name, the binding guesses it."""
    name = f"nvmlDeviceGet{kind}RunningProcesses"
    calls = [call for v in (3, 2) if (call := getattr(nvml, f"{name}_v{v}", None)) is not None]
    for process in _first(nvml, calls, handle):
        memory = process.usedGpuMemory
        yield int(process.pid), None if memory is None else int(memory)


def _first(nvml: Any, calls: list[Any], handle: Any) -> Any:
    for call in calls:
        try:
            return call(handle)
        except nvml.NVMLError as error:
            if int(error.value) != FUNCTION_NOT_FOUND:
                raise
    raise nvml.NVMLError(FUNCTION_NOT_FOUND)
