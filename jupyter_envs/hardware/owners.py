"""Who holds a GPU's memory, as it is told: kernels, one's own other processes, all others."""

from __future__ import annotations

from typing import Literal

import msgspec

Confidence = Literal["exact", "inferred", "device-only"]
"""``exact``: by the process. ``inferred``: it is the only one here that has the GPU open, and
processes cannot be told from inside this container. ``device-only``: one of several."""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Memory of one device: a GPU's or a slice's uuid. ``memory`` in bytes; None: not known."""

    device: str
    memory: int | None = None


class KernelUse(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel of this server, with what it and its children hold; ``memory`` is the sum of
    ``uses``. ``notebooks`` are paths of the contents API. ``environment`` and ``generation`` are
    those that it really runs from; None for a kernel that is not of an environment of ours.
    ``state`` and ``last_activity`` (ISO 8601) are what the server says of it."""

    kernel_id: str
    kernel: str
    notebooks: tuple[str, ...] = ()
    environment: str | None = None
    generation: int | None = None
    pid: int | None = None
    state: str | None = None
    last_activity: str | None = None
    memory: int | None = 0
    confidence: Confidence = "exact"
    uses: tuple[Use, ...] = ()


class ProcessUse(msgspec.Struct, frozen=True, kw_only=True):
    """Another process of this user: one that no kernel of this server has started. ``notebook``
    is the one that it was started for, where it outlived its kernel."""

    pid: int
    name: str
    memory: int | None = None
    notebook: str | None = None
    environment: str | None = None
    generation: int | None = None
    uses: tuple[Use, ...] = ()


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How the memory of a device is divided, in bytes: ``kernels`` of this server, ``own`` other
    processes, ``others`` (all other users together), ``reserved`` by the driver, and the
    ``unattributed`` rest: what the display takes, contexts, processes that are not seen.

    ``confidence`` is the least sure of what it was made from.
    """

    device: str
    memory: int | None = None
    used: int | None = None
    reserved: int | None = None
    kernels: int = 0
    own: int = 0
    others: int = 0
    unattributed: int | None = None
    confidence: Confidence = "exact"


class Holders(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds what. ``sampled_at`` is when the processes were asked for, None for not yet."""

    kernels: tuple[KernelUse, ...] = ()
    processes: tuple[ProcessUse, ...] = ()
    devices: tuple[Shares, ...] = ()
    sampled_at: str | None = None
    stale_since: str | None = None
