"""Drift as the ledger knows it: seen once, answered once."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from jupyter_envs.errors import StoreReadOnly
from jupyter_envs.store import (
    DriftRecord,
    Environment,
    Store,
    Verdict,
    drift_lock,
    list_environments,
    read_drift,
    write_drift,
)

from .actor import user_name
from .context import open_ledger
from .drift import Tell, fresh_verdicts, look, untold
from .settings import Settings

#: A line of the ledger tells what happened; thousands of names are in nobody's way to it.
_FILES = 10


def teller(settings: Settings, actor: str | None = None) -> Tell:
    """A function that writes into the ledger what it was not told yet."""

    def tell(environment: Environment, record: DriftRecord) -> DriftRecord:
        return _tell(environment, record, settings, actor or user_name())

    return tell


def tell_all(settings: Settings) -> list[str]:
    """Look at every environment of the store; the slugs of those that drifted anew."""
    store, tell = Store(settings.envs_dir), teller(settings)
    found = []
    for environment in list_environments(store):
        record = look(store, environment) if environment.managed else None
        if record is not None and untold(record):
            tell(environment, record)
            found.append(environment.slug)
    return found


def _tell(
    environment: Environment, record: DriftRecord, settings: Settings, actor: str
) -> DriftRecord:
    store, slug, number = Store(settings.envs_dir), environment.slug, environment.generation or 0
    try:
        with drift_lock(store, slug):
            # As it is now: another process may have told it while this one waited.
            now = read_drift(store, slug, number, record.operation)
            if now is None or not untold(now):
                return now or record
            open_ledger(settings).record(
                "drift_seen", actor, **facts(environment, store, now), **seen(now)
            )
            now = replace(now, told=now.verdicts)
            write_drift(store, slug, number, now)
            return now
    except (StoreReadOnly, OSError):
        return record  # who may not write here has no ledger of this store to keep


def facts(environment: Environment, store: Store, record: DriftRecord) -> dict[str, Any]:
    """What every line about an environment has."""
    info = environment.info
    return {
        "environment": environment.slug,
        "store": str(store.root),
        "generation": environment.generation,
        "lock_digest": info.lock_digest if info else None,
        "fingerprint": record.fingerprint,
    }


def seen(record: DriftRecord) -> dict[str, Any]:
    """The differences that are news."""
    return {"verdicts": plain(fresh_verdicts(record))}


def plain(verdicts: tuple[Verdict, ...]) -> list[dict[str, Any]]:
    """Differences as the ledger has them: what they say, and the first of the files."""
    found: list[dict[str, Any]] = []
    for one in verdicts:
        body = msgspec.to_builtins(replace(one, files=one.files[:_FILES]))
        found.append(
            {key: value for key, value in body.items() if value not in (None, "", 0, (), [])}
        )
    return found
