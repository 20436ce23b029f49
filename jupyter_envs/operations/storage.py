"""Disk space: what is used, and freeing what nobody needs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.errors import EnvironmentBusy
from jupyter_envs.store import (
    Store,
    collect,
    disk_usage,
    empty_trash,
    environment_lock,
    list_environments,
)

from .context import Context
from .queue import hold_other_slots
from .requests import Clean
from .settings import Settings


class StorageView(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes. ``total`` and ``free`` are the file system's of the environments; files that
    generations share are counted once, and ``cache`` is what the cache has beyond them."""

    envs_dir: str
    cache_dir: str
    total: int
    free: int
    environments: int
    cache: int
    generations: int


def storage_of(settings: Settings) -> StorageView:
    """How much space is used. It looks at every file, so it takes a while."""
    store = Store(settings.envs_dir)
    existing = next(p for p in (store.root, *store.root.parents) if p.exists())
    disk = shutil.disk_usage(existing)
    environments, cache = disk_usage([*_folders(store, settings)])
    return StorageView(
        envs_dir=str(store.root),
        cache_dir=str(settings.cache_dir),
        total=disk.total,
        free=disk.free,
        environments=environments,
        cache=cache,
        generations=sum(len(found.generations) for found in list_environments(store)),
    )


def _folders(store: Store, settings: Settings) -> tuple[Path, Path]:
    return store.hidden, settings.cache_dir


def clean(request: Clean, context: Context) -> dict[str, Any]:
    """Free space. Raises OperationsRunning where cached packages are to go and other operations
    may be about to link them."""
    before = shutil.disk_usage(context.store.root).free
    generations = _clean_generations(context) if request.generations else 0
    packages = _clean_packages(context) if request.packages else 0
    empty_trash(context.store.trash)
    freed = max(0, shutil.disk_usage(context.store.root).free - before)
    return {"generations": generations, "packages": packages, "freed": freed}


def _clean_generations(context: Context) -> int:
    count = 0
    found = [one for one in list_environments(context.store) if one.managed]
    for index, environment in enumerate(found):
        context.journal.progress("clean", index, len(found), "environments")
        try:
            with environment_lock(context.store, environment.slug):
                count += len(collect(context.store, environment.slug, keep=0))
        except EnvironmentBusy:
            continue  # it collects its own when it ends
    return count


def _clean_packages(context: Context) -> int:
    from jupyter_envs.engine import CacheDirs  # loads py-rattler: workers only

    folder = CacheDirs.under(context.settings.cache_dir).packages
    with hold_other_slots(context.store, context.settings.max_operations, context.job.id):
        used = set(_used(context.store))
        unused = [path for path in _entries(folder) if _stem(path) not in used]
        for index, path in enumerate(unused):
            context.journal.progress("clean", index, len(unused), "packages")
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    return len({_stem(path) for path in unused})


def _entries(folder: Path) -> list[Path]:
    """What belongs to packages; a hidden file is the engine's, which locks its cache by one."""
    try:
        return [folder / name for name in os.listdir(folder) if not name.startswith(".")]
    except OSError:
        return []


def _stem(path: Path) -> str:
    """The package that an entry of the cache belongs to: ``name-version-build``."""
    for suffix in (".lock", ".conda", ".tar.bz2"):
        if path.name.endswith(suffix):
            return path.name.removesuffix(suffix)
    return path.name


def _used(store: Store) -> Iterator[str]:
    """Packages of every generation on the disk, the unfinished ones included."""
    for record in store.hidden.glob("*/*/conda-meta/*.json"):
        yield record.stem
