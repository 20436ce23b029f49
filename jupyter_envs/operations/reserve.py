"""Room on a disk that is taken before it is needed."""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import suppress

_KEEP_SIZE = 1  # linux/falloc.h
_FULL = (errno.ENOSPC, errno.EDQUOT)


def reserve(descriptor: int, size: int) -> None:
    """Have ``size`` bytes behind the end of an open file taken for it, its length unchanged.

    Raises OSError where there is no such room. Nothing is taken where the file system, or this
    system, cannot do it.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if call is None:
        return
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong)
    if call(descriptor, _KEEP_SIZE, os.fstat(descriptor).st_size, size) != 0:
        number = ctypes.get_errno()
        if number in _FULL:
            raise OSError(number, os.strerror(number))


def give_back(descriptor: int) -> None:
    """Let go of the room behind the file's end."""
    with suppress(OSError):
        os.ftruncate(descriptor, os.fstat(descriptor).st_size)
