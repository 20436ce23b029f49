"""What follows from an environment being archived, or from its not being so any more.

All of it may be repeated by anyone, at any time, after any crash.
"""

from __future__ import annotations

from jupyter_envs.store import (
    Store,
    complete_generations,
    current_generation,
    discard_archive,
    discard_generation,
    is_archived,
    read_archive,
    read_info,
)

from .context import open_ledger
from .publish import withdraw
from .settings import Settings


def finish_archive(store: Store, slug: str, settings: Settings) -> bool:
    """Bring an environment's folder in line with what is true of it: without its symlink nothing
    but the archive, with it no archive. Returns whether there was anything to do.

    To be called with the environment's lock held. What is only being built is left.
    """
    if current_generation(store, slug) is not None:
        stale = store.archive(slug).exists()
        discard_archive(store, slug)
        return stale
    numbers = complete_generations(store, slug)
    if not numbers or not is_archived(store, slug):
        return False
    withdraw(store, slug, settings)
    _record_once(store, slug, settings)
    for number in numbers:
        discard_generation(store, slug, number)
    return True


def _record_once(store: Store, slug: str, settings: Settings) -> None:
    """Tell the ledger of an archive whose worker died before it could."""
    made, ledger = read_archive(store, slug), open_ledger(settings)
    if made is None or any(
        event["action"] == "environment_archived" and event.get("operation") == made.operation
        for event in ledger.find(environment=slug)
    ):
        return
    info = read_info(store.archive(slug))
    ledger.record(
        "environment_archived",
        made.archived_by,
        environment=slug,
        store=str(store.root),
        generation=info.number,
        lock_digest=info.lock_digest,
        operation=made.operation,
    )
