"""Verifying the archives of ``file://`` channels: py-rattler hashes only what it downloads."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rattler import RepoDataRecord

from jupyter_envs.errors import PackageCorrupt

from .failures import mismatch
from .records import Solution
from .session import Session

_CHUNK_BYTES = 1024 * 1024


def verify_local_archives(solution: Solution, session: Session, *, cached: bool = False) -> None:
    """Compare each archive that would be read from a folder with the record's sha256.

    What the package cache holds is not read again, unless ``cached`` says that the cache is
    not to be trusted. Raises PackageCorrupt.
    """
    local = [record for record in solution.records if record.url.startswith("file:")]
    if local and not cached:
        index = asyncio.run(session.package_cache().index())
        local = [record for record in local if not index.contains_record(record)]
    for record in local:
        _verify(record)


def _verify(record: RepoDataRecord) -> None:
    path = Path(unquote(urlsplit(record.url).path))
    if not path.is_file():
        return  # the installer tells that better, where it needs the file at all
    found = _sha256(path)
    expected = record.sha256.hex() if record.sha256 else ""
    if found != expected:
        raise PackageCorrupt(package=record.file_name, reason=mismatch(expected, found))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
