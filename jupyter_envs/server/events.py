"""From the store to the browser: changes on Jupyter's event bus, while somebody looks.

One look at the store every quarter of a second, in a thread, makes at most one event: whatever
happens, and whoever does it, a client gets no more than four a second. A large store is looked at
less often, so that others find the server free. Nobody looks, nothing runs: the loop sleeps until
a client asks for something again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import msgspec

from jupyter_envs.errors import EnvsError
from jupyter_envs.operations import Changes, Operation, StoreWatch, is_recovered, teller

from .services import Services

SCHEMA_ID = "urn:jupyter_envs:events:changes:v1"

LOOK_SECONDS = 0.25
#: A client that looks asks again well within this time.
INTEREST_SECONDS = 90.0
_AFTER_A_FAULT_SECONDS = 5.0
#: A look takes at most a tenth of a processor: it is 40 ms for 1000 environments, and who asks for
#: their list meanwhile waits twice as long.
_RESTS = 9.0
_LONGEST_REST_SECONDS = 2.0

_SHOWN = (
    "id", "verb", "name", "state", "phase", "actor", "started", "updated", "events",
    "queue_position", "done", "total", "unit",
)  # fmt: skip


class Announcer:
    """Emits changes. ``emit`` takes an event's data."""

    def __init__(
        self, services: Services, emit: Callable[[dict[str, Any]], None], log: logging.Logger
    ) -> None:
        self._services = services
        self._emit = emit
        self._log = log
        self._wanted_until = 0.0
        self._fault = ""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; on the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def interest(self) -> None:
        """A client looks: go on for a while."""
        self._wanted_until = time.monotonic() + INTEREST_SECONDS
        self._wake.set()

    async def stop(self) -> None:
        """End; operations go on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        watch: StoreWatch | None = None
        while True:
            watch = await self._sleep_if_nobody_looks(watch)
            try:
                if watch is None:
                    watch = await self._services.run(self._begin)
                changes, took = await self._services.run(self._look, watch)
            except (EnvsError, OSError) as error:
                # A folder that cannot be read now may be back in a moment: the server stays.
                self._complain(str(error))
                await asyncio.sleep(_AFTER_A_FAULT_SECONDS)
                continue
            self._fault = ""
            if changes:
                self._emit(event_data(changes))
            await asyncio.sleep(rest_after(took))

    def _complain(self, fault: str) -> None:
        """Once: the panel of a store that stays unreadable is open all day."""
        if fault != self._fault:
            self._log.warning("jupyter_envs cannot look at its store: %s", fault)
        self._fault = fault

    def _look(self, watch: StoreWatch) -> tuple[Changes, float]:
        """What has changed, and the seconds of a processor that it took to find out."""
        began = time.thread_time()
        changes = watch.look()
        # Its worker died right after it had made the environment: the kernel is still to come,
        # and whoever hears of it asks for the kernels next.
        if any(is_recovered(operation) for operation in changes.operations):
            self._services.reconcile()
        return changes, time.thread_time() - began

    def _begin(self) -> StoreWatch:
        return StoreWatch(self._services.store(), tell=teller(self._services.settings()))

    async def _sleep_if_nobody_looks(self, watch: StoreWatch | None) -> StoreWatch | None:
        if time.monotonic() < self._wanted_until or (watch is not None and watch.running):
            return watch
        self._wake.clear()
        await self._wake.wait()
        # Whoever woke us has just been told everything: only what comes now is news.
        return None


def rest_after(took: float) -> float:
    """Seconds to the next look after one that took a processor so many."""
    return min(max(LOOK_SECONDS, took * _RESTS), _LONGEST_REST_SECONDS)


def event_data(changes: Changes) -> dict[str, Any]:
    """An event of the schema. Results and errors are left to REST: they may be long."""
    return {
        "environments": changes.environments,
        "operations": [_shown(operation) for operation in changes.operations],
    }


def _shown(operation: Operation) -> dict[str, Any]:
    known = msgspec.structs.asdict(operation)
    return {key: known[key] for key in _SHOWN}
