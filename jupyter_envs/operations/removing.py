"""Taking an environment away."""

from __future__ import annotations

from typing import Any

from jupyter_envs.store import (
    Environment,
    discard_archive,
    discard_tree,
    empty_trash,
    get_removable,
    retract,
)

from .announcing import Announcement, announce
from .context import Context
from .preconditions import require_idle
from .publish import withdraw, withdraw_kernels
from .requests import Remove
from .verbs import record


def remove(request: Remove, context: Context) -> dict[str, Any]:
    """Take an environment away: symlink, kernels, registers, files, in this order.

    Raises KernelsRunning unless forced.
    """
    environment = get_removable(context.store, request.name)
    if not request.force:
        require_idle(context.store, environment)
    context.journal.progress("publish", 0, None, "steps")
    digest = environment.info.lock_digest if environment.info else None
    told = announce(
        "environment_removed", environment.slug, environment.generation, digest, context
    )
    # First, or an environment without its symlink would be taken for an archived one.
    discard_archive(context.store, environment.slug)
    retract(context.store, environment.slug)
    withdraw_kernels(context.store, environment.slug, context.settings)
    try:
        _told_of_removal(told, environment, context)
    except OSError:
        # To make room is what many remove for: what goes makes the room for saying so.
        discard_tree(context.store.folder(environment.slug), context.store.trash)
        empty_trash(context.store.trash)
        try:
            _told_of_removal(told, environment, context)
        except OSError as error:
            context.note("not_recorded", name=environment.name, reason=error.strerror)
    discard_tree(context.store.folder(environment.slug), context.store.trash)
    return {"name": environment.name, "removed": True}


def _told_of_removal(told: Announcement, environment: Environment, context: Context) -> None:
    withdraw(context.store, environment.slug, context.settings)
    record(told, context)
