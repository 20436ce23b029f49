"""Why results changed: what is different between two things that have a lock."""

from __future__ import annotations

import difflib

import msgspec

from jupyter_envs.engine import read_configuration
from jupyter_envs.lock import Lock, LockedPackage, Manager, diff
from jupyter_envs.spec import without_credentials

from .references import Side


class DiffSide(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared. ``digest`` is None for a lock file that is of several platforms."""

    reference: str
    digest: str | None = None
    environment: str | None = None
    generation: int | None = None


class DiffPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package; ``channel`` is the address it was locked from, of a conda package."""

    name: str
    manager: Manager
    version: str
    build: str
    channel: str | None


class DiffChange(msgspec.Struct, frozen=True, kw_only=True):
    """A package that both have, as another file."""

    name: str
    manager: Manager
    before: DiffPackage
    after: DiffPackage


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """From ``a`` to ``b``. ``kept`` counts packages that are the same. ``spec`` are the lines of
    a unified diff of the two environment.yml, None where one of them is not there any more."""

    a: DiffSide
    b: DiffSide
    platform: str
    added: tuple[DiffPackage, ...]
    removed: tuple[DiffPackage, ...]
    changed: tuple[DiffChange, ...]
    kept: int
    spec: tuple[str, ...] | None = None


def difference(a: Side, b: Side) -> Difference:
    """What ``b`` has that ``a`` has not, and the other way. Raises PlatformNotLocked."""
    platform = b.platform or a.platform or _platform(b.lock)
    found = diff(a.lock, b.lock, platform)
    old, new = _packages(a.lock, platform), _packages(b.lock, platform)
    return Difference(
        a=_side(a),
        b=_side(b),
        platform=platform,
        added=tuple(new[one.manager, one.name] for one in found.added),
        removed=tuple(old[one.manager, one.name] for one in found.removed),
        changed=tuple(
            DiffChange(
                name=one.name,
                manager=one.manager,
                before=old[one.before.manager, one.before.name],
                after=new[one.after.manager, one.after.name],
            )
            for one in found.changed
        ),
        kept=found.kept,
        spec=_spec(a, b),
    )


def _platform(lock: Lock) -> str:
    """This machine's, unless the lock is of one other alone."""
    if len(lock.platforms) == 1:
        return lock.platforms[0]
    from jupyter_envs.engine import detect_target  # loads py-rattler: nowhere else is it needed

    return detect_target(platform=read_configuration().subdir).platform


def _side(side: Side) -> DiffSide:
    return DiffSide(
        reference=side.reference,
        digest=side.digest,
        environment=side.environment,
        generation=side.generation,
    )


def _packages(lock: Lock, platform: str) -> dict[tuple[str, str], DiffPackage]:
    return {(p.manager, p.name): _package(p) for p in lock.for_platform(platform)}


def _package(package: LockedPackage) -> DiffPackage:
    conda = package.manager == "conda"
    return DiffPackage(
        name=package.name,
        manager=package.manager,
        version=package.version,
        build=package.build,
        # The address without subdir and file name.
        channel=without_credentials(package.url.rsplit("/", 2)[0]) if conda else None,
    )


def _spec(a: Side, b: Side) -> tuple[str, ...] | None:
    if a.spec is None or b.spec is None:
        return None
    lines = difflib.unified_diff(
        _lines(a.spec), _lines(b.spec), a.reference, b.reference, lineterm=""
    )
    return tuple(lines)


def _lines(spec: bytes) -> list[str]:
    return without_credentials(spec.decode("utf-8", "replace")).splitlines()
