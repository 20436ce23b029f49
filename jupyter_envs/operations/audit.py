"""What ran at a moment, from which packages, by whom: answered from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from jupyter_envs.errors import EnvironmentNotFound, LockAmbiguous, LockNotFound
from jupyter_envs.ledger import (
    KERNEL_STARTED,
    ClockNote,
    Ledger,
    Wanted,
    now_here,
    read_moment,
)
from jupyter_envs.spec import check_name
from jupyter_envs.store import ProcessIdentity, Store, get_environment, is_alive

from .context import open_ledger
from .settings import Settings
from .starts import absorb_starts

#: Events that say nothing of which generation is current.
_BESIDES = ("drift_seen", "drift_kept")
_GONE = ("environment_removed", "environment_archived")


class AuditKernel(msgspec.Struct, frozen=True, kw_only=True):
    """One start of a kernel. ``running`` says whether it ran at the moment asked about: None
    where that is not known, since nobody notes how a kernel ends. ``drift`` is the state of its
    environment then, None where nobody looked. ``lock_kept``: its lock can be had."""

    time: str
    environment: str
    store: str
    generation: int
    lock_digest: str
    lock_kept: bool
    notebook: str | None = None
    kernel: str | None = None
    kernel_id: str | None = None
    user: str | None = None
    host: str | None = None
    pid: int | None = None
    drift: str | None = None
    running: bool | None = None


class AuditCurrent(msgspec.Struct, frozen=True, kw_only=True):
    """The generation that an environment's name stood for at a moment: since when, by whom."""

    environment: str
    store: str
    generation: int
    lock_digest: str | None
    lock_kept: bool
    since: str
    action: str
    actor: str


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What was at a moment. ``kernels`` are the last starts before it, one of each notebook (or
    kernel, where no notebook is known), newest first; ``current`` the environments there were.

    ``clock_note``: the local time asked for was there twice (the earlier one is meant, ``other``
    is the later one) or not at all, since clocks were changed."""

    at: str
    kernels: tuple[AuditKernel, ...]
    current: tuple[AuditCurrent, ...]
    clock_note: ClockNote | None = None
    other: str | None = None

    def digests(self) -> list[str]:
        """The lock digests of what ran; of what there was where nothing ran."""
        found = [one.lock_digest for one in self.kernels or self.current]
        return sorted({digest for digest in found if digest})


def audit(
    settings: Settings,
    *,
    at: str | None = None,
    notebook: str | None = None,
    environment: str | None = None,
    digest: str | None = None,
) -> Audit:
    """What ran at a moment (ISO 8601, default: now), of a notebook (its path or how it ends), an
    environment (name or slug), a lock digest (or how it begins). Raises TimeInvalid."""
    absorb_starts(settings)
    ledger = open_ledger(settings)
    asked = read_moment(at) if at is not None else None
    moment = asked.at if asked else now_here()
    slug = slug_of_past(environment, settings) if environment is not None else None
    wanted = Wanted(until=moment, environment=slug, digest=digest)
    started = msgspec.structs.replace(wanted, action=KERNEL_STARTED, notebook=notebook)
    starts = ledger.read(started, _Start)
    kept = set(ledger.kept_digests())
    return Audit(
        at=moment.isoformat(timespec="seconds"),
        kernels=tuple(_kernels(starts, kept, ended=_Ended(ledger, moment, is_now=asked is None))),
        current=tuple(_current(ledger, wanted, kept)),
        clock_note=asked.note if asked else None,
        other=asked.other.isoformat(timespec="seconds") if asked and asked.other else None,
    )


def lock_of_audit(found: Audit, settings: Settings) -> tuple[str, bytes]:
    """The digest and the bytes of the one lock that an answer is about.

    Raises LockNotFound, and LockAmbiguous where there are several.
    """
    digests = found.digests()
    if len(digests) > 1:
        raise LockAmbiguous(count=len(digests), digests=", ".join(d[:12] for d in digests))
    if not digests:
        raise LockNotFound(digest="", hint="Nothing is recorded that fits; ask for less.")
    return digests[0], kept_lock(digests[0], settings)


def kept_lock(digest: str, settings: Settings) -> bytes:
    """A kept lock by its digest, or by how that begins. Raises LockNotFound, LockAmbiguous."""
    ledger = open_ledger(settings)
    lock = ledger.lock(full_digest(digest, ledger))
    if lock is None:
        raise LockNotFound(digest=digest)
    return lock


def full_digest(beginning: str, ledger: Ledger) -> str:
    """The digest of the one kept lock that begins so. Raises LockNotFound, LockAmbiguous."""
    found = ledger.kept_digests(beginning.lower()) if beginning.isalnum() else []
    if not found:
        raise LockNotFound(digest=beginning)
    if len(found) > 1:
        raise LockAmbiguous(count=len(found), digests=", ".join(d[:12] for d in found))
    return found[0]


def slug_of_past(name: str, settings: Settings) -> str:
    """The slug of an environment that there is, or may have been."""
    try:
        return get_environment(Store(settings.envs_dir), name).slug
    except EnvironmentNotFound:
        return check_name(name)


def history(name: str, settings: Settings) -> list[dict[str, Any]]:
    """Everything that is recorded of an environment, oldest first.

    Raises EnvironmentNotFound where nothing is, and there is no such environment.
    """
    absorb_starts(settings)
    found = open_ledger(settings).select(past_of(slug_of_past(name, settings), settings))
    if not found:
        get_environment(Store(settings.envs_dir), name)
    return found


def past_of(slug: str, settings: Settings, until: datetime | None = None) -> Wanted:
    """What to ask the ledger of an environment: of this store, if it knows of one there; else of
    any, since a ledger may have been copied from where the store was another folder."""
    here = Wanted(environment=slug, store=str(settings.envs_dir), limit=1)
    known = open_ledger(settings).select(here)
    return Wanted(environment=slug, store=here.store if known else None, until=until)


class _Start(AuditKernel, frozen=True, kw_only=True):
    """A start as its line has it: what is found out later has no value yet."""

    lock_kept: bool = False
    id: str
    boot_id: str = ""
    start_time: int = 0


class _Boot(msgspec.Struct, frozen=True):
    host: str
    boot_id: str
    time: datetime


class _Ended:
    """Whether a kernel is known to have run, or to have ended, at a moment."""

    def __init__(self, ledger: Ledger, moment: datetime, *, is_now: bool) -> None:
        self._is_now = is_now
        boots = ledger.read(Wanted(until=moment, action=KERNEL_STARTED), _Boot)
        self._last_boots = {boot.host: boot.boot_id for boot in boots}

    def running(self, start: _Start) -> bool | None:
        """True, False, or None where it is not known."""
        if self._last_boots.get(start.host or "", start.boot_id) != start.boot_id:
            return False  # the machine was started anew in between
        host, pid = start.host or "", start.pid or 0
        alive = is_alive(ProcessIdentity(host, start.boot_id, pid, start.start_time))
        return alive if alive or self._is_now else None


def _kernels(starts: list[_Start], kept: set[str], *, ended: _Ended) -> Iterable[AuditKernel]:
    last: dict[str, _Start] = {}
    for start in starts:
        key = start.notebook or start.kernel_id or start.id
        last.pop(key, None)  # so that the order is that of the last starts
        last[key] = start
    for start in reversed(last.values()):
        told = {name: getattr(start, name) for name in AuditKernel.__struct_fields__}
        found = {"lock_kept": start.lock_digest in kept, "running": ended.running(start)}
        yield AuditKernel(**{**told, **found})


def _current(ledger: Ledger, wanted: Wanted, kept: set[str]) -> Iterable[AuditCurrent]:
    current: dict[tuple[str, str], dict[str, Any]] = {}
    # A digest is looked for at the end: what came after another one is no more that.
    others = msgspec.structs.replace(wanted, digest=None, besides=KERNEL_STARTED)
    for event in ledger.select(others):
        key = (str(event.get("store")), str(event.get("environment")))
        if event.get("action") in _GONE:
            current.pop(key, None)
        elif event.get("action") not in _BESIDES and event.get("generation") is not None:
            current[key] = event
    for event in current.values():
        digest = event.get("lock_digest")
        if wanted.digest is not None and not str(digest).startswith(wanted.digest):
            continue
        more = {"since": event.get("time"), "lock_kept": digest in kept}
        try:
            yield msgspec.convert({"actor": "", **event, **more}, AuditCurrent)
        except msgspec.ValidationError:
            continue


def current_at(slug: str, moment: datetime, settings: Settings) -> AuditCurrent | None:
    """What an environment was at a moment; None where there was none."""
    wanted = past_of(slug, settings, until=moment)
    found = list(_current(open_ledger(settings), wanted, set()))
    return found[-1] if found else None
