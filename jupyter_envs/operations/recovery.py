"""After a crash, a kill or a hand that meddled: the store says what is true again.

Everything here is idempotent and touches only environments whose lock it can take.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from jupyter_envs.errors import (
    Cancelled,
    DiskFailed,
    EnvironmentBusy,
    EnvsError,
    Interrupted,
    NameForbidden,
    NoSpace,
    StoreReadOnly,
    disk_error,
)
from jupyter_envs.kernels import installed_kernels
from jupyter_envs.spec import check_name
from jupyter_envs.store import (
    Store,
    complete_generations,
    current_generation,
    discard_generation,
    discard_tree,
    empty_trash,
    environment_lock,
    forget_empty,
    is_archived,
    known_slugs,
    list_environments,
    moved_link,
    processes_in,
    processes_of,
    read_environment,
    read_info,
    settle_adoption,
    unfinished_generations,
)

from .adoption_tail import settle_adoptions
from .announcing import announced, is_told_gone, record_announced
from .archive_tail import finish_archive
from .catalogue import list_operations, read_operation
from .context import open_ledger
from .drift_ledger import tell_all
from .journal import (
    ENDED,
    JournalWriter,
    Operation,
    is_cancelling,
    is_running,
    journal_path,
)
from .outcome import outcome_of
from .publish import keep_lock, publish_tail, withdraw
from .requests import OF_NO_ENVIRONMENT
from .retention import prune_journals
from .settings import Settings
from .starts import absorb_starts, expect_starts

#: How long an interrupted build waits to be resumed.
RESUME_SECONDS = 24 * 3600.0

_NOT_WRITTEN = (
    "How the operation ended could not be written down; the list shows what there is, and with"
    " room again the next command puts everything in order."
)

#: Verbs that leave nothing behind in an environment's folder.
_OF_NO_ENVIRONMENT = tuple(kind.__struct_config__.tag for kind in OF_NO_ENVIRONMENT)

_BEGIN_AGAIN = "What was there before it is as it was. Start it again."
_GOES_ON = "It had removed only what nobody needs. Start it again for the rest."

#: Within this time a killed worker has let go of its lock, whatever its disk was doing.
_KILLED_SECONDS = 10.0


def close_operation(store: Store, operation: str) -> Operation:
    """Give an operation without a worker its end: succeeded where its generation is the
    current one, else cancelled (and cleaned up) or interrupted (and kept for a resume)."""
    summary, events = read_operation(store, operation)
    if summary.state in ENDED or is_running(summary):
        return summary
    cancelled = is_cancelling(events)
    if summary.verb in _OF_NO_ENVIRONMENT:
        _end(store, operation, cancelled=cancelled, resumable=False)
        return read_operation(store, operation)[0]
    try:
        slug = _folder_name(store, summary.name)
    except NameForbidden:  # no journal of ours: there is no folder of that name to tidy up
        _end(store, operation, cancelled=cancelled, resumable=False)
        return read_operation(store, operation)[0]
    try:
        with environment_lock(store, slug, patience=_KILLED_SECONDS):
            # Another process may have closed it while this one waited.
            if read_operation(store, operation)[0].state not in ENDED:
                _close(store, summary, cancelled=cancelled)
            else:
                # It took the folder away, and waiting for the lock has made it anew.
                forget_empty(store, slug)
    except EnvironmentBusy:
        _end(store, operation, cancelled=cancelled)
    return read_operation(store, operation)[0]


def close_dead_on(store: Store, name: str) -> None:
    """Close what died at work on an environment, before something else changes what it left."""
    for operation in list_operations(store):
        same = operation.name.casefold() == name.casefold()
        if same and operation.state not in ENDED and not is_running(operation):
            close_operation(store, operation.id)


def _folder_name(store: Store, name: str) -> str:
    return name if name in known_slugs(store) else check_name(name)


def _close(store: Store, summary: Operation, *, cancelled: bool) -> None:
    slug = _folder_name(store, summary.name)
    settle_adoption(store, slug)
    told = announced(read_operation(store, summary.id)[1])
    published = outcome_of(store, slug, summary, told)
    if published is not None:
        if told is not None:
            record_announced(told, summary.actor, read_environment(store, slug))
        _write_end(store, summary.id, "succeeded", published)
        forget_empty(store, slug)
        return
    unfinished = unfinished_generations(store, slug)
    mine = [n for n, made in unfinished.items() if made and made.operation == summary.id]
    never_published = _never_published(store, slug, summary.id)
    _end_kernels(store, slug, (*mine, *never_published))
    _end(store, summary.id, cancelled=cancelled, resumable=bool(mine))
    for number in (*never_published, *(unfinished if cancelled else ())):
        discard_generation(store, slug, number)
    forget_empty(store, slug)


def _end_kernels(store: Store, slug: str, numbers: Iterable[int]) -> None:
    """End what still runs from generations that nobody has seen: a kernel that was being tried is
    in a session of its own and outlives its worker."""
    for number in numbers:
        for pid in processes_in(store.generation(slug, number)):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _never_published(store: Store, slug: str, operation: str) -> list[int]:
    """The generation that an operation completed right before it died, if it did."""
    current = current_generation(store, slug) or 0
    later = (n for n in complete_generations(store, slug) if n > current)
    return [n for n in later if read_info(store.generation(slug, n)).operation == operation]


def _end(store: Store, operation: str, *, cancelled: bool, resumable: bool = True) -> None:
    verb = read_operation(store, operation)[0].verb
    hint = None if resumable else _GOES_ON if verb == "clean" else _BEGIN_AGAIN
    error: EnvsError = Cancelled() if cancelled else Interrupted(id=operation, hint=hint)
    _write_end(store, operation, "cancelled" if cancelled else "interrupted", error.as_dict())


def _write_end(store: Store, operation: str, state: Any, params: dict[str, Any]) -> None:
    path = journal_path(store, operation)
    try:
        journal = JournalWriter(path)
        try:
            journal.end(state, params)
        finally:
            journal.close()
    except OSError as error:
        told = disk_error(error, path.parent)
        if told is None:
            raise
        raise type(told)(hint=_NOT_WRITTEN, **told.params) from error


def reconcile(settings: Settings) -> list[str]:
    """Bring operations, kernels and registers in line with the store; returns what was done,
    as codes with names, for a log."""
    store = Store(settings.envs_dir)
    absorb_starts(settings)
    if not os.access(store.hidden, os.W_OK | os.X_OK):
        return []  # there is none, or it is another's to bring in line
    expect_starts(settings)
    # First what makes room: on a full disk the rest may need it.
    empty_trash(store.trash)
    done: list[str] = []
    steps: tuple[Callable[[], list[str]], ...] = (
        lambda: _close_dead(store),
        lambda: settle_adoptions(store, settings),
        lambda: _finish_publishes(store, settings),
        lambda: [f"drifted: {slug}" for slug in tell_all(settings)],
        lambda: _finish_archives(store, settings),
        lambda: _retire_orphans(store, settings),
        lambda: _drop_stale_builds(store),
    )
    for step in steps:
        # Who only wants to look must be able to, whatever the disk takes.
        with suppress(OSError, NoSpace, DiskFailed, StoreReadOnly):
            done += step()
    prune_journals(store)
    empty_trash(store.trash)
    return done


def _close_dead(store: Store) -> list[str]:
    closed = []
    for operation in list_operations(store):
        if operation.state not in ENDED and not is_running(operation):
            try:
                summary = close_operation(store, operation.id)
            except (EnvsError, OSError) as error:
                closed.append(f"not closed: {operation.id}: {error}")
                continue
            closed.append(f"{summary.state}: {operation.id}")
    return closed


def _finish_publishes(store: Store, settings: Settings) -> list[str]:
    installed = installed_kernels(settings.kernels_dir)
    done = []
    for environment in list_environments(store):
        if environment.managed:
            done += _finish_publish(store, environment.slug, settings, installed)
    return done


def _finish_publish(
    store: Store, slug: str, settings: Settings, installed: Mapping[str, dict[str, Any]]
) -> list[str]:
    try:
        with environment_lock(store, slug):
            # As it is now: it may have got another generation since it was listed.
            environment = read_environment(store, slug)
            if environment is None or not environment.managed or environment.archived:
                return []
            changed = publish_tail(store, environment, settings, installed)
            keep_lock(environment, open_ledger(settings))
    except EnvironmentBusy:
        return []
    except (EnvsError, OSError) as error:
        # The others are brought in line all the same, and whoever only reads is not kept from it.
        return [f"not in line: {slug}: {error}"]
    return [f"registered: {slug}"] if changed else []


def _finish_archives(store: Store, settings: Settings) -> list[str]:
    """Archives whose worker died before everything else was gone, or before the archive was."""
    finished = []
    for slug in known_slugs(store):
        # Without a lock first: who is about to recreate it needs it.
        settled = is_archived(store, slug) and not complete_generations(store, slug)
        if settled or not store.archive(slug).exists():
            continue
        try:
            with environment_lock(store, slug):
                if finish_archive(store, slug, settings):
                    finished.append(f"archive: {slug}")
        except EnvironmentBusy:
            continue
    return finished


def _retire_orphans(store: Store, settings: Settings) -> list[str]:
    """Environments whose symlink somebody took away (``conda env remove`` does)."""
    retired = []
    for slug in known_slugs(store):
        # A folder in the link's place is somebody's work: nothing of ours is taken away then.
        if os.path.lexists(store.link(slug)) or unfinished_generations(store, slug):
            continue
        if is_archived(store, slug) or moved_link(store, slug) is not None:
            continue
        complete = complete_generations(store, slug)
        if not complete or not _was_published(store, slug, complete[-1]):
            continue
        try:
            with environment_lock(store, slug):
                _retire(store, slug, settings)
        except EnvironmentBusy:
            continue
        retired.append(f"removed: {slug}")
    return retired


def _was_published(store: Store, slug: str, number: int) -> bool:
    info = read_info(store.generation(slug, number))
    try:
        return read_operation(store, info.operation)[0].state == "succeeded"
    except EnvsError:
        return True


def _retire(store: Store, slug: str, settings: Settings) -> None:
    withdraw(store, slug, settings)
    if processes_of(store, slug):
        return
    info = read_info(store.generation(slug, complete_generations(store, slug)[-1]))
    ledger = open_ledger(settings)
    if not is_told_gone(ledger, slug):  # a removal that was killed may have said so
        ledger.record(
            "environment_removed",
            "reconcile",
            environment=slug,
            store=str(store.root),
            generation=info.number,
            lock_digest=info.lock_digest,
        )
    discard_tree(store.folder(slug), store.trash)


def _drop_stale_builds(store: Store) -> list[str]:
    dropped = []
    for slug in known_slugs(store):
        stale = [n for n in unfinished_generations(store, slug) if _age(store, slug, n)]
        if not stale:
            continue
        try:
            with environment_lock(store, slug):
                for number in stale:
                    discard_generation(store, slug, number)
        except EnvironmentBusy:
            continue
        dropped.append(f"discarded: {slug}")
    return dropped


def _age(store: Store, slug: str, number: int) -> bool:
    made = store.generation(slug, number).stat().st_mtime
    return time.time() - made > RESUME_SECONDS
