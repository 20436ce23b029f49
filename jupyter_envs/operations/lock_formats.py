"""Locks in the formats that are read: conda-lock.yml, ``@EXPLICIT`` and pixi.lock.

Which of them a text is, its content says: people rename files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jupyter_envs.lock import ExplicitPackage, Lock, is_explicit, parse_explicit, parse_lock

from .requests import LockSource

if TYPE_CHECKING:
    from .context import Context

LockFormat = Literal["conda-lock.yml", "@EXPLICIT", "pixi.lock"]


def lock_format(data: bytes) -> LockFormat | None:
    """The format of a lock; None for what is none, such as an environment.yml."""
    keys = {line.partition(b":")[0] for line in data.splitlines() if line[:1].isalpha()}
    # One that was cut off may have lost its packages: as a spec it would be an empty one.
    if {b"version", b"package"} <= keys or {b"version", b"metadata"} <= keys:
        return "conda-lock.yml"
    if {b"version", b"packages"} <= keys or {b"version", b"environments"} <= keys:
        return "pixi.lock"
    return "@EXPLICIT" if is_explicit(data) else None


def check_lock_text(source: LockSource) -> None:
    """Raise LockInvalid for a text that no worker could use; no channel is asked."""
    file = source.file or "The lock"
    if lock_format(source.data) == "@EXPLICIT":
        parse_explicit(source.data, file=file)
    else:
        _read(source.data, file)


def _read(data: bytes, file: str) -> Lock:
    if lock_format(data) != "pixi.lock":
        return parse_lock(data, file=file)
    from jupyter_envs.engine import lock_from_pixi  # loads py-rattler, for this format only

    return lock_from_pixi(data, file=file)


def read_lock(source: LockSource, platform: str, context: Context) -> Lock:
    """The lock of a source. What an ``@EXPLICIT`` file leaves out is asked of its channels.

    Raises LockInvalid, and PolicyDenied for a channel that is not allowed.
    """
    file = source.file or "The lock"
    if lock_format(source.data) != "@EXPLICIT":
        return _read(source.data, file)
    return _from_explicit(parse_explicit(source.data, file=file), platform, context, file)


def _from_explicit(
    packages: tuple[ExplicitPackage, ...], platform: str, context: Context, file: str
) -> Lock:
    from jupyter_envs.engine import CacheDirs, lock_from_explicit, open_session

    channels = tuple(dict.fromkeys(package.url.rsplit("/", 2)[0] for package in packages))
    context.policy.check_channels(channels)
    context.journal.progress("metadata", 0, None, "packages")
    with open_session(
        context.configuration,
        CacheDirs.under(context.settings.cache_dir),
        channels,
        base=context.settings.home,
        offline=context.settings.offline,
        home=context.settings.home,
    ) as (session, _):
        return lock_from_explicit(packages, platform, session, file=file)
