"""Which unpacked packages of the cache are known to come from the archive that is wanted.

py-rattler writes the sha256 of the archive into ``<package>.lock`` once it is unpacked, and
unpacks another archive of the same name anew. But a folder of which nothing is written, since
its maker was killed or was somebody else, it takes for what it is called. So that is forgotten.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from .records import Record, cache_name

#: Eight bytes count how often it was unpacked; then comes the sha256.
_SHA256 = slice(8, 40)


def forget_unproven(records: Iterable[Record], packages: Path) -> None:
    """Delete the cached folders of which nobody knows what archive they come from.

    One that somebody is unpacking now is left to them.
    """
    for record in records:
        folder = packages / cache_name(record)
        if folder.is_dir() and not _is_proven(folder):
            _forget(folder)


def _is_proven(folder: Path) -> bool:
    try:
        return len(_lock(folder).read_bytes()[_SHA256]) == 32
    except FileNotFoundError:
        return False


def _forget(folder: Path) -> None:
    with _lock(folder).open("ab") as lock:
        try:
            # The installer holds the same lock from before it unpacks until it has written.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if _is_proven(folder):
            return
        moved = folder.with_name(f".unproven-{os.getpid()}-{folder.name}")
        folder.rename(moved)
    shutil.rmtree(moved, ignore_errors=True)


def _lock(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
