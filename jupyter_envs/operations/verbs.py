"""The verbs as sequences of the rooms' functions. Each runs with the environment's lock held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from jupyter_envs.errors import (
    EnvironmentNotFound,
    GenerationNotFound,
)
from jupyter_envs.kernels import published_kernels
from jupyter_envs.lock import diff
from jupyter_envs.spec import check_name
from jupyter_envs.store import (
    Building,
    Environment,
    begin_generation,
    collect,
    current_generation,
    discard_generation,
    finish_generation,
    flush_file_system,
    get_environment,
    get_mendable,
    get_removable,
    next_number,
    read_info,
    unfinished_generations,
)

from .adopted import require_movable
from .announcing import Announcement, announce
from .ask_probe import probe_after_publish
from .changes import change_texts
from .cleaning import clean
from .context import Context
from .drift import compare, look
from .order import Order, lock_of, make_order, target_of
from .preconditions import require_free
from .publish import publish, undone_on_failure
from .requests import (
    Adopt,
    Archive,
    Clean,
    Create,
    MakeLock,
    Plan,
    Probe,
    Recreate,
    Remove,
    Repair,
    Request,
    Rollback,
    Update,
)

#: What a note of changes names before it only counts.
_NAMED = 5


def create(request: Create, context: Context) -> dict[str, Any]:
    """Make a new environment. Raises NameTaken and whatever the build raises."""
    slug = check_name(request.name)
    require_free(context.store, slug)
    order = make_order(request.name, slug, request.source, context, target=request.target)
    return build_and_publish(order, "environment_created", context)


def update(request: Update, context: Context) -> dict[str, Any]:
    """Build the next generation; the environment keeps its name and its earlier generations."""
    previous = get_mendable(context.store, request.name)
    order = make_order(
        previous.name,
        previous.slug,
        request.source,
        context,
        previous=None if previous.broken else previous,
        keep_versions=not request.upgrade,
        target=request.target,
    )
    if not previous.broken:
        _tell_what_is_left(previous, context)
    return build_and_publish(order, "environment_updated", context)


def _tell_what_is_left(previous: Environment, context: Context) -> None:
    """Say what was changed by hand: a generation is built from file and lock, not from that."""
    record = compare(context.store, previous)
    changed = [one for one in record.verdicts if one not in record.kept] if record else []
    if changed:
        names = [one.package or one.files[0] for one in changed[:_NAMED]]
        more = len(changed) - len(names)
        what = ", ".join(names) + (f" and {more} more" if more else "")
        context.note("drift_left", name=previous.name, what=what)


def build_and_publish(
    order: Order,
    action: str,
    context: Context,
    *,
    before_publish: Callable[[], None] = lambda: None,
    **facts: Any,
) -> dict[str, Any]:
    """Build a generation and make it the current one. ``facts`` go into the ledger, after
    ``before_publish`` was called with the generation complete."""
    # Here, since it loads the whole engine, which a rollback or a list has no use for.
    from .build import Unchanged, build_generation

    store = context.store
    if order.previous is not None:
        require_movable(store, order.previous)
    # What a killed worker left is no use to anyone: a resume links the same cached packages.
    for number in unfinished_generations(store, order.slug):
        discard_generation(store, order.slug, number)
    order = replace(order, number=next_number(store, order.slug))
    marker = Building(operation=context.job.id, request=context.job.to_builtins())
    try:
        files = begin_generation(store, order.slug, order.number, marker)
        info = build_generation(order, target_of(order, context), files, context)
        if order.previous is not None:
            require_movable(store, order.previous)  # a kernel may have been started meanwhile
        context.journal.progress("publish", 0, None, "steps")
        # Its files first, then the word that it is complete: a power cut must not leave the one
        # without the other.
        flush_file_system(files.prefix)
        finish_generation(store, order.slug, files, info)
        with undone_on_failure(store, order.slug, context.settings):
            before_publish()
            source = msgspec.to_builtins(order.source)
            told = announce(
                action, order.slug, order.number, info.lock_digest, context, source=source, **facts
            )
            environment = publish(
                store, order.slug, order.number, context.settings, context.ledger, note=context.note
            )
            record(told, context)
    except Unchanged:
        assert order.previous is not None
        discard_generation(store, order.slug, order.number)
        return result(order.previous, changed=False)
    except BaseException:
        if current_generation(store, order.slug) != order.number:
            discard_generation(store, order.slug, order.number)
        raise
    look(store, environment)  # what is clean now is known, before anybody can touch it
    collect(store, order.slug, keep=context.settings.keep_generations)
    tried = probe_after_publish(environment, context.settings, context.job.actor)
    return (
        result(environment, changed=True)
        | changes(order.previous, environment)
        | ({"probe": tried} if tried else {})
    )


def rollback(request: Rollback, context: Context) -> dict[str, Any]:
    """Make another generation current. Raises GenerationNotFound, and KernelsRunning where
    something runs from an adopted one that is to be left."""
    environment = get_mendable(context.store, request.name)
    number = _before(environment) if request.generation is None else request.generation
    if number not in environment.generations:
        raise _no_generation(environment, number)
    info = read_info(context.store.generation(environment.slug, number))  # or it is broken
    changed = number != environment.generation
    told: Announcement | None = None
    if changed:
        require_movable(context.store, environment)
        told = announce(
            "environment_rolled_back", environment.slug, number, info.lock_digest, context
        )
    slug, settings = environment.slug, context.settings
    with undone_on_failure(context.store, slug, settings):
        environment = publish(
            context.store, slug, number, settings, context.ledger, note=context.note
        )
        if told is not None:
            record(told, context)
    return result(environment, changed=changed)


def _before(environment: Environment) -> int:
    earlier = [n for n in environment.generations if n < (environment.generation or 0)]
    if not earlier:
        raise _no_generation(environment, "before the current one")
    return earlier[-1]


def _no_generation(environment: Environment, wanted: int | str) -> GenerationNotFound:
    known = ", ".join(map(str, environment.generations)) or "none"
    return GenerationNotFound(name=environment.name, generation=wanted, generations=known)


def record(told: Announcement, context: Context) -> None:
    """Write what was announced into the ledger."""
    context.ledger.record(told.action, context.job.actor, **told.entry)


def result(environment: Environment, *, changed: bool) -> dict[str, Any]:
    """What an operation that ended well says of its environment."""
    info = environment.info
    assert info is not None
    return {
        "name": environment.name,
        "path": str(environment.path),
        "prefix": str(environment.prefix),
        "generation": environment.generation,
        "lock_digest": info.lock_digest,
        "kernels": list(published_kernels(environment)),
        "changed": changed,
        "added": list(info.added),
        "phases": info.phases,
    }


def changes(before: Environment | None, after: Environment) -> dict[str, Any]:
    """What an update did to the packages; nothing for a first generation."""
    if before is None or after.info is None:
        return {}
    found = diff(lock_of(before), lock_of(after), after.info.platform)
    return {"changes": change_texts(found)}


def perform(request: Request, context: Context) -> dict[str, Any]:
    """Run one request."""
    if isinstance(request, Create):
        return create(request, context)
    if isinstance(request, Update):
        return update(request, context)
    if isinstance(request, (Archive, Recreate, Remove)):
        return _keep_or_take(request, context)
    if isinstance(request, (Plan, MakeLock, Probe)):
        return _look_on(request, context)
    if isinstance(request, Clean):
        return clean(request, context)
    if isinstance(request, (Adopt, Repair)):
        from .repairing import answer_drift  # it builds on this module

        return answer_drift(request, context)
    return rollback(request, context)


def _keep_or_take(request: Archive | Recreate | Remove, context: Context) -> dict[str, Any]:
    """What takes files away or brings them back; these modules are made of this one's parts."""
    if isinstance(request, Remove):
        from .removing import remove

        return remove(request, context)
    from .archiving import archive, recreate

    if isinstance(request, Archive):
        return archive(request, context)
    return recreate(request, context)


def _look_on(request: Plan | MakeLock | Probe, context: Context) -> dict[str, Any]:
    """What changes no environment; each module loads what only workers need."""
    if isinstance(request, Plan):
        from .planning import plan

        return plan(request, context)
    if isinstance(request, MakeLock):
        from .locking import make_lock

        return make_lock(request, context)
    from .probing import probe

    return probe(request, context)


def slug_of(request: Request, context: Context) -> str:
    """The folder name that the request works on, for locking. Raises EnvironmentNotFound."""
    if isinstance(request, Create):
        return check_name(request.name)
    if isinstance(request, Adopt):
        return get_environment(context.store, request.name).slug
    slug = get_removable(context.store, request.name).slug
    if not slug:
        raise EnvironmentNotFound(name=request.name)
    return slug
