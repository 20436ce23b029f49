"""What is different between two locks of one platform."""

from __future__ import annotations

import msgspec

from .assemble import require_platform
from .model import Lock, LockedPackage, Manager


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One package as people know it. ``sha256`` tells apart two files of the same build; of a
    package that is built from a repository it is the commit."""

    name: str
    manager: Manager
    version: str
    build: str
    sha256: str


class PackageChange(msgspec.Struct, frozen=True, kw_only=True):
    """A package that is in both locks, but not the same file."""

    name: str
    manager: Manager
    before: Release
    after: Release


class LockDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Added, removed and changed packages, conda before pip, by name; ``kept`` is a count."""

    platform: str
    added: tuple[Release, ...]
    removed: tuple[Release, ...]
    changed: tuple[PackageChange, ...]
    kept: int


def release(package: LockedPackage) -> Release:
    """The package without URL and dependencies."""
    return Release(
        name=package.name,
        manager=package.manager,
        version=package.version,
        build=package.build,
        sha256=package.sha256,
    )


def diff(before: Lock | None, after: Lock, platform: str) -> LockDiff:
    """What ``after`` changes on ``platform``; without a lock before, all of it is added.

    The same file from another URL is kept, as for the lock digest. Raises PlatformNotLocked
    when ``after`` is not for the platform; a lock before that was not counts as empty.
    """
    require_platform(after, platform, file="the lock")
    old = {} if before is None else _releases(before, platform)
    new = _releases(after, platform)
    changed = [
        PackageChange(name=new[key].name, manager=new[key].manager, before=old[key], after=new[key])
        for key in new
        if key in old and _identity(old[key]) != _identity(new[key])
    ]
    return LockDiff(
        platform=platform,
        added=tuple(new[key] for key in new if key not in old),
        removed=tuple(old[key] for key in old if key not in new),
        changed=tuple(changed),
        kept=sum(1 for key in new if key in old) - len(changed),
    )


def _releases(lock: Lock, platform: str) -> dict[tuple[str, str], Release]:
    return {p.key: release(p) for p in lock.for_platform(platform)}


def _identity(one: Release) -> tuple[str, str, str]:
    return one.version, one.build, one.sha256
