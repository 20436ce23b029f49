"""Package records: from a solve, from a lock, from a prefix.

The rest of the program sees only :class:`Solution`; what is inside belongs to this room.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import msgspec
from rattler import MatchSpec, NoArchType, PackageRecord, PrefixRecord, RepoDataRecord, Subdir
from rattler.exceptions import IoError
from rattler.package import BuildString

from jupyter_envs.errors import LockInvalid
from jupyter_envs.lock import Lock, LockedPackage

from .credentials import strip_url
from .session import Session

Record: TypeAlias = RepoDataRecord
"""A package as a channel knows it. What is inside belongs to this room."""

_NAME = re.compile(r"^([A-Za-z0-9_.-]+)")


class Solution(msgspec.Struct, frozen=True):
    """The records that make one environment's conda part."""

    records: tuple[RepoDataRecord, ...]

    @property
    def names(self) -> frozenset[str]:
        """Normalized package names."""
        return frozenset(record.name.normalized for record in self.records)

    @property
    def channel_urls(self) -> tuple[str, ...]:
        """Where the packages come from: the URL of each channel, without its subdir."""
        return tuple(dict.fromkeys(_channel_of(record.url) for record in self.records))

    @property
    def stems(self) -> tuple[str, ...]:
        """The folder names of the packages in a package cache."""
        return tuple(map(cache_name, self.records))

    @property
    def sizes(self) -> dict[str, int | None]:
        """Bytes of each archive by its URL in a lock; None where the channel does not say."""
        return {strip_url(record.url): record.size for record in self.records}

    def cached(self, session: Session) -> frozenset[str]:
        """The sha256 of the archives that are in the package cache."""
        missing = {record.url for record in not_cached(self, session.cache.packages)}
        return frozenset(r.sha256.hex() for r in self.records if r.sha256 and r.url not in missing)

    def missing_size(self, session: Session) -> int:
        """Bytes of the archives that are not in the cache yet, as far as the channel tells."""
        return sum(record.size or 0 for record in not_cached(self, session.cache.packages))


def cache_name(record: RepoDataRecord) -> str:
    """The folder a package has in a package cache; its file may be called a little otherwise."""
    return f"{record.name.normalized}-{record.version}-{record.build}"


def not_cached(solution: Solution, packages: Path) -> list[RepoDataRecord]:
    """The records that have no folder in the package cache."""
    return [r for r in solution.records if not (packages / cache_name(r)).is_dir()]


def locked_packages(solution: Solution, platform: str) -> tuple[LockedPackage, ...]:
    """The solution as lock entries.

    Raises LockInvalid when a channel gives no sha256: what cannot be verified is not locked.
    """
    return locked_packages_of(solution.records, platform)


def locked_packages_of(
    records: Iterable[RepoDataRecord], platform: str
) -> tuple[LockedPackage, ...]:
    """Records as lock entries. Raises LockInvalid as :func:`locked_packages` does."""
    return tuple(_locked(record, platform) for record in records)


def _locked(record: RepoDataRecord, platform: str) -> LockedPackage:
    if record.sha256 is None:
        raise LockInvalid(
            file=strip_url(record.channel or record.url),
            reason=f"the channel gives no sha256 for {record.file_name}",
            hint="What cannot be verified is not installed; whoever runs the channel has to index "
            "it anew.",
        )
    return LockedPackage(
        name=record.name.normalized,
        version=str(record.version),
        manager="conda",
        platform=platform,
        url=strip_url(record.url),
        sha256=record.sha256.hex(),
        md5=record.md5.hex() if record.md5 else None,
        dependencies=_dependencies(record.depends),
    )


