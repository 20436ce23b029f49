"""Writing files so that a reader sees the old or the new one, never a half."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import uuid
from contextlib import suppress
from pathlib import Path

from jupyter_envs.errors import folder_error, naming

#: No file of ours is nearly as large, and no reader of one is to fill the memory.
_MOST_BYTES = 256_000_000


def read_plain(path: Path, *, most: int = _MOST_BYTES) -> bytes:
    """The bytes of a file that we wrote, or that a hand put into its place.

    Raises OSError also where it is no plain file: opening a pipe would wait for ever, and a
    symlink may lead out of the store. The same where it has more than ``most`` bytes.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        if found.st_size > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return file.read(most)


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
        raise folder_error(error, folder) from error


def discard_tree(folder: Path, trash: Path) -> None:
    """Take ``folder`` away at once, by one rename into ``trash``.

    Its files go when :func:`empty_trash` is called: that takes seconds for a large tree, and
    nobody should wait for it.
    """
    if trash.is_symlink():  # by a hand: what is discarded stays in the store
        trash.unlink()
    make_folder(trash)
    with suppress(FileNotFoundError):
        folder.rename(trash / uuid.uuid4().hex)


def empty_trash(trash: Path) -> None:
    """Delete what was discarded. Links are removed, never followed, be they inside or in the
    place of ``trash``; what cannot be deleted now is tried again the next time.

    Where another process is at it, it is left to that one: thousands of files take seconds, and
    whoever comes next has something else to do."""
    try:
        folder = os.open(trash, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        with suppress(OSError):  # a disk without locks: then two delete
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        _delete_all(trash)
    finally:
        os.close(folder)


def _delete_all(trash: Path) -> None:
    for grave in trash.iterdir():
        if grave.is_dir() and not grave.is_symlink():
            shutil.rmtree(grave, ignore_errors=True)
        else:
            with suppress(OSError):
                grave.unlink()
