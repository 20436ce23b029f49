"""Whether an environment is still what its lock says: cheap to ask, looked up where touched."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime
from typing import Literal

import msgspec
from msgspec.structs import replace

from jupyter_envs.errors import EnvsError, GenerationNotFound, StoreReadOnly
from jupyter_envs.store import (
    DriftLevel,
    DriftRecord,
    Environment,
    Expected,
    GenerationFiles,
    Store,
    Verdict,
    content_verdicts,
    drift_file,
    drift_lock,
    fingerprint,
    folded_names,
    identity_verdicts,
    in_order,
    modified,
    read_drift,
    read_environment,
    read_expected,
    read_info,
    read_own_lock,
    site_packages,
    touched,
    write_drift,
    write_expected,
)

DriftState = Literal["clean", "drifted", "kept", "unknown"]

#: pip takes the old version away before the new one is there: nobody wants to hear of that.
SETTLED_SECONDS = 1.5

#: What only a look at every byte can find.
_OF_CONTENT = ("file_missing", "file_edited", "unowned_files")

Tell = Callable[[Environment, DriftRecord], DriftRecord]


class DriftView(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows. ``kept``: a person has decided to live with all of it. ``count`` is how
    many differences there are, ``worst`` the code of the worst. ``checked_at`` is when the
    packages were compared with the lock, at that ``level``; nothing came or went since."""

    state: DriftState
    level: DriftLevel | None = None
    checked_at: str | None = None
    count: int = 0
    worst: str | None = None


def drift_state(store: Store, environment: Environment) -> DriftState:
    """The state alone; for one made by something else, or archived, it is unknown."""
    return drift_view(store, environment).state


def drift_view(store: Store, environment: Environment) -> DriftView:
    """What is known of an environment; it is compared anew only where something was touched."""
    if not environment.managed or environment.archived:
        return DriftView(state="unknown")
    return view_of(look(store, environment))


def view_of(record: DriftRecord | None) -> DriftView:
    """A record as a list shows it."""
    if record is None:
        return DriftView(state="unknown")
    new = fresh_verdicts(record)
    state: DriftState = "drifted" if new else "kept" if record.verdicts else "clean"
    return DriftView(
        state=state,
        level=record.level,
        checked_at=record.checked_at,
        count=len(record.verdicts),
        worst=(new or record.verdicts)[0].code if record.verdicts else None,
    )


def fresh_verdicts(record: DriftRecord) -> tuple[Verdict, ...]:
    """The differences that nobody has decided to keep."""
    return tuple(one for one in record.verdicts if one not in record.kept)


def look(store: Store, environment: Environment) -> DriftRecord | None:
    """The record, brought up to date where something was touched and has come to rest.

    None where it cannot be told: the lock cannot be read, or the generation is going.
    """
    record = _known(store, environment)
    if record is None:
        return check(store, environment)
    now = touched(str(environment.prefix), record.folders)
    if now == record.touched or not _settled(now):
        return record
    if fingerprint(environment.prefix) != record.fingerprint:
        return check(store, environment)
    # Bytecode, most likely, or a kernel that wrote a file of its own.
    with suppress(StoreReadOnly), drift_lock(store, environment.slug):
        known = _known(store, environment)  # somebody may have decided something meanwhile
        if known is not None and known.fingerprint == record.fingerprint:
            record = replace(known, touched=now)
            _keep(store, environment, record)
    return record


def check(
    store: Store, environment: Environment, level: DriftLevel = "identity"
) -> DriftRecord | None:
    """Compare with the lock now. A store that cannot be written is no obstacle.

    Where the packages are as they were at the last look, that one still counts, with its time
    and its level: whoever asks makes no news for everybody who watches, and a look at every file
    is not forgotten for one at the packages.
    """
    expected = _expected(store, environment)
    if expected is None:
        return None
    record = _compared(environment, expected, level, _known(store, environment))
    if not _is_there(environment):
        return None
    # Not while comparing, which may take long: others look, and people decide, meanwhile.
    with ExitStack() as stack:
        with suppress(StoreReadOnly):
            stack.enter_context(drift_lock(store, environment.slug))
        before = _known(store, environment)
        record = _with_decisions(record, before)
        if before is not None and level == "identity" and _says_the_same(before, record):
            record = replace(before, folders=record.folders, touched=record.touched)
        _keep(store, environment, record)
    return record


def compare(store: Store, environment: Environment) -> DriftRecord | None:
    """The comparison that :func:`check` makes, for who only wants to know: nothing is kept."""
    expected, known = _expected(store, environment), _known(store, environment)
    if expected is None:
        return None
    return _with_decisions(_compared(environment, expected, "identity", known), known)


def _with_decisions(record: DriftRecord, known: DriftRecord | None) -> DriftRecord:
    """What was decided and told before holds for as long as the difference is there."""
    if known is None or not record.verdicts:
        return record
    kept = tuple(one for one in known.kept if one in record.verdicts)
    return replace(record, kept=kept, told=known.told)


