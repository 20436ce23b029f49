"""Freeing disk space: what nobody needs is listed, and exactly that is removed."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from jupyter_envs.engine import CacheDirs
from jupyter_envs.errors import EnvironmentBusy, OperationNotFound
from jupyter_envs.store import (
    YOUNG_SECONDS,
    GenerationFiles,
    Store,
    collectable,
    discard_generation,
    empty_trash,
    environment_lock,
    freed_by,
    known_slugs,
    probes_folder,
    stale_leases,
    unfinished_generations,
)

from .catalogue import read_operation, running_on
from .context import Context
from .journal import is_running
from .queue import at_work, hold_other_slots
from .requests import Clean
from .settings import Settings

Kind = Literal["trash", "unfinished", "lease", "temporary", "generation", "package"]

#: How our own writers name what they will rename into place; the second one beside the
#: environments and Jupyter's kernels, and the others in folders where others have files too.
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}")
_BESIDE = re.compile(r"\.jupyter-envs-[0-9a-f]{8}")
_KERNEL = re.compile(r"\.kernel\.json\.[0-9a-f]{8}")


class CleanItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can go. ``bytes`` are those that its removal frees when everything that
    stands before it has gone; ``environment`` and ``generation`` say what it belonged to."""

    kind: Kind
    name: str
    bytes: int
    environment: str | None = None
    generation: int | None = None


class CleanPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a clean would remove, and how many ``bytes`` that frees. ``blocked``: other operations
    are at work, so cached packages cannot go now."""

    items: tuple[CleanItem, ...]
    bytes: int
    blocked: bool


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    kind: Kind
    name: str
    paths: tuple[Path, ...]
    slug: str | None = None
    number: int | None = None


def plan_clean(settings: Settings, *, generations: bool, packages: bool) -> CleanPlan:
    """What :func:`clean` would do now. It changes nothing; it looks at every file that would go,
    so it takes a while."""
    store = Store(settings.envs_dir)
    targets = list(_targets(store, settings, generations=generations, packages=packages))
    items = tuple(_items(targets))
    blocked = packages and at_work(store)
    return CleanPlan(items=items, bytes=sum(item.bytes for item in items), blocked=blocked)


def clean(request: Clean, context: Context) -> dict[str, Any]:
    """Free space. Raises OperationsRunning where cached packages are to go and other operations
    may be about to link them."""
    store, settings = context.store, context.settings
    removed: list[CleanItem] = []
    with ExitStack() as held:
        if request.packages:
            held.enter_context(hold_other_slots(store, settings.max_operations, context.job.id))
        wanted = {"generations": request.generations, "packages": request.packages}
        targets = list(_targets(store, settings, **wanted))
        for index, (target, item) in enumerate(zip(targets, _items(targets), strict=True)):
            context.journal.progress("clean", index, len(targets), "steps")
            if _remove(target, store):
                removed.append(item)
        empty_trash(store.trash)
    kinds = [item.kind for item in removed]
    return {
        "generations": kinds.count("generation"),
        "packages": kinds.count("package"),
        "leftovers": len(kinds) - kinds.count("generation") - kinds.count("package"),
        "freed": sum(item.bytes for item in removed),
    }


def _items(targets: list[_Target]) -> Iterator[CleanItem]:
    for target, freed in zip(targets, freed_by(t.paths for t in targets), strict=True):
        yield CleanItem(
            kind=target.kind,
            name=target.name,
            bytes=freed,
            environment=target.slug,
            generation=target.number,
        )


# -- what can go -------------------------------------------------------------------------------


def _targets(
    store: Store, settings: Settings, *, generations: bool, packages: bool
) -> Iterator[_Target]:
    going: list[Path] = []
    for target in _without_packages(store, settings, generations=generations):
        going += target.paths
        yield target
    if packages:
        yield from _packages(store, settings, set(going))


def _without_packages(store: Store, settings: Settings, *, generations: bool) -> Iterator[_Target]:
    for grave in () if store.trash.is_symlink() else _entries(store.trash):
        yield _Target(kind="trash", name=grave.name, paths=(grave,))
    for slug in known_slugs(store):
        yield from _dead_builds(store, slug)
        for path in stale_leases(store, slug):
            yield _Target(kind="lease", name=f"{slug}/{path.stem}", paths=(path,), slug=slug)
    for path in _temporaries(store, settings):
        yield _Target(kind="temporary", name=path.name, paths=(path,))
    if generations:
        for slug in known_slugs(store):
            for number in collectable(store, slug, keep=0):
                yield _generation(store, "generation", slug, number)


def _dead_builds(store: Store, slug: str) -> Iterator[_Target]:
    """Builds whose worker is gone, but for those that somebody may be about to resume."""
    if running_on(store, slug) is not None:
        return
    for number, marker in sorted(unfinished_generations(store, slug).items()):
        # An operation may name its environment as written, which is not the folder's name.
        at_it = marker is not None and _goes_on(store, marker.operation)
        if not at_it and _is_old(store.generation(slug, number)):
            yield _generation(store, "unfinished", slug, number)


def _goes_on(store: Store, operation: str) -> bool:
    try:
        return is_running(read_operation(store, operation)[0])
    except OperationNotFound:
        return False


def _generation(store: Store, kind: Kind, slug: str, number: int) -> _Target:
    paths = (store.generation(slug, number),)
    return _Target(kind=kind, name=f"{slug}/{number}", paths=paths, slug=slug, number=number)


def _temporaries(store: Store, settings: Settings) -> Iterator[Path]:
    """What a writer that was killed did not rename into place any more."""
    data, register = settings.data_dir, settings.environments_txt
    found = list(_named(_BESIDE, settings.kernels_dir.parent, store.root))
    found += _named(_KERNEL, *_entries(settings.kernels_dir))
    found += _named(re.compile(rf"\.{re.escape(register.name)}\.[0-9a-f]{{8}}"), register.parent)
    folders = [store.root, data, data / "locks"]
    for slug in known_slugs(store):
        folder = store.folder(slug)
        folders += [folder, folder / "drift", probes_folder(store, slug)]
        found += _named(_BESIDE, folder)
        prefixes = (p for p in _entries(store.folder(slug)) if p.name.isdigit())
        folders += (GenerationFiles(prefix).folder for prefix in prefixes)
    found += _named(_TEMPORARY, *folders)
    yield from (path for path in found if _is_left(path, store))


def _named(form: re.Pattern[str], *folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in _entries(folder) if form.fullmatch(path.name))


def _is_left(path: Path, store: Store) -> bool:
    if path.parent == store.root and not _BESIDE.fullmatch(path.name):
        # Beside the environments lie other people's files: our links are known by their text.
        try:
            if not os.readlink(path).startswith(f"{store.hidden.name}/"):
                return False
        except OSError:
            return False
    return _is_old(path)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > YOUNG_SECONDS
    except OSError:
        return False


def _packages(store: Store, settings: Settings, going: set[Path]) -> Iterator[_Target]:
    """Packages of the cache that no generation has which stays."""
    used = set(_used(store, going))
    unused: dict[str, list[Path]] = {}
    for path in _entries(CacheDirs.under(settings.cache_dir).packages):
        # A hidden file is the engine's, which locks its cache by one.
        if path.name[0] != "." and _stem(path) not in used:
            unused.setdefault(_stem(path), []).append(path)
    for stem, paths in sorted(unused.items()):
        yield _Target(kind="package", name=stem, paths=tuple(paths))


def _entries(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder))]
    except OSError:
        return []


def _stem(path: Path) -> str:
    """The package that an entry of the cache belongs to: ``name-version-build``."""
    for suffix in (".lock", ".seen", ".conda", ".tar.bz2"):
        if path.name.endswith(suffix):
            return path.name.removesuffix(suffix)
    return path.name


def _used(store: Store, going: set[Path]) -> Iterator[str]:
    """Packages of every generation that stays on the disk, the unfinished ones included."""
    for slug in known_slugs(store):
        for prefix in _entries(store.folder(slug)):
            if prefix.name.isdigit() and prefix not in going:
                yield from (record.stem for record in prefix.glob("conda-meta/*.json"))


# -- removing ----------------------------------------------------------------------------------


def _remove(target: _Target, store: Store) -> bool:
    """Take one thing away; False where it is needed again, or was not to be had."""
    if target.number is not None and target.slug is not None:
        return _remove_generation(target.kind, store, target.slug, target.number)
    if target.kind == "lease" and not {*target.paths} & {*stale_leases(store, str(target.slug))}:
        return False
    for path in target.paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return not any(os.path.lexists(path) for path in target.paths)


def _remove_generation(kind: Kind, store: Store, slug: str, number: int) -> bool:
    try:
        with environment_lock(store, slug):
            still = (
                collectable(store, slug, keep=0)
                if kind == "generation"
                else unfinished_generations(store, slug)
            )
            if number not in still:
                return False
            discard_generation(store, slug, number)
    except EnvironmentBusy:
        return False  # it collects its own when it ends
    return True
