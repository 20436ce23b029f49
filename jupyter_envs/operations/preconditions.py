"""What must be so for a verb: asked before there is a job, and once more with the lock held."""

from __future__ import annotations

from jupyter_envs.errors import (
    DriftInTheWay,
    EnvironmentArchived,
    EnvsError,
    KernelsRunning,
    NameTaken,
)
from jupyter_envs.store import (
    ADOPTED,
    Environment,
    Store,
    get_managed,
    name_in_use,
    processes_in,
    processes_of,
)

from .drift import drift_state


def require_idle(store: Store, environment: Environment) -> None:
    """Raise KernelsRunning where a process of this machine was started from the environment."""
    running = {*processes_of(store, environment.slug)}
    if ADOPTED in environment.generations:  # others start what is theirs without a lease
        running |= {*processes_in(store.generation(environment.slug, ADOPTED))}
    if running:
        raise KernelsRunning(name=environment.name, count=len(running))


def require_archivable(store: Store, environment: Environment) -> None:
    """Raise KernelsRunning, or DriftInTheWay where the lock would not bring all of it back."""
    require_idle(store, environment)
    if drift_state(store, environment) in ("drifted", "kept"):
        raise DriftInTheWay(name=environment.name)


def require_free(store: Store, slug: str) -> None:
    """Raise NameTaken where the store has something under that name."""
    taken = name_in_use(store, slug)
    if taken is None:
        return
    try:
        get_managed(store, taken)
    except EnvironmentArchived:
        hint = f"Choose another name with --name, or get it back: jupyter envs recreate {taken}"
        raise NameTaken(name=taken, hint=hint) from None
    except EnvsError:
        # What is there is not ours to change.
        raise NameTaken(name=taken, hint="Choose another name with --name.") from None
    raise NameTaken(name=taken)
