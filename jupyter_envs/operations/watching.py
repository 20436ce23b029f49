"""What has changed in a store since the last look: for a server that tells its clients."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jupyter_envs.store import Store, fingerprints, generation_of

from .catalogue import list_operations
from .drift import DriftView, DriftWatch, Tell, comparing_deadline
from .journal import ENDED, Operation, is_running
from .launch import reap
from .recovery import close_operation


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """``operations`` that went on or ended, and whether environments came, went or changed,
    drifted ones included."""

    operations: tuple[Operation, ...] = ()
    environments: bool = False

    def __bool__(self) -> bool:
        return bool(self.operations) or self.environments


class StoreWatch:
    """Looks at a store again and again; one thread at a time.

    Who did it does not matter: another server and the command line leave the same traces.
    ``tell`` hears of drift that the ledger does not know yet.
    """

    def __init__(self, store: Store, tell: Tell | None = None) -> None:
        self._store = store
        self._drift = DriftWatch(store, tell)
        self._events = {one.id: one.events for one in list_operations(store)}
        self._drifted = self._drifts(fingerprints(store))
        self._marks = fingerprints(store)  # a first look at drift may leave a record behind
        self.running = True

    def look(self) -> Changes:
        """What is different from the look before. An operation whose worker died without a
        word is closed. Afterwards ``running`` says whether any operation goes on."""
        reap()
        found = [self._alive_or_closed(one) for one in list_operations(self._store)]
        changed = tuple(one for one in found if self._events.get(one.id) != one.events)
        self._events = {one.id: one.events for one in found}
        self.running = any(one.state not in ENDED for one in found)
        marks = fingerprints(self._store)
        moved, self._marks = marks != self._marks, marks
        drifts = self._drifts(marks)
        moved, self._drifted = moved or drifts != self._drifted, drifts
        return Changes(operations=changed, environments=moved)

    def _drifts(self, marks: Mapping[str, object]) -> dict[str, DriftView]:
        until = comparing_deadline()
        numbers = ((slug, generation_of(mark)) for slug, mark in marks.items())
        return {
            slug: self._drift.view(slug, number, until=until)
            for slug, number in numbers
            if number is not None
        }

    def _alive_or_closed(self, operation: Operation) -> Operation:
        if operation.state in ENDED or is_running(operation):
            return operation
        return close_operation(self._store, operation.id)
