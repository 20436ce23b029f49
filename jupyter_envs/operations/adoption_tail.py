"""Adoptions and exchanges that a kill cut short, and adopted directories that are gone."""

from __future__ import annotations

from jupyter_envs.errors import EnvironmentBusy
from jupyter_envs.ledger import time_of
from jupyter_envs.store import (
    ADOPTED,
    Store,
    current_generation,
    discard_tree,
    environment_lock,
    forget_empty,
    is_taken_away,
    known_slugs,
    needs_settling,
    settle_adoption,
)

from .context import open_ledger
from .publish import withdraw, withdraw_kernels
from .settings import Settings

#: What the ledger has of an adopted directory that was not moved: it came, and it went.
_COME_AND_GONE = ("environment_adopted", "environment_removed")


def settle_adoptions(store: Store, settings: Settings) -> list[str]:
    """Adoptions and exchanges that a kill cut short, and adopted directories that somebody took
    away (``conda env remove`` does)."""
    settled = []
    for slug in known_slugs(store):
        if not needs_settling(store, slug):
            continue
        try:
            with environment_lock(store, slug):
                done = settle_adoption(store, slug)
                if is_taken_away(store, slug):
                    _take_leave(store, slug, settings)
                    done = "removed"
                elif current_generation(store, slug) is None:
                    withdraw_kernels(store, slug, settings)
                    forget_empty(store, slug)
        except EnvironmentBusy:
            continue
        settled += [f"{done}: {slug}"] if done else []
    return settled


def _take_leave(store: Store, slug: str, settings: Settings) -> None:
    """Of an adopted directory that is gone: kernels, registers, and a word in the ledger."""
    withdraw(store, slug, settings)
    ledger = open_ledger(settings)
    events = ledger.find(environment=slug)
    told = [e["action"] for e in sorted(events, key=time_of) if e["action"] in _COME_AND_GONE]
    if told and told[-1] == "environment_adopted":
        digests = [e["lock_digest"] for e in events if e["action"] == "environment_adopted"]
        ledger.record(
            "environment_removed",
            "reconcile",
            environment=slug,
            store=str(store.root),
            generation=ADOPTED,
            lock_digest=digests[-1],
        )
    discard_tree(store.folder(slug), store.trash)
