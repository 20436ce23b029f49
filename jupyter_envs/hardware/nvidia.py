"""NVIDIA's GPUs and their slices, through the driver's own library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from . import nvidia_fields as ask
from .nvidia_fields import Fields
from .nvml import (
    DRIVER_ERRORS,
    FUNCTION_NOT_FOUND,
    GONE,
    GPU_IS_LOST,
    NO_PERMISSION,
    OPERATING_SYSTEM,
    PLACES,
    RESET_REQUIRED,
    UNKNOWN,
    NvmlFailed,
    load_nvml,
)
from .readings import Device, GpuProcess, GpuState, Sample, Slice
from .texts import note

#: The processes of a device come in three lists.
_LISTS = ("Compute", "Graphics", "MPSCompute")

#: What is wrong with one GPU, by the driver's code.
_GPU_ERRORS: dict[int, tuple[GpuState, str]] = {
    NO_PERMISSION: ("error", "gpu_no_permission"),
    GPU_IS_LOST: ("lost", "gpu_lost"),
    RESET_REQUIRED: ("reset_required", "gpu_reset_required"),
    OPERATING_SYSTEM: ("error", "gpu_blocked"),
    UNKNOWN: ("error", "gpu_unknown"),
}


class Lasting(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for once, or with the processes only: it does not change, or hardly."""

    values: dict[str, Any]
    reasons: dict[str, str]


