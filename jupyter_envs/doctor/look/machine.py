"""How the machine is looked at: where its root is, and what only the system can answer."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_envs.doctor.cuda import ask_cuda
from jupyter_envs.doctor.facts import CudaAnswer

#: Nothing that is read here is longer; a file that is, is cut.
MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Space:
    """A file system's bytes and files; zero files where it does not count them."""

    total: int
    free: int
    files_total: int
    files_free: int


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK | os.X_OK)


def _may_use(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK)


def _space(path: Path) -> Space:
    disk, counts = shutil.disk_usage(path), os.statvfs(path)
    return Space(disk.total, disk.free, counts.f_files, counts.f_favail)


@dataclass(frozen=True)
class Machine:
    """A machine. ``root`` is where ``/proc``, ``/sys``, ``/dev`` and ``/etc`` are, so that a tree
    of files can be one; ``environ`` and ``home`` are the person's."""

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    home: Path = field(default_factory=Path.home)
    system: str = field(default_factory=lambda: os.uname().sysname)
    may_write: Callable[[Path], bool] = _may_write
    may_use: Callable[[Path], bool] = _may_use
    space: Callable[[Path], Space] = _space
    libc: Callable[[], str | None] = lambda: _glibc()
    ask_cuda: Callable[[Mapping[str, str]], CudaAnswer] = ask_cuda

    def path(self, place: str) -> Path:
        """Where ``/place`` is."""
        return self.root / place.lstrip("/")

    def text(self, place: str) -> str:
        """The beginning of a file; empty where it is not to be read."""
        return data(self.path(place)).decode("utf-8", "replace")

    def names(self, place: str) -> list[str]:
        """The entries of a folder, by name; none where it is not to be read."""
        try:
            return sorted(os.listdir(self.path(place)))
        except (OSError, ValueError):
            return []

    def links_to(self, path: Path) -> str:
        """Where a file's links lead, as the machine itself would name it."""
        try:
            real = path.resolve()
        except (OSError, RuntimeError):
            return str(path)
        return self.name_of(real)

    def name_of(self, path: Path) -> str:
        """What the machine calls a file below ``root``."""
        root = self.root.resolve()
        if root != Path("/") and path.is_relative_to(root):
            return f"/{path.relative_to(root)}"
        return str(path)


def is_there(path: Path) -> bool:
    """Whether there is something; not an error where one may not look, or no path is that long."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def is_folder(path: Path) -> bool:
    """Whether there is a folder."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def data(path: Path) -> bytes:
    """The beginning of a file, without waiting for more where it is none of a disk."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(descriptor, MOST_BYTES)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def environ_of(raw: bytes) -> dict[str, str]:
    """A process's variables, as ``/proc/<pid>/environ`` has them."""
    pairs = (one.partition(b"=") for one in raw.split(b"\0") if b"=" in one)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def _glibc() -> str | None:
    try:
        said = os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):
        return None
    return said.partition(" ")[2] if said else None
