"""What a machine has to compute with: its GPUs, and the driver that answers for them."""

from __future__ import annotations

from typing import Literal

import msgspec

Vendor = Literal["nvidia", "amd", "apple"]

DriverState = Literal[
    "ok",
    "none",
    "not_loaded",
    "version_mismatch",
    "no_permission",
    "blocked",
    "gone",
    "error",
]
"""``none``: no driver library, the usual state of a machine without a GPU. ``gone``: it answered
before and no longer does, which is what a container sees that lost its devices."""


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU as it stays from sample to sample. ``memory`` in bytes.

    ``capability`` is CUDA's compute capability, such as ``"8.6"``. ``unified``: it shares the
    machine's memory. ``mig``: it is cut into slices. A field that is None has its reason in
    ``reasons``, as a code.
    """

    uuid: str
    index: int
    vendor: Vendor
    name: str | None = None
    capability: str | None = None
    memory: int | None = None
    unified: bool = False
    mig: bool = False
    reasons: dict[str, str] = {}


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """A machine's GPUs. ``driver`` is its version, ``cuda`` the newest CUDA that it supports.

    ``code`` is the driver's own error where it gave one, for people who search for it.
    """

    state: DriverState = "none"
    driver: str | None = None
    cuda: str | None = None
    gpus: tuple[Gpu, ...] = ()
    code: int | None = None
