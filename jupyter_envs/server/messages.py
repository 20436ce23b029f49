"""What travels over REST, besides what the rooms have already as plain values.

The OpenAPI document is made from these and from the route table.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from jupyter_envs.errors import Problem
from jupyter_envs.operations import (
    EnvironmentView,
    GenerationView,
    PackageView,
    State,
)
from jupyter_envs.policy import Policy, Profile
from jupyter_envs.spec import Diagnostic

Text = Annotated[str, Meta(max_length=4_000_000)]
Name = Annotated[str, Meta(min_length=1, max_length=1000)]
Path = Annotated[str, Meta(min_length=1, max_length=4096)]


# -- what clients send ------------------------------------------------------------------------


class FileSource(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,  # a field that is not known is a mistake, not noise
    tag="file",
    tag_field="kind",
):
    """A file of the server's file browser: an environment.yml or a lock (conda-lock.yml,
    ``@EXPLICIT``, pixi.lock), which its content says. ``path`` is the path that the contents
    API knows it by."""

    path: Path


class SpecText(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,  # a field that is not known is a mistake, not noise
    tag="spec",
    tag_field="kind",
):
    """The text of an environment.yml."""

    text: Text


class LockText(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,  # a field that is not known is a mistake, not noise
    tag="lock",
    tag_field="kind",
):
    """The text of a lock: a conda-lock.yml, an ``@EXPLICIT`` file or a pixi.lock."""

    text: Text


class KeptLock(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,  # a field that is not known is a mistake, not noise
    tag="kept",
    tag_field="kind",
):
    """A lock that is kept here, by its digest (or how it begins): what was once published."""

    digest: Annotated[str, Meta(min_length=6, max_length=64)]


class StackBody(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,  # a field that is not known is a mistake, not noise
    tag="stack",
    tag_field="kind",
):
    """A stack by its id; ``target`` is one of its targets, without it the first that fits."""

    id: Annotated[str, Meta(min_length=1, max_length=40)]
    target: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


SourceBody = FileSource | SpecText | LockText | KeptLock | StackBody


class TargetBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The machines to solve for, instead of this one. ``profile`` is one of the policy's;
    ``cuda`` the newest CUDA of their drivers (empty: no GPU), ``cuda_arch`` the lowest compute
    capability of their GPUs. ``gpus`` are GPUs of this machine, by number or UUID.
    ``gpu_required`` refuses CPU builds. What is not said is detected."""

    profile: Annotated[str, Meta(max_length=100)] | None = None
    cuda: Annotated[str, Meta(max_length=20)] | None = None
    cuda_arch: Annotated[str, Meta(max_length=20)] | None = None
    glibc: Annotated[str, Meta(max_length=20)] | None = None
    archspec: Annotated[str, Meta(max_length=40)] | None = None
    gpu_required: bool | None = None
    gpus: Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=64)] = ()


class CreateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make an environment. ``name`` is needed where the source has none. ``locked`` takes
    exactly the packages of the lock beside the source, which has to be a file."""

    source: SourceBody
    name: Name | None = None
    locked: bool = False
    target: TargetBody | None = None


class UpdateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Build the next generation. Without ``source``: from the file it was made from. Without
    ``target``: for what it was made for; an empty one means this machine.
    ``upgrade`` lets every package move to the newest version that the file allows; ``locked``
    takes exactly the packages of the lock beside it."""

    source: SourceBody | None = None
    upgrade: bool = False
    locked: bool = False
    target: TargetBody | None = None


class RollbackBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make an earlier generation current; None means the one before."""

    generation: Annotated[int, Meta(ge=0, le=2**31)] | None = None


class CloneBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make ``name`` with exactly the same packages."""

    name: Name


class CheckBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read an environment.yml and say what is wrong with it. Fixes about GPUs are for this
    machine, or for ``target``."""

    source: FileSource | SpecText
    target: TargetBody | None = None


class PlanBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Find out what a source would bring or change; nothing is changed. ``locked`` as for
    making it."""

    source: SourceBody
    name: Name | None = None
    upgrade: bool = False
    locked: bool = False
    target: TargetBody | None = None


Platform = Annotated[str, Meta(max_length=40)]
VirtualPackages = dict[Annotated[str, Meta(max_length=100)], Annotated[str, Meta(max_length=100)]]


class LockBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write the lock of an environment.yml beside it. ``path`` is the path that the contents API
    knows the file by. ``platforms``: none for the file's own, or this one. ``targets`` maps a
    platform (empty: each one) to virtual packages that its machines have. ``upgrade`` lets every
    package move to the newest version that the file allows."""

    path: Path
    platforms: Annotated[tuple[Platform, ...], Meta(max_length=20)] = ()
    targets: Annotated[dict[Platform, VirtualPackages], Meta(max_length=20)] = {}
    upgrade: bool = False


class CleanBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Free disk space: what dead processes left, cached ``packages`` that no environment has,
    and earlier ``generations`` that nothing runs from and that one could go back to."""

    generations: bool = False
    packages: bool = True


class NoQuery(msgspec.Struct, frozen=True, kw_only=True):
    """No parameters."""


class LockQuery(NoQuery, frozen=True, kw_only=True):
    """``path``: an environment.yml, by the path that the contents API knows it by."""

    path: Path


class RemoveQuery(NoQuery, frozen=True, kw_only=True):
    """``force``: also while processes run from it."""

    force: bool = False


class ExportQuery(NoQuery, frozen=True, kw_only=True):
    """``format``: one of those that ``GET /`` lists."""

    format: Annotated[str, Meta(max_length=40)] = "yaml"


class OperationsQuery(NoQuery, frozen=True, kw_only=True):
    """``state``: one of an operation's states, or ``active`` for all that have not ended."""

    state: State | Literal["active"] | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class EventsQuery(NoQuery, frozen=True, kw_only=True):
    """``after``: the ``seq`` of the last event that is known already."""

    after: Annotated[int, Meta(ge=-1, le=2**53)] = -1


# -- what clients get -------------------------------------------------------------------------


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator allows; None means anything."""

    channels: tuple[str, ...] | None
    packages_denied: tuple[str, ...]
    link_scripts: tuple[str, ...]
    freeze: bool
    file: str | None
    profiles: dict[str, Profile] = {}

    @classmethod
    def of(cls, policy: Policy) -> PolicyView:
        """The policy as clients see it."""
        return cls(
            channels=policy.channels,
            packages_denied=policy.packages_denied,
            link_scripts=policy.link_scripts,
            freeze=policy.freeze,
            file=policy.file or None,
            profiles=policy.profiles,
        )


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What this server is. ``writable`` is false where environments cannot be changed;
    ``problem`` then says why. ``exports`` are the formats of ``export``; ``root_dir`` is the
    folder whose files the contents API shows, None where they are not on this disk."""

    version: str
    platform: str
    envs_dir: str | None
    root_dir: str | None
    writable: bool
    exports: tuple[str, ...]
    policy: PolicyView | None
    problem: Problem | None = None


class EnvironmentsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All environments, by name."""

    environments: list[EnvironmentView]


class GenerationsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An environment's generations, oldest first."""

    generations: tuple[GenerationView, ...]


class PackagesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The packages of the current generation, conda before pip, by name."""

    packages: tuple[PackageView, ...]


class ProcessView(msgspec.Struct, frozen=True, kw_only=True):
    """A process that was started from an environment. ``kernel`` is its id where this server
    started it as a kernel; ``host`` where it runs."""

    pid: int
    host: str
    generation: int
    kernel: str | None = None


class UsageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who uses an environment, of whatever generation."""

    processes: list[ProcessView]


class ActivationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One line for a POSIX shell or fish that activates the environment there."""

    command: str


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a file, in its order. ``valid``: an environment can be made from it.
    ``exists``: there is an environment of this name already."""

    valid: bool
    name: str | None
    exists: bool
    diagnostics: tuple[Diagnostic, ...]


class OperationView(msgspec.Struct, frozen=True, kw_only=True):
    """A long-running job. ``done`` and ``total`` count ``unit`` (bytes, packages, ...) of the
    phase; ``phase_started`` is its first event's time. ``error`` is there once it has failed,
    ``result`` once it has succeeded. ``resumable``: it was interrupted and can go on."""

    id: str
    verb: str
    name: str
    state: State
    phase: str
    actor: str
    started: str
    updated: str
    events: int
    queue_position: int | None = None
    done: int | None = None
    total: int | None = None
    unit: str | None = None
    result: dict[str, Any] | None = None
    error: Problem | None = None
    resumable: bool = False


class OperationsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Operations, newest first."""

    operations: list[OperationView]


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event of an operation's journal. ``code`` is ``progress``, ``started``, the code of a
    note, or an ended state; ``params`` belong to it. ``time`` is ISO 8601 with offset."""

    seq: int
    time: str
    phase: str
    code: str
    done: int | None
    total: int | None
    unit: str | None
    params: dict[str, Any]


class EventsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Events of an operation, and the operation as it is now."""

    events: list[EventView]
    operation: OperationView
