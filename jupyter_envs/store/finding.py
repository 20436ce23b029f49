"""Finding an environment by its name, and saying why one that is there cannot be used."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from jupyter_envs.errors import (
    EnvironmentArchived,
    EnvironmentBroken,
    EnvironmentNotFound,
    EnvironmentUnmanaged,
    GenerationNotFound,
    LockInvalid,
)
from jupyter_envs.lock import Lock, parse_lock

from .environments import (
    complete_generations,
    current_generation,
    known_slugs,
    list_all,
    read_environment,
    read_info,
)
from .files import read_plain
from .layout import HIDDEN, GenerationFiles, Store, is_number
from .model import Environment


def get_environment(store: Store, name: str) -> Environment:
    """One environment by its name or slug, an archived one too.

    Raises EnvironmentNotFound, and EnvironmentBroken where there is one that cannot be used.
    """
    environment = find_environment(store, name)
    if environment.broken:
        raise broken(store, environment)
    return environment


def get_managed(store: Store, name: str) -> Environment:
    """Like :func:`get_environment`; raises EnvironmentUnmanaged for one that is not ours, and
    EnvironmentArchived."""
    environment = get_recorded(store, name)
    if environment.archived:
        raise EnvironmentArchived(name=environment.name)
    return environment


def get_recorded(store: Store, name: str) -> Environment:
    """One that has a spec and a lock, archived or not; raises EnvironmentUnmanaged for others."""
    return _ours(store, get_environment(store, name))


def get_mendable(store: Store, name: str) -> Environment:
    """Like :func:`get_managed`, and also one whose current generation is gone or damaged: it can
    be rolled back, built anew and removed."""
    environment = _ours(store, find_environment(store, name))
    if environment.archived:
        raise EnvironmentArchived(name=environment.name)
    return environment


def get_removable(store: Store, name: str) -> Environment:
    """Like :func:`get_mendable`, and also an archived one."""
    return _ours(store, find_environment(store, name))


def _ours(store: Store, environment: Environment) -> Environment:
    if environment.managed:
        return environment
    if complete_generations(store, environment.slug):
        raise _displaced(store, environment.slug)
    if (renamed := _renamed(store, environment.slug)) is not None:
        raise renamed
    raise EnvironmentUnmanaged(name=environment.name)


def find_environment(store: Store, name: str) -> Environment:
    """One environment by its name or slug, archived and broken ones too.

    Raises EnvironmentNotFound, and EnvironmentBroken where its symlink was renamed, or something
    else was put into the place of it.
    """
    if _is_entry(name):
        direct = read_environment(store, name) or read_broken(store, name)
        if direct is not None:
            return direct
    for environment in list_known(store):
        if environment.name == name or environment.slug.casefold() == name.casefold():
            return environment
    _require_no_trace(store, name)
    raise EnvironmentNotFound(name=name)


def _is_entry(name: str) -> bool:
    return bool(name) and "/" not in name and "\0" not in name and not name.startswith(".")


def list_known(store: Store) -> list[Environment]:
    """All environments by name, archived ones and those whose current generation is gone or
    damaged among them."""
    working = list_all(store)
    taken = {one.slug for one in working}
    try:
        names = [name for name in os.listdir(store.root) if name not in taken and name[0] != "."]
    except (FileNotFoundError, NotADirectoryError):
        return working
    found = (*working, *filter(None, (read_broken(store, name) for name in names)))
    return sorted(found, key=lambda environment: environment.slug.casefold())


def read_broken(store: Store, slug: str) -> Environment | None:
    """The environment in the entry ``slug`` where its current generation cannot be used; None
    where there is no symlink of ours, or nothing is wrong."""
    number = current_generation(store, slug)
    if number is None or read_environment(store, slug) is not None:
        return None
    if GenerationFiles(store.generation(slug, number)).building.exists():
        return None  # nothing half-made is shown
    whole = whole_generations(store, slug)
    names = [read_info(store.generation(slug, n)).name for n in whole]
    return Environment(
        name=names[-1] if names else slug,
        slug=slug,
        path=store.link(slug),
        prefix=store.generation(slug, number),
        managed=True,
        generation=number,
        generations=whole,
        broken=True,
    )


def whole_generations(store: Store, slug: str) -> tuple[int, ...]:
    """Complete generations that can be made the current one: what we wrote of them is there."""
    return tuple(n for n in complete_generations(store, slug) if _is_whole(store, slug, n))


def _is_whole(store: Store, slug: str, number: int) -> bool:
    try:
        read_info(store.generation(slug, number))
    except GenerationNotFound:
        return False
    return True


def broken(store: Store, environment: Environment) -> EnvironmentBroken:
    """What is to be said of an environment whose current generation cannot be used."""
    slug, number = environment.slug, environment.generation
    others = ", ".join(map(str, environment.generations))
    reason = "it is gone" if not environment.prefix.is_dir() else "files of ours in it are damaged"
    steps = [f"build it again from its lock: jupyter envs repair {slug}"]
    if environment.generations:
        last = environment.generations[-1]
        steps.append(f"go back: jupyter envs rollback {slug} --to {last}")
    steps.append(f"take it away: jupyter envs remove {slug}")
    kept = f"; whole are: {others}" if others else ""
    return EnvironmentBroken(
        name=environment.name,
        reason=f"generation {number} is the current one, and {reason}{kept}",
        hint="To mend it, " + "; or ".join(steps),
    )


def damaged(path: Path, reason: str) -> EnvironmentBroken:
    """What is to be said where a file that we keep in a generation cannot be read."""
    prefix = path.parents[2]  # ours lie in conda-meta/jupyter-envs
    slug = prefix.parent.name
    if is_number(prefix.name):
        place, hint = f"generation {prefix.name}", f"jupyter envs repair {slug}"
        hint = f"Build it again from its lock: {hint}"
    else:
        place = "its archive"
        hint = f"Take it away and make it from its file: jupyter envs remove {slug}"
    reason = f"{path.name} of {place} cannot be read: {reason}"
    return EnvironmentBroken(name=slug, reason=reason, hint=hint)


def read_kept(path: Path) -> bytes:
    """The bytes of a file of ours in a generation or an archive. Raises EnvironmentBroken."""
    try:
        return read_plain(path)
    except OSError as error:
        raise damaged(path, error.strerror or str(error)) from error


def read_own_lock(path: Path) -> Lock:
    """The lock of a generation or an archive of ours. Raises EnvironmentBroken."""
    data = read_kept(path)
    try:
        return parse_lock(data, file=str(path))
    except LockInvalid as error:
        raise damaged(path, str(error.params["reason"])) from error


def _require_no_trace(store: Store, name: str) -> None:
    """Raise EnvironmentBroken where generations are kept, and a hand has changed the symlink."""
    if _is_entry(name) and (renamed := _renamed(store, name)) is not None:
        raise renamed
    for slug in known_slugs(store):
        if slug.casefold() == name.casefold() and complete_generations(store, slug):
            if (moved := moved_link(store, slug)) is not None:
                raise _misnamed(store, moved, slug)
            if os.path.lexists(store.link(slug)):
                raise _displaced(store, slug)


def moved_link(store: Store, slug: str) -> str | None:
    """The entry of the store that leads to a generation of ``slug`` under another name."""
    try:
        names = sorted(os.listdir(store.root))
    except OSError:
        return None
    others = (name for name in names if name != slug and not name.startswith("."))
    return next((name for name in others if _leads_to(store, name) == slug), None)


def _leads_to(store: Store, name: str) -> str | None:
    try:
        parts = Path(os.readlink(store.root / name)).parts
    except OSError:
        return None
    if parts[-3:-2] != (HIDDEN,) or parts[:-3] not in ((), store.root.parts):
        return None
    return parts[-2]


def _renamed(store: Store, name: str) -> EnvironmentBroken | None:
    slug = _leads_to(store, name)
    if slug is None or slug == name or os.path.lexists(store.link(slug)):
        return None
    return _misnamed(store, name, slug)


def _misnamed(store: Store, found: str, slug: str) -> EnvironmentBroken:
    back = f"mv {_word(store.link(found))} {_word(store.link(slug))}"
    return EnvironmentBroken(
        name=slug,
        reason=f"its link was renamed to {found!r}, and its generations are kept as {slug!r}",
        hint=f"Give the link its name back: {back}",
    )


def _displaced(store: Store, slug: str) -> EnvironmentBroken:
    link, last = _word(store.link(slug)), complete_generations(store, slug)[-1]
    back = f"mv {link} {link}.mine && ln -s {store.link_target(slug, last)} {link}"
    return EnvironmentBroken(
        name=slug,
        reason="something else is in the place of its link; its generations are kept",
        hint=f"To have it back: {back}",
    )


def _word(path: Path) -> str:
    return quote(str(path))
