"""What NVIDIA's driver tells of one GPU, and why it does not tell the rest.

Each field is asked for on its own: a driver that refuses one still gives the others. The calls
and bits are those of NVIDIA's NVML API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import msgspec

from .memory import machine_memory
from .nvml import ARGUMENT_VERSION_MISMATCH, FIELD_ERRORS, FUNCTION_NOT_FOUND, GONE, NOT_SUPPORTED
from .readings import ComputeMode

#: Errors after which nothing more is to be had of the device.
LOSSES = frozenset({15, 16})

#: ``nvmlClocksEventReasons``.
THROTTLE_BITS: Mapping[int, str] = {
    0x1: "idle",
    0x2: "clocks_set",
    0x4: "power_cap",
    0x8: "slowdown",
    0x10: "sync_boost",
    0x20: "thermal",
    0x40: "hardware_thermal",
    0x80: "power_brake",
    0x100: "display_clocks",
}

#: ``nvmlComputeMode_t``: 0, 1, 2, 3.
COMPUTE_MODES: tuple[ComputeMode, ...] = get_args(ComputeMode)

_TOO_OLD = (FUNCTION_NOT_FOUND, ARGUMENT_VERSION_MISMATCH)
_TEMPERATURE_GPU = 0
_UNCORRECTED, _VOLATILE = 1, 0


class Memory(msgspec.Struct, frozen=True):
    """Bytes of a device. ``reserved`` None: this driver counts it as used."""

    total: int
    used: int
    free: int
    reserved: int | None = None


class Fields:
    """Asks for the fields of one device (a GPU or a slice) and notes the reasons for those that
    it does not get. Errors that mean the loss of the whole device are raised as they are."""

    def __init__(self, nvml: Any, handle: Any) -> None:
        self.nvml = nvml
        self.handle = handle
        self.reasons: dict[str, str] = {}

    def ask(self, field: str, name: str, *arguments: Any) -> Any:
        """The result of a function of NVML; None where there is none, with its reason noted.

        An older binding, which another package may have brought, need not have the function.
        """
        call = getattr(self.nvml, name, None)
        if call is None:
            self.reasons[field] = "driver_is_old"
            return None
        try:
            return call(self.handle, *arguments)
        except self.nvml.NVMLError as error:
            self.refuse(field, int(error.value))
            return None

    def ask_first(self, field: str, calls: tuple[Callable[[], Any], ...]) -> Any:
        """The result of the first call that this driver has."""
        for call in calls:
            try:
                return call()
            except self.nvml.NVMLError as error:
                code = int(error.value)
                if code in _TOO_OLD and call is not calls[-1]:
                    continue
                self.refuse(field, code)
                return None
        return None

    def refuse(self, field: str, code: int) -> None:
        """Note why a field is empty. Raises the error again where the device is lost."""
        if code in LOSSES:
            raise self.nvml.NVMLError(code)
        self.reasons[field] = FIELD_ERRORS.get(code, "failed")


def text(value: Any) -> str | None:
    """A name as text: old versions of the binding give bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def capability(fields: Fields) -> str | None:
    """CUDA's compute capability, such as ``"8.6"``."""
    found = fields.ask("capability", "nvmlDeviceGetCudaComputeCapability")
    return None if found is None else f"{found[0]}.{found[1]}"


def bus(fields: Fields) -> str | None:
    """The PCI address."""
    found = fields.ask("bus", "nvmlDeviceGetPciInfo")
    return None if found is None else text(found.busId)


def memory(fields: Fields) -> Memory | Literal["unified"] | None:
    """Memory of the device; ``unified`` where it has none of its own. Raises NVMLError where
    the device is not there any more."""
    nvml, handle = fields.nvml, fields.handle
    version = getattr(nvml, "nvmlMemory_v2", None)
    for wanted in (version, None) if version is not None else (None,):
        try:
            found = nvml.nvmlDeviceGetMemoryInfo(handle, *([wanted] if wanted else []))
        except nvml.NVMLError as error:
            code = int(error.value)
            if wanted and code in (*_TOO_OLD, NOT_SUPPORTED):
                continue
            if code == NOT_SUPPORTED:
                return "unified"
            if code in GONE:
                raise  # what has lost its devices still knows their names
            fields.refuse("memory", code)
            return None
        reserved = int(found.reserved) if wanted else None
        return Memory(int(found.total), int(found.used), int(found.free), reserved)
    return None


