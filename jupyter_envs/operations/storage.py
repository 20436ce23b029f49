"""Disk space: what is used, by which environment, and what would be free without it."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import msgspec

from jupyter_envs.errors import StoreReadOnly
from jupyter_envs.ledger import content_hash
from jupyter_envs.store import (
    Environment,
    FileKey,
    Inventory,
    Store,
    contents,
    inventory,
    list_all,
    make_folder,
    write_atomically,
)

from .journal import now
from .last_use import last_used
from .settings import Settings


class GenerationStorage(msgspec.Struct, frozen=True, kw_only=True):
    """One generation, in bytes: ``total`` with all that it shares, and ``unique``, which its
    removal would free."""

    number: int
    current: bool
    total: int
    unique: int


class EnvironmentStorage(msgspec.Struct, frozen=True, kw_only=True):
    """One environment, in bytes. ``unique`` is what its removal would free; ``shared``, with the
    cache and other environments, stays. ``last_used`` is ISO 8601 with offset, None where it is
    not known."""

    name: str
    slug: str
    archived: bool
    unique: int
    shared: int
    last_used: str | None
    generations: tuple[GenerationStorage, ...]


class StorageView(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes. ``total`` and ``free`` are the file system's of the environments; files that
    generations share are counted once, and ``cache`` is what the cache has beyond them.
    ``measured_at`` is when the files were looked at, ISO 8601 with offset."""

    envs_dir: str
    cache_dir: str
    total: int
    free: int
    environments: int
    cache: int
    generations: int
    measured_at: str
    by_environment: tuple[EnvironmentStorage, ...]


def storage_of(settings: Settings) -> StorageView:
    """How much space is used. It looks at every file, so it takes a while."""
    store = Store(settings.envs_dir)
    moment, used = now(), last_used(settings)
    seen: set[FileKey] = set()
    taken, found = 0, []
    for environment in list_all(store):
        if environment.managed:
            view, whole = _measure(store, environment, used.get(environment.slug))
            found.append(view)
            taken += whole.beyond(seen)
    others = [store.folder(view.slug) for view in found]
    taken += contents(store.hidden, without=[*others, settings.cache_dir]).beyond(seen)
    cache = contents(settings.cache_dir, without=[store.hidden]).beyond(seen)
    total, free = _disk(store)
    measured = StorageView(
        envs_dir=str(store.root),
        cache_dir=str(settings.cache_dir),
        total=total,
        free=free,
        environments=taken,
        cache=cache,
        generations=sum(len(view.generations) for view in found),
        measured_at=moment,
        by_environment=tuple(found),
    )
    with suppress(OSError, StoreReadOnly):  # to be known later is a convenience
        make_folder(settings.data_dir)
        write_atomically(_kept(settings), msgspec.json.encode(measured))
    return measured


def last_storage(settings: Settings) -> StorageView | None:
    """What was measured last, with the space that is free now; None where nothing was."""
    try:
        kept = msgspec.json.decode(_kept(settings).read_bytes(), type=StorageView)
    except (OSError, msgspec.MsgspecError):
        return None
    total, free = _disk(Store(settings.envs_dir))
    return msgspec.structs.replace(kept, total=total, free=free)


def _kept(settings: Settings) -> Path:
    """Neither in the store nor in the cache, whose sizes it would change."""
    store = content_hash(str(settings.envs_dir).encode())[:8]
    return settings.data_dir / f"storage-{store}.json"


def _disk(store: Store) -> tuple[int, int]:
    """Bytes of the file system, and how many of them are free."""
    existing = next(p for p in (store.root, *store.root.parents) if p.exists())
    disk = shutil.disk_usage(existing)
    return disk.total, disk.free


def _measure(
    store: Store, environment: Environment, used: str | None
) -> tuple[EnvironmentStorage, Inventory]:
    prefixes = {
        # An adopted directory that was not moved has a symlink there.
        number: store.generation(environment.slug, number).resolve()
        for number in environment.generations
    }
    parts = {number: inventory(prefix) for number, prefix in prefixes.items()}
    whole = inventory(store.folder(environment.slug), without=prefixes.values())
    for part in parts.values():
        whole.add(part)
    view = EnvironmentStorage(
        name=environment.name,
        slug=environment.slug,
        archived=environment.archived,
        unique=whole.unique,
        shared=whole.total - whole.unique,
        last_used=used,
        generations=tuple(
            GenerationStorage(
                number=number,
                current=number == environment.generation,
                total=part.total,
                unique=part.unique,
            )
            for number, part in parts.items()
        ),
    )
    return view, whole
