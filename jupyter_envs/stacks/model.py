"""A stack: an environment.yml with what people and the choice of a target need to know of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from jupyter_envs.errors import EnvsError
from jupyter_envs.spec import Spec

Origin = Literal["shipped", "package", "site", "user", "url"]
Maturity = Literal["deep", "solved-only"]


class StackTarget(msgspec.Struct, frozen=True, kw_only=True):
    """One of the targets that a stack can be made for, CPUs or CUDA.

    ``add`` are lines that it has beside the file's; one for a package that the file asks for
    takes that line's place. ``min_driver`` is a version of NVIDIA's driver, ``min_cc`` a compute
    capability, ``disk_gb`` about what it takes, unpacked, in units of 10^9 bytes. No
    ``platforms`` means all.
    """

    id: str
    accelerator: Literal["cpu", "cuda"] = "cpu"
    add: tuple[str, ...] = ()
    min_driver: str | None = None
    min_cc: str | None = None
    min_glibc: str | None = None
    disk_gb: float | None = None
    platforms: tuple[str, ...] = ()


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """A stack that can be used. ``data`` are the bytes of its file, ``targets`` are in order of
    preference, ``probe`` names what is tried once it is made."""

    id: str
    title: str
    description: str
    icon: str
    purpose: tuple[str, ...]
    maturity: Maturity
    notebook: str | None
    targets: tuple[StackTarget, ...]
    probe: tuple[str, ...]
    origin: Origin
    file: str | None
    data: bytes
    spec: Spec


class BrokenStack(msgspec.Struct, frozen=True, kw_only=True):
    """A stack's file that cannot be used, and why."""

    id: str
    origin: Origin
    file: str | None
    problem: EnvsError
