"""From what a person wants to a started job: every check that needs no worker is made here.

The command line and the server both ask through these functions, so either refuses the same
things, with the same error, before anything was begun.
"""

from __future__ import annotations

from jupyter_envs.errors import EnvsError, KernelsRunning, NameTaken
from jupyter_envs.lock import parse_lock
from jupyter_envs.spec import check_name, read_spec
from jupyter_envs.store import Environment, Store, get_managed, name_in_use, processes_of

from .adoption import adoptable
from .launch import submit
from .requests import (
    Adopt,
    Clean,
    Create,
    EnvironmentSource,
    Job,
    LockSource,
    Plan,
    Remove,
    Repair,
    Source,
    SpecSource,
    Update,
)
from .settings import Settings
from .sources import name_for, update_source


def ask_create(
    settings: Settings, source: Source, name: str | None, *, actor: str | None = None
) -> Job:
    """Start making an environment; ``name`` None means the file's own.

    Raises SpecInvalid, LockInvalid, NameMissing, NameForbidden, NameTaken, EnvironmentBusy and
    StoreReadOnly.
    """
    chosen = name_for(source, name)
    slug = check_name(chosen)
    check_source(source)
    require_free(Store(settings.envs_dir), slug)
    return submit(Create(name=chosen, source=source), settings, actor=actor)


def ask_clone(settings: Settings, name: str, new_name: str, *, actor: str | None = None) -> Job:
    """Start making ``new_name`` with exactly the packages of ``name``.

    Raises EnvironmentNotFound, EnvironmentUnmanaged and what :func:`ask_create` raises.
    """
    slug = get_managed(Store(settings.envs_dir), name).slug
    return ask_create(settings, EnvironmentSource(name=slug), new_name, actor=actor)


def ask_update(
    settings: Settings,
    name: str,
    source: Source | None,
    *,
    upgrade: bool = False,
    actor: str | None = None,
) -> Job:
    """Start building the next generation; ``source`` None means the file it was made from.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, SpecInvalid, LockInvalid, EnvironmentBusy
    and StoreReadOnly.
    """
    environment = get_managed(Store(settings.envs_dir), name)
    source = update_source(environment) if source is None else source
    check_source(source)
    request = Update(name=environment.slug, source=source, upgrade=upgrade)
    return submit(request, settings, actor=actor)


def ask_remove(
    settings: Settings, name: str, *, force: bool = False, actor: str | None = None
) -> Job:
    """Start taking an environment away.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, EnvironmentBusy, StoreReadOnly, and
    KernelsRunning unless forced.
    """
    store = Store(settings.envs_dir)
    environment = get_managed(store, name)
    if not force:
        require_idle(store, environment)
    return submit(Remove(name=environment.slug, force=force), settings, actor=actor)


def ask_plan(
    settings: Settings,
    source: Source,
    name: str | None,
    *,
    upgrade: bool = False,
    actor: str | None = None,
) -> Job:
    """Start finding out what a source would bring or change.

    Raises SpecInvalid, LockInvalid, NameMissing, NameForbidden and StoreReadOnly.
    """
    chosen = name_for(source, name)
    check_name(chosen)
    check_source(source)
    return submit(Plan(name=chosen, source=source, upgrade=upgrade), settings, actor=actor)


def ask_clean(
    settings: Settings, *, generations: bool, packages: bool, actor: str | None = None
) -> Job:
    """Start freeing disk space. Raises StoreReadOnly."""
    return submit(Clean(generations=generations, packages=packages), settings, actor=actor)


def ask_adopt(
    settings: Settings,
    name: str,
    *,
    write_file: bool = False,
    fingerprint: str | None = None,
    actor: str | None = None,
) -> Job:
    """Start writing into the file what was changed by hand, and building from it.

    ``write_file``: into the user's own file too. ``fingerprint`` is the drift that the person
    has seen. Raises EnvironmentNotFound, EnvironmentUnmanaged, NothingToAdopt, DriftChanged,
    DriftUnknown, SpecInvalid, EnvironmentBusy and StoreReadOnly.
    """
    store = Store(settings.envs_dir)
    environment = get_managed(store, name)
    adoptable(store, environment, fingerprint)
    request = Adopt(name=environment.slug, write_file=write_file, fingerprint=fingerprint)
    return submit(request, settings, actor=actor)


def ask_repair(settings: Settings, name: str, *, actor: str | None = None) -> Job:
    """Start building the current generation anew from its lock.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, EnvironmentBusy and StoreReadOnly.
    """
    environment = get_managed(Store(settings.envs_dir), name)
    return submit(Repair(name=environment.slug), settings, actor=actor)


def check_source(source: Source) -> None:
    """Raise SpecInvalid or LockInvalid for a text that no worker could use."""
    if isinstance(source, SpecSource):
        read_spec(source.data, source.file or "environment.yml")
    elif isinstance(source, LockSource):
        parse_lock(source.data, file=source.file or "conda-lock.yml")


def require_idle(store: Store, environment: Environment) -> None:
    """Raise KernelsRunning where a process of this machine was started from the environment."""
    running = processes_of(store, environment.slug)
    if running:
        raise KernelsRunning(name=environment.name, count=len(running))


def require_free(store: Store, slug: str) -> None:
    """Raise NameTaken where the store has something under that name."""
    taken = name_in_use(store, slug)
    if taken is None:
        return
    try:
        get_managed(store, taken)
    except EnvsError:
        # What is there is not ours to change.
        raise NameTaken(name=taken, hint="Choose another name with --name.") from None
    raise NameTaken(name=taken)
