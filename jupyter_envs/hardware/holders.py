"""Who holds a GPU's memory: from the pids that a driver tells to kernels and notebooks.

A kernel's children are found by their parents. One that has left them (a worker that was started
twice over) still carries what the server gave to its kernel: ``JPY_PARENT_PID``, the server, and
``JPY_SESSION_NAME``, the notebook.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from .owners import Confidence, Holders, KernelUse, ProcessUse, Shares, Use
from .processes import Process, Processes
from .readings import Device, GpuProcess, Sample, Slice

Locate = Callable[[str], tuple[str, int] | None]
"""From the path of an executable to the environment's name and its generation."""

_CONNECTION = re.compile(r"kernel-([0-9A-Za-z-]+)\.json")
_LEAST_SURE: tuple[Confidence, ...] = ("exact", "inferred", "device-only")
#: A driver's own use of a GPU that nobody uses is below this.
_NOTHING = 512 << 20


class Kernel(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel of this server; ``pid`` is None where it does not run on this machine."""

    kernel_id: str
    kernel: str
    pid: int | None = None
    notebooks: tuple[str, ...] = ()
    state: str | None = None
    last_activity: str | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Memory of a device and whose it is. ``owner`` is ``unknown`` for a process that cannot be
    told from here. ``process`` is one of this user's own."""

    device: str
    owner: Literal["kernel", "own", "other", "unknown"]
    memory: int | None
    kernel_id: str | None = None
    process: Process | None = None
    confidence: Confidence = "exact"


def claims(
    sample: Sample, kernels: Sequence[Kernel], processes: Processes, *, server: int
) -> list[Claim]:
    """Whose the memory is that the processes of a sample have. ``server`` is this server's pid.

    It reads ``/proc``, a few files for each process that has memory of a GPU.
    """
    finder = _Finder(kernels, processes, server)
    found = [finder.claim(one) for one in sample.processes]
    lost = sum(claim.owner == "unknown" for claim in found)
    if lost > len(found) - lost and processes.is_private:
        # Ids of another namespace: those that happen to be somebody's here say nothing either.
        found = [
            msgspec.structs.replace(c, owner="unknown", process=None, kernel_id=None) for c in found
        ]
    devices = _to_infer(sample, found, processes)
    if devices:
        found = [c for c in found if c.device not in devices] + finder.inferred(devices)
    return found


def _to_infer(
    sample: Sample, found: Iterable[Claim], processes: Processes
) -> dict[str, int | None]:
    """Devices in use by processes that a container does not see, with what is used of them."""
    if not processes.is_private:
        return {}
    told = {claim.device for claim in found if claim.owner != "unknown"}
    return {
        place.uuid: place.memory_used
        for place in places(sample.devices)
        if place.uuid not in told and (place.memory_used or 0) > _NOTHING
    }


class _Finder:
    """Finds the owners of processes; remembers what it has read."""

    def __init__(self, kernels: Sequence[Kernel], processes: Processes, server: int) -> None:
        self._processes = processes
        self._server = server
        # Who looks has every GPU open because it looks: a command, as well as the server.
        self._looking = (server, os.getpid())
        self._by_pid = {k.pid: k.kernel_id for k in kernels if k.pid is not None}
        self._ids = {kernel.kernel_id for kernel in kernels}
        self._sessions: dict[str, set[str]] | None = None
        self._known: dict[int, Claim] = {}

    def claim(self, use: GpuProcess) -> Claim:
        """Whose a process is. What it has of several devices is found out once."""
        known = self._known.get(use.pid)
        if known is None:
            known = self._known[use.pid] = self._claim(use)
        return msgspec.structs.replace(known, device=use.device, memory=use.memory)

    def inferred(self, devices: Mapping[str, int | None]) -> list[Claim]:
        """Whose devices are by who has them open: the only one has all that is used."""
        holders: dict[str | int, tuple[str | None, Process]] = {}
        for process in self._processes.with_gpu_open():
            if process.pid in self._looking:
                continue
            kernel = self.kernel_of(process)
            holders[kernel or process.pid] = (kernel, process)
        sure: Confidence = "inferred" if len(holders) == 1 else "device-only"
        return [
            Claim(
                device=device,
                owner="kernel" if kernel else "own",
                memory=used if sure == "inferred" else None,
                kernel_id=kernel,
                process=process,
                confidence=sure,
            )
            for device, used in devices.items()
            for kernel, process in holders.values()
        ]

    def _claim(self, use: GpuProcess) -> Claim:
        process = self._processes.find(use.pid)
        claim = Claim(device=use.device, owner="unknown", memory=use.memory)
        if process is None:
            hidden = self._processes.is_hidden(use.pid)
            return msgspec.structs.replace(claim, owner="other" if hidden else "unknown")
        if not self._processes.is_own(process):
            return msgspec.structs.replace(claim, owner="other")
        kernel = self.kernel_of(process)
        return msgspec.structs.replace(
            claim, owner="kernel" if kernel else "own", kernel_id=kernel, process=process
        )

    def kernel_of(self, process: Process) -> str | None:
        """The kernel that a process of this user belongs to."""
        for one in self._processes.line(process):
            if one.pid in self._by_pid:
                return self._by_pid[one.pid]
        environ = self._processes.environ(process.pid)
        if environ.get("JPY_PARENT_PID") == str(self._server):
            named = self._by_session().get(environ.get("JPY_SESSION_NAME", ""), set())
            if len(named) == 1:
                return next(iter(named))
        return self._by_connection(process.pid)

    def _by_session(self) -> dict[str, set[str]]:
        """What kernels were told is their notebook: it stays so when the notebook is renamed."""
        if self._sessions is None:
            self._sessions = {}
            for pid, kernel in self._by_pid.items():
                name = self._processes.environ(pid).get("JPY_SESSION_NAME")
                if name:
                    self._sessions.setdefault(name, set()).add(kernel)
        return self._sessions

    def _by_connection(self, pid: int) -> str | None:
        for argument in self._processes.arguments(pid):
            found = _CONNECTION.fullmatch(argument.rpartition("/")[2])
            if found and found[1] in self._ids:
                return found[1]
        return None


def places(devices: Iterable[Device]) -> list[Device | Slice]:
    """What has memory of its own: GPUs, and in place of one that is cut, its slices."""
    found: list[Device | Slice] = []
    for device in devices:
        found += device.slices if device.mig else (device,)
    return found


def holders(
    sample: Sample,
    found: Sequence[Claim],
    kernels: Sequence[Kernel],
    processes: Processes,
    locate: Locate,
) -> Holders:
    """What was found, as it is told: nothing of other users but the sum."""
    return Holders(
        kernels=tuple(_kernel_use(kernel, found, processes, locate) for kernel in kernels),
        processes=tuple(_process_uses(found, processes, locate)),
        devices=tuple(
            _shares(place, found, blind=_is_blind(place, sample, found, processes))
            for place in places(sample.devices)
        ),
    )


def _kernel_use(
    kernel: Kernel, found: Iterable[Claim], processes: Processes, locate: Locate
) -> KernelUse:
    mine = [claim for claim in found if claim.kernel_id == kernel.kernel_id]
    name, generation = (
        (None, None) if kernel.pid is None else _environment(kernel.pid, processes, locate)
    )
    return KernelUse(
        kernel_id=kernel.kernel_id,
        kernel=kernel.kernel,
        notebooks=kernel.notebooks,
        environment=name,
        generation=generation,
        pid=kernel.pid,
        state=kernel.state,
        last_activity=kernel.last_activity,
        # What runs on another machine has nothing of this one's, and what it has is not known.
        memory=None if kernel.pid is None else _sum(mine),
        confidence=_least_sure(mine),
        uses=_uses(mine),
    )


def _process_uses(
    found: Iterable[Claim], processes: Processes, locate: Locate
) -> Iterable[ProcessUse]:
    by_process: dict[Process, list[Claim]] = {}
    for claim in found:
        if claim.owner == "own" and claim.process is not None:
            by_process.setdefault(claim.process, []).append(claim)
    for process, mine in sorted(by_process.items(), key=lambda item: item[0].pid):
        name, generation = _environment(process.pid, processes, locate)
        yield ProcessUse(
            pid=process.pid,
            name=process.name,
            memory=_sum(mine),
            notebook=processes.environ(process.pid).get("JPY_SESSION_NAME"),
            environment=name,
            generation=generation,
            uses=_uses(mine),
        )


def _environment(pid: int, processes: Processes, locate: Locate) -> tuple[str | None, int | None]:
    """What a process runs from, by the file that it runs, else by what its start shim said."""
    executable = processes.executable(pid)
    place = locate(executable) if executable else None
    if place is not None:
        return place
    environ = processes.environ(pid)
    name, number = environ.get("JUPYTER_ENVS_NAME"), environ.get("JUPYTER_ENVS_GENERATION", "")
    return (name, int(number)) if name and number.isdigit() else (None, None)


def _is_blind(
    place: Device | Slice, sample: Sample, found: Iterable[Claim], processes: Processes
) -> bool:
    """Whether there are processes on a device that cannot be told from here."""
    if place.uuid in sample.unlisted:
        return True
    told = any(claim.device == place.uuid and claim.owner != "unknown" for claim in found)
    return processes.is_private and not told and (place.memory_used or 0) > _NOTHING


def _shares(place: Device | Slice, found: Iterable[Claim], *, blind: bool) -> Shares:
    here = [claim for claim in found if claim.device == place.uuid]
    sums = {
        owner: sum(claim.memory or 0 for claim in here if claim.owner == owner)
        for owner in ("kernel", "own", "other")
    }
    used = place.memory_used
    return Shares(
        device=place.uuid,
        memory=place.memory,
        used=used,
        reserved=place.memory_reserved,
        kernels=sums["kernel"],
        own=sums["own"],
        others=sums["other"],
        # The processes' figures may be some seconds older.
        unattributed=None if used is None else max(used - sum(sums.values()), 0),
        confidence="device-only" if blind else _least_sure(here),
    )


def _uses(found: Iterable[Claim]) -> tuple[Use, ...]:
    by_device: dict[str, list[Claim]] = {}
    for claim in found:
        by_device.setdefault(claim.device, []).append(claim)
    return tuple(Use(device=device, memory=_sum(mine)) for device, mine in by_device.items())


def _sum(found: Sequence[Claim]) -> int | None:
    """None where something is held, and of none of it how much."""
    told = [claim.memory for claim in found if claim.memory is not None]
    return sum(told) if told or not found else None


def _least_sure(found: Iterable[Claim]) -> Confidence:
    return max((c.confidence for c in found), key=_LEAST_SURE.index, default="exact")
