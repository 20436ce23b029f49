"""Carrying a job out, from its first journal line to its last."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from jupyter_envs.errors import DISK_HINT, EnvsError, disk_error
from jupyter_envs.store import Store, environment_lock, forget_empty

from .context import Context
from .journal import JournalWriter, State, journal_path
from .queue import wait_for_slot
from .requests import OF_NO_ENVIRONMENT, Create, Job, Probe, Rollback, verb_of
from .starts import absorb_starts
from .verbs import perform, slug_of


def run_job(job: Job) -> dict[str, Any] | None:
    """Carry a job out, in this process; returns its result, None if it failed. Never raises."""
    store = Store(job.settings.envs_dir)
    journal = JournalWriter(journal_path(store, job.id))
    slot: int | None = None
    try:
        journal.start(verb=verb_of(job.request), name=job.request.name, actor=job.actor)
        # A rollback moves a link: it would only ever wait for work that is not in its way. Probes
        # wait for each other.
        if not isinstance(job.request, (Rollback, Probe)):
            slot = wait_for_slot(store, job.id, job.settings.max_operations, journal)
        result = _locked(job, store, journal)
    except EnvsError as error:
        _end(journal, "failed", error.as_dict())
        return None
    except Exception as error:  # noqa: BLE001 - the journal is the only way to tell
        _end(journal, "failed", _unexpected(error, job).as_dict())
        return None
    else:
        _end(journal, "succeeded", {**result, "phases": journal.phases})
        return result
    finally:
        if slot is not None:
            os.close(slot)
        journal.close()
        with suppress(OSError):
            absorb_starts(job.settings)


def _end(journal: JournalWriter, state: State, params: dict[str, Any]) -> None:
    """The last event. Where the disk does not take it, whoever looks next finds out from the
    store how it ended, as after a kill."""
    try:
        journal.end(state, params)
    except OSError as error:
        traceback.print_exception(error, limit=0)


def _locked(job: Job, store: Store, journal: JournalWriter) -> dict[str, Any]:
    context = Context(job, journal)
    if isinstance(job.request, OF_NO_ENVIRONMENT):
        return perform(job.request, context)  # of no one environment: others may go on
    slug = slug_of(job.request, context)
    with ExitStack() as locks:
        locks.enter_context(_held(store, slug))
        if isinstance(job.request, Create) and slug != slug.casefold():
            # Names that differ in case only are one name: who makes another of them waits too.
            locks.enter_context(_held(store, slug.casefold()))
        return perform(job.request, context)


@contextmanager
def _held(store: Store, slug: str) -> Iterator[None]:
    """The lock of an environment; its folder goes where nothing came of it."""
    with environment_lock(store, slug):
        try:
            yield
        finally:
            forget_empty(store, slug)


def _unexpected(error: Exception, job: Job) -> EnvsError:
    if not isinstance(error, OSError):  # which names its file; the rest is ours to look into
        traceback.print_exception(error)
        return EnvsError(reason=f"{type(error).__name__}: {error}")
    told = disk_error(error, job.settings.envs_dir)
    return told or EnvsError(reason=f"{type(error).__name__}: {error}", hint=DISK_HINT)
