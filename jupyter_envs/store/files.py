"""Writing files so that a reader sees the old or the new one, never a half."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from jupyter_envs.errors import StoreReadOnly


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace ``path`` with ``data``; on disk for good when this returns."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents. Raises StoreReadOnly."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        raise StoreReadOnly(path=str(there), reason=error.strerror or str(error)) from error


def remove_tree(folder: Path, trash: Path) -> None:
    """Delete ``folder``: it vanishes at once by a rename, its files follow.

    Links inside are removed, never followed. What cannot be deleted now stays in ``trash``,
    which :func:`empty_trash` tries again.
    """
    make_folder(trash)
    grave = trash / uuid.uuid4().hex
    try:
        folder.rename(grave)
    except FileNotFoundError:
        return
    shutil.rmtree(grave, ignore_errors=True)


def empty_trash(trash: Path) -> None:
    """Delete what earlier removals left."""
    if trash.is_dir():
        for grave in trash.iterdir():
            shutil.rmtree(grave, ignore_errors=True)
