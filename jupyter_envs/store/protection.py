"""Keeping an edit in one environment from reaching the cache and all others.

Packages are hard links from the cache, so a file that is opened and written in place changes
everywhere. Where the file system can share content without sharing the file (:func:`link_mode`
says "reflink") there is nothing to do. Else the links are made read-only, which holds for
ordinary users and for all that does not change the mode on purpose. Modes do not bind uid 0:
there :func:`detach` gives the environment copies of its own of all that people edit.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import IO, Literal

import msgspec

from jupyter_envs.errors import StoreReadOnly, disk_error

from .files import trial_name

_WRITABLE = 0o222
#: Written last, so that a package with a read-only one is protected as a whole.
_MARKER = Path("info", "index.json")
#: linux/fs.h: _IOW(0x94, 9, int); the same on all architectures that conda has.
_FICLONE = 0x40049409
_DETACHED_BYTES = 256 * 1024
_SNIFFED_BYTES = 8192
_TEMPORARY = ".jupyter-envs-detach-"
_BATCH = 256

LinkMode = Literal["reflink", "hardlink", "copy"]


def protect_cache(packages: Path, stems: Iterable[str]) -> int:
    """Make the files of extracted packages read-only; returns how many packages were not yet.

    ``stems`` are archive names without their suffix. Folders stay writable, so that the cache
    can be repaired and environments removed. Packages of another owner are left as they are.
    """
    count = 0
    for stem in stems:
        folder = packages / stem
        if Path(stem).name == stem and _is_writable(folder / _MARKER):
            with suppress(PermissionError):
                _protect_package(folder)
                count += 1
    return count


def protect_links(prefix: Path) -> int:
    """Make every hard-linked file of a prefix read-only; returns how many were not yet.

    For what does not come from the package cache: uv links wheels from a cache whose layout is
    its own affair. The mode belongs to all links of a file, so this reaches uv's cache too.
    """
    count = 0
    for path, stat in _files(prefix):
        if stat.st_nlink > 1 and stat.st_mode & _WRITABLE:
            with suppress(PermissionError):
                path.chmod(stat.st_mode & 0o7777 & ~_WRITABLE)
                count += 1
    return count


def link_mode(cache: Path, envs: Path) -> LinkMode:
    """How files can get from one folder to the other, by trying it with an empty file.

    The engine reflinks by itself where hard links work and the file system can. On macOS this
    says "hardlink" also where the engine clones. Raises StoreReadOnly, NoSpace and DiskFailed.
    """
    try:
        import tempfile  # here, since few processes try it

        with tempfile.NamedTemporaryFile(dir=cache) as source, _trial(envs) as target:
            source.write(b"x" * 4096)
            source.flush()
            if sys.platform == "linux" and _clones(source.fileno(), target.fileno()):
                return "reflink"
            return "hardlink" if _links(Path(source.name), envs) else "copy"
    except OSError as error:
        if told := disk_error(error, envs):
            raise told from error
        raise StoreReadOnly(path=str(envs), reason=error.strerror or str(error)) from error


def detach(prefix: Path, *, nice: int = 0) -> int:
    """Replace hard links to small text files by private, writable copies; returns how many.

    Time, mode and owner stay, so bytecode stays valid; processes that have a file open keep the
    old one. May be killed and repeated. To be called with the environment's lock held.
    ``nice`` lowers the priority of the calling process for good.
    """
    os.nice(nice)
    candidates = (
        (path, stat)
        for path, stat in _files(prefix)
        if not _swept(path) and stat.st_nlink > 1 and stat.st_size < _DETACHED_BYTES
    )
    count = 0
    while batch := list(islice(candidates, _BATCH)):
        copies = [copy for path, stat in batch if (copy := _copy(path, stat)) is not None]
        # Else a power cut could leave empty files where the names were changed first.
        flush_file_system(prefix)
        count += sum(_replace(copy) for copy in copies)
    return count


def flush_file_system(folder: Path) -> None:
    """Bring to disk what was written to the file system of ``folder``.

    One call for many files, where fsync would wait for the journal once for each.
    """
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


# -- read-only -------------------------------------------------------------------------------


def _is_writable(path: Path) -> bool:
    try:
        return path.lstat().st_mode & _WRITABLE != 0
    except OSError:
        return False


def _protect_package(folder: Path) -> None:
    marker = folder / _MARKER
    for path, stat in _files(folder):
        if stat.st_mode & _WRITABLE and path != marker:
            path.chmod(stat.st_mode & 0o7777 & ~_WRITABLE)
    marker.chmod(marker.stat().st_mode & 0o7777 & ~_WRITABLE)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Regular files below ``folder``; bytecode, which Python replaces as a whole, is left out."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = Path(root, name)
            with suppress(FileNotFoundError):
                stat = path.lstat()
                if S_ISREG(stat.st_mode):
                    yield path, stat


# -- probes ----------------------------------------------------------------------------------


@contextmanager
def _trial(folder: Path) -> Iterator[IO[bytes]]:
    """A file to try something with, which a clean knows for ours if it stays behind."""
    path = trial_name(folder)
    try:
        with path.open("xb") as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


def _clones(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True


def _links(source: Path, envs: Path) -> bool:
    # Trying beats comparing devices: two mounts of one file system share the device number.
    target = trial_name(envs)
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno in (errno.EROFS, errno.ENOSPC):
            raise
        return False
    target.unlink()
    return True


# -- detaching -------------------------------------------------------------------------------


class _Copy(msgspec.Struct, frozen=True):
    temporary: Path
    path: Path
    version: tuple[int, int, int]


def _version(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def is_leftover(name: str) -> bool:
    """Whether a file of this name is a copy that :func:`detach` works on, or had to leave."""
    return name.startswith(_TEMPORARY)


def _swept(path: Path) -> bool:
    """Remove a copy that a killed call left."""
    if is_leftover(path.name):
        path.unlink(missing_ok=True)
        return True
    return False


def _copy(path: Path, stat: os.stat_result) -> _Copy | None:
    """A copy beside the file; None for what is not text or cannot be copied (no space left)."""
    temporary = path.with_name(f"{_TEMPORARY}{uuid.uuid4().hex}")
    try:
        data = path.read_bytes()
        if b"\0" in data[:_SNIFFED_BYTES]:
            return None
        _write_like(temporary, data, stat)
    except OSError:
        temporary.unlink(missing_ok=True)
        return None
    return _Copy(temporary, path, _version(stat))


def _write_like(path: Path, data: bytes, stat: os.stat_result) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        os.fchown(file.fileno(), stat.st_uid, stat.st_gid)
        os.fchmod(file.fileno(), stat.st_mode & 0o7777 | 0o200)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _replace(copy: _Copy) -> bool:
    """Put the copy in place, unless somebody has edited or removed the file in the meantime."""
    with suppress(FileNotFoundError):
        if _version(copy.path.lstat()) == copy.version:
            copy.temporary.replace(copy.path)
            return True
    copy.temporary.unlink(missing_ok=True)
    return False
