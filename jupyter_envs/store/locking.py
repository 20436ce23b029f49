"""One writer at a time per environment, across processes (fcntl, so that NFS works too)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import EnvironmentBusy

from .files import make_folder
from .layout import Store

_ATTEMPTS = 20


@contextmanager
def environment_lock(store: Store, slug: str) -> Iterator[None]:
    """Hold the environment's lock, or raise EnvironmentBusy at once.

    The lock dies with its process. A process must not take the same lock twice: closing
    either descriptor would release both.
    """
    descriptor = _acquire(store, slug)
    try:
        yield
    finally:
        os.close(descriptor)


def is_locked(store: Store, slug: str) -> bool:
    """Whether another process is changing the environment."""
    path = store.lock_file(slug)
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except PermissionError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _acquire(store: Store, slug: str) -> int:
    path = store.lock_file(slug)
    for _ in range(_ATTEMPTS):
        make_folder(path.parent)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except FileNotFoundError:
            continue
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise EnvironmentBusy(name=slug) from error
        if _still_there(path, descriptor):
            return descriptor
        # Its holder removed the environment, and this file with it, before it let go.
        os.close(descriptor)
    raise EnvironmentBusy(name=slug)


def _still_there(path: Path, descriptor: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
