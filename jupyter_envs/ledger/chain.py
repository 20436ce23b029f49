"""The ledger's files: append-only JSON lines, one file a month, each line naming the one before.

``<root>/<host>/YYYY-MM.jsonl``. A host has its own chain, so that a shared home needs no lock
between hosts. ``prev`` is the sha256 of the previous complete line of that host, across months.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

_BLOCK = 64 * 1024

#: ``prev`` of a chain's first line.
GENESIS = "0" * 64

#: The file lock is a process's; this one is for the threads of a server.
_MUTEX = threading.Lock()


def append_line(root: Path, host: str, entry: dict[str, Any], *, now: datetime) -> str:
    """Append one entry and return its hash. Safe against other writers and torn lines."""
    folder = root / host
    folder.mkdir(parents=True, exist_ok=True)
    with _MUTEX, (folder / "lock").open("a+b") as guard:
        fcntl.lockf(guard, fcntl.LOCK_EX)
        line = json.dumps(
            {**entry, "prev": _head(folder)}, ensure_ascii=False, separators=(",", ":")
        ).encode()
        _append(folder / f"{now:%Y-%m}.jsonl", line)
    return line_hash(line)


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if torn else b"") + line + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _head(folder: Path) -> str:
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        for line in _lines_from_the_end(path):
            if parse_line(line) is not None:
                return line_hash(line)
    return GENESIS


def _lines_from_the_end(path: Path) -> Iterator[bytes]:
    """Lines, last first, reading no more of the file than is asked for."""
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        rest = b""
        while position > 0:
            size = min(_BLOCK, position)
            position = file.seek(position - size)
            first, *lines = (file.read(size) + rest).split(b"\n")
            yield from reversed(lines)
            rest = first
        yield rest


def line_hash(line: bytes) -> str:
    """sha256 (hex) of a line without its newline."""
    return hashlib.sha256(line).hexdigest()


def parse_line(line: bytes) -> dict[str, Any] | None:
    """The entry of a line; None for a torn or foreign one."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "prev" in entry else None


def read_lines(root: Path) -> Iterator[tuple[Path, int, bytes]]:
    """Every line of every host's chain: file, line number (from 1), bytes."""
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        for path in sorted(folder.glob("*.jsonl")):
            for number, line in enumerate(path.read_bytes().splitlines(), start=1):
                yield path, number, line
