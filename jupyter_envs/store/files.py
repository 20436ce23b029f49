"""Writing files so that a reader sees the old or the new one, never a half."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path

from jupyter_envs.errors import StoreReadOnly, disk_error, naming


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace ``path`` with ``data``; on disk for good when this returns."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with naming(path), os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def trial_name(folder: Path) -> Path:
    """A free name in ``folder`` for something that is only there to try what can be done."""
    return folder / f".jupyter-envs-{uuid.uuid4().hex[:8]}"


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with naming(folder):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents. Raises StoreReadOnly, NoSpace and DiskFailed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if told := disk_error(error, folder):
            raise told from error
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        raise StoreReadOnly(path=str(there), reason=error.strerror or str(error)) from error


def discard_tree(folder: Path, trash: Path) -> None:
    """Take ``folder`` away at once, by one rename into ``trash``.

    Its files go when :func:`empty_trash` is called: that takes seconds for a large tree, and
    nobody should wait for it.
    """
    make_folder(trash)
    with suppress(FileNotFoundError):
        folder.rename(trash / uuid.uuid4().hex)


def empty_trash(trash: Path) -> None:
    """Delete what was discarded. Links inside are removed, never followed; what cannot be
    deleted now is tried again the next time."""
    if trash.is_dir():
        for grave in trash.iterdir():
            if grave.is_symlink():
                with suppress(OSError):
                    grave.unlink()
            else:
                shutil.rmtree(grave, ignore_errors=True)
