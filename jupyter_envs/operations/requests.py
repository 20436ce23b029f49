"""What can be asked of a worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.stacks import Origin

from .settings import Settings, decode_path, encode
from .target_order import TargetOrder


class SpecSource(msgspec.Struct, frozen=True, kw_only=True, tag="spec", tag_field="kind"):
    """An environment.yml: its bytes, and the path it was read from.

    ``included`` are the files that its pip section names, by their paths relative to it.
    ``lock`` are the bytes of the lock that it has to be made from as it is, ``lock_file``
    where that was.
    """

    data: bytes
    file: str | None = None
    included: dict[str, bytes] = {}
    lock: bytes | None = None
    lock_file: str | None = None


class LockSource(msgspec.Struct, frozen=True, kw_only=True, tag="lock", tag_field="kind"):
    """A lock, in any format that is read here: its bytes, and the path it was read from."""

    data: bytes
    file: str | None = None


class EnvironmentSource(
    msgspec.Struct, frozen=True, kw_only=True, tag="environment", tag_field="kind"
):
    """Another environment: its current generation's spec and lock."""

    name: str


class StackSource(msgspec.Struct, frozen=True, kw_only=True, tag="stack", tag_field="kind"):
    """A stack: the bytes of its file, and where that was. ``target`` is one of its targets;
    None takes the first that fits."""

    id: str
    data: bytes
    origin: Origin = "shipped"
    file: str | None = None
    target: str | None = None


Source = SpecSource | LockSource | EnvironmentSource | StackSource


class Create(msgspec.Struct, frozen=True, kw_only=True, tag="create", tag_field="verb"):
    """Make a new environment. ``target`` None: for this machine."""

    name: str
    source: Source
    target: TargetOrder | None = None


class Update(msgspec.Struct, frozen=True, kw_only=True, tag="update", tag_field="verb"):
    """Build the next generation. ``upgrade`` lets every package move to its newest. ``target``
    None: for what the environment was made for."""

    name: str
    source: Source
    upgrade: bool = False
    target: TargetOrder | None = None


class Remove(msgspec.Struct, frozen=True, kw_only=True, tag="remove", tag_field="verb"):
    """Take an environment and its kernels away. ``force`` ignores running kernels."""

    name: str
    force: bool = False


class Archive(msgspec.Struct, frozen=True, kw_only=True, tag="archive", tag_field="verb"):
    """Keep an environment's spec and lock and nothing else. ``force`` ignores running kernels,
    and changes that were made by hand."""

    name: str
    force: bool = False


class Recreate(msgspec.Struct, frozen=True, kw_only=True, tag="recreate", tag_field="verb"):
    """Make an archived environment again, from its lock."""

    name: str


class Rollback(msgspec.Struct, frozen=True, kw_only=True, tag="rollback", tag_field="verb"):
    """Make an earlier (or later) generation current; None means the one before."""

    name: str
    generation: int | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag="plan", tag_field="verb"):
    """Find out what a source would change in ``name``, or bring as a new environment."""

    name: str
    source: Source
    upgrade: bool = False
    target: TargetOrder | None = None


class Clean(msgspec.Struct, frozen=True, kw_only=True, tag="clean", tag_field="verb"):
    """Free disk space: what dead processes left, ``generations`` that are neither current, nor
    in use, nor young, and cached ``packages`` that no generation has. It is about no
    environment: ``name`` is empty."""

    generations: bool = False
    packages: bool = True
    name: str = ""


class Adopt(msgspec.Struct, frozen=True, kw_only=True, tag="adopt", tag_field="verb"):
    """Write what was changed by hand into the file, and build from it. ``write_file``: also into
    the user's own file, while it is as it was. ``fingerprint`` is the drift that was agreed to;
    None means whatever there is."""

    name: str
    write_file: bool = False
    fingerprint: str | None = None


class Repair(msgspec.Struct, frozen=True, kw_only=True, tag="repair", tag_field="verb"):
    """Build the current generation's packages anew from its lock."""

    name: str


class Probe(msgspec.Struct, frozen=True, kw_only=True, tag="probe", tag_field="verb"):
    """Try ``frameworks`` in the current generation (none: those that its file names, else those
    that it has). ``timeout`` is in seconds for each; None means what is usual for it.
    ``automatic``: nobody asked, so a GPU that is nearly full is left alone."""

    name: str
    frameworks: tuple[str, ...] = ()
    timeout: float | None = None
    automatic: bool = False


class MakeLock(msgspec.Struct, frozen=True, kw_only=True, tag="lock", tag_field="verb"):
    """Solve a spec for ``platforms`` (none: its own, or this one), and write the lock.

    ``targets`` maps a platform (empty: each one) to virtual packages it is to have.
    ``upgrade`` lets every package move to its newest.
    """

    name: str
    source: SpecSource
    output: Path
    platforms: tuple[str, ...] = ()
    targets: dict[str, dict[str, str]] = {}
    upgrade: bool = False
    target: TargetOrder | None = None


Request = (
    Create
    | Update
    | Remove
    | Archive
    | Recreate
    | Rollback
    | Plan
    | Clean
    | Adopt
    | Repair
    | Probe
    | MakeLock
)

OF_NO_ENVIRONMENT = (Plan, Clean, MakeLock, Probe)
"""Requests that change no environment: they wait for none, and none waits for them."""


def verb_of(request: Request) -> str:
    """The verb's name, as journals carry it."""
    return str(request.__struct_config__.tag)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A request with everything its worker needs to know."""

    id: str
    request: Request
    settings: Settings
    actor: str

    def to_json(self) -> bytes:
        """The form a worker reads from its standard input."""
        return encode(self)

    @classmethod
    def from_json(cls, data: bytes) -> Job:
        """Inverse of :meth:`to_json`."""
        return msgspec.json.decode(data, type=cls, dec_hook=decode_path)

    def to_builtins(self) -> dict[str, Any]:
        """The form kept in a ``building`` marker, from which the operation can be resumed."""
        body: dict[str, Any] = msgspec.json.decode(self.to_json())
        return body

    @classmethod
    def from_builtins(cls, body: dict[str, Any]) -> Job:
        """Inverse of :meth:`to_builtins`."""
        return cls.from_json(msgspec.json.encode(body))
