"""What was made, changed and removed, by whom and when."""

from __future__ import annotations

import hashlib
import os
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from .chain import GENESIS, append_line, line_hash, parse_line, read_lines


class Fault(msgspec.Struct, frozen=True):
    """A place where a chain does not hold."""

    file: str
    line: int
    reason: str


class Ledger(msgspec.Struct, frozen=True):
    """The record under ``<root>/ledger`` and the locks under ``<root>/locks``."""

    root: Path
    host: str

    def record(self, action: str, actor: str, **facts: Any) -> str:
        """Append an event such as ``environment_created``; returns its hash.

        ``facts`` are names, numbers and digests; never credentials.
        """
        now = datetime.now().astimezone()
        entry = {
            "id": uuid.uuid4().hex,
            "time": now.isoformat(timespec="milliseconds"),
            "actor": actor,
            "action": action,
            **facts,
        }
        return append_line(self.root / "ledger", self.host, entry, now=now)

    def events(self) -> list[dict[str, Any]]:
        """Every host's events, oldest first."""
        found = (parse_line(line) for _, _, line in read_lines(self.root / "ledger"))
        return sorted(
            (event for event in found if event is not None),
            key=lambda event: datetime.fromisoformat(str(event["time"])),
        )

    def keep_lock(self, digest: str, lock: bytes) -> None:
        """Keep a published lock by its digest, for good."""
        folder = self.root / "locks"
        path = folder / f"{digest}.yml"
        if path.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{digest}.{uuid.uuid4().hex[:8]}"
        with temporary.open("wb") as file:
            file.write(lock)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def lock(self, digest: str) -> bytes | None:
        """A lock that was once published, or None."""
        path = self.root / "locks" / f"{digest}.yml"
        return path.read_bytes() if path.is_file() else None

    def verify(self) -> list[Fault]:
        """Edited, removed and torn lines. An empty list means that every chain holds."""
        faults: list[Fault] = []
        heads: dict[Path, str] = {}
        for path, number, line in read_lines(self.root / "ledger"):
            entry = parse_line(line)
            if entry is None:
                faults.append(Fault(str(path), number, "not a complete line"))
                continue
            if entry["prev"] != heads.get(path.parent, GENESIS):
                faults.append(Fault(str(path), number, "the line before it was changed or removed"))
            heads[path.parent] = line_hash(line)
        return faults


def content_hash(data: bytes) -> str:
    """sha256 (hex), as sources are named in events."""
    return hashlib.sha256(data).hexdigest()
