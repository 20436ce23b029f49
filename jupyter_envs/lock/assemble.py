"""Locks made from locks: packages and inputs added, platforms checked, everything in order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec.structs import replace

from jupyter_envs.errors import PlatformNotLocked

from .model import Lock, LockedPackage


def in_order(lock: Lock) -> Lock:
    """The same lock with platforms sorted and packages by (platform, manager, name)."""
    packages = sorted(lock.packages, key=lambda p: (p.platform, p.manager, p.name))
    return replace(lock, platforms=tuple(sorted(lock.platforms)), packages=tuple(packages))


def with_packages(lock: Lock, packages: Iterable[LockedPackage]) -> Lock:
    """The lock with ``packages`` added; one of the same platform, manager and name is replaced."""
    merged = {(p.platform, *p.key): p for p in (*lock.packages, *packages)}
    platforms = {*lock.platforms, *(p.platform for p in merged.values())}
    return in_order(replace(lock, platforms=tuple(platforms), packages=tuple(merged.values())))


def with_input(lock: Lock, name: str, data: bytes) -> Lock:
    """The lock with the hashes of one source file; ``name`` is relative to the lock."""
    # CEP 37 asks for an md5 beside the sha256; nothing here relies on it.
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return replace(
        lock,
        inputs={**lock.inputs, name: hashlib.sha256(data).hexdigest()},
        inputs_md5={**lock.inputs_md5, name: md5},
    )


def require_platform(lock: Lock, platform: str, *, file: str) -> None:
    """Raises PlatformNotLocked when the lock says nothing about ``platform``."""
    if platform not in lock.platforms:
        raise PlatformNotLocked(
            file=file, platform=platform, platforms=", ".join(sorted(lock.platforms)) or "none"
        )
