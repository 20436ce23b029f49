"""Exchanging two names of a file system at once, which Python itself has no call for."""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import suppress
from pathlib import Path

from .files import trial_name

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def exchange(one: Path, other: Path) -> None:
    """Let each name be what the other was, in one step: no moment has only one of them.

    Raises OSError, ENOSYS where this system has no such call; nothing has changed then.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(one))
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))


def exchange_problem(one: Path, other: Path) -> str | None:
    """Why what lies in one folder cannot be exchanged with what lies in another, found out by
    doing it with two names of its own; None where it can."""
    first, second = trial_name(one), trial_name(other)
    try:
        first.symlink_to("nothing")
        second.mkdir()
        exchange(first, second)
    except OSError as error:
        return error.strerror or str(error)
    finally:
        for path in (first, second):
            with suppress(OSError):
                path.unlink() if path.is_symlink() else path.rmdir()
    return None
