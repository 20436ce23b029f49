"""The list of environments for those who ask often: what has not changed is not read again."""

from __future__ import annotations

import threading

from msgspec.structs import replace

from jupyter_envs.store import Store, fingerprints, live_leases, read_broken, read_environment

from .behind import source_changed
from .drift import DriftView, DriftWatch, Tell, comparing_deadline
from .views import EnvironmentView, view

_UNKNOWN = DriftView(state="unknown")


class EnvironmentList:
    """Views of a store's environments, kept between calls; safe to use from several threads.

    Processes, the state of the source file and drift are looked up at each call, since they
    change without the store. ``tell`` hears of drift that the ledger does not know yet.
    """

    def __init__(self, store: Store, tell: Tell | None = None) -> None:
        self._store = store
        self._drift = DriftWatch(store, tell)
        self._known: dict[str, tuple[object, EnvironmentView | None]] = {}
        self._mutex = threading.Lock()

    def views(self) -> list[EnvironmentView]:
        """All environments by name, without their histories."""
        marks = fingerprints(self._store)
        with self._mutex:
            for slug in self._known.keys() - marks.keys():
                del self._known[slug]
            found = [
                (slug, one)
                for slug in sorted(marks, key=str.casefold)
                if (one := self._view(slug, marks[slug])) is not None
            ]
        until = comparing_deadline()
        now = {slug: self._now(one, until) for slug, one in found}
        with self._mutex:
            # Kept, since it will be the same the next time: a thousand new ones for each answer
            # are what Python's garbage collection has to go through.
            self._known.update((slug, (marks[slug], one)) for slug, one in now.items())
        return list(now.values())

    def _view(self, slug: str, mark: object) -> EnvironmentView | None:
        known = self._known.get(slug)
        if known is not None and known[0] == mark:
            return known[1]
        environment = read_environment(self._store, slug) or read_broken(self._store, slug)
        made = view(self._store, environment, drift=_UNKNOWN) if environment else None
        self._known[slug] = (mark, made)
        return made

    def _now(self, found: EnvironmentView, until: float) -> EnvironmentView:
        if not found.managed or found.broken:
            return found
        processes = len(live_leases(self._store, found.slug))
        behind = source_changed(found.source)
        generation = found.generation
        drift = (
            None if generation is None else self._drift.view(found.slug, generation, until=until)
        )
        if (processes, behind, drift) == (found.processes, found.behind, found.drift):
            return found
        return replace(found, processes=processes, behind=behind, drift=drift)
