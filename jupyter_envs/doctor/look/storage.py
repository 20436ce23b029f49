"""Folders, and the file systems they are on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jupyter_envs.doctor.facts import Mount, Place, Storage

from .machine import Machine, is_there

_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


def look_at_storage(machine: Machine, *, envs: Path, cache: Path, kernels: Path) -> Storage:
    """The folders that we write to."""
    mounts = tuple(_mounts(machine))
    return Storage(
        envs=_place(machine, envs, mounts),
        cache=_place(machine, cache, mounts),
        kernels=_place(machine, kernels, mounts),
        temporary=_place(machine, _temporary(machine), mounts),
    )


def _temporary(machine: Machine) -> Path:
    for name in ("TMPDIR", "TEMP", "TMP"):
        if machine.environ.get(name):
            return Path(machine.environ[name])
    return Path(tempfile.gettempdir())


def _place(machine: Machine, folder: Path, mounts: tuple[Mount, ...]) -> Place:
    """One that does not exist yet is as writable, and on the same disk, as what it would be in."""
    existing = folder
    while not is_there(existing) and existing != existing.parent:
        existing = existing.parent
    try:
        space = machine.space(existing)
    except OSError:  # a network file system that went away
        space = None
    return Place(
        path=str(folder),
        exists=existing == folder,
        writable=machine.may_write(existing),
        mount=_mount_of(existing, mounts),
        total=space.total if space else None,
        free=space.free if space else None,
        files_total=space.files_total if space else None,
        files_free=space.files_free if space else None,
    )


def _mounts(machine: Machine) -> Iterator[Mount]:
    """The mount table: proc(5), "mountinfo"."""
    for line in machine.text("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        fields, rest = before.split(), after.split()
        if len(fields) < 6 or not rest:
            continue
        options = {*fields[5].split(","), *(_super_options(rest) & {"ro"})}
        yield Mount(
            point=_unescaped(fields[4]),
            kind=rest[0],
            device=fields[2],
            options=frozenset(options),
        )


def _super_options(rest: list[str]) -> set[str]:
    return set(rest[2].split(",")) if len(rest) > 2 else set()


def _unescaped(text: str) -> str:
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    return text


def _mount_of(folder: Path, mounts: tuple[Mount, ...]) -> Mount | None:
    """The last of the longest: what was mounted over something hides it."""
    real = os.path.realpath(folder)
    holding = [one for one in mounts if _inside(real, one.point)]
    longest = max((len(one.point) for one in holding), default=0)
    return next((one for one in reversed(holding) if len(one.point) == longest), None)


def _inside(path: str, point: str) -> bool:
    return point == "/" or path == point or path.startswith(f"{point}/")
