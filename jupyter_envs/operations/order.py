"""What a build works from, whatever the source was."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jupyter_envs.engine import Target
from jupyter_envs.errors import PlatformNotLocked
from jupyter_envs.ledger import content_hash
from jupyter_envs.lock import Lock, parse_lock
from jupyter_envs.spec import Spec, read_spec
from jupyter_envs.store import Environment, GenerationFiles, SourceInfo, Store, get_managed

from .derived_spec import spec_from_lock
from .requests import EnvironmentSource, LockSource, Source, SpecSource


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """``lock`` set means: install exactly that, do not solve.

    ``base`` is the folder that relative channel paths start from. ``previous`` is the
    environment as it is now, None when it is made for the first time.
    """

    name: str
    slug: str
    number: int
    source: SourceInfo
    spec: Spec
    spec_bytes: bytes
    lock: Lock | None
    base: Path
    previous: Environment | None = None
    keep_versions: bool = True


def read_source(
    source: Source, store: Store, target: Target
) -> tuple[SourceInfo, Spec, bytes, Lock | None]:
    """The source as spec and, where it has one, lock.

    Raises SpecInvalid, LockInvalid, PlatformNotLocked, EnvironmentNotFound.
    """
    if isinstance(source, SpecSource):
        spec = read_spec(source.data, source.file or "environment.yml")
        return _info("spec", source.file, source.data), spec, source.data, None
    if isinstance(source, LockSource):
        return _from_lock(source, target)
    return _from_environment(source, store)


def _info(kind: str, file: str | None, data: bytes) -> SourceInfo:
    return msgspec.convert({"kind": kind, "file": file, "sha256": content_hash(data)}, SourceInfo)


def _from_lock(source: LockSource, target: Target) -> tuple[SourceInfo, Spec, bytes, Lock]:
    file = source.file or "conda-lock.yml"
    lock = parse_lock(source.data, file=file)
    if not lock.for_platform(target.platform):
        raise PlatformNotLocked(
            file=file, platform=target.platform, platforms=", ".join(lock.platforms)
        )
    text = spec_from_lock(lock, target.platform)
    return _info("lock", source.file, source.data), read_spec(text, file), text, lock


def _from_environment(
    source: EnvironmentSource, store: Store
) -> tuple[SourceInfo, Spec, bytes, Lock]:
    environment = get_managed(store, source.name)
    files = GenerationFiles(environment.prefix)
    data = files.spec.read_bytes()
    lock = parse_lock(files.lock.read_bytes(), file=str(files.lock))
    info = SourceInfo(kind="environment", file=environment.slug, sha256=content_hash(data))
    return info, read_spec(data, str(files.spec)), data, lock


def base_folder(source: Source) -> Path:
    """Where relative paths in the source start from."""
    file = None if isinstance(source, EnvironmentSource) else source.file
    return Path(file).absolute().parent if file else Path.home()