def _dependencies(depends: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in depends:
        name, constraint = _NAME.split(text.strip(), maxsplit=1)[1:]
        rules = [rule for rule in (found.get(name), constraint.strip()) if rule]
        found[name] = ",".join(rules)
    return found


def prefix_records(prefix: Path) -> tuple[PrefixRecord, ...]:
    """What conda-meta of a prefix says is installed; a record that cannot be read says nothing."""
    found = []
    for path in (prefix / "conda-meta").glob("*.json"):
        with suppress(IoError):
            found.append(PrefixRecord.from_path(path))
    return tuple(found)


def channel_records(lock: Lock, platform: str, session: Session) -> tuple[RepoDataRecord, ...]:
    """Those of a lock's conda packages that the channels still have, by their hash."""
    wanted = [p for p in lock.for_platform(platform) if p.manager == "conda"]
    hashes = {bytes.fromhex(p.sha256) for p in wanted}
    found = session.run(_from_repodata(wanted, platform, session))
    by_hash = {record.sha256: record for record in found if record.sha256 in hashes}
    return tuple(by_hash.values())


def solution_from_lock(
    lock: Lock, platform: str, session: Session, *, known: Sequence[RepoDataRecord] = ()
) -> Solution:
    """Records for every conda package of a lock, without solving.

    A lock knows less than a channel (no size, no build number, no constraints), so a full
    record is taken where one with the same sha256 is at hand: from ``known`` (an installed
    prefix) or from the channel's repodata; else the lock's own facts are enough to install.
    """
    wanted = [p for p in lock.for_platform(platform) if p.manager == "conda"]
    by_hash = {record.sha256: record for record in known if record.sha256}
    missing = [p for p in wanted if bytes.fromhex(p.sha256) not in by_hash]
    for record in session.run(_from_repodata(missing, platform, session)):
        if record.sha256:
            by_hash[record.sha256] = record
    return Solution(tuple(_full_record(p, by_hash.get(bytes.fromhex(p.sha256))) for p in wanted))


async def _from_repodata(
    packages: Sequence[LockedPackage], platform: str, session: Session
) -> list[RepoDataRecord]:
    """What the channels know of ``packages``; one that is gone is no obstacle."""
    # The channels of the URLs: a lock's own list may have bare names, or not all of them.
    by_channel: dict[str, list[MatchSpec]] = {}
    for p in packages:
        spec = MatchSpec(f"{p.name} =={p.version} {p.build}", strict=False)
        by_channel.setdefault(_channel_of(p.url), []).append(spec)
    subdirs = [Subdir(platform), Subdir("noarch")]
    answers = await asyncio.gather(
        *(
            session.gateway.query([channel], subdirs, specs, recursive=False)
            for channel, specs in by_channel.items()
        ),
        return_exceptions=True,
    )
    found = [answer for answer in answers if not isinstance(answer, BaseException)]
    return [record for answer in found for records in answer for record in records]


def _channel_of(url: str) -> str:
    """The channel that a package's URL is in."""
    return url.rsplit("/", 2)[0]


def _full_record(package: LockedPackage, known: RepoDataRecord | None) -> RepoDataRecord:
    if known is None:
        return _bare_record(package)
    # A mirror's URL in the lock is a wish: the bytes are the same by their hash.
    known.url = package.url
    return known


def _bare_record(package: LockedPackage) -> RepoDataRecord:
    subdir = package.url.rsplit("/", 2)[1]
    record = PackageRecord(
        name=package.name,
        version=package.version,
        build=BuildString(package.build),
        build_number=_build_number(package.build),
        subdir=subdir,
        noarch=_noarch(package, subdir),
        depends=[f"{name} {rule}".strip() for name, rule in package.dependencies.items()],
        sha256=bytes.fromhex(package.sha256),
        md5=bytes.fromhex(package.md5) if package.md5 else None,
    )
    # With the slash, as records of a solve have it.
    return RepoDataRecord(record, package.file_name, package.url, f"{_channel_of(package.url)}/")


def _build_number(build: str) -> int:
    """By the custom of recipes: ``py312h0f77346_1``, or in front as in ``8_cp312``."""
    parts = build.split("_")
    return next((int(part) for part in (parts[-1], parts[0]) if part.isdecimal()), 0)


def _noarch(package: LockedPackage, subdir: str) -> NoArchType:
    if subdir != "noarch":
        return NoArchType(None)
    # conda's own rule cannot be applied without the archive; a noarch package that needs
    # python is a python one in all but a handful of cases, and those carry no python files.
    return NoArchType("python" if "python" in package.dependencies else "generic")
