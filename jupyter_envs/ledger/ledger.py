"""What was made, changed and removed, by whom and when."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.errors import TimeInvalid

from .chain import GENESIS, append_line, line_hash, parse_line, read_lines

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


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
            # Events of two hosts are put in order by it.
            "time": now.isoformat(timespec="microseconds"),
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
            key=_time_of,
        )

    def find(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        environment: str | None = None,
        digest: str | None = None,
    ) -> list[dict[str, Any]]:
        """Events between two times, of an environment (its slug), of a lock digest (or how it
        begins), oldest first. Raises TimeInvalid."""
        first, last = as_time(since), as_time(until)
        return [
            event
            for event in self.events()
            if (first is None or _time_of(event) >= first)
            and (last is None or _time_of(event) <= last)
            and (environment is None or event.get("environment") == environment)
            and (digest is None or str(event.get("lock_digest") or "").startswith(digest))
        ]

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


def _time_of(event: dict[str, Any]) -> datetime:
    """When it was; before everything else where somebody has spoilt the line."""
    try:
        return as_time(str(event.get("time"))) or _NEVER
    except TimeInvalid:
        return _NEVER


def as_time(text: str | None) -> datetime | None:
    """ISO 8601 to a moment; without an offset it is in this machine's time zone.

    Raises TimeInvalid.
    """
    if text is None:
        return None
    try:
        # Python 3.10 does not know the Z.
        return datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", text)).astimezone()
    except (ValueError, OverflowError) as error:
        raise TimeInvalid(time=text) from error


def content_hash(data: bytes) -> str:
    """sha256 (hex), as sources are named in events."""
    return hashlib.sha256(data).hexdigest()
