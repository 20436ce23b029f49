"""How large a generation is, from what its packages say: no walk over the disk."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec


class _Entry(msgspec.Struct):
    size_in_bytes: int | None = None


class _Paths(msgspec.Struct):
    paths: list[_Entry] = []


class _Record(msgspec.Struct):
    paths_data: _Paths = msgspec.field(default_factory=_Paths)


_RECORD = msgspec.json.Decoder(_Record)


def packages_size(prefix: Path) -> int:
    """Bytes of all files that conda and pip installed, each counted in full."""
    return _conda_size(prefix) + _pip_size(prefix)


def _conda_size(prefix: Path) -> int:
    total = 0
    for path in (prefix / "conda-meta").glob("*.json"):
        record = _RECORD.decode(path.read_bytes())
        total += sum(entry.size_in_bytes or 0 for entry in record.paths_data.paths)
    return total


def _pip_size(prefix: Path) -> int:
    total = 0
    for installer in prefix.glob("lib/python3*/site-packages/*.dist-info/INSTALLER"):
        record = installer.with_name("RECORD")
        if installer.read_text().strip() != "conda" and record.is_file():
            rows = csv.reader(record.read_text("utf-8", "replace").splitlines())
            total += sum(int(row[2]) for row in rows if len(row) > 2 and row[2].isdigit())
    return total
