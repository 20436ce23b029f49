"""The ledger's files: append-only JSON lines, one file a month, each line naming the one before.

``<root>/<host>/YYYY-MM.jsonl``. A host has its own chain, so that a shared home needs no lock
between hosts. ``prev`` is the sha256 of the previous complete line of that host, across months.

The month is that of UTC, and never an earlier one than the chain has come to: neither a time
zone, nor summer time, nor a clock that was set back may put a line before its predecessor.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.errors import naming

from .head import GENESIS, Head, heads, read_head, write_head

SUFFIX = ".jsonl"

#: The file lock is a process's; this one is for the threads of a server.
_MUTEX = threading.Lock()


class Chain(msgspec.Struct, frozen=True):
    """One host's chain, whose lock is held."""

    root: Path
    host: str

    def append(self, entries: Sequence[dict[str, Any]], *, now: datetime) -> list[str]:
        """Append entries at once and return their hashes."""
        folder = self.root / self.host
        head = _caught_up(self.root, self.host)
        lines, hashes, prev = [], [], head.hash
        for entry in entries:
            line = encode_line({**entry, "prev": prev})
            prev = line_hash(line)
            lines.append(line)
            hashes.append(prev)
        path = folder / f"{max(month_of(now), Path(head.file).stem)}{SUFFIX}"
        before = path.stat().st_size if path.exists() else 0
        size = _append(path, b"\n".join(lines))
        done = Head(count=head.count + len(lines), hash=prev, file=path.name, size=size)
        try:
            write_head(self.root, self.host, done)
        except OSError:
            os.truncate(path, before)  # whoever is told that it failed undoes what it was about
            raise
        return hashes


@contextmanager
def held_chain(root: Path, host: str) -> Iterator[Chain]:
    """The host's chain; other writers wait."""
    folder = root / host
    folder.mkdir(parents=True, exist_ok=True)
    with _MUTEX, (folder / "lock").open("a+b") as guard:
        with naming(folder):
            fcntl.lockf(guard, fcntl.LOCK_EX)
        yield Chain(root, host)


def append_line(root: Path, host: str, entry: dict[str, Any], *, now: datetime) -> str:
    """Append one entry and return its hash. Safe against other writers and torn lines."""
    with held_chain(root, host) as chain:
        return chain.append([entry], now=now)[0]


def month_of(moment: datetime) -> str:
    """The month whose file a moment's line goes to at the earliest."""
    return f"{moment.astimezone(timezone.utc):%Y-%m}"


def encode_line(entry: dict[str, Any]) -> bytes:
    """One line. A path that is no text keeps its bytes as JSON's escapes."""
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def _append(path: Path, lines: bytes) -> int:
    """Write lines behind what is there, for good; the file's size afterwards."""
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        data = (b"\n" if torn else b"") + lines + b"\n"
        with naming(path), _whole_or_nothing(descriptor, size):
            if os.write(descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:
        _flush_folder(path.parent)
    return size + len(data)


@contextmanager
def _whole_or_nothing(descriptor: int, size: int) -> Iterator[None]:
    """Where the disk does not take the lines, what was undone for it must not be told of."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _caught_up(root: Path, host: str) -> Head:
    """The head, moved on over lines of a writer who died before they could say that it moved.

    Lines that do not follow from it are left out: what was cut off or changed behind the head
    stays a break in the chain, whoever writes next.
    """
    folder = root / host
    head = read_head(root, host)
    files = month_files(folder)
    if head is None:
        return _rebuilt(files)
    later = [path for path in files if path.name >= head.file]
    if [path.name for path in later] == [head.file] and later[0].stat().st_size == head.size:
        return head
    for path in later:
        start = head.size if path.name == head.file else 0
        for line in _lines_from(path, start):
            entry = parse_line(line)
            if entry is not None and entry["prev"] == head.hash:
                head = msgspec.structs.replace(head, count=head.count + 1, hash=line_hash(line))
    return head


def _rebuilt(files: list[Path]) -> Head:
    """A head from the lines themselves, for a chain that has none."""
    lines = [line for path in files for line in _lines_from(path, 0) if parse_line(line)]
    return Head(
        count=len(lines),
        hash=line_hash(lines[-1]) if lines else GENESIS,
        file=files[-1].name if files else "",
        size=files[-1].stat().st_size if files else 0,
    )


def month_files(folder: Path) -> list[Path]:
    """A chain's files in their order."""
    try:
        with os.scandir(folder) as entries:
            names = [one.name for one in entries if one.name.endswith(SUFFIX) and one.is_file()]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _lines_from(path: Path, start: int) -> list[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        return [line for line in file.read().split(b"\n") if line]


def line_hash(line: bytes) -> str:
    """sha256 (hex) of a line without its newline."""
    return hashlib.sha256(line).hexdigest()


def parse_line(line: bytes) -> dict[str, Any] | None:
    """The entry of a line; None for a torn or foreign one."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and "prev" in entry else None


def hosts(root: Path) -> list[str]:
    """Every host that has a chain, or a head of one."""
    try:
        with os.scandir(root) as entries:
            found = {e.name for e in entries if e.is_dir() and not e.name.startswith(".")}
    except OSError:
        found = set()
    return sorted(found | heads(root))
