"""Archive and recreate: an environment without its files, and with them again.

As for publishing, the symlink is the truth: with it an environment is there, whatever lies in its
archive; without it, it is archived. So a kill at any moment leaves the one or the other.
"""

from __future__ import annotations

from typing import Any

from jupyter_envs.errors import EnvironmentNotArchived, PlatformNotLocked
from jupyter_envs.spec import read_spec
from jupyter_envs.store import (
    ArchiveRecord,
    Environment,
    GenerationFiles,
    discard_archive,
    discard_generation,
    freed_by,
    get_managed,
    get_recorded,
    read_kept,
    retract,
    unfinished_generations,
    write_archive,
)

from .adopted import require_none_adopted
from .announcing import announce
from .archive_tail import finish_archive
from .context import Context
from .journal import now
from .order import Order, base_of, lock_of, this_target
from .preconditions import require_archivable
from .publish import keep_lock, withdraw
from .requests import Archive, Recreate
from .verbs import build_and_publish, record


def archive(request: Archive, context: Context) -> dict[str, Any]:
    """Keep spec, lock and generation.json; symlink, kernels and prefixes go, in this order.

    Raises KernelsRunning or DriftInTheWay unless forced, EnvironmentArchived, AdoptedKept.
    """
    store = context.store
    environment = get_managed(store, request.name)
    require_none_adopted(environment)
    if not request.force:
        require_archivable(store, environment)
    context.journal.progress("publish", 0, None, "steps")
    slug = environment.slug
    numbers = sorted({*environment.generations, *unfinished_generations(store, slug)})
    (freed,) = freed_by([[store.generation(slug, number) for number in numbers]])
    keep_lock(environment, context.ledger)
    made = ArchiveRecord(archived=now(), archived_by=context.job.actor, operation=context.job.id)
    write_archive(store, environment, made)
    assert environment.info is not None
    digest = environment.info.lock_digest
    told = announce("environment_archived", slug, environment.generation, digest, context)
    retract(store, slug)
    withdraw(store, slug, context.settings)
    record(told, context)
    for number in numbers:
        discard_generation(store, slug, number)
    return {
        "name": environment.name,
        "archived": True,
        "lock_digest": digest,
        "freed": freed,
    }


def recreate(request: Recreate, context: Context) -> dict[str, Any]:
    """Build an archived environment from its lock, and publish it under its name again.

    Raises EnvironmentNotArchived, PlatformNotLocked and whatever the build raises.
    """
    store = context.store
    environment = get_recorded(store, request.name)
    if not environment.archived:
        raise EnvironmentNotArchived(name=environment.name)
    # What a killed worker left of it would come back as earlier generations.
    finish_archive(store, environment.slug, context.settings)
    order = _order(environment, this_target(context).platform)
    made = build_and_publish(order, "environment_recreated", context)
    discard_archive(store, environment.slug)
    return made


def _order(environment: Environment, platform: str) -> Order:
    files, info, lock = GenerationFiles(environment.prefix), environment.info, lock_of(environment)
    assert info is not None
    if platform != info.platform and not lock.for_platform(platform):
        raise PlatformNotLocked(
            file=str(files.lock), platform=platform, platforms=", ".join(lock.platforms)
        )
    data = read_kept(files.spec)
    return Order(
        name=info.name,
        slug=environment.slug,
        number=0,
        # Not the archive: whether the person's own file has changed since is still to be told.
        source=info.source,
        spec=read_spec(data, str(files.spec)),
        spec_bytes=data,
        lock=lock,
        base=base_of(info.source),
    )