def memory_fields(fields: Fields, *, shared: bool) -> dict[str, Any]:
    """Memory as a device's fields. ``shared``: a device that could share the machine's; then
    ``memory`` and ``memory_free`` are the machine's, and what is used is not told."""
    found = memory(fields)
    if isinstance(found, Memory):
        if found.reserved is None:
            fields.reasons["memory_reserved"] = "driver_is_old"
        return {
            "memory": found.total,
            "memory_used": found.used,
            "memory_free": found.free,
            "memory_reserved": found.reserved,
        }
    if found == "unified" and shared:
        total, available = machine_memory()
        fields.reasons.update(memory_used="unified", memory_reserved="unified")
        return {"memory": total, "memory_free": available}
    reason = fields.reasons.get("memory", "not_supported")
    names = ("memory", "memory_used", "memory_free", "memory_reserved")
    fields.reasons.update(dict.fromkeys(names, reason))
    return {}


def utilisation(fields: Fields) -> int | None:
    """Percentage of the last moments in which something ran on it."""
    found = fields.ask("utilisation", "nvmlDeviceGetUtilizationRates")
    return None if found is None else int(found.gpu)


def temperature(fields: Fields) -> int | None:
    """Degrees Celsius."""
    return _number(fields.ask("temperature", "nvmlDeviceGetTemperature", _TEMPERATURE_GPU))


def power(fields: Fields) -> float | None:
    """Watts."""
    return _watts(fields.ask("power", "nvmlDeviceGetPowerUsage"))


def power_limit(fields: Fields) -> float | None:
    """Watts that it is held to."""
    return _watts(fields.ask("power_limit", "nvmlDeviceGetEnforcedPowerLimit"))


def throttle(fields: Fields) -> tuple[str, ...] | None:
    """What holds its clocks back, as codes."""
    nvml, handle = fields.nvml, fields.handle
    names = ("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons")
    calls = tuple(
        lambda call=call: call(handle)
        for name in names
        if (call := getattr(nvml, name, None)) is not None
    )
    found = fields.ask_first("throttle", calls)
    if found is None:
        return None
    return tuple(code for bit, code in THROTTLE_BITS.items() if int(found) & bit)


def ecc_errors(fields: Fields) -> int | None:
    """Uncorrected errors since the driver was loaded."""
    return _number(fields.ask("ecc_errors", "nvmlDeviceGetTotalEccErrors", _UNCORRECTED, _VOLATILE))


def rows_failed(fields: Fields) -> bool | None:
    """Whether rows of its memory could not be replaced."""
    found = fields.ask("rows_failed", "nvmlDeviceGetRemappedRows")
    return None if found is None else bool(found[3])


def compute_mode(fields: Fields) -> ComputeMode | None:
    """Who may compute on it."""
    found = fields.ask("compute_mode", "nvmlDeviceGetComputeMode")
    if found is None:
        return None
    number = int(found)
    if number < len(COMPUTE_MODES):
        return COMPUTE_MODES[number]
    fields.reasons["compute_mode"] = "failed"
    return None


def mig_modes(fields: Fields) -> tuple[bool, bool]:
    """Whether it is cut into slices, now and after its next reset. Most GPUs cannot be."""
    try:
        now, pending = fields.nvml.nvmlDeviceGetMigMode(fields.handle)
    except fields.nvml.NVMLError as error:
        if int(error.value) in LOSSES:
            raise
        return False, False
    return bool(now), bool(pending)


def _number(found: Any) -> int | None:
    return None if found is None else int(found)


def _watts(milliwatts: Any) -> float | None:
    return None if milliwatts is None else round(int(milliwatts) / 1000, 1)
