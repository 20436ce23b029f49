"""Verifying the archives of ``file://`` channels: py-rattler hashes only what it downloads."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from rattler import RepoDataRecord

from jupyter_envs.errors import PackageCorrupt

from .failures import mismatch
from .records import Solution, cache_name
from .session import Session

_CHUNK_BYTES = 1024 * 1024


class Verified(msgspec.Struct, frozen=True):
    """An archive whose hash was right, and which file that was."""

    record: RepoDataRecord
    path: Path
    file: tuple[int, ...]


def verify_local_archives(
    solution: Solution, session: Session, *, cached: bool = False
) -> tuple[Verified, ...]:
    """Compare each archive that would be read from a folder with the record's sha256.

    What the package cache holds is not read again, unless ``cached`` says that the cache is
    not to be trusted. Raises PackageCorrupt. The installer reads the archives once more: see
    :func:`require_unchanged`.
    """
    local = [record for record in solution.records if record.url.startswith("file:")]
    if local and not cached:
        index = asyncio.run(session.package_cache().index())
        local = [record for record in local if not index.contains_record(record)]
    return tuple(found for record in local if (found := _verify(record)) is not None)


def require_unchanged(archives: Iterable[Verified], packages: Path) -> None:
    """Raise PackageCorrupt where an archive is another one now, after it was installed.

    What was unpacked of it leaves the cache, where it would pass for the right one.
    """
    for one in archives:
        try:
            if _identity(one.path.stat()) == one.file:
                continue
            found = _sha256(one.path)
        except OSError:
            found = ""
        if one.record.sha256 is None or found != one.record.sha256.hex():
            shutil.rmtree(packages / cache_name(one.record), ignore_errors=True)
            raise PackageCorrupt(
                package=one.record.file_name, reason="it changed while it was installed"
            )


def _verify(record: RepoDataRecord) -> Verified | None:
    path = Path(unquote(urlsplit(record.url).path))
    if not path.is_file():
        return None  # the installer tells that better, where it needs the file at all
    file = _identity(path.stat())
    found = _sha256(path)
    expected = record.sha256.hex() if record.sha256 else ""
    if found != expected:
        raise PackageCorrupt(package=record.file_name, reason=mismatch(expected, found))
    return Verified(record, path, file)


def _identity(facts: os.stat_result) -> tuple[int, ...]:
    # The last cannot be set by hand; a mere link to the file changes it, too.
    return (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
