"""Starts of kernels, as the start shim leaves them: a small file each, until they are taken in.

The shim runs no program and takes no lock, so it cannot write a chain. A file
``<data>/starts/<host>-<boot>-<pid>-<start time>.start`` holds ``key=value`` fields with a NUL
behind each, as in ``/proc/<pid>/environ``: no path can hold one. Its last field is ``end``; its
time is when the kernel started.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from .times import from_seconds

#: Another host takes its own starts in; after this long it does not seem to.
_FOREIGN_SECONDS = 3600.0
#: A file that is cut off is not being written any more after this long.
_TORN_SECONDS = 60.0

_SUFFIX = ".start"
_KERNEL_ID = re.compile(r"kernel-(.+)\.json")


class KernelStart(msgspec.Struct, frozen=True, kw_only=True):
    """One start of a kernel. ``kernel`` is its kernelspec's name, ``user`` the hub's or the
    account's; ``notebook`` is known where a Jupyter server started it for one."""

    environment: str
    store: str
    generation: int
    lock_digest: str
    host: str
    boot_id: str
    pid: int
    start_time: int
    time: datetime
    kernel: str | None = None
    kernel_id: str | None = None
    notebook: str | None = None
    user: str | None = None

    @property
    def id(self) -> str:
        """The same from whoever tells of this process, so that it is recorded once."""
        process = (self.host, self.boot_id, str(self.pid), str(self.start_time))
        return hashlib.sha256("\0".join(process).encode("utf-8", "replace")).hexdigest()[:32]

    def facts(self) -> dict[str, Any]:
        """What the ledger's line says, besides its id, its time and its actor."""
        told = msgspec.structs.asdict(self)
        del told["time"]
        return told


def starts_folder(data: Path) -> Path:
    """Where the shim leaves its files, below the user's data folder."""
    return data / "starts"


def read_starts(folder: Path, host: str) -> Iterator[tuple[Path, KernelStart]]:
    """Each file that is this host's to take in, with the start that it tells of. One that was
    cut off long ago tells nothing, and goes."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in sorted(names):
        path = folder / name
        try:
            state = path.lstat()
            # A pipe would be waited for, and a symlink leads elsewhere: the shim makes neither.
            ours = name.endswith(_SUFFIX) and stat.S_ISREG(state.st_mode)
            fields = _fields(path.read_bytes()) if ours else None
        except OSError:
            continue
        age = time.time() - state.st_mtime
        start = _start(fields, state) if fields else None
        if start is None:
            if age > _TORN_SECONDS and name.endswith(_SUFFIX):
                with suppress(OSError):
                    path.unlink()
        elif start.host == host or age > _FOREIGN_SECONDS:
            yield path, start


def _fields(data: bytes) -> dict[str, str] | None:
    """The fields of a file; None where it is not complete."""
    if not data.endswith(b"\0end=\0"):
        return None
    pairs = (field.partition(b"=") for field in data.split(b"\0") if field)
    return {key.decode("ascii", "replace"): _text(value) for key, _, value in pairs}


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _start(fields: dict[str, str], state: os.stat_result) -> KernelStart | None:
    name = _KERNEL_ID.fullmatch(fields.get("connection", "").rpartition("/")[2])
    try:
        return KernelStart(
            environment=fields["environment"],
            store=fields["store"],
            generation=int(fields["generation"]),
            lock_digest=fields["lock_digest"],
            host=fields["host"],
            boot_id=fields["boot_id"],
            pid=int(fields["pid"]),
            start_time=int(fields["start_time"]),
            time=from_seconds(state.st_mtime),
            kernel=fields.get("kernel") or None,
            kernel_id=name.group(1) if name else None,
            notebook=_notebook(fields.get("notebook", "")),
            user=fields.get("user") or _account(state.st_uid),
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _notebook(session: str) -> str | None:
    """The path of a session that is a document's: a console's has a name without a suffix."""
    return session if "." in session.rpartition("/")[2] else None


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def merged(starts: Iterable[KernelStart]) -> list[KernelStart]:
    """One of each id, oldest first; what the first teller does not know is taken from the next,
    and the earliest time is the right one: nobody tells of a start before it."""
    found: dict[str, KernelStart] = {}
    for start in starts:
        known = found.get(start.id)
        found[start.id] = start if known is None else _filled(known, start)
    return sorted(found.values(), key=lambda start: start.time)


def _filled(known: KernelStart, other: KernelStart) -> KernelStart:
    gaps = {
        key: value
        for key, value in msgspec.structs.asdict(other).items()
        if value is not None and getattr(known, key) is None
    }
    return msgspec.structs.replace(known, **gaps, time=min(known.time, other.time))
