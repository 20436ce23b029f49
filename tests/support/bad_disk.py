"""A disk that is full, slow or far away, and a clock that was set, for processes of a test.

A library is put before libc (``bad_disk.c`` says what it sees and what it does not). It needs no
root and no mount, and only the paths that a test names are bad.
"""

from __future__ import annotations

import errno
import mmap
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.nvml import compiler

_SOURCE = Path(__file__).with_name("bad_disk.c")

#: Kinds of calls, by the bits of ``bad_disk.c``.
CALLS = {
    "write": 1,
    "create": 2,
    "link": 4,
    "lock": 8,
    "stat": 16,
    "open": 32,
    "flush": 64,
    "rename": 128,
    "exchange": 256,
    "remove": 512,
    "reserve": 1024,
    "clone": 2048,
}

#: What takes room.
ROOM = ("write", "create", "link", "reserve")

_HEAD = struct.Struct("=qq")
_RULE = struct.Struct("=504siiqqqqq")
_RULES = 16


def build_bad_disk(folder: Path) -> Path:
    """The library, in ``folder``."""
    cc = compiler()
    assert cc is not None
    target = folder / "bad_disk.so"
    command = [cc, "-std=c11", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-w"]
    subprocess.run(
        [*command, "-o", str(target), str(_SOURCE), "-ldl"], check=True, capture_output=True
    )
    return target


class BadDisk:
    """One machine's disks and clock; ``environ`` is for the processes that have them."""

    def __init__(self, library: Path, folder: Path) -> None:
        file = folder / "bad-disk"
        file.write_bytes(bytes(_HEAD.size + _RULES * _RULE.size))
        with file.open("r+b") as opened:
            self._orders = mmap.mmap(opened.fileno(), 0)
        self.environ = {"LD_PRELOAD": str(library), "BAD_DISK": str(file)}

    def fault(
        self,
        path: Path,
        *calls: str,
        error: int = 0,
        after: int = 0,
        times: int = -1,
        wait_ms: int = 0,
    ) -> None:
        """From now on these calls below ``path`` fail with ``error``: after so many of them (of
        writes, bytes), so many times (-1: always). With ``wait_ms`` each takes that long."""
        clock, count = _HEAD.unpack_from(self._orders)
        bits = sum(CALLS[call] for call in calls)
        name = str(path).encode()
        rule = _RULE.pack(name, bits, error, after, times, wait_ms, 0, 0)
        offset = _HEAD.size + count * _RULE.size
        self._orders[offset : offset + _RULE.size] = rule
        _HEAD.pack_into(self._orders, 0, clock, count + 1)

    def fill(self, path: Path, *, room: int = 0, error: int = errno.ENOSPC) -> None:
        """Below ``path`` there is room for so many bytes more (a name takes one)."""
        self.fault(path, *ROOM, error=error, after=room)

    @contextmanager
    def full(self, path: Path, *, room: int = 0, error: int = errno.ENOSPC) -> Iterator[None]:
        """Meanwhile it is full; afterwards there is room again. It must have been noticed."""
        self.fill(path, room=room, error=error)
        try:
            yield
            assert self.hits, f"nobody wrote to {path}"
        finally:
            self.heal()

    def heal(self) -> None:
        """No call fails any more."""
        clock, _ = _HEAD.unpack_from(self._orders)
        _HEAD.pack_into(self._orders, 0, clock, 0)

    def set_clock(self, seconds: float) -> None:
        """It is so much later than it is, or earlier."""
        _, count = _HEAD.unpack_from(self._orders)
        _HEAD.pack_into(self._orders, 0, int(seconds * 1e9), count)

    @property
    def hits(self) -> int:
        """How many calls failed, or took longer, since the disk was last healed."""
        _, count = _HEAD.unpack_from(self._orders)
        offsets = range(_HEAD.size, _HEAD.size + count * _RULE.size, _RULE.size)
        return sum(_RULE.unpack_from(self._orders, offset)[-1] for offset in offsets)
