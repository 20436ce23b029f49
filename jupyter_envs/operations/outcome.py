"""What an operation whose worker is gone had achieved: the disk tells, and its journal."""

from __future__ import annotations

from typing import Any

from jupyter_envs.store import (
    Store,
    complete_generations,
    current_generation,
    is_archived,
    read_archive,
    read_info,
)

from .announcing import Announcement
from .journal import Operation


def is_recovered(operation: Operation) -> bool:
    """Whether it succeeded and its worker died before it could say so: what follows from it is
    then left to ``reconcile``."""
    return operation.result is not None and operation.result.get("recovered") is True


def outcome_of(
    store: Store, slug: str, summary: Operation, told: Announcement | None
) -> dict[str, Any] | None:
    """What the operation achieved before it was stopped, where that was all there was to do."""
    if summary.verb == "archive":
        made = read_archive(store, slug) if is_archived(store, slug) else None
        done = made is not None and made.operation == summary.id
        return {"name": summary.name, "archived": True, "recovered": True} if done else None
    if summary.verb == "remove":
        gone = current_generation(store, slug) is None and not is_archived(store, slug)
        return {"name": summary.name, "removed": True, "recovered": True} if gone else None
    return _published_by(store, slug, summary, told)


def _published_by(
    store: Store, slug: str, summary: Operation, told: Announcement | None
) -> dict[str, Any] | None:
    number = current_generation(store, slug)
    if number is None or number not in complete_generations(store, slug):
        return None
    info = read_info(store.generation(slug, number))
    moved = summary.verb == "rollback" and told is not None and told.generation == number
    if info.operation != summary.id and not moved:
        return None
    return {
        "name": info.name,
        "path": str(store.link(slug)),
        "prefix": str(store.generation(slug, number)),
        "generation": number,
        "lock_digest": info.lock_digest,
        "changed": True,
        "recovered": True,
    }
