"""When an environment was last used."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from jupyter_envs.store import Store

from .context import open_ledger
from .settings import Settings

#: What a person did to an environment, or from it. Of looking at it the ledger knows nothing.
_USES = ("environment_", "kernel_started")


def last_used(settings: Settings) -> dict[str, str]:
    """For each environment of the store (its slug) the moment of its last use, ISO 8601 with
    offset: a process was started from it, or it was made or changed."""
    store = Store(settings.envs_dir)
    moments: dict[str, datetime] = {}
    for event in open_ledger(settings).events():
        slug, used = event.get("environment"), str(event.get("action")).startswith(_USES)
        if used and isinstance(slug, str) and event.get("store") == str(store.root):
            with suppress(ValueError):
                _note(moments, slug, datetime.fromisoformat(str(event.get("time"))))
    for lease in store.hidden.glob("*/leases/*.json"):
        with suppress(OSError):
            moment = datetime.fromtimestamp(lease.stat().st_mtime).astimezone()
            _note(moments, lease.parent.parent.name, moment)
    return {slug: moment.isoformat(timespec="seconds") for slug, moment in moments.items()}


def _note(moments: dict[str, datetime], slug: str, moment: datetime) -> None:
    moment = moment.astimezone()
    moments[slug] = max(moments.get(slug, moment), moment)
