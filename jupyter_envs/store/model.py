"""What the store knows of generations and environments, as plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from jupyter_envs.lock import Accelerator, Manager, UnhashedPackage


class SourceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Where a generation came from. ``file`` is an absolute path, ``sha256`` of its bytes.
    ``included`` are the sha256 of the files that its pip section names, by their paths relative
    to it.

    Of a stack there are its id and which of its targets was made; ``file`` is then None.
    """

    kind: Literal["spec", "lock", "environment", "stack"]
    file: str | None = None
    sha256: str | None = None
    included: dict[str, str] = {}
    stack: str | None = None
    stack_target: str | None = None


class KernelRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel that was started from this generation and answered.

    ``folder`` is the kernelspec's folder below ``share/jupyter/kernels`` of the prefix.
    """

    folder: str
    language: str
    implementation: str
    version: str
    seconds: float


class UnlockedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package of an adopted environment that its lock cannot hold, for this ``reason``.

    ``sha256`` is empty where nobody wrote it down. ``in_spec``: its environment.yml has a line
    that brings it; without one, the next generation will not have it.
    """

    manager: Manager
    name: str
    version: str
    reason: str
    build: str = ""
    sha256: str = ""
    editable: bool = False
    in_spec: bool = True


class GenerationInfo(msgspec.Struct, frozen=True, kw_only=True):
    """generation.json: everything about a generation that its conda-meta does not say.

    ``created`` is ISO 8601 with offset. ``size`` is in bytes, as if nothing were shared.
    ``added`` names packages that we added to the spec, ``notes`` are codes with params.
    ``unlocked`` is what an adopted environment has beside its lock; ``unhashed`` is in the lock
    by its commit alone. ``target`` is what was solved for, with the reasons as codes with params,
    and in ``declared`` what was asked for. ``accelerator`` says what its GPU-capable packages
    were built for: CUDA, where one of them was; None where there are none.
    """

    name: str
    slug: str
    number: int
    created: str
    created_by: str
    platform: str
    virtual_packages: tuple[str, ...]
    channels: tuple[str, ...]
    lock_digest: str
    source: SourceInfo
    operation: str
    kernels: tuple[KernelRecord, ...] = ()
    added: tuple[str, ...] = ()
    notes: tuple[dict[str, Any], ...] = ()
    skipped_link_scripts: tuple[str, ...] = ()
    conda_packages: int = 0
    pip_packages: int = 0
    size: int = 0
    versions: dict[str, str] = {}
    phases: dict[str, float] = {}
    unlocked: tuple[UnlockedPackage, ...] = ()
    target: dict[str, Any] | None = None
    unhashed: tuple[UnhashedPackage, ...] = ()
    accelerator: Accelerator | None = None


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One environment of a store.

    ``path`` is the symlink people and conda use, ``prefix`` the current generation. An
    unmanaged environment (made by something else) has no generation. Of an ``archived`` one
    there is neither symlink nor generation: ``prefix`` is the folder with what was kept of it,
    and ``info`` tells of the generation that was the current one. Of a ``broken`` one the
    current generation is gone or damaged: it has no ``info``, and ``generations`` are those that
    are whole.
    """

    name: str
    slug: str
    path: Path
    prefix: Path
    managed: bool
    generation: int | None = None
    generations: tuple[int, ...] = ()
    info: GenerationInfo | None = None
    archived: bool = False
    broken: bool = False
