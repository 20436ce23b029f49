"""What has to hold for an environment of which an adopted directory is a generation."""

from __future__ import annotations

from jupyter_envs.errors import AdoptedKept, ExchangeUnsupported, KernelsRunning, NotAllLocked
from jupyter_envs.store import (
    ADOPTED,
    Environment,
    Store,
    exchange_problem,
    is_alive,
    is_in_place,
    live_leases,
    processes_in,
)

_MOST_NAMES = 5
_HINT = "Shut them down first: the paths in an adopted environment follow its name."


def require_movable(store: Store, environment: Environment) -> None:
    """Raise where another generation cannot take the place of an adopted directory now: paths
    that are written into it lead to the environment's name, so nothing may run from it.

    Raises KernelsRunning and ExchangeUnsupported.
    """
    if environment.generation != ADOPTED:
        return
    leased = {
        lease.pid
        for lease in live_leases(store, environment.slug)
        if lease.generation == ADOPTED and is_alive(lease.process)
    }
    running = leased | set(processes_in(environment.prefix))
    if running:
        raise KernelsRunning(name=environment.name, count=len(running), hint=_HINT)
    if is_in_place(store, environment.slug):
        problem = exchange_problem(store.root, store.folder(environment.slug))
        if problem is not None:
            raise ExchangeUnsupported(path=str(environment.path), reason=problem)


def require_all_locked(environment: Environment) -> None:
    """Raise NotAllLocked where the lock of the current generation has not all its packages."""
    unlocked = environment.info.unlocked if environment.info else ()
    if unlocked:
        names = ", ".join(one.name for one in unlocked[:_MOST_NAMES])
        more = len(unlocked) - _MOST_NAMES
        packages = f"{names} and {more} more" if more > 0 else names
        raise NotAllLocked(name=environment.name, count=len(unlocked), packages=packages)


def require_none_adopted(environment: Environment) -> None:
    """Raise AdoptedKept where an adopted directory would go with the prefixes."""
    if ADOPTED in environment.generations:
        raise AdoptedKept(name=environment.name)
