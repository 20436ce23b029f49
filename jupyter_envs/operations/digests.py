"""What a lock digest stands for: where its packages are, who used them, whether it still holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from jupyter_envs.errors import EnvsError, LockNotFound
from jupyter_envs.ledger import KERNEL_STARTED, Fault, Ledger, Wanted
from jupyter_envs.lock import lock_digest, parse_lock
from jupyter_envs.store import Store, list_environments, read_info

from .context import open_ledger
from .settings import Settings
from .starts import absorb_starts


class DigestPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A generation on this disk."""

    environment: str
    generation: int
    current: bool


class DigestUse(msgspec.Struct, frozen=True, kw_only=True):
    """A generation that was made from the lock: ``first`` and ``by`` are of the oldest record of
    it, ``starts`` counts kernels that were started from it, ``users`` by whom."""

    environment: str
    store: str
    generation: int
    first: str
    by: str
    starts: int = 0
    last_start: str | None = None
    users: tuple[str, ...] = ()


class DigestView(msgspec.Struct, frozen=True, kw_only=True):
    """One lock. ``kept``: it can be had, and an environment made from it; ``here`` are the
    generations of this store that have its packages; ``uses`` all that is recorded of it."""

    digest: str
    kept: bool
    here: tuple[DigestPlace, ...]
    uses: tuple[DigestUse, ...]


def about_digest(beginning: str, settings: Settings) -> list[DigestView]:
    """Every lock whose digest begins so. Raises LockNotFound where none is known."""
    absorb_starts(settings)
    ledger = open_ledger(settings)
    beginning = beginning.strip().lower()
    places = _places(Store(settings.envs_dir))
    events = ledger.select(Wanted(digest=beginning)) if beginning.isalnum() else []
    by_digest: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_digest.setdefault(event["lock_digest"], []).append(event)
    kept = set(ledger.kept_digests(beginning))
    found = {*by_digest, *kept, *(d for d in places if d.startswith(beginning))}
    if not found or not beginning:
        raise LockNotFound(digest=beginning)
    return [
        DigestView(
            digest=digest,
            kept=digest in kept,
            here=tuple(places.get(digest, ())),
            uses=_uses(by_digest.get(digest, [])),
        )
        for digest in sorted(found)
    ]


def _places(store: Store) -> dict[str, list[DigestPlace]]:
    found: dict[str, list[DigestPlace]] = {}
    for environment in list_environments(store):
        for number in environment.generations:
            info = read_info(store.generation(environment.slug, number))
            place = DigestPlace(
                environment=environment.name,
                generation=number,
                current=number == environment.generation,
            )
            found.setdefault(info.lock_digest, []).append(place)
    return found


def _uses(events: list[dict[str, Any]]) -> tuple[DigestUse, ...]:
    found: dict[tuple[Any, ...], DigestUse] = {}
    for event in events:
        key = tuple(event.get(name) for name in ("store", "environment", "generation"))
        use = found.get(key)
        try:
            use = use or msgspec.convert(
                {**event, "first": event.get("time"), "by": event.get("actor", "")},
                DigestUse,
            )
        except msgspec.ValidationError:
            continue  # somebody has spoilt the line; verify tells of it
        found[key] = _with_start(use, event) if event.get("action") == KERNEL_STARTED else use
    return tuple(found.values())


def _with_start(use: DigestUse, event: dict[str, Any]) -> DigestUse:
    users = {*use.users, str(event.get("user") or event.get("actor"))}
    return msgspec.structs.replace(
        use, starts=use.starts + 1, last_start=str(event.get("time")), users=tuple(sorted(users))
    )


def verify_record(settings: Settings) -> list[Fault]:
    """What is wrong with the ledger and with the kept locks. It reads every lock."""
    ledger = open_ledger(settings)
    return [*ledger.verify(), *_wrong_locks(ledger), *_missing_locks(ledger)]


def _wrong_locks(ledger: Ledger) -> Iterator[Fault]:
    for digest in ledger.kept_digests():
        file = str(ledger.lock_file(digest))
        try:
            lock = parse_lock(ledger.lock(digest) or b"", file=file)
        except EnvsError:
            yield Fault(file, 0, "it is no lock any more", "lock_changed")
            continue
        if not any(lock_digest(lock, platform) == digest for platform in lock.platforms):
            yield Fault(file, 0, "its packages are not those of its digest", "lock_changed")


def _missing_locks(ledger: Ledger) -> Iterator[Fault]:
    kept = set(ledger.kept_digests())
    named = {str(event.get("lock_digest") or "") for event in ledger.events()}
    for digest in sorted(named - kept - {""}):
        file = str(ledger.lock_file(digest))
        yield Fault(file, 0, "the ledger names this lock, and it is not kept", "lock_missing")
