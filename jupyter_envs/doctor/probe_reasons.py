"""What a probe can end with: a state for programs, a reason for people.

Sources of the driver's codes: the CUDA driver API, ``CUresult``; which of them means what in
practice is told by NVIDIA's release notes and by the frameworks' own reports.
"""

from __future__ import annotations

from typing import Literal

ProbeState = Literal[
    "gpu_ok", "cpu_only_build", "gpu_hidden", "gpu_broken", "missing", "timeout", "crashed"
]
"""``gpu_ok``: it computed on the GPU, and rightly. ``cpu_only_build``: it cannot use a GPU.
``gpu_hidden``: it could, and sees none. ``gpu_broken``: it sees one and cannot compute on it.
``missing``: it is not installed. ``timeout`` and ``crashed``: it gave no answer."""

#: Every reason with its sentence. Codes never change.
PROBES: dict[str, str] = {
    "gpu_ok": "{framework} {version} computes on {devices}",
    "cpu_only_build": "{framework} {version} is a build for the CPU: it cannot use a GPU",
    # It sees no GPU.
    "hidden_by_variable": "{framework} sees no GPU because {variable} is {value!r}",
    "no_driver_library": "{framework} sees no GPU: there is no NVIDIA driver here",
    "cuda_stub": (
        "{framework} sees no GPU: a stub of libcuda, made for linking, is found instead of the"
        " driver (cuInit {cuinit})"
    ),
    "cuda_busy": "{framework} sees no GPU: it is in exclusive use by another process (cuInit"
    " {cuinit})",
    "cuda_no_device": "{framework} sees no GPU: the driver says that there is none (cuInit"
    " {cuinit})",
    "cuda_invalid_device": "{framework} sees no GPU: the one that was chosen does not exist"
    " (cuInit {cuinit})",
    "cuda_not_ready": "{framework} sees no GPU: the GPUs' fabric has not been started (cuInit"
    " {cuinit})",
    "cuda_driver_mismatch": "{framework} sees no GPU: the driver's library and its kernel module"
    " are of different versions (cuInit {cuinit})",
    "cuda_compat_unsupported": "{framework} sees no GPU: the compatibility library that is found"
    " does not support this GPU (cuInit {cuinit})",
    "cuda_failed": "{framework} sees no GPU: the driver does not start (cuInit {cuinit})",
    "driver_too_old": "{framework} sees no GPU: it is built for CUDA {built}, and the driver"
    " supports CUDA {driver}",
    "not_seen": "{framework} {version} sees no GPU: {why}",
    # It sees one.
    "capability_unsupported": "{framework} {version} has no code for this GPU: {error}",
    "gpu_full": "{framework} found no memory on the GPU: {error}",
    "ptx_unsupported": "{framework} cannot compile for this driver: {error}",
    "cudnn_failed": "{framework} computes on the GPU, but not with cuDNN: {error}",
    "compute_failed": "{framework} sees a GPU and cannot compute on it: {error}",
    "wrong_result": "{framework} {version} computes wrong results on the GPU",
    # It gave no answer.
    "framework_missing": "{framework} is not installed in this environment",
    "module_missing": "{framework} cannot be imported: the module {module} is missing",
    "import_failed": "{framework} cannot be imported: {error}",
    "cpu_failed": "{framework} {version} cannot compute: {error}",
    "probe_timeout": "{framework} gave no answer within {seconds} seconds (it was at: {stage})",
    "probe_crashed": "{framework} ended its process with {ending} (it was at: {stage})",
    "shadowed": (
        "{framework} works in this environment alone, and not with the variables that kernels"
        " get; one of these is in its way: {variables}"
    ),
}

#: What ``cuInit`` gives.
CUDA_CODES = {
    34: "cuda_stub",
    46: "cuda_busy",
    100: "cuda_no_device",
    101: "cuda_invalid_device",
    802: "cuda_not_ready",
    803: "cuda_driver_mismatch",
    804: "cuda_compat_unsupported",
}

#: A part of the error's text, in lower case, to what it means.
BROKEN = {
    "no kernel image": "capability_unsupported",
    "not compatible with the current": "capability_unsupported",
    "out of memory": "gpu_full",
    "resource_exhausted": "gpu_full",
    "cublas_status_alloc_failed": "gpu_full",
    "unsupported_ptx": "ptx_unsupported",
    "unsupported toolchain": "ptx_unsupported",
    "cudnn": "cudnn_failed",
}
