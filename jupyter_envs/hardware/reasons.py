"""Why a target was chosen: codes with params, and their English sentences.

Clients make their own texts from code and params, as for errors and diagnostics.
"""

from __future__ import annotations

from typing import Any

import msgspec

REASONS: dict[str, str] = {
    "capability_major": (
        "CUDA {major} and not {newest}: {gpu} has compute capability {capability}, and CUDA "
        "{newest} has no code for anything below {lowest}."
    ),
    "capability_unknown": (
        "The compute capability is not known. CUDA {newest} has no code for GPUs below {lowest}."
    ),
    "cpu_capability": (
        "CPU builds: {gpu} has compute capability {capability}, and no CUDA in use has code for "
        "anything below {lowest}."
    ),
    "cpu_declared": "CPU builds, as asked for.",
    "cpu_driver": "CPU builds: the NVIDIA driver cannot be used here ({state}).",
    "cpu_no_device": "CPU builds: the NVIDIA driver answers, but shows no GPU.",
    "cpu_no_gpu": "CPU builds: this machine has no NVIDIA GPU with a driver.",
    "cpu_override": "CPU builds: CONDA_OVERRIDE_CUDA is set and empty.",
    "cpu_platform": "CPU builds: there is no CUDA for {platform}.",
    "cpu_recorded": "CPU builds: the lock was made for machines without a GPU.",
    "cpu_usual": "CPU builds: no GPU is declared for {platform}.",
    "cpu_profile": "CPU builds: the machines of the profile {profile} have no GPU.",
    "cuda_declared": "CUDA {major}: a driver for CUDA {cuda} is declared.",
    "cuda_detected": "CUDA {major}: the driver here supports CUDA up to {cuda}.",
    "cuda_override": "CUDA {major}: CONDA_OVERRIDE_CUDA is {cuda}.",
    "cuda_profile": (
        "CUDA {major}: the machines of the profile {profile} support CUDA up to {cuda}."
    ),
    "cuda_recorded": "CUDA {major}: the lock was made for CUDA up to {cuda}.",
    "cuda_unknown_major": (
        "CUDA {major} is newer than the tables here; which GPUs it has code for is not known."
    ),
    "glibc_major": (
        "CUDA {major} and not {newest}: glibc is {glibc}, and builds for CUDA {newest} need "
        "{lowest}."
    ),
    "gpu_required": "A CPU build is refused: a GPU is required.",
    "gpus_chosen": "Only {gpus} was looked at, as asked for.",
    "gpus_mixed": (
        "There are GPUs of several kinds, and the oldest decides: {gpu}. Name those to solve for "
        "if it should not."
    ),
    "disk_low": "It takes about {needed} GB, and {free} GB are free.",
    "minor_compatible": (
        "Builds for CUDA up to {newest} run with this driver, but what they compile while running "
        "(torch.compile, numba) needs a driver for their own version: it supports {cuda}."
    ),
    "needs_capability": "It needs compute capability {needed}; {capability} is there.",
    "needs_cuda": "It needs CUDA {needed}; what is solved for goes up to CUDA {cuda}.",
    "needs_driver": "It needs the driver {needed} or a newer one; {driver} is here.",
    "needs_glibc": "It needs glibc {needed}; {glibc} is there.",
    "needs_gpu": "It needs an NVIDIA GPU.",
    "needs_platform": "It is for {platforms}, not for {platform}.",
}
"""What is said of a choice, by its code."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of why; ``message`` is the English text of ``code`` and ``params``."""

    code: str
    params: dict[str, str]
    message: str


def reason(code: str, /, **params: Any) -> Reason:
    """The reason ``code`` of the table."""
    shown = {key: str(value) for key, value in params.items()}
    return Reason(code=code, params=shown, message=REASONS[code].format_map(shown))
