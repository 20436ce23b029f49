"""What a fix may go by of the machines that a file is for; this room asks none of them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from .diagnostics import Diagnostic

_ABOUT_GPUS = frozenset(("channel_frozen", "cudatoolkit_unused", "package_frozen", "pytorch_cuda"))


class GpuMachine(msgspec.Struct, frozen=True):
    """``cuda_major`` is the newest CUDA that driver, GPUs and system all allow; None: no GPU."""

    cuda_major: int | None

    @property
    def cuda_versions(self) -> str:
        """What to ask of ``cuda-version`` there: nothing older than packages are built for."""
        major = self.cuda_major or 0
        return f">={min(major, 12)},<{major + 1}"


def depends_on_gpus(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether a fix among them would be another one on a machine with a GPU."""
    return any(d.code in _ABOUT_GPUS for d in diagnostics)
