"""The plan: what a lock would change, what must be downloaded, which builds it chose."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from .accelerator import GpuBuild, gpu_builds
from .diff import Release, diff, release
from .digest import lock_digest
from .model import Lock
from .repositories import UnhashedPackage, unhashed


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """What is not in the package cache yet.

    ``size`` is in bytes and counts the packages whose size is known; ``unknown`` is how many of
    the ``packages`` have none, so with ``unknown`` above zero the size is a lower bound.
    """

    packages: int
    size: int
    unknown: int
    cached: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock would change on a platform.

    A package whose version, build or bytes change is in ``unlink`` as it is and in ``link`` as
    it will be. ``unhashed`` are those that are built from a commit, of which no hash is known.
    """

    platform: str
    lock_digest: str
    link: tuple[Release, ...]
    unlink: tuple[Release, ...]
    keep: tuple[Release, ...]
    download: Download
    builds: tuple[GpuBuild, ...]
    unhashed: tuple[UnhashedPackage, ...] = ()


def make_plan(
    before: Lock | None,
    after: Lock,
    platform: str,
    *,
    sizes: Mapping[str, int | None],
    cached: Collection[str] = frozenset(),
) -> Plan:
    """What going from ``before`` (None: nothing) to ``after`` means on ``platform``.

    ``sizes`` maps a URL to the bytes behind it, None or absent where the channel does not say;
    ``cached`` are the sha256 of the archives already here. Every package of ``after`` must be
    in the cache, kept or not, since a new generation is built from it. Raises
    PlatformNotLocked.
    """
    changes = diff(before, after, platform)
    link = (*changes.added, *(change.after for change in changes.changed))
    unlink = (*changes.removed, *(change.before for change in changes.changed))
    linked = frozenset(link)
    everything = (release(package) for package in after.for_platform(platform))
    return Plan(
        platform=platform,
        lock_digest=lock_digest(after, platform),
        link=_by_name(link),
        unlink=_by_name(unlink),
        keep=tuple(one for one in everything if one not in linked),
        download=_download(after, platform, sizes, frozenset(cached)),
        builds=gpu_builds(after, platform),
        unhashed=unhashed(after.for_platform(platform)),
    )


def _download(
    lock: Lock, platform: str, sizes: Mapping[str, int | None], cached: frozenset[str]
) -> Download:
    packages = lock.for_platform(platform)
    missing = [sizes.get(p.url) for p in packages if p.sha256 not in cached]
    known = [size for size in missing if size is not None]
    return Download(
        packages=len(missing),
        size=sum(known),
        unknown=len(missing) - len(known),
        cached=len(packages) - len(missing),
    )


def _by_name(releases: tuple[Release, ...]) -> tuple[Release, ...]:
    return tuple(sorted(releases, key=lambda one: (one.manager, one.name)))
