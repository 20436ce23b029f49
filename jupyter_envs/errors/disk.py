"""What a disk refused, as an error that says which disk, and how much room it has."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .base import EnvsError
from .forbidden import StoreReadOnly
from .unavailable import DiskFailed, NoSpace

DISK_HINT = "Put right what is named above, then try again; generations are never changed by us."
"""The next step where a call of the system failed for a reason that has no class."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
#: What a network file system or a dying disk says, and a machine that is out of locks.
_FAILED = (
    errno.EIO,
    errno.ESTALE,
    errno.ENOLCK,
    errno.ENXIO,
    errno.ENODEV,
    errno.ETIMEDOUT,
    errno.EREMOTEIO,
    errno.ENOTCONN,
    errno.EFBIG,
    errno.EMLINK,
)

_NO_LOCKS = (
    "Without locks two programs could spoil each other's work, so nothing was begun; use a folder"
    " on another disk, or have the lock service of the file server turned on."
)

#: With more free than this it was not the disk itself that was full.
_PLENTY = 64_000_000


def disk_error(error: OSError, default: Path) -> EnvsError | None:
    """The error of ours that a system's error means; None for one that is no disk's.

    ``default`` is named where the system's error names nothing.
    """
    path = _folder(Path(os.fsdecode(error.filename)) if error.filename else default)
    if error.errno in _FULL:
        return no_space(path, quota=error.errno == errno.EDQUOT)
    if error.errno in _CLOSED and not os.access(path, os.W_OK | os.X_OK):
        return StoreReadOnly(path=str(path), reason=os.strerror(error.errno))
    if error.errno in _FAILED:
        hint = _NO_LOCKS if error.errno == errno.ENOLCK else None
        return DiskFailed(path=str(path), reason=os.strerror(error.errno), hint=hint)
    return None


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """A system's error inside that names no file, as those of a write do, names ``path``."""
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error


def no_space(path: Path, *, needed: int | None = None, quota: bool = False) -> NoSpace:
    """That there is not enough room below ``path``; ``needed`` is in bytes."""
    folder = _folder(path)
    params: dict[str, Any] = {} if needed is None else {"needed": needed}
    return NoSpace(path=str(folder), reason=_room(folder, needed, quota=quota), **params)


def _folder(path: Path) -> Path:
    """The nearest folder that is there: a temporary file's name helps nobody."""
    for folder in (path, *path.parents):
        if folder.is_dir():
            return folder
    return path


def _room(folder: Path, needed: int | None, *, quota: bool) -> str:
    disk = f"the disk at {_mount(folder)}"
    if quota:
        return f"the quota on {disk} is used up"
    try:
        counts = os.statvfs(folder)
    except OSError as error:
        return f"{disk} does not tell how much it has ({error.strerror})"
    free, total = counts.f_bavail * counts.f_frsize, counts.f_blocks * counts.f_frsize
    if needed is not None:
        return f"{_size(needed)} may be needed, and {disk} has {_size(free)} free"
    if counts.f_files and not counts.f_favail:
        return f"{disk} takes no more files"
    if free > _PLENTY:
        return f"{disk} has {_size(free)} free, but takes no more (a quota may be used up)"
    return f"{disk} has {_size(free)} free of {_size(total)}"


def _mount(folder: Path) -> Path:
    try:
        device = folder.stat().st_dev
        while folder != folder.parent and folder.parent.stat().st_dev == device:
            folder = folder.parent
    except OSError:
        pass
    return folder


def _size(count: int) -> str:
    if count >= 1_000_000_000:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB"


def folder_error(error: OSError, folder: Path) -> EnvsError:
    """Why ``folder`` could not be made, with the part of it that is in the way."""
    if told := disk_error(error, folder):
        return told
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    hint = None
    if not there.is_dir():
        hint = f"A file is in the place of a folder: move {there} away, then try again."
    return StoreReadOnly(path=str(there), reason=error.strerror or str(error), hint=hint)
