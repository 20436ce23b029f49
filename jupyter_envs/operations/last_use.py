"""When an environment was last used."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from jupyter_envs.store import Store

from .context import open_ledger
from .settings import Settings

#: What a person did to an environment; of looking at it the ledger knows nothing.
_CHANGES = ("environment_", "drift_adopted", "drift_restored")


def last_used(settings: Settings) -> dict[str, str]:
    """For each environment of the store (its slug) the moment of its last use, ISO 8601 with
    offset: a process was started from it, or it was made or changed."""
    store = Store(settings.envs_dir)
    moments: dict[str, datetime] = {}
    ledger = open_ledger(settings)
    for (place, slug), moment in ledger.last_starts().items():
        if place == str(store.root):
            _note(moments, slug, moment)
    for event in ledger.events():
        changed = str(event.get("action")).startswith(_CHANGES)
        if changed and event.get("store") == str(store.root):
            with suppress(ValueError, OverflowError):  # somebody has spoilt the line
                moment = datetime.fromisoformat(str(event.get("time")))
                _note(moments, str(event.get("environment")), moment)
    for lease in store.hidden.glob("*/leases/*.json"):
        with suppress(OSError):
            moment = datetime.fromtimestamp(lease.stat().st_mtime).astimezone()
            _note(moments, lease.parent.parent.name, moment)
    return {slug: moment.isoformat(timespec="seconds") for slug, moment in moments.items()}


def _note(moments: dict[str, datetime], slug: str, moment: datetime) -> None:
    moment = moment.astimezone()
    moments[slug] = max(moments.get(slug, moment), moment)
