"""What a person says of the machines that an environment is for."""

from __future__ import annotations

import msgspec


class TargetOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to solve for instead of this machine; what is not said is detected.

    ``profile`` is one of the policy's; what is said beside it wins. An empty ``cuda`` takes the
    GPU away. ``gpus`` are those of this machine to look at, by number or UUID. An order that
    says nothing means this machine, whatever was declared before.
    """

    profile: str | None = None
    cuda: str | None = None
    cuda_arch: str | None = None
    glibc: str | None = None
    archspec: str | None = None
    gpu_required: bool | None = None
    gpus: tuple[str, ...] = ()