def _compared(
    environment: Environment,
    expected: tuple[Expected, ...],
    level: DriftLevel,
    before: DriftRecord | None,
) -> DriftRecord:
    prefix = environment.prefix
    # Before the look itself: what comes meanwhile is seen the next time.
    folders = site_packages(prefix)
    moment = touched(str(prefix), folders)
    mark = fingerprint(prefix)
    found = list(identity_verdicts(prefix, expected))
    known = folded_names(found)
    if level == "content":
        found += content_verdicts(prefix, known=known)
    elif before is not None:
        # What an earlier look at every byte has found stays true until it is put right.
        suspects = [one for one in before.verdicts if one.code in _OF_CONTENT]
        if suspects:
            found += content_verdicts(prefix, known=known, only=folded_names(suspects))
    return DriftRecord(
        operation=_operation(environment),
        fingerprint=mark,
        folders=folders,
        touched=moment,
        level=level,
        checked_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        verdicts=in_order(found),
    )


def _says_the_same(before: DriftRecord, now: DriftRecord) -> bool:
    return (before.fingerprint, before.verdicts) == (now.fingerprint, now.verdicts)


def _known(store: Store, environment: Environment) -> DriftRecord | None:
    number = environment.generation or 0
    return read_drift(store, environment.slug, number, _operation(environment))


def _operation(environment: Environment) -> str:
    return environment.info.operation if environment.info else ""


def _keep(store: Store, environment: Environment, record: DriftRecord) -> None:
    with suppress(StoreReadOnly):
        write_drift(store, environment.slug, environment.generation or 0, record)


def _expected(store: Store, environment: Environment) -> tuple[Expected, ...] | None:
    number, operation = environment.generation or 0, _operation(environment)
    found = read_expected(store, environment.slug, number, operation)
    if found is not None or environment.info is None:
        return found
    path = GenerationFiles(environment.prefix).lock
    try:
        lock = read_own_lock(path)
    except EnvsError:
        return None
    # What an adopted environment had beside its lock is as much its own.
    beside = (
        Expected(p.manager, p.name, p.version, p.build, p.sha256, p.editable)
        for p in environment.info.unlocked
    )
    locked = map(Expected.of, lock.for_platform(environment.info.platform))
    found = (*locked, *beside)
    with suppress(StoreReadOnly):
        write_expected(store, environment.slug, number, operation, found)
    return found


def _is_there(environment: Environment) -> bool:
    """Whether it was there all the time: a generation that goes does so by one rename."""
    try:
        return read_info(environment.prefix).operation == _operation(environment)
    except GenerationNotFound:
        return False


def _settled(moments: tuple[int, ...]) -> bool:
    age = time.time_ns() - max(moments)
    return not 0 <= age < SETTLED_SECONDS * 1e9


class _Seen(msgspec.Struct, frozen=True):
    """What was last said of a generation, and the files that are others when it no longer holds:
    texts, since making a Path takes longer than asking for its time."""

    number: int
    paths: tuple[str, ...]
    times: tuple[int, ...]
    view: DriftView


#: For comparing environments with their locks, in one answer or look. Most were not touched,
#: which takes microseconds; where thousands were, the others follow the next times.
_COMPARING_SECONDS = 0.2


def comparing_deadline() -> float:
    """Until when, by the monotonic clock, an answer that begins now may compare: who waits for a
    list is to get one."""
    return time.monotonic() + _COMPARING_SECONDS


class DriftWatch:
    """Drift of a store's environments for those who ask often: what nobody touched costs a few
    calls of the system. ``tell`` hears of differences that the ledger does not know yet."""

    def __init__(self, store: Store, tell: Tell | None = None) -> None:
        self._store = store
        self._tell = tell
        self._seen: dict[str, _Seen] = {}

    def view(self, slug: str, number: int, *, until: float = math.inf) -> DriftView:
        """What is known of a generation, which has to be the current one.

        After ``until``, of the monotonic clock, nothing is compared any more: what was said last
        holds, or it is unknown until somebody asks again.
        """
        seen = self._seen.get(slug)
        if seen is not None and seen.number == number:
            if time.monotonic() >= until or seen.times == _times(seen.paths):
                return seen.view
        elif time.monotonic() >= until:
            return DriftView(state="unknown")
        environment = read_environment(self._store, slug)
        if environment is None or environment.generation != number:
            return DriftView(state="unknown")
        # Before the look: what changes meanwhile is seen the next time.
        paths = self._paths(environment, number)
        times = _times(paths)
        record = look(self._store, environment)
        if record is not None and self._tell is not None and untold(record):
            record = self._tell(environment, record)
        found = view_of(record)
        if _settled(times[1:]):
            self._seen[slug] = _Seen(number, paths, times, found)
        else:
            self._seen.pop(slug, None)
        return found

    def _paths(self, environment: Environment, number: int) -> tuple[str, ...]:
        prefix = environment.prefix
        folders = ("conda-meta", *site_packages(prefix))
        record = os.fspath(drift_file(self._store, environment.slug, number))
        return record, *(f"{prefix}/{folder}" for folder in folders)


def _times(paths: tuple[str, ...]) -> tuple[int, ...]:
    return tuple([modified(path) for path in paths])


def untold(record: DriftRecord) -> bool:
    """Whether there is something that the ledger was not told."""
    return record.verdicts != record.told and bool(fresh_verdicts(record))
