"""What a choice is made of, and what comes out: plain values."""

from __future__ import annotations

from typing import Literal

import msgspec

from .reasons import Reason

Origin = Literal["detected", "override", "declared", "profile", "recorded", "usual"]

Whose = Literal["here", "lock", "usual"]

_LIMITS = ("capability_major", "glibc_major")


class Detected(msgspec.Struct, frozen=True, kw_only=True):
    """What detection says of the machine that solves.

    ``cuda`` is the newest CUDA of its driver, ``cuda_arch`` the lowest compute capability of its
    GPUs. ``cuda_override`` is what ``CONDA_OVERRIDE_CUDA`` says; empty, it takes the GPU away.
    ``arch_override`` is what ``CONDA_OVERRIDE_CUDA_ARCH`` says.
    ``source`` says whose values these are: this machine's, those that a lock was made for, or
    those of most machines of a platform.
    """

    platform: str
    cuda: str | None = None
    cuda_arch: str | None = None
    glibc: str | None = None
    archspec: str | None = None
    cuda_override: str | None = None
    arch_override: str | None = None
    source: Whose = "here"


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What a person or a profile says of the machines to solve for; None is not said.

    An empty ``cuda`` means that they have no GPU. ``gpus`` are those of this machine to look
    at, by number or by how their UUID begins. ``profile`` is the profile's name where it is one.
    """

    profile: str | None = None
    cuda: str | None = None
    cuda_arch: str | None = None
    glibc: str | None = None
    archspec: str | None = None
    gpu_required: bool = False
    gpus: tuple[str, ...] = ()


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A target: versions that stand for virtual packages, and what the solver is told besides.

    ``cuda`` None means CPU builds. ``cuda_major`` is the newest CUDA that all of its GPUs have
    code for. ``constraints`` hold for what is installed, and ask for nothing by themselves.
    ``gpus`` are the UUIDs that were looked at.
    """

    origin: Origin
    platform: str
    profile: str | None = None
    cuda: str | None = None
    cuda_arch: str | None = None
    cuda_major: int | None = None
    glibc: str | None = None
    archspec: str | None = None
    gpu_required: bool = False
    gpus: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def limits(self) -> tuple[Reason, ...]:
        """Why the newest CUDA of the driver was not taken; empty where it was."""
        return tuple(one for one in self.reasons if one.code in _LIMITS)
