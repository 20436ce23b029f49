"""An ``@EXPLICIT`` file as a lock: what it leaves out is looked up in the channels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import unquote

from rattler import MatchSpec, RepoDataRecord, Subdir

from jupyter_envs.errors import LockInvalid
from jupyter_envs.lock import ExplicitPackage, Lock, LockedPackage

from .records import locked_packages_of
from .session import Session


def lock_from_explicit(
    packages: Sequence[ExplicitPackage], platform: str, session: Session, *, file: str
) -> Lock:
    """The packages as a lock of ``platform``; hashes and dependencies come from the channels.

    A package that its channel does not have (any more) is taken as the file has it where that
    says enough: a sha256, and not a package without architecture, whose kind only the channel
    knows. Raises LockInvalid else, and where file and channel differ in a hash.
    """
    _require_subdirs(packages, platform, file)
    known = {record.file_name: record for record in session.run(_records(packages, session))}
    locked = [_locked(p, known.get(_file_name(p)), platform, file) for p in packages]
    channels = tuple(dict.fromkeys(_channel_of(p.url) for p in packages))
    return Lock(platforms=(platform,), channels=channels, packages=tuple(locked))


def _require_subdirs(packages: Sequence[ExplicitPackage], platform: str, file: str) -> None:
    for package in packages:
        if package.subdir not in (platform, "noarch"):
            raise LockInvalid(
                file=file,
                reason=f"line {package.line}: {package.name} is for {package.subdir}, "
                f"this machine is {platform}",
                hint="An @EXPLICIT file is for one platform: get one for this, or the "
                "environment.yml that it was made from.",
                line=package.line,
            )


async def _records(packages: Sequence[ExplicitPackage], session: Session) -> list[RepoDataRecord]:
    by_place: dict[tuple[str, str], list[MatchSpec]] = {}
    for p in packages:
        spec = MatchSpec(f"{p.name} =={p.version} {p.build}", strict=False)
        by_place.setdefault((_channel_of(p.url), p.subdir), []).append(spec)
    answers = await asyncio.gather(
        *(
            session.gateway.query([channel], [Subdir(subdir)], specs, recursive=False)
            for (channel, subdir), specs in by_place.items()
        ),
        return_exceptions=True,
    )
    found = [answer for answer in answers if not isinstance(answer, BaseException)]
    return [record for answer in found for records in answer for record in records]


def _locked(
    package: ExplicitPackage, record: RepoDataRecord | None, platform: str, file: str
) -> LockedPackage:
    if record is None:
        return _alone(package, platform, file)
    (known,) = locked_packages_of([record], platform)
    if package.sha256 not in (None, known.sha256) or package.md5 not in (None, known.md5):
        raise LockInvalid(
            file=file,
            reason=f"line {package.line}: the hash of {package.name} is not the one that its "
            "channel gives",
            line=package.line,
        )
    return LockedPackage(
        name=known.name,
        version=known.version,
        manager="conda",
        platform=platform,
        url=package.url,
        sha256=known.sha256,
        md5=known.md5,
        dependencies=known.dependencies,
    )


def _alone(package: ExplicitPackage, platform: str, file: str) -> LockedPackage:
    if package.sha256 is None or package.subdir == "noarch":
        missing = "kind" if package.sha256 else "sha256"
        raise LockInvalid(
            file=file,
            reason=f"line {package.line}: the {missing} of {package.name} {package.version} is "
            "not in the file, and its channel does not have the package or cannot be reached",
            hint="Write the file with sha256 (conda list --explicit --sha256), or make the "
            "channel reachable.",
            line=package.line,
        )
    return LockedPackage(
        name=package.name,
        version=package.version,
        manager="conda",
        platform=platform,
        url=package.url,
        sha256=package.sha256,
        md5=package.md5,
    )


def _file_name(package: ExplicitPackage) -> str:
    return unquote(package.url.rpartition("/")[2])


def _channel_of(url: str) -> str:
    return url.rsplit("/", 2)[0]
