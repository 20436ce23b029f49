"""One writer at a time per environment, across processes (fcntl, so that NFS works too)."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import EnvironmentBusy, StoreReadOnly

from .files import make_folder
from .layout import Store

_ATTEMPTS = 20
#: What the system says of a lock that somebody else has; anything else is no answer.
LOCK_TAKEN = (errno.EACCES, errno.EAGAIN)
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
#: A folder, a symlink, a pipe or a socket lies where the lock file belongs.
_NO_FILE = (errno.EISDIR, errno.ELOOP, errno.ENXIO)
_POLL_SECONDS = 0.02

#: Lock files that a thread of this process holds. The system's locks are a process's, not a
#: thread's: without this a server's second thread would be let in, and letting go lets all go.
_HELD: set[Path] = set()
_MUTEX = threading.Lock()


@contextmanager
def environment_lock(store: Store, slug: str, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the environment's lock; raise EnvironmentBusy when it is not to be had.

    ``patience`` is how many seconds to wait for it: a process that was killed holds its lock
    until the last of its threads has left the kernel.

    Raises StoreReadOnly, and OSError on a disk that has no locks: two at once could not be kept
    apart there. The lock dies with its process. It keeps out other threads of this process too,
    and the same thread a second time.
    """
    path = store.lock_file(slug)
    descriptor = _acquire_within(store, slug, time.monotonic() + patience)
    try:
        yield
    finally:
        with _MUTEX:
            os.close(descriptor)
            _HELD.discard(path)


def require_writable(store: Store) -> None:
    """Raises StoreReadOnly where this user may not work in the store."""
    make_folder(store.operations)
    if not os.access(store.operations, os.W_OK | os.X_OK):
        read_only = os.statvfs(store.operations).f_flag & os.ST_RDONLY
        reason = os.strerror(errno.EROFS if read_only else errno.EACCES)
        raise StoreReadOnly(path=str(store.root), reason=reason)


def _acquire_within(store: Store, slug: str, deadline: float) -> int:
    while True:
        try:
            return _acquire_here(store, slug)
        except EnvironmentBusy:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_POLL_SECONDS)


def _acquire_here(store: Store, slug: str) -> int:
    path = store.lock_file(slug)
    with _MUTEX:
        if path in _HELD:
            raise EnvironmentBusy(name=slug)
        descriptor = _acquire(store, slug)
        _HELD.add(path)
        return descriptor


def _acquire(store: Store, slug: str) -> int:
    path = store.lock_file(slug)
    for _ in range(_ATTEMPTS):
        descriptor = _open(store, path)
        if descriptor is None:
            continue
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in LOCK_TAKEN:
                raise OSError(error.errno, error.strerror, str(path.parent)) from error
            raise EnvironmentBusy(name=slug) from error
        if _still_there(path, descriptor):
            return descriptor
        # Its holder removed the environment, and this file with it, before it let go.
        os.close(descriptor)
    raise EnvironmentBusy(name=slug)


def _open(store: Store, path: Path) -> int | None:
    """The lock file, open; None where somebody has just taken its folder away."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        make_folder(path.parent)
        _require_own(path.parent)
        descriptor = os.open(path, flags, 0o644)
    except FileNotFoundError:
        return None
    except StoreReadOnly as error:
        # It was there, and its holder took it away before mkdir had looked what it was.
        if isinstance(error.__cause__, FileExistsError) and not path.parent.is_file():
            return None
        raise
    except OSError as error:
        if error.errno in _NO_FILE:
            raise _no_lock_file(path) from error
        if error.errno in _READ_ONLY:
            reason = os.strerror(error.errno)
            raise StoreReadOnly(path=str(store.root), reason=reason) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _no_lock_file(path)
    return descriptor


def _no_lock_file(path: Path) -> StoreReadOnly:
    return StoreReadOnly(
        path=str(path.parent),
        reason=f"{path.name!r} in it is no plain file",
        hint=f"Take it away, nothing is kept in it: {path}",
    )


def _require_own(folder: Path) -> None:
    """Raise StoreReadOnly where a symlink was put into the place of an environment's folder: what
    it leads to is not ours to change."""
    if folder.is_symlink():
        raise StoreReadOnly(
            path=str(folder),
            reason=f"it is a link to {os.readlink(folder)}",
            hint="Put the folder itself into the place of the link; nothing was changed.",
        )


def _still_there(path: Path, descriptor: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
