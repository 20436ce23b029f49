"""NVIDIA's GPUs and their slices, through the driver's own library."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from .nvidia_devices import Handle, Lasting, failed_device, read_device, read_lasting
from .nvidia_fields import Fields, text
from .nvidia_processes import processes_of
from .nvml import DRIVER_ERRORS, GONE, PLACES, NvmlFailed, load_nvml
from .readings import Device, GpuProcess, Sample
from .texts import note


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
            return text(nvml.nvmlSystemGetDriverVersion())
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
        state, told = DRIVER_ERRORS.get(code, ("error", "driver_error"))
        if self._worked and code in GONE:
            state, told = "gone", "driver_gone"
        return Sample(state=state, note=note(told, error=code), error=code)

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
                found, refused = processes_of(nvml, handles) if processes else ([], [])
            except nvml.NVMLError as error:
                failures.append(int(error.value))
                devices.append(failed_device(index, failures[-1], self._known.get(index)))
                continue
            self._known[index] = device
            devices.append(device)
            held += found
            unlisted += refused
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

    def _device(self, nvml: Any, index: int, *, lasting: bool) -> tuple[Device, list[Handle]]:
        """``lasting``: with what hardly changes asked for anew."""
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        uuid = str(text(nvml.nvmlDeviceGetUUID(handle)))
        if lasting or uuid not in self._lasting:
            self._lasting[uuid] = read_lasting(Fields(nvml, handle))
        return read_device(nvml, handle, uuid, index, self._lasting[uuid])
