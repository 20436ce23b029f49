"""What a look at the machine gives: its GPUs as they are now, and the host around them."""

from __future__ import annotations

from typing import Literal

import msgspec

from .model import DriverState, Gpu
from .texts import Note

GpuState = Literal["ok", "lost", "reset_required", "error"]

ComputeMode = Literal["default", "exclusive_thread", "prohibited", "exclusive_process"]
"""Who may compute on a GPU: anybody, one thread, nobody, one process."""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a GPU that is a device of its own (MIG). Units and ``reasons`` as for
    :class:`Device`. ``gpu_instance`` and ``compute_instance`` are the driver's numbers of it."""

    uuid: str
    index: int
    name: str | None = None
    gpu_instance: int | None = None
    compute_instance: int | None = None
    memory: int | None = None
    memory_used: int | None = None
    memory_free: int | None = None
    memory_reserved: int | None = None
    utilisation: int | None = None
    reasons: dict[str, str] = {}


class Device(Gpu, frozen=True, kw_only=True):
    """One GPU now. Memory is in bytes, ``utilisation`` the percentage of time in which something
    ran, ``temperature`` in degrees Celsius, ``power`` and ``power_limit`` in watts.

    ``throttle`` has what holds its clocks back; ``ecc_errors`` counts uncorrected errors since
    the driver was loaded, ``rows_failed`` says that memory could not be repaired. ``mig_pending``:
    its MIG mode will be another after a reset. ``bus`` is its PCI address. ``note`` is there
    where something is wrong with it. What is None has its reason in ``reasons``, as a code.
    """

    state: GpuState = "ok"
    note: Note | None = None
    bus: str | None = None
    memory_used: int | None = None
    memory_free: int | None = None
    memory_reserved: int | None = None
    utilisation: int | None = None
    temperature: int | None = None
    power: float | None = None
    power_limit: float | None = None
    throttle: tuple[str, ...] | None = None
    ecc_errors: int | None = None
    rows_failed: bool | None = None
    compute_mode: ComputeMode | None = None
    mig_pending: bool = False
    slices: tuple[Slice, ...] = ()


class GpuProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A process that has memory of a device: a GPU's or a slice's uuid, with the pid that the
    driver tells (of the host, also in a container). ``memory`` in bytes."""

    device: str
    pid: int
    memory: int | None = None


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The GPUs at one moment. ``error`` is the driver's own code where it failed.

    ``processes`` are asked for less often: ``processes_at`` (seconds since the epoch) is when;
    None for not yet. ``unlisted`` are devices whose processes could not be asked for.
    """

    state: DriverState
    note: Note
    driver: str | None = None
    cuda: str | None = None
    error: int | None = None
    devices: tuple[Device, ...] = ()
    processes: tuple[GpuProcess, ...] = ()
    processes_at: float | None = None
    unlisted: tuple[str, ...] = ()


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """What the server may use of its machine. ``cpus`` can be a fraction, where ``cpu_limit`` is
    a cgroup's; ``cpu_percent`` is of those, else of the machine's. Memory and ``disk`` in bytes;
    ``memory_used`` is without caches that would be given back. ``disk_path`` is where
    environments are."""

    cpus: float
    cpu_limit: Literal["machine", "affinity", "cgroup"]
    cpu_percent: float | None = None
    memory: int | None = None
    memory_limit: Literal["machine", "cgroup"] = "machine"
    memory_used: int | None = None
    disk: int | None = None
    disk_free: int | None = None
    disk_path: str | None = None
    reasons: dict[str, str] = {}


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about this machine's hardware. ``state`` is the driver's; ``waiting`` before
    its first answer. ``driver`` is its version, ``cuda`` the newest CUDA that it supports,
    ``error`` its own code where it failed.

    ``sampled_at`` is when the GPUs were looked at. Where the driver does not come back,
    ``stale_since`` tells since when nothing new is known. ``interval`` is in seconds.
    """

    state: DriverState | Literal["waiting"]
    note: Note
    driver: str | None = None
    cuda: str | None = None
    error: int | None = None
    devices: tuple[Device, ...] = ()
    host: Host | None = None
    sampled_at: str | None = None
    stale_since: str | None = None
    interval: float
