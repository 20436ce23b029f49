"""From what a probe's process said, and how it ended, to a state and a reason. Pure."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from msgspec.structs import replace

from .probe_reasons import BROKEN, CUDA_CODES, ProbeState

_HIDING = {
    "CUDA_VISIBLE_DEVICES": ("", "-1", "NoDevFiles"),
    "HIP_VISIBLE_DEVICES": ("", "-1"),
    "ROCR_VISIBLE_DEVICES": ("", "-1"),
}
_HIDING_JAX = {"JAX_PLATFORMS": ("cpu",), "JAX_PLATFORM_NAME": ("cpu",)}
_ONLY_GPU = ("cupy", "cudf")
_MOST_TEXT = 400
#: ``CUDA_ERROR_OUT_OF_MEMORY``.
_OUT_OF_MEMORY = 2
#: How the driver says that of the GPUs that a variable names none is there.
_NONE_CHOSEN = ("cuda_no_device", "cuda_invalid_device")
#: What PyTorch adds to every error of CUDA: nothing that is of this error.
_ADVICE = ("Search for `cuda", "CUDA kernel errors might be", "For debugging consider",
           "Compile with `TORCH_USE_CUDA_DSA`")  # fmt: skip


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A probe's process, once it is over. ``said`` is its last word, None where it had none;
    ``stage`` is how far it came, ``tail`` the last of what it and the framework wrote.

    ``status`` is as for :mod:`subprocess`, None where it was given up after ``seconds``.
    """

    framework: str
    status: int | None
    seconds: float
    said: dict[str, Any] | None = None
    stage: str = "start"
    tail: tuple[str, ...] = ()


class ProbeVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """``code`` is a key of :data:`.probe_reasons.PROBES`. ``cpu_ok``: whether it computed rightly
    on the CPU; None where that was not tried."""

    state: ProbeState
    code: str
    params: dict[str, Any]
    version: str | None = None
    devices: tuple[str, ...] = ()
    cpu_ok: bool | None = None


def judge(heard: Heard) -> ProbeVerdict:
    """What a probe has shown."""
    if heard.said is None:
        return _without_answer(heard)
    said = heard.said
    state, code, params = _judged(heard.framework, said, heard.stage)
    version = _text(said.get("version")) or None
    cpu_ok = said.get("cpu_ok")
    return ProbeVerdict(
        state=state,
        code=code,
        params={"framework": heard.framework, "version": version or "", **params},
        version=version,
        devices=_devices(said),
        cpu_ok=cpu_ok if isinstance(cpu_ok, bool) else None,
    )


def _without_answer(heard: Heard) -> ProbeVerdict:
    params: dict[str, Any] = {"framework": heard.framework, "stage": heard.stage}
    if heard.status is None:
        params["seconds"] = round(heard.seconds)
        return ProbeVerdict(state="timeout", code="probe_timeout", params=params)
    params["ending"] = _ending(heard.status)
    return ProbeVerdict(state="crashed", code="probe_crashed", params=params)


def _ending(status: int) -> str:
    # A shell that is in between tells of signals by 128 and more.
    number = -status if status < 0 else status - 128
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"status {status}"


_Judged = tuple[ProbeState, str, dict[str, Any]]


def _judged(framework: str, said: Mapping[str, Any], stage: str) -> _Judged:
    missing = said.get("missing")
    if missing is not None:
        if missing == framework:
            return "missing", "framework_missing", {}
        return "missing", "module_missing", {"module": _text(missing)}
    error = _error(said)
    for_gpu = framework in _ONLY_GPU or bool(_built_for(said))
    if error and for_gpu and stage != "start" and _is_full(said):
        return "gpu_broken", "gpu_full", {"error": error}
    if said.get("available") is True and not (framework in _ONLY_GPU and stage == "start"):
        return _on_gpu(said, error)
    if for_gpu:
        reason = _why_hidden(framework, said)
        if reason is not None:
            return "gpu_hidden", *reason
    if error:
        code = "import_failed" if stage == "start" else "cpu_failed"
        return "crashed", code, {"error": error}
    if said.get("cpu_ok") is False:
        return "crashed", "cpu_failed", {"error": "its result is wrong"}
    if not for_gpu:
        return "cpu_only_build", "cpu_only_build", {}
    return "gpu_hidden", "not_seen", {"why": _text(said.get("why")) or "it does not say why"}


