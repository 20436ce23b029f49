"""From what a person wants to a started job: every check that needs no worker is made here.

The command line and the server both ask through these functions, so either refuses the same
things, with the same error, before anything was begun.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from jupyter_envs.errors import (
    EnvironmentBroken,
    EnvironmentNotArchived,
    InvalidInput,
    SourceNotFound,
)
from jupyter_envs.lock import parse_lock
from jupyter_envs.spec import check_name, read_spec
from jupyter_envs.stacks import read_stack
from jupyter_envs.store import (
    Store,
    broken,
    get_managed,
    get_mendable,
    get_recorded,
    get_removable,
)

from .adopted import require_all_locked, require_movable, require_none_adopted
from .adoption import adoptable
from .agreement import lock_place
from .kept import kept_lock
from .launch import submit
from .lock_formats import check_lock_text
from .pip_files import with_pip_files
from .preconditions import require_archivable, require_free, require_idle
from .requests import (
    Adopt,
    Archive,
    Clean,
    Create,
    EnvironmentSource,
    Job,
    LockSource,
    Plan,
    Recreate,
    Remove,
    Repair,
    Source,
    SpecSource,
    StackSource,
    Update,
)
from .settings import Settings
from .sources import name_for, update_source
from .target_order import TargetOrder
from .targets import check_target


def ask_create(
    settings: Settings,
    source: Source,
    name: str | None,
    *,
    locked: bool = False,
    target: TargetOrder | None = None,
    actor: str | None = None,
) -> Job:
    """Start making an environment; ``name`` None means the file's own.

    ``locked`` takes exactly the packages of the lock beside the file.

    Raises SpecInvalid, LockInvalid, NameMissing, NameForbidden, NameTaken, EnvironmentBusy,
    StoreReadOnly, ProfileNotFound and TargetInvalid.
    """
    check_target(settings, target)
    chosen = name_for(source, name)
    slug = check_name(chosen)
    source = ready_source(source, locked=locked)
    require_free(Store(settings.envs_dir), slug)
    return submit(Create(name=chosen, source=source, target=target), settings, actor=actor)


def ask_clone(settings: Settings, name: str, new_name: str, *, actor: str | None = None) -> Job:
    """Start making ``new_name`` with exactly the packages of ``name``.

    Raises EnvironmentNotFound, EnvironmentUnmanaged and what :func:`ask_create` raises.
    """
    environment = get_managed(Store(settings.envs_dir), name)
    require_all_locked(environment)
    source = EnvironmentSource(name=environment.slug)
    return ask_create(settings, source, new_name, actor=actor)


def ask_update(
    settings: Settings,
    name: str,
    source: Source | None,
    *,
    upgrade: bool = False,
    locked: bool = False,
    target: TargetOrder | None = None,
    actor: str | None = None,
) -> Job:
    """Start building the next generation; ``source`` None means the file it was made from.

    ``locked`` takes exactly the packages of the lock beside the file.

    ``target`` None means what the environment was made for.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, SpecInvalid, LockInvalid, EnvironmentBusy,
    StoreReadOnly, ProfileNotFound and TargetInvalid.
    """
    check_target(settings, target)
    store = Store(settings.envs_dir)
    environment = get_mendable(store, name)
    if environment.broken and source is None:
        problem = broken(store, environment)
        hint = f"Name the file to build from: jupyter envs update {name} FILE. {problem.hint}"
        raise EnvironmentBroken(hint=hint, **problem.params)
    require_movable(store, environment)
    source = update_source(environment, settings) if source is None else source
    source = ready_source(source, locked=locked)
    request = Update(name=environment.slug, source=source, upgrade=upgrade, target=target)
    return submit(request, settings, actor=actor)


def ask_remove(
    settings: Settings, name: str, *, force: bool = False, actor: str | None = None
) -> Job:
    """Start taking an environment away.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, EnvironmentBusy, StoreReadOnly, and
    KernelsRunning unless forced.
    """
    store = Store(settings.envs_dir)
    environment = get_removable(store, name)
    if not force:
        require_idle(store, environment)
    return submit(Remove(name=environment.slug, force=force), settings, actor=actor)


def ask_archive(
    settings: Settings, name: str, *, force: bool = False, actor: str | None = None
) -> Job:
    """Start archiving an environment.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, EnvironmentArchived, EnvironmentBusy,
    StoreReadOnly, and KernelsRunning or DriftInTheWay unless forced.
    """
    store = Store(settings.envs_dir)
    environment = get_managed(store, name)
    require_none_adopted(environment)
    if not force:
        require_archivable(store, environment)
    return submit(Archive(name=environment.slug, force=force), settings, actor=actor)


def ask_recreate(settings: Settings, name: str, *, actor: str | None = None) -> Job:
    """Start making an archived environment again.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, EnvironmentNotArchived, EnvironmentBusy
    and StoreReadOnly.
    """
    environment = get_recorded(Store(settings.envs_dir), name)
    if not environment.archived:
        raise EnvironmentNotArchived(name=environment.name)
    return submit(Recreate(name=environment.slug), settings, actor=actor)


def ask_plan(
    settings: Settings,
    source: Source,
    name: str | None,
    *,
    upgrade: bool = False,
    locked: bool = False,
    target: TargetOrder | None = None,
    actor: str | None = None,
) -> Job:
    """Start finding out what a source would bring or change.

    Raises SpecInvalid, LockInvalid, NameMissing, NameForbidden, StoreReadOnly, ProfileNotFound
    and TargetInvalid.
    """
    check_target(settings, target)
    chosen = name_for(source, name)
    check_name(chosen)
    source = ready_source(source, locked=locked)
    request = Plan(name=chosen, source=source, upgrade=upgrade, target=target)
    return submit(request, settings, actor=actor)


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
    """Start writing into the file what was changed by hand, and building from it; or, of one
    that another tool made, start taking it in as it is.

    ``write_file``: into the user's own file too. ``fingerprint`` is the drift that the person
    has seen. Raises EnvironmentNotFound, NothingToAdopt, DriftChanged, DriftUnknown,
    SpecInvalid, KernelsRunning, EnvironmentBusy and StoreReadOnly; of another tool's also
    AdoptionImpossible, ExchangeUnsupported and PolicyDenied.
    """
    from .unmanaged import adoptable_as, find_for_adoption  # it builds on this module

    store = Store(settings.envs_dir)
    environment = find_for_adoption(settings, name)
    if environment.managed:
        environment = get_managed(store, name)
        require_movable(store, environment)
        adoptable(store, environment, fingerprint)
    else:
        adoptable_as(settings, environment, fingerprint)
    request = Adopt(name=environment.slug, write_file=write_file, fingerprint=fingerprint)
    return submit(request, settings, actor=actor)


def ask_repair(settings: Settings, name: str, *, actor: str | None = None) -> Job:
    """Start building the current generation anew from its lock.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, EnvironmentBusy and StoreReadOnly, and
    EnvironmentBroken where its lock is nowhere any more.
    """
    store = Store(settings.envs_dir)
    environment = get_mendable(store, name)
    if environment.broken:
        kept_lock(environment, settings)
    require_all_locked(environment)
    require_movable(store, environment)
    return submit(Repair(name=environment.slug), settings, actor=actor)


def check_source(source: Source) -> None:
    """Raise SpecInvalid or LockInvalid for a text that no worker could use."""
    if isinstance(source, SpecSource):
        read_spec(source.data, source.file or "environment.yml")
    elif isinstance(source, LockSource):
        check_lock_text(source)
    elif isinstance(source, StackSource):
        read_stack(source.data, source.id, origin=source.origin, file=source.file)


def ready_source(source: Source, *, locked: bool = False) -> Source:
    """The source with everything it names: files of its pip section, its lock if ``locked``.

    Raises SpecInvalid, LockInvalid, PipUnsupported, and InvalidInput or SourceNotFound where
    there is no lock.
    """
    check_source(source)
    source = with_pip_files(source)
    return with_lock(source) if locked else source


def with_lock(source: Source) -> Source:
    """The source, to be made from the lock beside it. Raises as :func:`ready_source`."""
    if isinstance(source, LockSource):
        return source  # it is one
    if not isinstance(source, SpecSource) or source.file is None:
        raise InvalidInput(
            reason="Only a file has a lock beside it", hint="Give the path of an environment.yml."
        )
    place = lock_place(Path(source.file))
    data = read_lock_of(Path(source.file), place)
    parse_lock(data, file=str(place))
    return replace(source, lock=data, lock_file=str(place))


def read_lock_of(file: Path, place: Path) -> bytes:
    """The bytes of the lock of ``file``. Raises SourceNotFound, which says how to make it."""
    hint = f"Make it: jupyter envs lock {file}"
    try:
        if place.exists() and not place.is_file():  # reading a pipe would wait for ever
            raise SourceNotFound(file=str(place), reason="it is no file", hint=hint)
        return place.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceNotFound(file=str(place), reason=reason, hint=hint) from error
