"""Asking for the lock of an environment.yml, and whether the one beside it still fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from jupyter_envs.errors import InvalidInput, PlatformNotLocked, SourceNotFound
from jupyter_envs.lock import parse_lock
from jupyter_envs.spec import is_platform, read_spec

from .agreement import LOCK_NAME, differences, lock_place
from .ask import read_lock_of, ready_source
from .launch import submit
from .requests import Job, MakeLock, SpecSource
from .settings import Settings
from .sources import source_from_file
from .target_order import TargetOrder
from .targets import check_target


class LockCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a lock is that of a spec; ``differences`` says by platform in which ways not."""

    file: str
    lock: str
    agrees: bool
    differences: dict[str, tuple[str, ...]]


def ask_lock(
    settings: Settings,
    file: Path,
    *,
    output: Path | None = None,
    platforms: Sequence[str] = (),
    targets: Mapping[str, Mapping[str, str]] = {},
    upgrade: bool = False,
    target: TargetOrder | None = None,
    actor: str | None = None,
) -> Job:
    """Start making the lock of ``file``, at ``output`` (default: conda-lock.yml beside it).

    Raises SourceNotFound, SpecInvalid, PipUnsupported, InvalidInput, StoreReadOnly,
    ProfileNotFound and TargetInvalid.
    """
    check_target(settings, target)
    source = _spec_source(file)
    for platform in (*platforms, *filter(None, targets)):
        if not is_platform(platform):
            raise InvalidInput(
                reason=f"{platform!r} is not a platform",
                hint="Write it like linux-64 or osx-arm64.",
            )
    spec = read_spec(source.data, str(file))
    request = MakeLock(
        name=spec.name or file.stem,
        source=source,
        output=_output(file, output),
        platforms=tuple(platforms),
        targets={platform: dict(wanted) for platform, wanted in targets.items()},
        upgrade=upgrade,
        target=target,
    )
    return submit(request, settings, actor=actor)


def _output(file: Path, output: Path | None) -> Path:
    # Where a lock of its own is there, it is that one which is made anew.
    place = (output or lock_place(file)).absolute()
    if not place.parent.is_dir():
        raise SourceNotFound(file=str(place.parent), reason="there is no such folder")
    return place


def _spec_source(file: Path) -> SpecSource:
    source = ready_source(source_from_file(file))
    if not isinstance(source, SpecSource):
        raise InvalidInput(
            reason=f"{file} is a lock itself", hint="Give the environment.yml it was made from."
        )
    return source


def check_lock_file(
    file: Path, *, lock: Path | None = None, platforms: Sequence[str] = ()
) -> LockCheck:
    """Compare an environment.yml with its lock; nothing is solved and no channel is asked.

    Raises SourceNotFound, SpecInvalid, LockInvalid.
    """
    source = _spec_source(file)
    spec = read_spec(source.data, str(file))
    place = (lock or lock_place(file)).absolute()
    data = read_lock_of(file, place)
    found = parse_lock(data, file=str(place))
    source = replace(source, lock_file=str(place))
    by_platform: dict[str, tuple[str, ...]] = {}
    for platform in platforms or spec.platforms or found.platforms:
        if platform in found.platforms:
            by_platform[platform] = differences(source, spec, found, platform)
        else:
            missing = PlatformNotLocked(
                file=LOCK_NAME, platform=platform, platforms=", ".join(found.platforms)
            )
            by_platform[platform] = (missing.message,)
    differing = {platform: texts for platform, texts in by_platform.items() if texts}
    return LockCheck(file=str(file), lock=str(place), agrees=not differing, differences=differing)
