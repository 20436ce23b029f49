"""What the ledger is to be told of an operation, said in its journal first.

Between the step that makes something true and the ledger's line about it a worker may be killed.
Whoever closes its operation then writes that line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.ledger import Ledger, time_of
from jupyter_envs.store import Environment, this_process

from .context import Context
from .journal import Event
from .publish import keep_lock

_CODE = "announced"

#: What happens to an environment as a whole; the last of these in the ledger is what is true.
_COMES = ("environment_created", "environment_updated", "environment_rolled_back",
          "environment_recreated", "environment_adopted", "drift_adopted",
          "drift_restored")  # fmt: skip
_GOES = ("environment_removed", "environment_archived")


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """A line to come: ``ledger`` is the ledger's folder, ``entry`` has the line's facts."""

    ledger: Path
    action: str
    entry: dict[str, Any]

    @property
    def generation(self) -> int | None:
        """The one that is to be current, or was."""
        number = self.entry.get("generation")
        return number if isinstance(number, int) else None


def announce(
    action: str,
    slug: str,
    generation: int | None,
    lock_digest: str | None,
    context: Context,
    **facts: Any,
) -> Announcement:
    """Say in the journal what is about to be true; on disk for good when this returns."""
    entry = {
        "environment": slug,
        "store": str(context.store.root),
        "generation": generation,
        "lock_digest": lock_digest,
        "operation": context.job.id,
        **facts,
    }
    made = Announcement(ledger=context.ledger.root, action=action, entry=entry)
    context.journal.promise(_CODE, {"ledger": str(made.ledger), "action": action, "entry": entry})
    return made


def announced(events: list[Event]) -> Announcement | None:
    """What a journal announces, at last: one that was resumed did so twice."""
    for event in reversed(events):
        if event.code == _CODE:
            try:
                return msgspec.convert(event.params, Announcement, dec_hook=_decode)
            except msgspec.ValidationError:
                return None
    return None


def _decode(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise msgspec.ValidationError


def record_announced(made: Announcement, actor: str, environment: Environment | None) -> None:
    """Write the line where it is not in the ledger yet, and keep the lock that it names: the next
    generation may take the place of the ``environment`` before anybody else looks."""
    ledger = Ledger(made.ledger, this_process().host)
    if environment is not None and environment.managed:
        keep_lock(environment, ledger)
    known = ledger.find(environment=str(made.entry["environment"]))
    operation = made.entry["operation"]
    if not any(e["action"] == made.action and e.get("operation") == operation for e in known):
        ledger.record(made.action, actor, **made.entry)


def is_told_gone(ledger: Ledger, slug: str) -> bool:
    """Whether the ledger's last word of an environment is that it is there no more."""
    events = sorted(ledger.find(environment=slug), key=time_of)
    told = [e["action"] for e in events if e["action"] in (*_COMES, *_GOES)]
    return bool(told) and told[-1] == "environment_removed"