def _on_gpu(said: Mapping[str, Any], error: str) -> _Judged:
    if error:
        low = error.lower()
        code = next((code for part, code in BROKEN.items() if part in low), "compute_failed")
        return "gpu_broken", code, {"error": error}
    if said.get("ok") is not True:
        return "gpu_broken", "wrong_result", {}
    if said.get("conv_ok") is False:
        return "gpu_broken", "cudnn_failed", {"error": "a convolution's result is wrong"}
    return "gpu_ok", "gpu_ok", {"devices": ", ".join(_devices(said)) or "the GPU"}


def _error(said: Mapping[str, Any]) -> str:
    lines = str(said.get("error") or "").splitlines()
    return _text("\n".join(line for line in lines if not line.strip().startswith(_ADVICE)))


def _is_full(said: Mapping[str, Any]) -> bool:
    """Whether the driver has no memory for one more program, whatever the framework makes of it:
    JAX only says that there is no supported device."""
    driver = said.get("libcuda")
    return isinstance(driver, dict) and driver.get("context") == _OUT_OF_MEMORY


def _built_for(said: Mapping[str, Any]) -> str:
    """What it can compute on but the CPU."""
    if said.get("plugins"):
        return "gpu"
    return _text(said.get("built_cuda")) or _text(said.get("built_hip"))


def _why_hidden(framework: str, said: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Why a build for GPUs sees none; None where that is not known."""
    environ, driver = said.get("env"), said.get("libcuda")
    known = environ if isinstance(environ, dict) else {}
    for_amd = bool(said.get("built_hip") and not said.get("built_cuda"))
    if isinstance(driver, dict) and "load_error" in driver and not for_amd:
        return "no_driver_library", {}  # whatever is hidden, there is nothing
    hiding = {**_HIDING, **(_HIDING_JAX if framework == "jax" else {})}
    for variable, values in hiding.items():
        if variable in known and _text(known[variable]).strip() in values:
            return "hidden_by_variable", {"variable": variable, "value": _text(known[variable])}
    if for_amd or not isinstance(driver, dict):
        return None
    return _of_driver(said, driver)


def _of_driver(
    said: Mapping[str, Any], driver: Mapping[str, Any]
) -> tuple[str, dict[str, Any]] | None:
    code = driver.get("cuInit")
    if isinstance(code, int) and code != 0:
        return CUDA_CODES.get(code, "cuda_failed"), {"cuinit": code}
    if driver.get("count") == 0:
        return "cuda_no_device", {"cuinit": 0}
    supported, built = driver.get("driver_cuda"), _text(said.get("built_cuda"))
    major = built.partition(".")[0]
    if isinstance(supported, int) and major.isdecimal() and int(major) > supported // 1000:
        dotted = f"{supported // 1000}.{supported % 1000 // 10}"
        return "driver_too_old", {"built": built, "driver": dotted}
    return None


def _devices(said: Mapping[str, Any]) -> tuple[str, ...]:
    found = said.get("devices")
    if not isinstance(found, list):
        return ()
    names = (_text(one.get("name")) for one in found if isinstance(one, dict))
    return tuple(name[:80] for name in names if name)[:16]


def _text(value: Any) -> str:
    """A word of a process that may say anything, as one line of bounded length."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return " ".join(text.split())[:_MOST_TEXT]


def shadowed(
    first: ProbeVerdict,
    alone: ProbeVerdict,
    names: Sequence[str],
    environ: Mapping[str, str],
) -> ProbeVerdict | None:
    """The verdict where a framework fails with a kernel's variables, ``environ``, and works
    without them; ``names`` are those that may be in its way. None where these are not the
    reason."""
    if alone.state == "gpu_ok" and first.code in _NONE_CHOSEN:
        for variable in _HIDING:
            if environ.get(variable):
                params = {**first.params, "variable": variable, "value": environ[variable][:100]}
                return replace(first, code="hidden_by_variable", params=params)
    imported = ("cpu_only_build", "gpu_hidden", "gpu_broken")
    better = first.state in ("missing", "crashed") and alone.state in imported
    if alone.state != "gpu_ok" and not better:
        return None
    params = {**first.params, "variables": ", ".join(names) or "an unknown one"}
    return replace(first, code="shadowed", params=params)
