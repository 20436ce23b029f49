"""Journals do not pile up for ever."""

from __future__ import annotations

from jupyter_envs.store import Store

from .catalogue import list_operations
from .journal import ENDED, journal_path

#: What a person may still want to look up; the ledger keeps the story for good.
JOURNALS_KEPT = 200


def prune_journals(store: Store, *, keep: int = JOURNALS_KEPT) -> int:
    """Remove the oldest ended operations beyond ``keep``, and logs in which nothing stands."""
    ended = [o.id for o in list_operations(store) if o.state in ENDED]
    for operation in ended[keep:]:
        journal_path(store, operation).unlink(missing_ok=True)
    removed = ended[keep:]
    for path in store.operations.glob("*.log"):
        if path.stem in removed or (path.stem in ended and path.stat().st_size == 0):
            path.unlink(missing_ok=True)
    return len(removed)
