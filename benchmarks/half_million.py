"""A channel of half a million records, about as large as conda-forge: its real ones, multiplied."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from benchmarks.measure import Skipped
from tests.support.channel.cache import cache_root, cached_folder
from tests.support.records import records_channel

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

RECORDS = 500_000
_SUBDIRS = ("linux-64", "noarch")
_HASHES = ("sha256", "md5")
_KINDS = {"packages": ".tar.bz2", "packages.conda": ".conda"}
#: So many turns give the real names older versions, the others give new names to all. It makes
#: nine versions where there was one, and about as many names as conda-forge has.
_OLDER = 8
_NAME = re.compile(r"[^ \[<>=!~]+")
_Record: TypeAlias = dict[str, Any]


def half_million() -> Path:
    """The channel's folder, made once. Raises Skipped where the real records are not."""
    source = records_channel("conda-forge")
    if source is None:
        raise Skipped("the real records of conda-forge are not here")
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update(source.parent.name.encode())
    return cached_folder(
        cache_root() / "half-million",
        digest.hexdigest()[:16],
        lambda folder: _fill(source, folder),
        keep=1,
    )


def _fill(source: Path, folder: Path) -> None:
    real = {subdir: _records(source / subdir / "repodata.json") for subdir in _SUBDIRS}
    count = sum(map(len, real.values()))
    left = RECORDS
    names = frozenset(one["name"] for records in real.values() for _, one in records)
    for subdir, records in real.items():
        wanted = len(records) * RECORDS // count if subdir != _SUBDIRS[-1] else left
        left -= wanted
        made: dict[str, _Record] = {}
        for turn in range(-(-RECORDS // count)):
            change = older(turn) if turn <= _OLDER else renamed(turn, names)
            for ending, record in records[: wanted - len(made)]:
                new = change(record)
                made[f"{new['name']}-{new['version']}-{new['build']}{ending}"] = new
        _write(folder / subdir, subdir, made)


def _records(path: Path) -> list[tuple[str, _Record]]:
    """Each with the ending of its file's name."""
    body = json.loads(path.read_bytes())
    return [(ending, one) for kind, ending in _KINDS.items() for one in body[kind].values()]


def older(turn: int) -> Callable[[_Record], _Record]:
    """Earlier states of each version: what asks for the version takes them, too, but later."""

    def change(record: _Record) -> _Record:
        if turn == 0:
            return record
        version = f"{record['version']}.dev{_OLDER - turn}"
        return _told_apart({**record, "version": version}, turn)

    return change


def renamed(turn: int, names: frozenset[str]) -> Callable[[_Record], _Record]:
    """A world of its own beside the real one: its names need each other."""

    def rename(text: str) -> str:
        match = _NAME.match(text)
        if match is None or match.group() not in names:
            return text
        return f"{match.group()}-{turn}{text[match.end() :]}"

    def change(record: _Record) -> _Record:
        needed = {key: list(map(rename, record.get(key, ()))) for key in ("depends", "constrains")}
        return _told_apart({**record, **needed, "name": f"{record['name']}-{turn}"}, turn)

    return change


def _told_apart(record: _Record, turn: int) -> _Record:
    hashes = {
        kind: hashlib.new(kind, f"{turn}{record[kind]}".encode()).hexdigest()
        for kind in _HASHES
        if kind in record
    }
    return {**record, **hashes}


def _write(folder: Path, subdir: str, records: dict[str, _Record]) -> None:
    folder.mkdir()
    body: dict[str, Any] = {"info": {"subdir": subdir}}
    for kind, ending in _KINDS.items():
        body[kind] = {name: records[name] for name in sorted(records) if name.endswith(ending)}
    data = msgspec.json.encode(body)
    (folder / "repodata.json").write_bytes(data)
    (folder / "repodata.json.zst").write_bytes(zstd.compress(data, level=3))
    _write_shards(folder, subdir, records)


def _write_shards(folder: Path, subdir: str, records: dict[str, _Record]) -> None:
    """The same, a file for each name (CEP 16), as conda-forge and others have it."""
    (folder / "shards").mkdir()
    by_name: defaultdict[str, dict[str, dict[str, _Record]]] = defaultdict(
        lambda: {kind: {} for kind in _KINDS}
    )
    for file_name, record in records.items():
        kind = next(kind for kind, ending in _KINDS.items() if file_name.endswith(ending))
        hashes = {h: bytes.fromhex(record[h]) for h in _HASHES if h in record}
        by_name[record["name"]][kind][file_name] = {**record, **hashes}
    index: dict[str, bytes] = {}
    for name, shard in by_name.items():
        packed = zstd.compress(msgspec.msgpack.encode({**shard, "removed": []}), level=3)
        digest = hashlib.sha256(packed)
        (folder / "shards" / f"{digest.hexdigest()}.msgpack.zst").write_bytes(packed)
        index[name] = digest.digest()
    info = {"subdir": subdir, "base_url": "", "shards_base_url": "./shards/"}
    body = msgspec.msgpack.encode({"info": info, "shards": index})
    (folder / "repodata_shards.msgpack.zst").write_bytes(zstd.compress(body, level=3))