class Nvidia:
    """Reads them. Not for two threads at once. The library is opened by the first sample and
    held open, since opening can take seconds; :meth:`close` lets it go."""

    def __init__(self, places: Sequence[str] = PLACES) -> None:
        self._places = places
        self._nvml: Any = None
        self._versions: tuple[str | None, str | None] = (None, None)
        self._worked = False
        self._lasting: dict[str, Lasting] = {}
        self._known: dict[int, Device] = {}

    def sample(self, *, processes: bool) -> Sample:
        """The GPUs now; with ``processes``, which is the dear part, who has memory of them."""
        try:
            return self._sample(processes)
        except NvmlFailed as error:
            self.close()
            return self._failure(error.code)

    def close(self) -> None:
        """Let the driver go. The next sample opens it again."""
        nvml, self._nvml = self._nvml, None
        self._lasting.clear()
        if nvml is not None:
            with suppress(nvml.NVMLError):  # it is gone already
                nvml.nvmlShutdown()

    # -- the driver ---------------------------------------------------------------------------

    def _open(self) -> Any:
        if self._nvml is None:
            nvml = load_nvml(self._places)
            self._call(nvml, "nvmlInit")
            self._nvml = nvml
            self._versions = (self._version(nvml), self._cuda(nvml))
        return self._nvml

    def _version(self, nvml: Any) -> str | None:
        try:
            return ask.text(nvml.nvmlSystemGetDriverVersion())
        except nvml.NVMLError:
            return None

    def _cuda(self, nvml: Any) -> str | None:
        """The newest CUDA that the driver supports; 13000 is 13.0."""
        try:
            number = int(nvml.nvmlSystemGetCudaDriverVersion_v2())
        except nvml.NVMLError:
            return None
        return f"{number // 1000}.{number % 1000 // 10}"

    @staticmethod
    def _call(nvml: Any, name: str, *arguments: Any) -> Any:
        try:
            return getattr(nvml, name)(*arguments)
        except nvml.NVMLError as error:
            raise NvmlFailed(int(error.value)) from error

    def _failure(self, code: int) -> Sample:
        state, text = DRIVER_ERRORS.get(code, ("error", "driver_error"))
        if self._worked and code in GONE:
            state, text = "gone", "driver_gone"
        return Sample(state=state, note=note(text, error=code), error=code)

    # -- its GPUs -----------------------------------------------------------------------------

    def _sample(self, processes: bool) -> Sample:
        nvml = self._open()
        count = int(self._call(nvml, "nvmlDeviceGetCount"))
        devices: list[Device] = []
        failures: list[int] = []
        held: list[GpuProcess] = []
        unlisted: list[str] = []
        for index in range(count):
            try:
                device, handles = self._device(nvml, index, lasting=processes)
                devices.append(device)
                if processes:
                    self._processes(nvml, handles, held, unlisted)
            except nvml.NVMLError as error:
                failures.append(int(error.value))
                devices.append(self._failed(index, failures[-1]))
        if failures and len(failures) == count and self._worked and set(failures) <= GONE:
            raise NvmlFailed(failures[0])
        self._worked = self._worked or len(failures) < count
        driver, cuda = self._versions
        return Sample(
            state="ok",
            note=note("driver_ok") if count else note("no_gpu", driver=driver or ""),
            driver=driver,
            cuda=cuda,
            devices=tuple(devices),
            processes=tuple(held),
            unlisted=tuple(unlisted),
        )

    def _device(
        self, nvml: Any, index: int, *, lasting: bool
    ) -> tuple[Device, list[tuple[str, Any]]]:
        """A GPU, and the handles whose processes are to be asked for: its own, or its slices'.

        Raises NVMLError where it cannot be used at all.
        """
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        uuid = str(ask.text(nvml.nvmlDeviceGetUUID(handle)))
        kept = None if lasting else self._lasting.get(uuid)
        if kept is None:
            kept = self._lasting[uuid] = _lasting(Fields(nvml, handle))
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
        self._known[index] = device
        return device, handles if now else [(uuid, handle)]

    def _failed(self, index: int, code: int) -> Device:
        """A GPU that cannot be read, with what was known of it before."""
        state, text = _GPU_ERRORS.get(code, ("error", "gpu_failed"))
        known = self._known.get(index)
        why = {GPU_IS_LOST: "lost", RESET_REQUIRED: "reset", NO_PERMISSION: "permission"}
        reason = why.get(code, "failed")
        missing = (
            "memory_used",
            "memory_free",
            "memory_reserved",
            "utilisation",
            "temperature",
            "power",
            "power_limit",
            "throttle",
            "ecc_errors",
            "rows_failed",
            "compute_mode",
        )
        lasting = ("name", "capability", "memory", "bus")
        reasons = dict.fromkeys(missing, reason)
        reasons |= {f: reason for f in lasting if known is None or getattr(known, f) is None}
        return Device(
            uuid=known.uuid if known else f"unknown-{index}",
            index=index,
            vendor="nvidia",
            name=known.name if known else None,
            capability=known.capability if known else None,
            memory=known.memory if known else None,
            unified=known.unified if known else False,
            mig=known.mig if known else False,
            bus=known.bus if known else None,
            state=state,
            note=note(text, index=index, error=code),
            reasons=reasons,
        )

    # -- who holds them -----------------------------------------------------------------------

    def _processes(
        self,
        nvml: Any,
        handles: list[tuple[str, Any]],
        held: list[GpuProcess],
        unlisted: list[str],
    ) -> None:
        """Each process once for each device: it may be in several of the lists."""
        for uuid, handle in handles:
            found: dict[int, int | None] = {}
            answered = False
            for name in _LISTS:
                try:
                    listed = list(_listed(nvml, name, handle))
                except nvml.NVMLError as error:
                    if int(error.value) in ask.LOSSES:
                        raise
                    continue
                answered = True
                for pid, memory in listed:
                    known = found.get(pid)
                    found[pid] = memory if known is None else max(known, memory or 0)
            if not answered:
                unlisted.append(uuid)
            held += (GpuProcess(device=uuid, pid=p, memory=m) for p, m in sorted(found.items()))


def _listed(nvml: Any, kind: str, handle: Any) -> Iterator[tuple[int, int | None]]:
    """By the version that the driver has: without one in its name, the binding guesses it."""
    name = f"nvmlDeviceGet{kind}RunningProcesses"
    try:
        found = getattr(nvml, f"{name}_v3")(handle)
    except nvml.NVMLError as error:
        older = getattr(nvml, f"{name}_v2", None)
        if int(error.value) != FUNCTION_NOT_FOUND or older is None:
            raise
        found = older(handle)
    for process in found:
        memory = process.usedGpuMemory
        yield int(process.pid), None if memory is None else int(memory)


def _lasting(fields: Fields) -> Lasting:
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


def _mig_note(index: int, now: bool, pending: bool, slices: int) -> Any:
    if now != pending:
        return note("mig_pending", index=index)
    return note("mig_without_slices", index=index) if now and not slices else None


def _slices(
    nvml: Any, parent: Any, parent_name: str | None
) -> tuple[tuple[Slice, ...], list[tuple[str, Any]]]:
    """The slices that a GPU is cut into, and their handles; places without one are passed by."""
    found: list[Slice] = []
    handles: list[tuple[str, Any]] = []
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
