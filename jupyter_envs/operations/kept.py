"""The lock of a generation that a hand has taken away: every lock that was published is kept."""

from __future__ import annotations

from jupyter_envs.errors import EnvironmentBroken
from jupyter_envs.ledger import Wanted
from jupyter_envs.store import Environment

from .context import open_ledger
from .requests import LockSource
from .settings import Settings


def kept_lock(environment: Environment, settings: Settings) -> LockSource:
    """The lock that the current generation was made from, as it was kept when it was published.

    Raises EnvironmentBroken where nobody wrote down which one it was, or it is not there.
    """
    ledger = open_ledger(settings)
    digest = environment.info.lock_digest if environment.info else _digest(environment, settings)
    data = ledger.lock(digest) if digest else None
    if digest is None or data is None:
        raise EnvironmentBroken(
            name=environment.name,
            reason="the lock of its current generation is gone, too, and no copy was kept",
            hint=f"Build it from its file: jupyter envs update {environment.slug} FILE",
        )
    return LockSource(data=data, file=str(ledger.lock_file(digest)))


def _digest(environment: Environment, settings: Settings) -> str | None:
    store = str(settings.envs_dir)
    events = open_ledger(settings).select(Wanted(environment=environment.slug, store=store))
    found = [one for one in events if one.get("generation") == environment.generation]
    digest = found[-1].get("lock_digest") if found else None
    return digest if isinstance(digest, str) else None
